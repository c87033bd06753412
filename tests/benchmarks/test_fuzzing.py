"""Fuzzing tells by what libFuzzer says how a reader ended, and goes on after it."""

import importlib
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

    def run(command, stdout, **options):
        said = ends.pop(0)
        stdout.write(f"fuzzing since {clock[0]}\n{said}".encode())
        clock[0] += 40
        return SimpleNamespace(returncode=int(said != RUNS))

    monkeypatch.setattr(fuzzing, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setattr(fuzzing, "time", SimpleNamespace(time=lambda: clock[0]))


def test_each_end_is_counted_as_what_it_is(fuzzing, monkeypatch):
    imitate(fuzzing, monkeypatch, [TRACEBACK, HANG, WAITS, MEMORY, RUNS])
    row = fuzzing.fuzz_reader("pdf", 200)
    assert (row["runs"], row["seconds"]) == (35, 200)
    assert (row["tracebacks"], row["crashes"], row["hangs"]) == (1, 1, 2)


def test_a_reader_that_does_not_start_is_told(fuzzing, monkeypatch):
    imitate(fuzzing, monkeypatch, ["ImportError: no module"])
    with pytest.raises(SystemExit, match="no module"):
        fuzzing.fuzz_reader("pdf", 60)


def test_a_reader_is_left_after_many_findings(fuzzing, monkeypatch):
    monkeypatch.setattr(fuzzing, "MOST_FINDINGS", 2)
    imitate(fuzzing, monkeypatch, [TRACEBACK] * 3)
    assert fuzzing.fuzz_reader("pdf", 600)["tracebacks"] == 2
