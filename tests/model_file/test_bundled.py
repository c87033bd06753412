"""Models by name: the bundled ones, and those that have learnt from data under open terms alone."""

import logging

import pytest

from sutja.errors import ModelFileError
from sutja.model_file import bundled
from sutja.model_file.bundled import DEFAULTS, OPEN, OPEN_DEFAULTS, choose_beside, keep_model, open_model
from sutja.reading import Reader


@pytest.mark.parametrize("task", sorted(OPEN_DEFAULTS))
def test_the_open_model_of_a_task_has_open_terms(task):
    file = open_model(OPEN, task)
    assert file.card.task == task
    assert file.card.open_terms
    assert keep_model(OPEN, file) == OPEN


def test_where_there_is_no_open_model_it_is_said():
    with pytest.raises(ModelFileError, match="no bundled model to detect has learnt"):
        open_model(OPEN, "detect")


def test_the_detector_beside_an_open_reader_is_the_open_one():
    assert choose_beside(OPEN, None) == OPEN
    assert choose_beside(OPEN, "mine.onnx") == "mine.onnx"
    assert choose_beside(None, None) is choose_beside("numbers", None) is None
    with pytest.raises(ModelFileError, match="model open"):
        Reader(OPEN, effort="fast").open_page_reader()


def test_research_data_are_logged_once_for_each_model(caplog):
    bundled._log_terms.cache_clear()
    with caplog.at_level(logging.INFO, "sutja"):
        for _ in range(2):
            for name in (DEFAULTS["detect"], OPEN_DEFAULTS["classify"]):
                open_model(name)
    assert [record.getMessage().split()[0] for record in caplog.records] == [DEFAULTS["detect"]]
