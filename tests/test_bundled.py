"""The bundled model as it is handed out: small, with a full card, and right on the project's own examples."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_digits

from sutja.charset import CHARSET
from sutja.grammar import keep_digits
from sutja.model_file import read_model
from sutja.model_file.bundled import DEFAULTS, bundled_path
from sutja.reading import Classifier, Reader

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
with (EXAMPLES / "truth.csv").open(encoding="utf-8", newline="") as file:
    TRUTH = {row["file"]: row["text"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def pages():
    """What the bundled model reads on the examples."""
    names = sorted(TRUTH)
    return dict(zip(names, Reader().read_many([EXAMPLES / name for name in names], crop=True), strict=True))


def test_the_file_is_small():
    assert bundled_path(DEFAULTS["transcribe"]).stat().st_size <= 4_000_000


def test_the_card_says_where_the_model_comes_from():
    card = read_model(bundled_path(DEFAULTS["transcribe"])).card
    assert card.charset == tuple(CHARSET)
    assert card.training_data
    assert all(entry.terms for entry in card.training_data)
    assert card.calibration.points
    assert card.thresholds.points
    assert card.results
    assert card.versions
    assert card.created


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_an_example(pages, name):
    page = pages[name]
    assert page.error is None
    assert [number.digits for number in page.numbers] == ([keep_digits(TRUTH[name])] if TRUTH[name] else [])


def test_a_largest_error_can_be_asked_for():
    reader = Reader(max_error=0.01)
    assert reader.choice is not None
    assert reader.choice.wrong <= 0.01 * reader.choice.accepted


def test_the_classifier_of_digits_reads_ink_of_either_side():
    file = read_model(bundled_path("digits"))
    assert len(file.data) <= 4_000_000
    assert file.card.open_terms
    X, y = load_digits(return_X_y=True)
    pictures = np.rint(X.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)[:200]
    pictures = np.stack([cv2.copyMakeBorder(cv2.resize(p, (20, 20)), 4, 4, 4, 4, 0) for p in pictures])
    classifier = Classifier()
    for some in (pictures, 255 - pictures, (200 - 0.5 * pictures).astype(np.uint8)):
        labels = [answer.label for answer in classifier.classify(list(some))]
        assert np.mean([label == str(digit) for label, digit in zip(labels, y, strict=False)]) > 0.9
