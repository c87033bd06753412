"""Fuzzing tells by what libFuzzer says how a reader ended, and goes on after it."""

import importlib.util
import io
import json
import os
import shutil
import signal
import subprocess
import threading
import time
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
    """A server whose forks fuzz for 40 seconds by the clock and 30 of a processor each, and end so."""
    clock = [1000.0]

    def fuzz(name, seconds, log):
        said = ends.pop(0)
        log.write_text(f"fuzzing since {clock[0]}\n{said}")
        clock[0] += 40
        return int(said != RUNS), 30.0

    monkeypatch.setattr(fuzzing, "time", SimpleNamespace(time=lambda: clock[0]))
    return SimpleNamespace(fuzz=fuzz)


def test_each_end_is_counted_as_what_it_is(fuzzing, monkeypatch):
    server = imitate(fuzzing, monkeypatch, [TRACEBACK, HANG, WAITS, MEMORY, RUNS])
    row = fuzzing.fuzz_reader("pdf", 150, server)
    assert (row["runs"], row["seconds"], row["processor"]) == (35, 200, 150)
    assert (row["tracebacks"], row["crashes"], row["hangs"]) == (1, 1, 2)


def test_a_reader_that_does_not_start_is_told(fuzzing, monkeypatch):
    server = imitate(fuzzing, monkeypatch, ["ImportError: no module"])
    with pytest.raises(SystemExit, match="no module"):
        fuzzing.fuzz_reader("pdf", 60, server)


def test_a_reader_is_left_after_many_findings(fuzzing, monkeypatch):
    monkeypatch.setattr(fuzzing, "MOST_FINDINGS", 2)
    server = imitate(fuzzing, monkeypatch, [TRACEBACK] * 3)
    assert fuzzing.fuzz_reader("pdf", 600, server)["tracebacks"] == 2


SERVER = """
import os, sys
for line in sys.stdin:
    name, seconds, log = line.rstrip().split("\\t")
    if name == "gone":
        sys.exit("no such module")
    open(log, "w").write(name)
    print(3, float(seconds), flush=True)
"""


def test_a_server_answers_or_its_words_are_told(fuzzing, monkeypatch, tmp_path):
    (tmp_path / "served.py").write_text(SERVER)
    monkeypatch.setattr(fuzzing, "FUZZ", tmp_path / "served.py")
    server = fuzzing.FuzzServer(tmp_path / "server.log")
    assert server.fuzz("pdf", 7, tmp_path / "pdf.log") == (3, 7.0)
    assert (tmp_path / "pdf.log").read_text() == "pdf"
    with pytest.raises(SystemExit, match="no such module"):
        server.fuzz("gone", 7, tmp_path / "gone.log")
    server.close()


@pytest.fixture
def fuzz_main():
    """The script that fuzzes one reader."""
    spec = importlib.util.spec_from_file_location("fuzz_main", FOLDER.parent / "tests/fuzz/__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fuzzing_ends_by_the_processor_and_not_by_the_clock(fuzz_main, monkeypatch):
    used, asked, read = [5.0], [], []
    clocks = SimpleNamespace(process_time=lambda: used[0], time=lambda: 1e9)
    monkeypatch.setattr(fuzz_main, "time", clocks)
    monkeypatch.setattr(fuzz_main.os, "kill", lambda pid, number: asked.append((pid, number)))
    call = fuzz_main.end_after(read.append, 30)
    for used[0] in (5.0, 34.9):
        call(b"a")
    assert asked == []
    used[0] = 35.0
    call(b"b")
    assert asked == [(os.getpid(), signal.SIGUSR1)]
    assert read == [b"a", b"a", b"b"]


def test_a_fork_is_counted_by_itself(fuzz_main, monkeypatch, tmp_path, capfd):
    def fuzz_one(name, seconds):
        while seconds and time.process_time() < 0.3:  # which a fork counts from nothing
            pass
        os.write(1, f"{name} was fuzzed\n".encode())
        os._exit(seconds)

    logs = [tmp_path / name for name in ("busy", "idle")]
    asked = "".join(f"{log.name}\t{i}\t{log}\n" for log, i in zip(logs, (3, 0), strict=True))
    monkeypatch.setattr(fuzz_main, "load_readers", lambda: None)
    monkeypatch.setattr(fuzz_main, "fuzz_one", fuzz_one)
    monkeypatch.setattr("sys.stdin", io.StringIO(asked))
    fuzz_main.serve()
    busy, idle = (line.split() for line in capfd.readouterr().out.splitlines())
    assert (busy[0], idle[0]) == ("3", "0")
    assert float(busy[1]) > float(idle[1])
    assert [log.read_text() for log in logs] == ["busy was fuzzed\n", "idle was fuzzed\n"]


def test_readers_are_fuzzed_at_once_and_a_finding_is_told(fuzzing, monkeypatch, tmp_path):
    both = threading.Barrier(2, timeout=20)

    def fuzz(name, seconds, server):
        both.wait()
        return {"reader": name, "runs": seconds, "tracebacks": int(name == "pdf"), "crashes": 0, "hangs": 0}

    monkeypatch.setattr(fuzzing, "fuzz_reader", fuzz)
    monkeypatch.setattr(fuzzing, "FuzzServer", lambda log: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(fuzzing, "list_readers", lambda: ["model", "pdf"])
    monkeypatch.setattr(fuzzing, "make_result_path", lambda figure, limit: tmp_path / "fuzzing.json")
    assert fuzzing.main(["--seconds", "30", "--processes", "2"]) == 1
    rows = json.loads((tmp_path / "fuzzing.json").read_text())["rows"]
    assert [(row["reader"], row["tracebacks"]) for row in rows] == [("model", 0), ("pdf", 1)]


MAKE = """#!/bin/bash
case $1 in
fuzz) echo "$2 $(nice)"; trap 'touch ended; kill $!; exit 1' TERM
      if [ "$LONG" ]; then touch begun; sleep 20 & wait; fi
      exit "$FUZZING";;
check) while [ "$LONG" ] && [ ! -e begun ]; do sleep 0.01; done; exit "$TESTS";;
esac
"""


@pytest.fixture
def run_ci(tmp_path):
    """Run `.ci/run` with a make that does nothing; return its exit status and what it said."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(FOLDER.parent / ".ci" / "run", tmp_path / ".ci")
    for name, text in (("make", MAKE), (".venv/bin/python", "#!/bin/bash\nexit 0\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def run(**values):
        env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "FUZZ_SECONDS": "30"}
        done = subprocess.run(
            ["bash", ".ci/run"],
            cwd=tmp_path,
            env=env | values,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run


def test_ci_fails_by_the_fuzzing_beside_the_tests(run_ci):
    assert run_ci(TESTS="0", FUZZING="0") == (0, "FUZZ_SECONDS=30 19\n")
    assert run_ci(TESTS="0", FUZZING="7") == (7, "FUZZ_SECONDS=30 19\n")


def test_failed_tests_end_the_fuzzing(run_ci, tmp_path):
    assert run_ci(TESTS="2", FUZZING="0", LONG="1") == (2, "")
    end = time.monotonic() + 10
    while not (tmp_path / "ended").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert (tmp_path / "ended").exists()
