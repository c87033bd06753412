"""Fuzzing tells by what libFuzzer says how a reader ended, and goes on after it."""

import importlib
import json
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
RUNS = "stat::number_of_executed_units: 7\n"
TRACEBACK = " === Uncaught Python exception: ===\nKeyError: 3\n" + RUNS
HANG = "Current thread 0x1 (most recent call first):\n" + RUNS + "libFuzzer: deadly signal"
WAITS = "ERROR: libFuzzer: timeout after 600 seconds\n" + RUNS
MEMORY = RUNS + "ERROR: libFuzzer: out-of-memory (used: 3001Mb; limit: 3000Mb)"


@pytest.fixture
def fuzzing(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module("fuzzing")
    monkeypatch.setattr(module, "OUT", tmp_path)
    return module


def imitate(fuzzing, monkeypatch, ends):
    """Processes that fuzz for 40 seconds each, and end so."""
    clock = [1000.0]

    def run(command, log):
        said = ends.pop(0)
        log.write_text(f"fuzzing since {clock[0]}\n{said}")
        clock[0] += 40
        return int(said != RUNS), 2.5

    monkeypatch.setattr(fuzzing, "run_process", run)
    monkeypatch.setattr(fuzzing, "time", SimpleNamespace(time=lambda: clock[0]))


def test_each_end_is_counted_as_what_it_is(fuzzing, monkeypatch):
    imitate(fuzzing, monkeypatch, [TRACEBACK, HANG, WAITS, MEMORY, RUNS])
    row = fuzzing.fuzz_reader("pdf", 200)
    assert (row["runs"], row["seconds"], row["processor"]) == (35, 200, 12.5)
    assert (row["tracebacks"], row["crashes"], row["hangs"]) == (1, 1, 2)


def test_a_reader_that_does_not_start_is_told(fuzzing, monkeypatch):
    imitate(fuzzing, monkeypatch, ["ImportError: no module"])
    with pytest.raises(SystemExit, match="no module"):
        fuzzing.fuzz_reader("pdf", 60)


def test_a_reader_is_left_after_many_findings(fuzzing, monkeypatch):
    monkeypatch.setattr(fuzzing, "MOST_FINDINGS", 2)
    imitate(fuzzing, monkeypatch, [TRACEBACK] * 3)
    assert fuzzing.fuzz_reader("pdf", 600)["tracebacks"] == 2


def test_a_process_is_counted_by_itself(fuzzing, tmp_path):
    busy = "import sys, time\nwhile time.process_time() < 0.5: pass\nprint('said'); sys.exit(3)"
    codes = [fuzzing.run_process([sys.executable, "-c", text], tmp_path / "log") for text in (busy, "pass")]
    assert [code for code, _ in codes] == [3, 0]
    assert codes[0][1] >= 0.5
    assert codes[1][1] < codes[0][1]


def test_readers_are_fuzzed_at_once_and_a_finding_is_told(fuzzing, monkeypatch, tmp_path):
    both = threading.Barrier(2, timeout=20)

    def fuzz(name, seconds):
        both.wait()
        return {"reader": name, "runs": seconds, "tracebacks": int(name == "pdf"), "crashes": 0, "hangs": 0}

    monkeypatch.setattr(fuzzing, "fuzz_reader", fuzz)
    monkeypatch.setattr(fuzzing, "list_readers", lambda: ["model", "pdf"])
    monkeypatch.setattr(fuzzing, "make_result_path", lambda figure, limit: tmp_path / "fuzzing.json")
    assert fuzzing.main(["--seconds", "30", "--processes", "2"]) == 1
    rows = json.loads((tmp_path / "fuzzing.json").read_text())["rows"]
    assert [(row["reader"], row["tracebacks"]) for row in rows] == [("model", 0), ("pdf", 1)]
