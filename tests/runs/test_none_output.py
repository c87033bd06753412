"""What is no digit: taught to a small network beside digits drawn here, and refused by the model file."""

import cv2
import numpy as np
import pytest

import sutja
from sutja.data.labelled.load import Labelled
from sutja.reading import Classifier
from sutja.runs import none_output
from sutja.runs.none_output import is_teachable
from sutja.signals.preprocessing.pixels_input import PixelsParams
from sutja.synthesis import no_digits

DIGITS = tuple("0123456789")
FOUND = PixelsParams(28, 28, 1, ink=20)


def draw_digit(digit, rng):
    """Draw a digit of OpenCV's font on black, 28 × 28, as MNIST has them."""
    picture = np.zeros((84, 84), np.uint8)
    face = cv2.FONT_HERSHEY_SIMPLEX | (cv2.FONT_ITALIC if rng.random() < 0.5 else 0)
    scale = rng.uniform(1.5, 2.0)
    cv2.putText(picture, str(digit), (24, 64), face, scale, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    return cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a model of digits drawn here, by the command's own way."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 10
    X = np.stack([draw_digit(digit, rng) for digit in y])
    folder = tmp_path_factory.mktemp("digits")
    np.savez(folder / "drawn.npz", X=X, y=y)
    patch = pytest.MonkeyPatch()
    patch.setattr(none_output, "_DRAWN", 1200)
    patch.setattr(none_output, "_DRAWN_TO_CHOOSE", 300)
    run = sutja.train(folder / "drawn.npz", epochs=8, batch_size=32, out=folder / "run", threads=1, log=None)
    patch.undo()
    return run.model


def test_a_model_of_digits_refuses_what_is_none(model):
    assert model.card.none_output
    classifier, rng = Classifier(model), np.random.default_rng(9)
    digits = [draw_digit(digit, rng) for digit in np.arange(100) % 10]
    answers = classifier.classify(digits)
    assert np.mean([answer.label == str(i % 10) for i, answer in enumerate(answers)]) > 0.95
    assert np.mean([answer.accepted for answer in answers]) > 0.6
    others = [draw(rng) for draw in (no_digits.draw_letter, no_digits.draw_scribble) for _ in range(60)]
    assert np.mean([answer.accepted for answer in classifier.classify(others)]) < 0.12


def test_what_the_card_says_of_digits_is_of_digits_alone(model):
    for row in model.card.results:
        assert row["error"] < 0.1
    assert model.card.classes == DIGITS
    assert 0 < model.card.threshold < 1


def test_the_card_names_the_digits_that_are_drawn_beside_the_data(model):
    data, drawn = model.card.training_data
    assert drawn.name.startswith("digits drawn by rule")
    assert drawn.items == round(none_output.DRAWN_SHARE * data.items)
    assert drawn.terms == "Apache-2.0"


def test_other_hands_are_added_to_digits_alone():
    images, labels = np.zeros((50, 28, 28), np.uint8), np.arange(50) % 2
    pixels = np.zeros((50, 1, 28, 28), np.float32)
    counts = {}
    for classes in (("7", "1"), ("٣", "١"), ("a", "b")):
        train = Labelled(images, labels, classes, None, (), "some", "none")
        X, y = none_output.add_other_hands("convnet", FOUND, train, pixels, 0, print)
        assert len(X) == len(y)
        counts[classes] = len(y) - 50
        np.testing.assert_array_equal(y[:50], labels)
        assert set(y[50:].tolist()) <= {0, 1}
    assert list(counts.values()) == [5, 0, 0]


@pytest.mark.parametrize(
    ("net", "params", "classes"),
    [
        ("mlp", FOUND, DIGITS),
        ("convnet", PixelsParams(28, 28, 1), DIGITS),
        ("convnet", PixelsParams(8, 8, 1, ink=6), DIGITS),
        ("convnet", FOUND, tuple("abc")),
    ],
)
def test_other_classifiers_stay_as_they_are(net, params, classes):
    assert is_teachable("convnet", FOUND, DIGITS)
    assert not is_teachable(net, params, classes)
