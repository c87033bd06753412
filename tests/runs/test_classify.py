"""From labelled data to a plan: what the recipe becomes, how data are split, what a network is shown."""

import numpy as np
import pytest

from sutja.data.labelled.load import Labelled
from sutja.errors import DataError
from sutja.model_file import Scaling
from sutja.runs.cards import measure
from sutja.runs.classify import RECIPES, load_parts, make_config
from sutja.runs.inputs.pictures import choose_params
from sutja.signals.preprocessing.pixels_input import batch_to_pixels


def labelled(images):
    n = len(images)
    return Labelled(images, np.arange(n) % 2, ("a", "b"), None, tuple(map(str, range(n))), "here", "none")


def test_choices_go_before_the_recipe():
    assert make_config("convnet", 60_000) == RECIPES["convnet"]
    chosen = make_config("convnet", 60_000, lr=0.5, augment="none", epochs=3, batch_size=None)
    assert (chosen.lr, chosen.augment, chosen.epochs) == (0.5, None, 3)
    assert chosen.batch_size == RECIPES["convnet"].batch_size


def test_few_pictures_are_seen_more_often_and_wide_perceptrons_learn_slower():
    few = make_config("mlp", 1280)
    assert few.epochs * 1280 / few.batch_size >= 1500
    assert make_config("mlp", 10).epochs == 200
    assert make_config("mlp", 1280, epochs=5).epochs == 5
    assert make_config("mlp", 60_000, (16, 16)).lr == RECIPES["mlp"].lr
    assert make_config("mlp", 60_000, (256, 64)).lr == pytest.approx(RECIPES["mlp"].lr / 4)
    assert make_config("mlp", 60_000, (256, 64), lr=0.1).lr == 0.1


def test_each_network_is_shown_what_it_was_made_for():
    rng = np.random.default_rng(0)
    grey, colour = rng.integers(0, 200, (6, 20, 30), np.uint8), rng.integers(0, 200, (6, 20, 30, 3), np.uint8)
    own = choose_params("convnet", labelled(grey))
    assert own.shape == (1, 20, 30)
    shown = batch_to_pixels(grey, own)
    assert abs(shown.mean()) < 1e-2
    assert abs(shown.std() - 1) < 1e-2
    assert choose_params("mlp", labelled(colour)).shape == (3, 20, 30)
    assert choose_params("lenet5", labelled(colour)).shape == (1, 28, 28)
    extremes = np.array([[[0]], [[255]]], np.uint8)
    paper_and_ink = {"lecun1989": (-1.0, 1.0), "lenet5": (-0.1, 1.175)}
    for net, wanted in paper_and_ink.items():
        low, high = batch_to_pixels(extremes, choose_params(net, labelled(grey)))
        assert (low.max(), high.min()) == pytest.approx(wanted, abs=1e-3)
    assert choose_params("mlp", labelled(np.zeros((4, 5, 5), np.uint8))).std == 1.0


def test_data_without_a_test_part_are_split_in_three():
    lines = []
    parts = load_parts(None, lines.append)
    names = [set(part.names) for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, names)) == len(set.union(*names)) == 1797
    assert len(parts.train) > len(parts.test) > len(parts.validation) > 100
    assert "1,797" not in lines[0]
    assert f"{len(parts.train):,} to train" in lines[0]
    assert set(parts.test.labels) == set(range(10))


def test_figures_on_the_card_are_counted():
    data = labelled(np.zeros((4, 2, 2), np.uint8))
    log_probs = np.log(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]], np.float32))
    figures = measure(data, log_probs, Scaling(), "test")
    assert (figures["n"], figures["error"]) == (4, 0.25)
    low, high = figures["error_95"]
    assert low == pytest.approx(0.006309, abs=1e-5)  # Clopper-Pearson for 1 of 4
    assert high == pytest.approx(0.805880, abs=1e-5)


def test_a_class_that_cannot_be_learnt_is_named(tmp_path):
    X = np.random.default_rng(0).integers(0, 255, (3, 8, 8), np.uint8)
    np.savez(tmp_path / "few.npz", X=X, y=["a", "a", "b"])
    with pytest.raises(DataError, match=r"few\.npz: no picture of a is left to learn from; add pictures"):
        load_parts(tmp_path / "few.npz", lambda line: None)
