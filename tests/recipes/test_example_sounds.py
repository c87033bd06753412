"""The recordings in examples/sounds are there, can be heard, and the recipe makes them as it says."""

import csv
import importlib
from pathlib import Path

import numpy as np
import pytest
from steerable_listener import say

from sutja.signals.audio import RATE, load_sound

ROOT = Path(__file__).resolve().parents[2]
SOUNDS = ROOT / "examples" / "sounds"


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "recipes"))
    return importlib.import_module("example_sounds")


def test_every_example_is_there_and_its_text_is_known(recipe):
    with (SOUNDS / "truth.csv").open(encoding="utf-8") as file:
        truth = {row["path"]: row["text"] for row in csv.DictReader(file)}
    assert list(truth) == [example.name for example in recipe.EXAMPLES]
    assert {path.name for path in SOUNDS.iterdir()} == {*truth, "truth.csv"}
    for name, text in truth.items():
        seconds = load_sound(SOUNDS / name).seconds
        assert seconds > 0.2 * len(text.split())
        assert (SOUNDS / name).stat().st_size < 120_000


def test_the_recipe_writes_what_it_says(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "speak", lambda text, voice, speed: say("one two"))
    recipe.main(tmp_path)
    for example in recipe.EXAMPLES:
        sound = load_sound(tmp_path / example.name)
        groups = example.text.count("|") + 1
        spoken = sum(bool(group.strip()) for group in example.text.split("|")) * len(say("one two")) / RATE
        assert sound.seconds == pytest.approx(0.5 + groups + spoken, abs=0.2)
        loud = float(np.abs(sound.samples).max())
        assert (loud > 0.2) == bool(example.text)
