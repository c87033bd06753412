"""Trainings that people look on at: every era learns, is seen while it does, stops, and keeps its model."""

import numpy as np
import pytest

from sutja.errors import TrainingError
from sutja.reading import Classifier
from sutja.runs import live
from sutja.runs.live import LiveSettings, LiveTraining

LABELS = 300


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    """No epoch is drawn out for eyes."""
    monkeypatch.setattr(live, "LEAST_EPOCH", 0.0)


@pytest.mark.parametrize("era", ["1958", "1986", "2012", "today"])
def test_every_era_learns(era):
    training = LiveTraining(LiveSettings(era=era, labels=LABELS, epochs=8))
    moments = []
    assert training.run(moments.append, lambda: False)
    rows = [moment.row for moment in moments if moment.row is not None]
    assert [row["epoch"] for row in rows] == list(range(1, 9))
    assert rows[-1]["validation_error"] < 0.45
    first, last = moments[0].weights, moments[-1].weights
    assert first.shape == last.shape
    assert not np.array_equal(first, last)


def test_eras_are_what_they_were():
    shapes = {
        era: LiveTraining(LiveSettings(era=era, labels=LABELS)).parameters for era in ("1958", "1989", "1998")
    }
    assert shapes == {"1958": 7850, "1989": 9760, "1998": 60_900}
    assert LiveTraining(LiveSettings(era="1986", labels=LABELS, hidden=(8, 4))).parameters == 6366


def test_it_stops_when_told_and_keeps_what_it_learnt(tmp_path):
    training = LiveTraining(LiveSettings(era="1986", labels=LABELS, epochs=100))
    moments = []
    assert not training.run(moments.append, lambda: len(moments) > 3)
    model = training.save(tmp_path / "kept.onnx", "kept")
    assert model.card.results[0]["n"] == len(training.validation)
    digit = training.validation.images[0]
    classifier = Classifier(tmp_path / "kept.onnx")
    shares = training.answer(digit)
    assert shares.sum() == pytest.approx(1.0, abs=1e-4)
    assert classifier.classify(digit).label == training.train.classes[int(shares.argmax())]


@pytest.mark.parametrize(
    "wrong",
    [
        {"era": "1066"},
        {"data": "/etc/passwd"},
        {"labels": 3},
        {"era": "1989", "hidden": (4,)},
        {"hidden": (9, 9, 9)},
        {"hidden": (0,)},
        {"lr": 1e9},
        {"epochs": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(TrainingError, match="makes no sense"):
        LiveSettings(**wrong)


def test_the_few_labels_are_those_of_the_seed():
    one, same, other = (LiveTraining(LiveSettings(labels=50, seed=seed)).train.names for seed in (1, 1, 2))
    assert one == same
    assert one != other
