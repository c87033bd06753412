"""The figures of listening count what they say: whole numbers, edits of digits, speakers left out."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from steerable_listener import make_card, make_network, say

from sutja.listening import Listener
from sutja.model_file import write_model
from sutja.signals.audio import RATE

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """The folder on the path, as it is for `python benchmarks/X.py`."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def script(name):
    return importlib.import_module(name)


@pytest.fixture
def listener(tmp_path):
    write_model(tmp_path / "m.onnx", make_network(), make_card())
    return Listener(tmp_path / "m.onnx")


def take(text, *digits):
    return script("_recordings").LabelledRecording(text, say(text), digits)


def test_a_recording_is_right_with_all_of_its_numbers_and_no_other(listener):
    listening = script("listening")
    takes = [
        take("one two", "12"),
        take("one 3.0 two", "12"),
        take("one 3.0 two", "1", "2"),
        take("□"),
        take("five"),
    ]
    cases = listening.answer_with_sutja(listener, takes, "")
    assert [case.right for case in cases] == [True, False, True, True, False]
    assert [case.accepted for case in cases] == [True, True, True, False, True]
    errors = listening.count_digit_errors(cases[:4])
    assert (errors["edits"], errors["digits"]) == (0, 6)


def test_rows_of_peers_claim_no_acceptance():
    listening = script("listening")
    case = listening.make_case(take("one", "1"), ["1"], 1.0, True)
    row = listening.make_row("a set", "PocketSphinx", [case])
    assert row["right"]["k"] == 1
    assert row["accepted"]["n"] == 0
    row = listening.make_row("telephone calls", "PocketSphinx", [case])
    assert row["answered"]["k"] == 1
    assert "PocketSphinx" in listening.format_rows([row])


def test_speakers_left_out_are_averaged_and_parts_do_not_mix(tmp_path):
    listening = script("listening")
    answers = [
        {"speaker": speaker, "file": "f", "digit": "1", "heard": heard}
        for speaker, heard in (("a", "1"), ("a", "2"), ("b", "1"))
    ]
    path = tmp_path / "speakers.json"
    path.write_text(json.dumps({"test": False, "answers": answers}))
    rows = listening.measure_left_out(path, "validation")
    assert [row["right"]["rate"] for row in rows] == [0.5, 1.0, 0.75]
    with pytest.raises(SystemExit, match="not those of the test part"):
        listening.measure_left_out(path, "test")


def test_letters_of_an4_are_no_noughts():
    assert script("_recordings").list_an4_words("R O O D OH FOUR") == ["r", "□", "□", "d", "oh", "four"]


def test_an_hour_is_timed_from_files(listener, tmp_path):
    hour = script("_long_recording")
    samples = np.tile(say("one two"), 3)
    for path in hour.write_files(samples, tmp_path).values():
        assert soundfile.info(path).duration == pytest.approx(len(samples) / RATE, abs=0.1)
        assert [number.digits for number in listener.listen(path).numbers] == ["121212"]
    row = hour._make_row("a", "FLAC", [(2.0, 1.0), (4.0, 1.5), (3.0, 1.2)], 1800, 3600)
    assert (row["wall_seconds_an_hour"], row["least"], row["most"]) == (6.0, 4.0, 8.0)
    assert "FLAC" in hour.format_rows([row])


def test_the_peer_hears_digits(data_root):
    """What PocketSphinx says to real digits; it is no stub."""
    recordings, sphinx = script("_recordings"), script("_pocketsphinx")
    some = [t for t in recordings.load_an4_digits(data_root, "validation") if len(t.samples) < 5 * RATE][:4]
    right = sum(tuple(sphinx.transcribe(one.samples, "digits")) == one.digits for one in some)
    assert right >= 1


def test_real_sets_have_both_kinds(data_root):
    recordings = script("_recordings")
    words = recordings.load_an4_words(data_root, "validation")
    assert len(words) > 10
    assert all(one.digits and len(one.digits) == len(one.values) for one in words)
    assert all(one.digits == () for one in recordings.load_an4_without_numbers(data_root, "validation"))
    assert recordings.load_strings(data_root, "validation") == []
    assert recordings.load_noise(data_root, "validation")
