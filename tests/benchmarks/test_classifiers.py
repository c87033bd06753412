"""The replays of certified thresholds: what they count, by populations whose truth is known."""

import importlib
import json
import sys
from pathlib import Path

import answering
import numpy as np
import pytest

from sutja.confidence.certified import METHODS
from sutja.model_file import write_model

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """The folder on the path, as it is for `python benchmarks/X.py`."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def script(name):
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def pool():
    """6,000 answers; the surer, the oftener right; 6 % are wrong."""
    rng = np.random.default_rng(5)
    confidence = rng.random(6000)
    return confidence, rng.random(6000) > 0.12 * (1.0 - confidence)


@pytest.mark.parametrize("way", METHODS)
def test_certified_thresholds_keep_their_promise(way, pool):
    found = script("certified").replay(pool, METHODS[way], "draws", 1500, 0.04, 0.9, 200)
    assert found["holds"]
    assert found["broken"]["k"] <= 30
    assert found["promised"]["k"] > 100
    assert found["coverage"] > 0.2


def test_a_threshold_without_a_certificate_does_not(pool):
    certified = script("certified")
    found = certified.replay(pool, certified.choose_uncertified, "draws", 500, 0.04, 0.9, 100)
    assert not found["holds"]
    assert found["broken"]["k"] > 25


def test_splits_do_not_overlap(pool):
    (labelled, _), (rest, _) = script("certified").split_pool(pool, 1000, np.random.default_rng(0))
    assert (len(labelled), len(rest)) == (1000, 5000)
    assert np.array_equal(np.sort(np.concatenate([labelled, rest])), np.sort(pool[0]))


def test_what_chance_allows():
    # the 99.9 % point of the binomial (1,000, 0.05) is 72 or so: 50 and 3.1 deviations of 6.9
    assert 70 <= script("certified")._count_most_broken(1000, 0.05) <= 75
    assert script("certified")._count_most_broken(10, 1e-9) == 0


def test_the_best_coverage_by_hand():
    pool = (np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True]))
    best = script("certified").find_best_coverage
    assert (best(pool, 0.0), best(pool, 0.25), best(pool, 0.34)) == (0.5, 1.0, 1.0)
    assert best((np.array([0.9]), np.array([False])), 0.1) == 0.0


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "c.onnx"
    write_model(path, answering.make_network(), answering.make_card())
    return path


def test_all_ways_of_one_picture_take_turns_and_agree(model, monkeypatch):
    single = script("single_image")
    images = np.stack([answering.draw(label) for label in answering.CLASSES])
    found = single.measure(model, images, rounds=2, calls=5)
    assert list(found["ways"]) == [
        "onnxruntime, session.run",
        "sutja, BoundRun",
        "onnxruntime, by hand",
        "sutja, Classifier.classify",
    ]
    assert all(0 < us["least_us"] <= us["median_us"] <= us["most_us"] for us in found["ways"].values())
    assert (found["pictures"], found["without_alternatives"]) == (5, 5)


def test_ways_that_differ_are_not_compared(model):
    single = script("single_image")
    ways = dict.fromkeys(("onnxruntime, session.run", "sutja, BoundRun"), lambda i: np.array([[0.0, -1.0]]))
    ways["onnxruntime, by hand"] = lambda i: "1"
    classifier = single.Classifier(model)
    ways["sutja, Classifier.classify"] = lambda i: classifier.classify(answering.draw("0"))
    with pytest.raises(SystemExit, match="picture 0"):
        single.check_agreement(ways, classifier, 1)


def test_a_try_on_real_data(data_root, tmp_path, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    for name in ("_machine", "certified"):
        monkeypatch.setattr(script(name), "DRAFTS", tmp_path)
    monkeypatch.setattr(script("certified"), "LABELS", (500,))
    monkeypatch.setattr(script("certified"), "EPOCHS", 1)
    script("certified").main(["--part", "validation", "--limit", "4000", "--replays", "5"])
    found = json.loads((tmp_path / "certified-validation.json").read_text(encoding="utf-8"))
    assert found["answers"] > 5000
    assert {row["method"] for row in found["rows"]} == {"ltt", "sgr", "none"}
    assert 0 < found["wrong"]["rate"] < 0.5
