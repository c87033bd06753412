"""A second reader that a person names."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sutja.errors import ModelFileError, SutjaError
from sutja.model_file.bundled import open_model
from sutja.reading import Reader
from sutja.reading.second.named_reader import WholeReader
from sutja.signals.preprocessing.normalisation import NormaliseParams, find_ink, normalise_ink

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def crops():
    names = ("sep-00-sans.png", "seg-mod-14p09.png", "sep-19-sans.png")
    return [np.asarray(Image.open(CASES / name).convert("RGB")) for name in names]


def test_one_that_is_missing_or_no_transcriber_is_refused_by_name():
    with pytest.raises(ModelFileError, match=r"model mine\.onnx: there is no such file"):
        Reader(second_reader="mine.onnx")
    with pytest.raises(ModelFileError, match=r"digits\.onnx: is a model to classify"):
        Reader(second_reader="digits")


def test_one_that_is_damaged_is_refused_by_name(tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(open_model("lines").data[:1000])
    with pytest.raises(ModelFileError, match=r"damaged\.onnx"):
        Reader(second_reader=str(damaged))


def test_effort_fast_asks_none():
    with pytest.raises(SutjaError, match="effort fast asks no second reader"):
        Reader(second_reader="lines", effort="fast")


def test_the_one_of_the_card_is_measured(crops):
    named = Reader(second_reader="lines")
    assert named.second_is_measured
    assert named.read_crops(crops) == Reader().read_crops(crops)


def test_one_that_was_not_measured_makes_no_answer_surer(crops):
    named = Reader(second_reader="numbers-open")
    assert not named.second_is_measured
    assert named.effort == "normal"
    for number, alone in zip(named.read_crops(crops), Reader(effort="fast").read_crops(crops), strict=True):
        if number is not None and alone is not None and number.digits == alone.digits:
            assert number.confidence <= alone.confidence + 1e-6


def test_its_frames_are_told_in_those_of_the_first(crops):
    reader = WholeReader(open_model("numbers-open"))
    stretched = [normalise_ink(find_ink(crop), NormaliseParams(stretch=2.0)) for crop in crops[:1]]
    [[best, *_]] = reader.read(crops[:1], stretched)
    glyphs = best.list_glyphs()
    assert glyphs[-1].last * 2 <= stretched[0].array.shape[1]
    assert glyphs[-1].last * 2 > stretched[0].array.shape[1] / 2
