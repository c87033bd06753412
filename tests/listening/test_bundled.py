"""The bundled listener hears its examples, and no accepted number in what is none."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sutja.grammar.number_words import find_numbers, split_words
from sutja.listening import Listener
from sutja.model_file.bundled import bundled_path
from sutja.signals.audio import RATE

SOUNDS = Path(__file__).resolve().parents[2] / "examples" / "sounds"
CASES = Path(__file__).parent / "sounds"
LIMIT = 3_000_000  # bytes


@pytest.fixture(scope="module")
def bundled():
    return Listener()


def test_it_is_small():
    assert bundled_path("spoken").stat().st_size <= LIMIT


def test_what_it_accepts_of_its_examples_is_what_is_said(bundled):
    with (SOUNDS / "truth.csv").open(encoding="utf-8") as file:
        truth = {row["path"]: row["text"] for row in csv.DictReader(file)}
    accepted = 0
    for name, text in truth.items():
        said = "".join(number.digits for number in find_numbers(split_words(text)))
        for number in bundled.listen(SOUNDS / name).numbers:
            accepted += number.accepted
            assert not number.accepted or number.digits in said
            assert said  # where nothing is said there is no number at all
    assert accepted >= 3


def quiet(sound):
    """As a microphone far off gives it, in 16 bits."""
    return np.round(sound * 0.003 * 32_768) / 32_768


def offset(sound):
    return sound * 0.5 + 0.3


def clicked(sound):
    """A loud click of 12 ms before what is said and one behind it."""
    rng = np.random.default_rng(1)
    out = sound * 0.1
    for start in (len(sound) // 40, len(sound) - len(sound) // 40):
        out[start : start + 200] = 0.9 * np.sign(rng.standard_normal(200))
    return out


@pytest.mark.parametrize("change", [quiet, offset, clicked])
@pytest.mark.parametrize("name", ["spoken", "spoken-open"])
def test_what_a_bad_microphone_does_leaves_what_is_said(name, change):
    sound, rate = soundfile.read(SOUNDS / "telephone-number.mp3", dtype="float32")
    numbers = Listener(name).listen(change(sound).astype(np.float32), rate).numbers
    assert [number.digits for number in numbers] == ["2125550142"]
    assert numbers[0].confidence > 0.9


def music(seed):
    """Some bars of chords and a melody, float32 (n,)."""
    rng = np.random.default_rng(seed)
    t = np.arange(RATE // 2) / RATE
    bars = []
    for _ in range(16):
        roots = 110 * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 11], 3) / 12) * np.array([1, 2, 4])
        tones = [np.sin(2 * np.pi * root * k * t) / k for root in roots for k in range(1, 5)]
        bars.append(0.05 * sum(tones) * np.exp(-4 * t))
    return np.concatenate(bars).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_music_and_noise_are_never_accepted(bundled, seed):
    rng = np.random.default_rng(seed)
    sounds = [music(seed), rng.normal(0, 0.1, 5 * RATE), np.cumsum(rng.normal(0, 0.01, 5 * RATE))]
    for sound in sounds:
        assert not any(number.accepted for number in bundled.listen(sound, RATE).numbers)


@pytest.mark.parametrize(
    ("name", "value"), [("e-dec", "3.5"), ("05-rms", "2300000"), ("q-dollars", "25.30"), ("i-1984", "1984")]
)
def test_quantities_said_by_programs_are_never_accepted_wrong(bundled, name, value):
    """Cases that were wrong and accepted once: a point, a million, dollars, a year."""
    numbers = bundled.listen(CASES / f"{name}.flac").numbers
    assert all(number.value == value for number in numbers if number.accepted)
    if name in ("05-rms", "q-dollars"):
        assert [number.value for number in numbers] == [value]
