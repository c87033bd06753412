"""The recipes for classifiers: they run, and what they prepare is what they say."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sutja.data.labelled.load import load_labelled
from sutja.model_file import read_model
from sutja.nets.lecun1989 import Lecun1989

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """The folder on the path, as it is for `python recipes/X.py`."""
    monkeypatch.syspath_prepend(str(FOLDER))


def recipe(name: str) -> ModuleType:
    """A script of recipes/, by its path: benchmarks/ has scripts of the same names."""
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", FOLDER / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ours(data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    return data_root


def test_the_experiment_of_1989_runs_and_shows_what_was_published(ours, tmp_path, monkeypatch, capsys):
    out = tmp_path / "runs" / "lecun1989.onnx"
    module = recipe("lecun1989")
    few = tuple(data.take(range(300)) for data in module.load_parts("validation"))
    monkeypatch.setattr(module, "load_parts", lambda part: few)
    module.main(["--seeds", "1", "--passes", "1", "--out", str(out)])
    said = capsys.readouterr().out
    assert "5.00%" in said
    assert "validation error" in said
    card = read_model(out).card
    assert card.classes == tuple("0123456789")
    assert card.preprocessing.params["height"] == 16
    assert card.training_data[0].name == "usps (train)"
    assert not card.open_terms


def test_the_experiment_asks_about_digits_it_has_not_learnt_from(ours):
    learn, ask = recipe("lecun1989").load_parts("validation")
    assert len(learn) + len(ask) == 7291
    assert not set(learn.names) & set(ask.names)
    learn, ask = recipe("lecun1989").load_parts("test")
    assert (len(learn), len(ask)) == (7291, 2007)


def test_the_quick_network_of_1989_is_the_network_of_1989():
    torch.manual_seed(0)
    quick = recipe("_lecun1989_quick").QuickLecun1989(dtype=torch.float32)
    plain = quick.plain().train()
    assert type(plain) is Lecun1989
    image, label = torch.rand(7, 1, 16, 16) * 2 - 1, torch.arange(7)
    torch.testing.assert_close(quick(image), plain(image), atol=1e-5, rtol=1e-5)
    for net in (quick, plain):
        F.cross_entropy(net(image), label).backward()
    for (name, one), other in zip(quick.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, atol=1e-6, rtol=1e-4, msg=name)


def test_the_quick_network_in_bfloat16_goes_the_same_way():
    torch.manual_seed(0)
    half = recipe("_lecun1989_quick").QuickLecun1989()
    plain = half.plain().train()
    image, label = torch.rand(50, 1, 16, 16) * 2 - 1, torch.arange(50) % 10
    for net in (half, plain):
        F.cross_entropy(net(image), label).backward()
    for (name, one), other in zip(half.named_parameters(), plain.parameters(), strict=True):
        assert F.cosine_similarity(one.grad.flatten(), other.grad.flatten(), dim=0) > 0.995, name


def test_rows_have_the_mean_and_deviation_over_seeds():
    module = recipe("lecun1989")
    runs = {"some": [module.Run(None, 0.0, error, 2.0) for error in (0.04, 0.06)]}
    (row,) = module.make_rows(runs, 100)
    assert (row["seeds"], row["error"], row["error_std"], row["seconds_std"]) == (2, 0.05, 0.01414, 0.0)
    assert row["error_95"][0] < 0.05 < row["error_95"][1]


def test_digits_on_paper_are_dark_on_light_and_keep_their_labels():
    module, data = recipe("digits"), load_labelled(None, "train")
    paper = module.put_on_paper(data, seed=1)
    np.testing.assert_array_equal(paper.labels, data.labels)
    bright = paper.images.reshape(len(paper), -1).max(1)
    assert bright.min() >= module.PAPER[0]
    inked = data.images >= 250
    for before, after, ink in zip(data.images[:50], paper.images[:50], inked[:50], strict=True):
        if ink.any() and (before == 0).any():
            assert after[ink].mean() <= after[before == 0].mean() - module.LEAST_INK + 6
    np.testing.assert_array_equal(module.put_on_paper(data, seed=1).images, paper.images)


def test_thin_digits_are_light_on_dark_and_none_is_lost():
    module = recipe("digits")
    data = load_labelled(None, "train")
    thin = module.draw_thinly(data, seed=1)
    np.testing.assert_array_equal(thin.labels, data.labels)
    before, after = (d.images.reshape(len(d), -1).astype(int) for d in (data, thin))
    assert (after.max(1) >= 0.4 * module.FAINTEST * before.max(1)).all()
    assert after.mean() < before.mean()
    assert (after.argmax(1) != after.argmin(1)).all()


def test_all_ways_stand_side_by_side_and_terms_are_those_of_all():
    module, data = recipe("digits"), load_labelled(None, "train")
    closed = replace(data, open_terms=False, terms="none stated", source="closed")
    both = module.augment_all({"open": data, "closed": closed}, 1, {"closed": 2})
    assert len(both) == 9 * len(data)
    first, second = (both.images[k * len(data) : (k + 1) * len(data)] for k in (4, 7))
    assert (first != second).any(), "each repetition has new pens"
    assert both.source == f"{data.source} + closed"
    assert not both.open_terms
    assert "none stated" in both.terms


def test_the_digit_classifier_is_made_from_start_to_card(ours, tmp_path, monkeypatch):
    module = recipe("digits")
    monkeypatch.setattr(module, "CONFIG", replace(module.CONFIG, threads=1, dtype="float32"))
    arguments = ["--out", str(tmp_path / "run"), "--limit", "60", "--epochs", "1", "--size", "s"]
    module.main(arguments)
    card = read_model(tmp_path / "run" / "model.onnx").card
    assert [data.name for data in card.training_data] == ["mnist", "exam-digits"]
    assert card.open_terms
    assert card.fingerprint
    wanted = {
        (name, part, way)
        for name in ("mnist", "exam-digits")
        for part in ("validation", "test")
        for way in ("light on dark", "on paper")
    }
    assert {(row["set"], row["part"], row["way"]) for row in card.results} == wanted
    assert '"way": "on paper"' in (tmp_path / "run" / "card.json").read_text()
