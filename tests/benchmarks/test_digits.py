"""The benchmark of networks that learn digits: every kind of row, on a few digits."""

import importlib
import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """The script, its results in a folder of their own."""
    monkeypatch.syspath_prepend(str(FOLDER))
    machine = importlib.import_module("_machine")
    monkeypatch.setattr(machine, "DRAFTS", tmp_path)
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    yield importlib.import_module("digits")
    sys.modules.pop("digits")


@pytest.fixture
def few(digits, monkeypatch):
    """As it is, but small: one epoch on one thread, the smallest networks, four in a stack, few digits."""
    quick = {"epochs": 1, "threads": 1, "dtype": "float32"}
    small = {
        name: replace(recipe, size="s", config=replace(recipe.config, **quick))
        for name, recipe in digits.RECIPES.items()
    }
    monkeypatch.setattr(digits, "RECIPES", small)
    monkeypatch.setattr(digits, "STACK", 4)
    monkeypatch.setattr(digits, "LOOPED", 1)
    load_recipe = digits.load_recipe

    def load_small_recipe(name):
        recipe = load_recipe(name)
        parts = cache(recipe.load_parts)
        recipe.load_parts = lambda part: tuple(data.take(range(150)) for data in parts(part))
        return recipe

    monkeypatch.setattr(digits, "load_recipe", load_small_recipe)
    return digits


def kept(folder):
    return json.loads((folder / "digits-validation.json").read_text(encoding="utf-8"))


def test_a_try_of_every_row(few, tmp_path, data_root, monkeypatch, capsys):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    few.main(["--seeds", "2", "--limit", "150", "--part", "validation"])
    rows = kept(tmp_path)["rows"]
    assert {row["row"] for row in rows} == set(few.ROWS)
    assert all(row["seconds"] > 0 for row in rows if row["by"] != "LeCun et al. 1989")
    assert all(0 <= row["error"] <= 1 for row in rows if "error" in row)
    peers = {row["by"] for row in rows if row["row"] == "perceptron"}
    assert peers == {"sutja", "scikit-learn MLPClassifier", "plain PyTorch loop"}
    assert {row["runs"] for row in rows if row["by"] == "sutja"} == {2}
    assert "1989" in capsys.readouterr().out


def test_rows_measured_before_are_kept(few, tmp_path, monkeypatch):
    results = iter([0.5, 0.25, 0.125])
    rows = {
        name: lambda t: [{"what": "w", "by": "sutja", "runs": 1, "error": next(results)}] for name in "ab"
    }
    monkeypatch.setattr(few, "ROWS", rows)
    few.main(["--seeds", "1", "--part", "validation"])
    few.main(["--seeds", "1", "--part", "validation", "--row", "a"])
    assert {row["row"]: row["error"] for row in kept(tmp_path)["rows"]} == {"a": 0.125, "b": 0.25}


def test_rejection_is_the_least_that_keeps_the_error(digits):
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    log_probs = np.log(probabilities).astype(np.float32)
    assert digits.compute_rejected(log_probs, np.array([0, 0, 1, 0]), 0.0) == pytest.approx(0.5)
    assert digits.compute_rejected(log_probs, np.array([0, 0, 1, 0]), 0.25) == pytest.approx(0.0)
    assert digits.compute_rejected(log_probs, np.array([1, 0, 0, 0]), 0.0) == pytest.approx(1.0)


def test_a_goal_is_reached_by_the_means_alone(digits):
    runs = [{"error": 0.02, "seconds": 1.0}, {"error": 0.04, "seconds": 3.0}]
    assert digits.has_reached(runs, (0.03, 2.0))
    assert not digits.has_reached(runs, (0.029, 2.0))
    assert not digits.has_reached(runs, (0.03, 1.9))


def test_a_peer_is_timed_until_it_gets_there(digits):
    recipes = importlib.import_module("_digit_recipes")
    y = np.arange(4)
    answers = iter([np.zeros(4, int), np.array([0, 1, 2, 0]), y])
    peer = recipes.Peer("peer", iter([None] * 5), lambda X: next(answers))
    error, seconds, epochs = recipes.train_until(peer, np.zeros((4, 1), np.float32), y, 0.3)
    assert (error, epochs) == (0.25, 2)
    assert seconds >= 0


def test_a_try_of_the_gpu_benchmark_on_a_processor(few, tmp_path, data_root, monkeypatch, capsys):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    gpu = importlib.import_module("gpu")
    monkeypatch.setattr(gpu, "SIDE", {"cpu": 96})
    monkeypatch.setattr(gpu, "RECIPES", few.RECIPES)
    try:
        gpu.main(["--device", "cpu", "--limit", "150", "--seeds", "1", "--part", "validation"])
    finally:
        sys.modules.pop("gpu")
    rows = json.loads((tmp_path / "gpu-validation.json").read_text(encoding="utf-8"))["rows"]
    assert [row["what"] for row in rows] == list(gpu.GOALS)
    assert all(row["times_the_limit"] > 0 for row in rows)
    assert "times the limit" in capsys.readouterr().out
