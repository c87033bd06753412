"""`sutja calibrate` on labelled pages: a threshold of whole numbers, in the card of the detector."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from finding import Blocks, draw_page
from PIL import Image

from sutja.cli import main
from sutja.model_file import read_model
from sutja.model_file.bundled import bundled_path
from sutja.reading import page_opening


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """Labelled pages of ten numbers each, one label in thirty wrong, and a finder that knows their fields."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(page_opening, "_open_detector", lambda *_: (Blocks(), None))
    rng = np.random.default_rng(0)
    lines = ["file,text"]
    for name in range(12):
        texts = [str(rng.integers(100, 99_999)) for _ in range(10)]
        placed = [(60 + 300 * (i % 2), 60 + 110 * (i // 2), text) for i, text in enumerate(texts)]
        Image.fromarray(draw_page(placed)).save(f"{name}.png")
        lines += [f"{name}.png,{text if i or name % 3 else int(text) + 1}" for i, text in enumerate(texts)]
    Path("labels.csv").write_text("\n".join(lines))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["calibrate", *map(str, arguments)])


def test_the_threshold_of_whole_numbers_is_kept(pages):
    before = read_model(bundled_path("pages")).card
    done = run(
        "pages", "labels.csv", "--max-error", 0.1, "--out", "mine.onnx", "--every-number", "--format", "json"
    )
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    card = read_model("mine.onnx").card
    assert card.fields is not None
    assert card.fields.threshold == facts["threshold"]
    assert (card.fields.guarantee.max_error, card.fields.guarantee.data) == (0.1, "labels.csv")
    assert card.fields.guarantee.wrong <= 5
    assert (card.threshold, card.classes) == (before.threshold, before.classes)
    assert "the items come from 12 writers, documents or the like" in done.stderr


def test_what_the_labels_do_not_name_is_not_counted(pages):
    done = run("pages", "labels.csv", "--max-error", 0.1, "--out", "mine.onnx")
    assert "numbers that no label names were not counted; --every-number counts them as wrong" in done.stderr


def test_too_few_labels_say_how_many_are_missing(pages):
    done = run("pages", "labels.csv", "--max-error", 0.001, "--out", "mine.onnx")
    assert done.exit_code == 1
    assert "labels are missing" in done.stderr or "ask for a larger error" in done.stderr
    assert not Path("mine.onnx").exists()


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (None, "needs labelled pages"),
        ("file,text\nnone.png,1\n", "no labelled page could be read|no item is left"),
    ],
)
def test_labels_that_cannot_be_used(pages, labels, match):
    if labels is not None:
        Path("odd.csv").write_text(labels)
    done = run("pages", *(["odd.csv"] if labels else []), "--max-error", 0.1, "--out", "mine.onnx")
    assert done.exit_code == 1
    assert any(part in done.stderr for part in match.split("|"))
