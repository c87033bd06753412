"""Cases from life: drawings of people who try a classifier, and what is no digit."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_strokes import STYLES, draw_all
from PIL import Image, ImageDraw, ImageFont

from sutja.cli import main
from sutja.data.labelled.load import load_labelled
from sutja.reading import Classifier

CASES = Path(__file__).parent / "cases"
DRAWINGS = {
    "canvas280-white__7b.png": "7",
    "paint500-thick__4.png": "4",
    "small-in-large__6.png": "6",
    "tiny28__1f.png": "1",
}


@pytest.fixture(scope="module")
def bundled():
    return Classifier()


@pytest.fixture(scope="module")
def trained(data_root, tmp_path_factory):
    """A model of `sutja train classify` on a part of MNIST."""
    folder = tmp_path_factory.mktemp("mnist")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUTJA_DATA", str(data_root))
        digits = load_labelled("mnist", "train")
    np.savez(folder / "digits.npz", X=digits.images[:20_000], y=digits.labels[:20_000])
    arguments = [
        "classify",
        folder / "digits.npz",
        "--hidden",
        "64",
        "--epochs",
        "4",
        "--out",
        folder / "run",
    ]
    done = CliRunner().invoke(main, ["train", *map(str, arguments), "--net", "mlp"])
    assert done.exit_code == 0, done.output
    assert "the character in each picture is found, dark or light" in done.output
    return Classifier(folder / "run" / "model.onnx")


def count_wrong(classifier):
    """Wrong answers in each style, and those of them that were accepted."""
    styles, digits, pictures = zip(*draw_all(), strict=True)
    answers = classifier.classify(list(pictures))
    wrong = [
        (style, answer.accepted)
        for style, digit, answer in zip(styles, digits, answers, strict=True)
        if answer.label != digit
    ]
    return Counter(style for style, _ in wrong), sum(accepted for _, accepted in wrong), len(digits)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_with_a_model_of_mnist(trained, name):
    answer = trained.classify(CASES / name)
    assert answer.label == DRAWINGS[name]


def test_drawings_in_all_styles_with_a_model_of_mnist(trained):
    wrong, _, n = count_wrong(trained)  # after a few seconds on a third of MNIST; benchmarks train for longer
    assert wrong.total() <= 0.1 * n
    assert all(wrong[style] <= 2 for style in STYLES)


@pytest.mark.parametrize(("name", "digit"), [*DRAWINGS.items(), ("small-in-large__3.png", "3")])
def test_a_drawing_with_the_bundled_classifier(bundled, name, digit):
    answer = bundled.classify(CASES / name)
    assert answer.label == digit or not answer.accepted


def test_drawings_in_all_styles_with_the_bundled_classifier(bundled):
    wrong, accepted, n = count_wrong(bundled)
    assert wrong.total() <= 0.05 * n
    assert accepted == 0


def draw_letters():
    """Letters that are like no digit, dark on light and light on dark."""
    for place, letter in enumerate("AEFHKMNPRTUVWXYadefhkmnrtuwxy" * 2):
        side = (28, 100, 280)[place % 3]
        picture = Image.new("L", (side, side), 255)
        font = ImageFont.load_default(0.7 * side)
        ImageDraw.Draw(picture).text((side / 2, side / 2), letter, 0, font, anchor="mm")
        yield np.asarray(picture) if place % 2 else 255 - np.asarray(picture)


def draw_nothing():
    """Noise, scribbles and blank paper."""
    rng = np.random.default_rng(0)
    for side in (28, 64, 120):
        for level in (0, 130, 255):
            yield np.full((side, side), level, np.uint8)
        for _ in range(10):
            yield rng.integers(0, 256, (side, side)).astype(np.uint8)
            yield (255 * (rng.random((side, side)) < rng.uniform(0.05, 0.5))).astype(np.uint8)
            picture = Image.new("L", (side, side), 255)
            points = [tuple(point) for point in rng.uniform(0, side, (30, 2)).tolist()]
            ImageDraw.Draw(picture).line(points, 0, max(1, side // 25))
            yield np.asarray(picture)


def test_what_is_no_digit_is_not_accepted(bundled):
    pictures = [*draw_letters(), *draw_nothing()]
    accepted = sum(answer.accepted for answer in bundled.classify(pictures))
    assert accepted <= 0.01 * len(pictures)
