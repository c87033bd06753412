"""Labels of spoken numbers that two recognisers contradict: which are, and what is left out."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from sutja.grammar.number_words import label_words
from sutja.listening.second_listener import Transcript
from sutja.synthesis.speech.utterances import RATE, Utterance, save_utterances

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("contradicted_speech")


def say(words, name="some/1.flac", source="some"):
    samples = np.full(800, 500, np.int16)
    return Utterance(samples, tuple(label_words(words.split())), "some/one", source, name=name)


@pytest.mark.parametrize(
    ("label", "first", "second", "wanted"),
    [
        ("one", "81.", "eighty-one", True),
        ("oh five one", "0, 0, 5, 1.", "0051", True),
        ("five five one", "51", "5, 1.", False),  # a digit said twice, which both leave out
        ("eighty six ninety nine", "699", "699", False),
        ("eight", "8", "eight", False),  # as the label says
        ("eight", "9", "a", False),
        ("eight", "yes", "yes", False),
        ("two three", "twenty-three", "23", False),
        ("stop", "4", "four", False),  # no number in the label: other words are not looked at
    ],
)
def test_both_must_hear_the_same_other_number(recipe, label, first, second, wanted):
    found = recipe.find_contradicted(
        [say(label)], lambda sound: Transcript(first, 1.0), lambda sound: Transcript(second, 0.9)
    )
    assert list(found) == (["some/1.flac"] if wanted else [])


def test_whisper_must_be_sure_and_is_asked_in_doubt_alone(recipe):
    asked = []

    def whisper(sound):
        asked.append(len(sound))
        return Transcript("9", 0.3)

    moonshine = iter([Transcript("five", 1.0), Transcript("nine", 1.0)])
    found = recipe.find_contradicted([say("five"), say("five")], lambda sound: next(moonshine), whisper)
    assert list(found) == []
    assert asked == [800 + round(0.8 * RATE)]


def test_voices_by_rule_say_what_they_are_told(recipe):
    ask = lambda sound: Transcript("81", 1.0)  # noqa: E731
    utterances = [say("one", source, source) for source in ("espeak-ng", "flite", "festival", "hibari")]
    assert list(recipe.find_contradicted(utterances, ask, ask)) == ["hibari"]


def test_recordings_are_made_loud_and_have_silence_around_them(recipe):
    sound = recipe.surround(say("one"))
    assert sound.max() == pytest.approx(0.7)
    assert not sound[: round(0.3 * RATE)].any()
    assert not sound[-round(0.5 * RATE) :].any()
    assert not recipe.surround(Utterance(np.zeros(0, np.int16), (), "s", "s")).any()


def test_what_is_looked_at_is_listed_anew(recipe, tmp_path, monkeypatch):
    listed = tmp_path / "list.txt"
    listed.write_text("some/1.flac\nsome/9.flac\n")
    monkeypatch.setattr(recipe, "LIST", listed)
    save_utterances(
        [say("one", "some/1.flac"), say("two", "some/2.flac")], tmp_path / "real" / "some-validation"
    )
    save_utterances([say("two", "some/3.flac")], tmp_path / "real" / "some-train")
    save_utterances([say("two", "")], tmp_path / "held" / "hibari-1")
    monkeypatch.setattr(recipe, "load_moonshine", lambda folder: lambda sound: Transcript("one", 1.0))
    monkeypatch.setattr(
        recipe,
        "WhisperListener",
        lambda folder: type("Says", (), {"transcribe": lambda self, sound: Transcript("1", 0.9)})(),
    )
    recipe.main(["--out", str(tmp_path), "--moonshine", ".", "--whisper", ".", "--parts", "validation"])
    assert listed.read_text() == "hibari-1#0\nsome/2.flac\nsome/9.flac\n"
    left = recipe.leave_out_contradicted([say("one", "some/1.flac"), say("two", "some/2.flac")])
    assert [utterance.name for utterance in left] == ["some/1.flac"]


def test_nothing_is_left_out_where_nothing_was_listed(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "LIST", tmp_path / "none.txt")
    assert recipe.list_contradicted() == frozenset()
    assert len(recipe.leave_out_contradicted([say("one")])) == 1
