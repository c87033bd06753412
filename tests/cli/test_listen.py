"""`sutja listen` as a person runs it: what is printed, where, and with which exit status."""

import csv
import json
import re
import sys
import types

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from steerable_listener import make_card, make_network, say

from sutja.cli import main
from sutja.cli.output.recordings import SOUND_COLUMNS, SoundTable, Srt, format_time
from sutja.cli.output.rows import RowsCsv
from sutja.cli.output.writer import JsonLines
from sutja.model_file import RiskCounts, write_model
from sutja.signals.audio import RATE
from sutja.types import Recording, SpokenNumber


@pytest.fixture(scope="module")
def listener_path(tmp_path_factory):
    """A model file with the steerable listener."""
    path = tmp_path_factory.mktemp("model") / "listener.onnx"
    counts = RiskCounts(200, ((0.99, 80, 0), (0.5, 100, 20)))
    write_model(path, make_network(), make_card(thresholds=counts))
    return path


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A folder with recordings and a text that claims to be one, and the working directory beside it."""
    folder = tmp_path / "calls"
    folder.mkdir()
    sounds = {
        "a.wav": say("one two three 3.0 double five"),
        "b.flac": say("□ one □"),
        "c.mp3": say("□"),
        "d.ogg": say("five hundred and six"),
    }
    for name, samples in sounds.items():
        soundfile.write(folder / name, samples, RATE)
    (folder / "e.wav").write_text("one two three")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(listener_path):
    """Run `sutja listen` with the steerable model."""
    return lambda *arguments: CliRunner().invoke(
        main, ["listen", "--model", str(listener_path), *map(str, arguments)]
    )


def test_the_table_is_the_golden_one(run, calls):
    done = run("calls")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["recording", "at", "number", "value", "confidence", "words"]
    words = [re.sub(r"(0\.9\d\d|1\.000)", "0.99", line).split() for line in lines[1:]]
    assert words[:5] == [
        ["calls/a.wav", "0:00.0", "123", "123", "0.99", "accepted", "one", "two", "three"],
        ["calls/a.wav", "0:04.0", "55", "55", "0.99", "accepted", "double", "five"],
        ["calls/b.flac", "0:00.4", "1", "1", "0.200", "check", "one"],
        ["calls/c.mp3", "no", "number"],
        ["calls/d.ogg", "0:00.0", "506", "506", "0.99", "accepted", "five", "hundred", "and", "six"],
    ]
    assert lines[6].startswith("calls/e.wav       not read: is text, not a recording; pass a WAV")
    assert done.stderr.splitlines() == [
        "error: calls/e.wav: is text, not a recording; pass a WAV, FLAC, OGG or MP3 file",
        "5 recordings: 4 numbers, 3 of these accepted; 1 not read",
    ]


def test_all_heard_is_exit_0(run, calls):
    assert run("calls/a.wav", "calls/*.flac").exit_code == 0


def test_json_lines_have_these_keys_and_no_others(run, calls):
    done = run("calls", "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["source"] for line in lines] == [
        f"calls/{n}" for n in ("a.wav", "b.flac", "c.mp3", "d.ogg", "e.wav")
    ]
    assert all(list(line) == ["source", "seconds", "numbers", "error", "other_speech"] for line in lines)
    assert all(line["other_speech"] is None for line in lines)
    first = lines[0]["numbers"][0]
    keys = "text digits value confidence accepted start end sign unit beside"
    assert list(first) == keys.split()
    assert (first["text"], first["digits"], first["value"], first["accepted"]) == (
        "one two three",
        "123",
        "123",
        True,
    )
    assert 0.0 <= first["start"] < 0.3
    assert 0.9 < first["end"] < 1.3
    assert lines[0]["seconds"] == pytest.approx(len(say("one two three 3.0 double five")) / RATE, abs=0.001)
    assert lines[2]["numbers"] == []
    assert lines[4]["seconds"] is None
    assert lines[4]["error"] in done.stderr


def test_csv_has_a_row_for_every_recording(run, calls):
    rows = list(csv.DictReader(run("calls", "--format", "csv").stdout.splitlines()))
    assert [row["digits"] for row in rows] == ["123", "55", "1", "", "506", ""]
    assert [row["accepted"] for row in rows] == ["true", "true", "false", "", "true", ""]
    assert rows[5]["error"].startswith("calls/e.wav: is text")


def test_subtitles(run, calls):
    done = run("calls/a.wav", "--format", "srt")
    cues = done.stdout.strip().split("\n\n")
    assert [cue.splitlines()[2] for cue in cues] == ["123", "55"]
    times = re.fullmatch(r"(\d\d):(\d\d):(\d\d),(\d{3}) --> 00:00:0[45],\d{3}", cues[1].splitlines()[1])
    assert times
    assert int(times[3]) == 4


def test_subtitles_of_several_go_into_a_folder(run, calls):
    assert run("calls/a.wav", "calls/b.flac", "--format", "srt").exit_code == 2
    assert run("calls", "--format", "srt", "--out", "subtitles").exit_code == 1
    names = sorted(path.name for path in (calls.parent / "subtitles").iterdir())
    assert names == ["a.srt", "b.srt", "c.srt", "d.srt"]
    assert (calls.parent / "subtitles" / "b.srt").read_text().splitlines()[2] == "1 ?"
    assert (calls.parent / "subtitles" / "c.srt").read_text() == ""


def test_a_file_appears_whole_and_says_its_format(run, calls):
    assert run("calls/a.wav", "--out", "numbers.csv").stdout == ""
    assert (calls.parent / "numbers.csv").read_text().startswith("source,seconds,text,digits")
    run("calls/a.wav", "--out", "numbers.srt")
    assert (calls.parent / "numbers.srt").read_text().startswith("1\n00:00:00,")


def test_kind_and_pause_and_error(run, calls):
    done = run("calls/a.wav", "--kind", "check", "--format", "jsonl")
    assert [number["accepted"] for number in json.loads(done.stdout)["numbers"]] == [False, False]
    done = run("calls/a.wav", "--pause", "4", "--format", "jsonl")
    assert [number["digits"] for number in json.loads(done.stdout)["numbers"]] == ["12355"]
    done = run("calls/a.wav", "--max-error", "0.01")
    assert "threshold 0.9900: of 200 validation cases 80 were accepted" in done.stderr


def test_the_rate_can_be_overruled(run, calls):
    soundfile.write(calls / "slow.wav", say("one two"), 2 * RATE)  # a header that says twice too much
    wrong = json.loads(run("calls/slow.wav", "--format", "jsonl").stdout)
    right = json.loads(run("calls/slow.wav", "--rate", RATE, "--format", "jsonl").stdout)
    assert [number["digits"] for number in right["numbers"]] == ["12"]
    assert right["seconds"] == pytest.approx(2 * wrong["seconds"], rel=0.01)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.wav", "--microphone"],
        ["a.wav", "--device", "x"],
        ["a.wav", "--kind", "colour"],
        ["a.wav", "--country", "Germany"],
        ["a.wav", "--pause", "0"],
        ["a.wav", "--format", "hocr"],
    ],
)
def test_wrong_usage_is_exit_2(run, arguments):
    assert run(*arguments).exit_code == 2


def test_a_model_that_is_not_there_is_exit_2():
    done = CliRunner().invoke(main, ["listen", "--model", "none.onnx", "a.wav"])
    assert done.exit_code == 2
    assert "none.onnx: there is no such file" in done.stderr


def test_a_model_that_reads_does_not_listen(calls):
    done = CliRunner().invoke(main, ["listen", "--model", "numbers", "calls/a.wav"])
    assert done.exit_code == 2
    assert "is a model to transcribe, not to listen" in done.stderr


class Microphone:
    """Plays a recording into the callback, as sounddevice does."""

    def __init__(self, rate, block, device, channels, dtype, callback):
        assert (rate, channels, dtype) == (RATE, 1, "float32")
        self._samples, self._block, self._callback = say("one two 1.5 five 3.0"), block, callback

    def start(self):
        for start in range(0, len(self._samples), self._block):
            block = np.zeros((self._block, 1), np.float32)
            part = self._samples[start : start + self._block]
            block[: len(part), 0] = part
            self._callback(block, None, None, None)

    def close(self):
        pass


def test_live_numbers_come_as_they_are_said(listener_path, monkeypatch):
    from sutja.listening import Listener, microphone

    monkeypatch.setitem(sys.modules, "sounddevice", types.SimpleNamespace(InputStream=Microphone))
    numbers = Listener(listener_path, pause=1.0).listen_live(microphone.record_blocks())
    assert [next(numbers).digits, next(numbers).digits] == ["12", "5"]
    numbers.close()


def test_without_a_microphone_the_way_out_is_told(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    done = run("--microphone")
    assert done.exit_code == 1
    assert "error: microphone: sounddevice is not installed; pip install 'sutja[microphone]'" in done.stderr

    def refuse(*_, **__):
        raise ValueError("no input device")

    monkeypatch.setitem(sys.modules, "sounddevice", types.SimpleNamespace(InputStream=refuse))
    assert "cannot be opened (no input device); plug one in" in run("--microphone").stderr


NUMBER = SpokenNumber("five", "5", "5", 0.99996, True, 3599.96, 3600.04)
RECORDINGS = [
    Recording("a.wav", 3601.0, (NUMBER,)),
    Recording('odd "name", 1.wav', 2.0),
    Recording("\x1b[31mred\n.wav", None, error="\x1b[31mred\n.wav: is empty"),
    Recording("caf\udce9.wav", 3601.0, (NUMBER,), "caf\udce9.wav: is cut short"),
]


def test_nothing_in_a_name_can_break_a_line():
    lines = [JsonLines().write(recording) for recording in RECORDINGS]
    assert [json.loads(line) for line in lines] == [recording.to_dict() for recording in RECORDINGS]
    rows = list(
        csv.DictReader(
            "".join(RowsCsv(SOUND_COLUMNS).write(r) for r in RECORDINGS[:2]).splitlines(), "abcdefghij"
        )
    )
    assert [row["a"] for row in rows] == ["a.wav", 'odd "name", 1.wav']
    table = SoundTable([recording.source for recording in RECORDINGS])
    assert [table.write(recording).count("\n") for recording in RECORDINGS] == [1, 1, 1, 2]
    assert "0.999" in table.write(RECORDINGS[0])
    assert "\x1b[31mred" not in table.write(RECORDINGS[2])


def test_times_for_people_and_players():
    assert [format_time(s) for s in (0.0, 3.25, 59.99, 754.0, 3600.04)] == [
        "0:00.0",
        "0:03.2",
        "0:59.9",
        "12:34.0",
        "1:00:00.0",
    ]
    assert Srt().write(RECORDINGS[0]).startswith("1\n00:59:59,960 --> 01:00:00,660\n5\n")
