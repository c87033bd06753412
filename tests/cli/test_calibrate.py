"""`sutja calibrate` as a person runs it: the promise, where it is kept, and when there is none."""

import errno
import json
import os
from pathlib import Path

import answering
import numpy as np
import pytest
from click.testing import CliRunner

from sutja.cli import main
from sutja.data.split.fingerprint import make_fingerprint
from sutja.model_file import read_model, write_model
from sutja.reading import Classifier


def pictures(n, seed=0):
    """Distinct pictures and labels; the less sure the model is, the oftener it is wrong, 10 % in all."""
    rng = np.random.default_rng(seed)
    labels, doubt = rng.integers(0, 5, n), rng.random(n)
    names = np.array(answering.CLASSES)
    wrong = rng.random(n) < 0.2 * doubt**2 * 1.5
    X = np.zeros((n, 5, 2), np.uint8)
    shown = np.where(wrong, (labels + 1) % 5, labels)
    X[np.arange(n), shown] = (255 - 150 * doubt[:, None] + rng.integers(-60, 60, (n, 2))).clip(0, 255)
    X[np.arange(n), (shown + 2) % 5] = rng.integers(0, 60, (n, 2))
    X[np.arange(n), (shown + 3) % 5] = np.stack([np.arange(n) % 60, np.arange(n) // 60 % 60], axis=1)
    return X, names[labels]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The working directory with 4,000 labelled pictures, d.npz, and a model, c.onnx."""
    monkeypatch.chdir(tmp_path)
    X, y = pictures(4000)
    np.savez("d.npz", X=X, y=y)
    write_model("c.onnx", answering.make_network(), answering.make_card(threshold=0.5))
    return X, y


def run(*arguments):
    return CliRunner().invoke(main, ["calibrate", *map(str, arguments)])


@pytest.mark.parametrize("method", ["ltt", "sgr"])
def test_the_threshold_is_kept_in_the_model(data, method):
    done = run("c.onnx", "d.npz", "--max-error", 0.05, "--confidence", 0.9, "--method", method)
    assert done.exit_code == 0, done.stderr
    assert "with 90 % confidence at most 5 % of the accepted answers are wrong" in done.stdout
    card = read_model("c.onnx").card
    assert 0.0 < card.threshold < 1.0
    guarantee = card.guarantee
    assert (guarantee.max_error, guarantee.confidence, guarantee.data) == (0.05, 0.9, "d.npz")
    classifier = Classifier("c.onnx")
    assert classifier.threshold == card.threshold
    X, y = pictures(20_000, seed=1)
    best, confidence = classifier.predict_with_confidence(X)
    kept = confidence >= card.threshold
    assert (np.array(classifier.classes)[best] != y)[kept].mean() <= 0.05
    assert kept.mean() > 0.5


def test_json_and_a_copy(data):
    before = Path("c.onnx").read_bytes()
    done = run("c.onnx", "d.npz", "--max-error", 0.05, "--out", "sure.onnx", "--format", "json")
    found = json.loads(done.stdout)
    assert Path("c.onnx").read_bytes() == before
    card = read_model("sure.onnx").card
    assert (found["threshold"], found["wrong"]) == (card.threshold, card.guarantee.wrong)
    assert found["method"] == "learn then test"


def test_what_the_model_was_trained_on_does_not_count(data):
    X, _ = data
    card = answering.make_card(fingerprint=make_fingerprint(X[:1000]).to_text())
    write_model("c.onnx", answering.make_network(), card)
    done = run("c.onnx", "d.npz", "--max-error", 0.05, "--method", "sgr")
    assert "items are left out: the model was trained on them" in done.stderr
    assert read_model("c.onnx").card.guarantee.cases <= 3000


def test_repeated_items_count_once(data):
    X, y = data
    np.savez("twice.npz", X=np.concatenate([X, X]), y=np.concatenate([y, y]))
    done = run("c.onnx", "twice.npz", "--max-error", 0.05, "--method", "sgr")
    assert "4,000 items repeat another" in done.stderr
    assert read_model("c.onnx").card.guarantee.cases == 4000


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        (["c.onnx", "few.npz", "--max-error", 0.01], "labels are missing", 1),
        (["c.onnx", "d.npz", "--max-error", 0.0001], "ask for a larger error", 1),
        (["c.onnx", "d.npz", "--max-error", 0], "0<x<1", 2),
        (["c.onnx", "d.npz"], "--max-error", 2),
        (["numbers", "d.npz", "--max-error", 0.01], "bundled models are not changed", 1),
        (["c.onnx", "seen.npz", "--max-error", 0.01], "no item is left to choose the threshold by", 1),
        (
            ["c.onnx", "d.npz", "--max-error", 0.05, "--out", "none/c.onnx"],
            "none/c.onnx: cannot be written",
            1,
        ),
    ],
)
def test_without_a_promise_the_model_stays_as_it_is(data, arguments, message, status):
    X, y = data
    np.savez("few.npz", X=X[-50:], y=y[-50:])
    np.savez("seen.npz", X=X[:100], y=y[:100])
    card = answering.make_card(fingerprint=make_fingerprint(X[:100]).to_text(), threshold=0.5)
    write_model("c.onnx", answering.make_network(), card)
    before = Path("c.onnx").read_bytes()
    done = run(*arguments)
    assert done.exit_code == status
    assert message in done.stderr
    assert Path("c.onnx").read_bytes() == before
    assert not list(Path().glob(".c.onnx*"))


def test_where_not_all_training_pictures_can_be_told_there_is_no_promise(data, monkeypatch):
    from sutja.data.split import fingerprint

    X, _ = data
    monkeypatch.setattr(fingerprint, "KEPT_ITEMS", 600)
    card = answering.make_card(fingerprint=make_fingerprint(X[:1000]).to_text())
    write_model("c.onnx", answering.make_network(), card)
    done = run("c.onnx", "d.npz", "--max-error", 0.05)
    assert done.exit_code == 1
    assert "knows only one in 2 of them" in done.stderr


def test_a_full_disk_leaves_the_model_as_it_is(data, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = Path("c.onnx").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    done = run("c.onnx", "d.npz", "--max-error", 0.05)
    assert done.exit_code == 1
    assert "c.onnx: cannot be written (No space left on device); free space" in done.stderr
    assert Path("c.onnx").read_bytes() == before
    assert not list(Path().glob(".c.onnx*"))
