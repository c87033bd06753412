"""The recipe of the page detector: what it keeps comes back, frames are mixed, figures count right."""

import importlib.util
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sutja.boxes.decode import Detections
from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.synthesis.crops.sources import Sources
from sutja.synthesis.pages import Field, PageSample
from sutja.training.detect.frames import Frames

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recipe_pages", FOLDER / "pages.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(FOLDER))  # recipes share files, as when one is run
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module


def page(seed, n=3, size=(600, 620)):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(20, 500, (n, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(10, 60, (n, 2))], axis=1)
    return make_boxed_picture(
        rng.integers(0, 256, size).astype(np.uint8), boxes, rng.integers(0, 2, n), rng.random(n) < 0.3
    )


def test_pages_that_are_kept_come_back(recipe, tmp_path):
    pages = [page(0), page(1, n=0), page(2, size=(90, 700))]
    recipe.save_pages(tmp_path / "pages.npz", pages)
    assert [path.name for path in tmp_path.iterdir()] == ["pages.npz"]
    for kept, given in zip(recipe.load_pages(tmp_path / "pages.npz"), pages, strict=True):
        for name in ("pixels", "boxes", "labels", "ignore"):
            assert np.array_equal(getattr(kept, name), getattr(given, name))


def test_fields_become_boxes_of_their_class(recipe):
    fields = (
        Field("12", (1, 2, 30, 14), "printed", "number"),
        Field("A4", (1, 20, 9, 30), "handwritten", "code", True),
    )
    out = recipe.to_boxed(PageSample(np.zeros((40, 40), np.uint8), fields))
    assert out.labels.tolist() == [recipe.CLASSES.index("printed"), recipe.CLASSES.index("handwritten")]
    assert out.ignore.tolist() == [False, True]
    assert recipe.to_boxed(PageSample(np.zeros((4, 4), np.uint8), ())).boxes.shape == (0, 4)


def test_frames_are_drawn_from_all_that_is_there_and_an_epoch_can_be_entered_anywhere(recipe, tmp_path):
    (tmp_path / "chunks").mkdir()
    recipe.save_pages(tmp_path / "chunks" / "0000.npz", [page(0), page(1)])
    recipe.save_pages(tmp_path / "train-sudoku.npz", [page(2)])
    frames = recipe.MixedFrames(tmp_path, seed=1)
    frames.batches_per_epoch = 3
    assert isinstance(frames, Frames)
    whole, rest = list(frames.epoch(0)), list(frames.epoch(0, first=2))
    assert len(whole) == 3
    assert all(frame.pixels.shape == (recipe.FRAME, recipe.FRAME) for batch in whole for frame in batch)
    for one, other in zip(whole[2], rest[0], strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.boxes, other.boxes)


def test_figures_count_found_missed_false_and_ignored(recipe):
    truth = make_boxed_picture(
        np.zeros((100, 200), np.uint8),
        [(0, 0, 20, 10), (40, 0, 60, 10), (80, 0, 100, 10), (0, 50, 100, 100)],
        [0, 1, 0, 1],
        [False, False, False, True],
    )
    found = Detections(
        np.array(
            [(0, 0, 20, 10), (41, 0, 61, 10), (150, 60, 170, 70), (20, 60, 40, 70), (80, 0, 100, 10)],
            np.float32,
        ),
        np.array([0.9, 0.8, 0.7, 0.6, 0.1], np.float32),
        np.array([0, 0, 1, 1, 0]),
    )
    out = recipe.compute_figures([truth], [found], 0.5)
    assert (out["n"], out["recall"], out["precision"], out["false_alarms"]) == (3, 0.6667, 0.6667, 1)
    assert out["class_right"] == 0.5


def test_chunks_are_composed_once(recipe, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(recipe, "A_CHUNK", 2)
    monkeypatch.setattr(recipe, "WINDOW", 256)
    monkeypatch.setattr(recipe, "load_sources", lambda *_: Sources())
    monkeypatch.setenv("SUTJA_DATA", str(tmp_path))
    args = Namespace(out=tmp_path, first=3, chunks=1, seed=1, layout=[])
    recipe.compose(args)
    (made,) = (tmp_path / "chunks").iterdir()
    assert made.name == "0003.npz"
    assert [p.pixels.shape for p in recipe.load_pages(made)] == [(256, 256)] * 2
    before = made.stat().st_mtime_ns
    recipe.compose(args)
    assert made.stat().st_mtime_ns == before
    assert capsys.readouterr().out.count("crops/s") == 1


def test_the_mean_of_two_networks(recipe):
    import torch

    torch.manual_seed(0)
    one, other = (recipe.Detector(recipe.DetectorConfig(2)) for _ in range(2))
    made = recipe.average(one, other)
    for name, weight in made.state_dict().items():
        a, b = one.state_dict()[name], other.state_dict()[name]
        assert torch.allclose(weight, (a + b) / 2) if weight.is_floating_point() else torch.equal(weight, a)
    assert not torch.equal(made.stem[0].weight, one.stem[0].weight)
