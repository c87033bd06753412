"""Fuzz every reader of bytes with atheris, guided by coverage, and count what it finds.

Each reader runs in a process of its own, which one that has loaded all of them forks (`tests/fuzz`), from
the seeds and the corpus in out/fuzz/READER. Its seconds are those of a processor, so that other work takes
none from it. What fails is kept in out/fuzz/findings, and the reader goes on until its time is over: mend
it, and put the file into tests/fuzz/findings as READER-NAME. Of readers that are not asked for, what was
measured before is kept.

    python benchmarks/fuzzing.py                        # every reader, 600 seconds each; `make fuzz`
    python benchmarks/fuzzing.py --seconds 60 pdf model
    python benchmarks/fuzzing.py --seconds 30 --processes 2   # two readers at once
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from _machine import ROOT, format_now, format_path, list_kept_rows, make_result_path, save_result

FIGURE = "fuzzing"
FUZZ = ROOT / "tests" / "fuzz"
OUT = ROOT / "out" / "fuzz"
SECONDS = 600  # of a processor for a reader; what is shorter is a try
MOST_FINDINGS = 20  # of a reader, after which it is left
LEAST_SECONDS = 5  # that are worth a start
_END = 100_000  # bytes of what a process said that are looked at, at its beginning and at its end
KINDS = ("tracebacks", "crashes", "hangs")


def list_readers() -> list[str]:
    """List the readers."""
    command = [sys.executable, str(FUZZ), "--list"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


class FuzzServer:
    """A process that has loaded the readers, and forks one that fuzzes whenever it is asked.

    Parameters
    ----------
    log : Path
        File for what it says by itself.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, str(FUZZ), "--serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                process_group=0,  # a session would get its share of the processor however nice it is
                env={**os.environ, "OPENCV_LOG_LEVEL": "SILENT"},
                text=True,
            )

    def fuzz(self, name: str, seconds: int, log: Path) -> tuple[int, float]:
        """Fuzz a reader; return how it ended and its processor seconds. What it says goes to a file."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            print(name, seconds, log, sep="\t", file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().split()
        if not answer:
            raise SystemExit(f"error: {name} did not run, and said:\n{read_ends(self._log)[-3000:]}")
        return int(answer[0]), float(answer[1])

    def close(self) -> None:
        """End the process, and what it has forked."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def fuzz_reader(name: str, seconds: int, server: FuzzServer) -> dict[str, Any]:
    """Fuzz one reader for some seconds of a processor, anew after each finding; count runs and findings."""
    row: dict[str, Any] = {"reader": name, "runs": 0, "seconds": 0.0, "processor": 0.0}
    row |= dict.fromkeys(KINDS, 0)
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / f"{name}.log"
    while seconds - row["processor"] >= LEAST_SECONDS and sum(row[kind] for kind in KINDS) < MOST_FINDINGS:
        code, processor = server.fuzz(name, round(seconds - row["processor"]), log)
        ended = time.time()
        said = read_ends(log)
        since = re.search(r"fuzzing since ([\d.]+)", said)
        runs = re.findall(r"stat::number_of_executed_units:\s+(\d+)", said)
        if since is None or not runs:
            raise SystemExit(f"error: {name} did not run, and said:\n{said[-3000:]}")
        row["runs"] += int(runs[-1])
        row["seconds"] += ended - float(since[1])
        row["processor"] += processor
        if code:
            row[name_kind(said)] += 1
            print(said[-3000:], flush=True)
    return row


def read_ends(log: Path) -> str:
    """Read the beginning and the end of what a process said."""
    with log.open("rb") as file:
        head = file.read(_END)
        file.seek(max(len(head), log.stat().st_size - _END))
        return (head + file.read()).decode("utf-8", "replace")


def name_kind(said: str) -> str:
    """Tell from what libFuzzer says how a reader ended."""
    if "Uncaught Python exception" in said:
        return "tracebacks"
    return "hangs" if "(most recent call first)" in said or "libFuzzer: timeout" in said else "crashes"


def save_row(path: Path, row: dict[str, Any], known: Sequence[str]) -> None:
    """Put a reader's row among those of the others."""
    rows = [*list_kept_rows(path, [row["reader"]]), {"date": format_now(), **row}]
    rows = sorted((one for one in rows if one["reader"] in known), key=lambda one: known.index(one["reader"]))
    save_result(path, FIGURE, {"rows": rows, "readers": len(known)}, ["atheris"])


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz the readers; return 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("readers", nargs="*", metavar="READER")
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, metavar="N", help="of a processor for each reader"
    )
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="readers fuzzed at once")
    args = parser.parse_args(argv)
    known = list_readers()
    if unknown := set(args.readers) - set(known):
        parser.error(f"no reader {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    path = make_result_path(FIGURE, limit=1 if args.seconds < SECONDS else None)
    found = 0
    servers: SimpleQueue[FuzzServer] = SimpleQueue()  # those that nobody asks

    def fuzz(name: str) -> dict[str, Any]:
        server = servers.get()
        try:
            return fuzz_reader(name, args.seconds, server)
        finally:
            servers.put(server)

    with ExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(args.processes))
        for number in range(args.processes):
            server = FuzzServer(OUT / f"server-{number}.log")
            stack.callback(server.close)  # before the executor waits for its threads
            servers.put(server)
        rows = [executor.submit(fuzz, name) for name in args.readers or known]
        for row in (future.result() for future in as_completed(rows)):
            found += sum(row[kind] for kind in KINDS)
            print(
                ", ".join(f"{key} {value:,.0f}" for key, value in row.items() if key != "reader"),
                row["reader"],
                flush=True,
            )
            save_row(path, row, known)
    print(f"written to {format_path(path)}; what was found is in {format_path(OUT / 'findings')}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
