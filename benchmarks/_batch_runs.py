"""Runs of `sutja read` over many inputs, watched from outside: seconds, processor time, memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import psutil
from _crops import load_orand_car
from _filled_pages import make_pages
from _machine import ROOT

_LOOK = 0.5  # seconds between looks at the processes, which take some ms of a processor each
_BEGUN = 20_000  # bytes of a ledger's journal that has more than its empty tables
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Watched:
    """Cost of a run.

    Attributes
    ----------
    seconds : float
        Seconds on the clock.
    busiest, processor : float
        Seconds on the processor: of the process that took most, and of all.
    memory : tuple[float, float]
        MiB of all processes, as the mean of the second and of the last quarter of the run.
    start_seconds, start_processor : float
        Seconds on the clock and on all processors until the first inputs were in the ledger.
    """

    seconds: float
    busiest: float
    processor: float
    memory: tuple[float, float]
    start_seconds: float
    start_processor: float


class Run(subprocess.Popen[bytes]):
    """A run that writes its errors into a file.

    Parameters
    ----------
    words : Sequence[str]
        The command.
    environment : dict[str, str]
        Its variables.
    log : Path
        The file.
    """

    def __init__(self, words: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as file:
            super().__init__(words, env=environment, stdout=subprocess.DEVNULL, stderr=file)


def write_crops(root: Path, folder: Path, n: int) -> Path:
    """Write n crops: the validation part of ORAND-CAR, again and again under other names."""
    folder.mkdir()
    crops = load_orand_car(root, "validation")
    pictures = [cv2.imencode(".png", crop.picture)[1].tobytes() for crop in crops]
    for number in range(n):
        (folder / f"{number:06d}.png").write_bytes(pictures[number % len(pictures)])
    return folder


def write_pages(root: Path, folder: Path, n: int) -> Path:
    """Write n drawn pages, filled with digits by hand of the validation writers."""
    folder.mkdir()
    for number, page in enumerate(make_pages(root, "validation", n)):
        cv2.imwrite(str(folder / f"{number:06d}.png"), page.pixels)
    return folder


def start(folder: Path, out: Path, options: Sequence[str] = ()) -> Run:
    """Start a run with a ledger."""
    words = [sys.executable, "-m", "sutja", "read", str(folder), "--out", str(out), "--resume", *options]
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return Run(words, environment, out.with_suffix(".log"))


def start_light(folder: Path, out: Path) -> Run:
    """Start a run with a ledger that reads nothing, and so starts quickly."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "benchmarks")])
    words = [sys.executable, str(ROOT / "benchmarks" / "_light_batch.py"), str(folder), str(out)]
    environment = {**os.environ, "PYTHONPATH": path}
    return Run(words, environment, out.with_suffix(".log"))


def watch(process: Run, ledger: Path) -> Watched:
    """Watch a run until its end."""
    began, reaped = time.monotonic(), _count_reaped()
    taken: dict[int, float] = {}
    memory: list[float] = []
    start: tuple[float, float] | None = None
    main = psutil.Process(process.pid)
    while process.poll() is None:
        resident = 0.0
        for member in _list_family(main):
            try:
                times = member.cpu_times()
                resident += member.memory_info().rss / _MIB
            except psutil.Error:
                continue
            taken[member.pid] = times.user + times.system
        memory.append(resident)
        if start is None and measure_journal(ledger) > _BEGUN:
            start = time.monotonic() - began, sum(taken.values())
        time.sleep(_LOOK)
    seconds = time.monotonic() - began
    if process.returncode:
        said = process.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SystemExit(f"error: the run exited with {process.returncode}, and said:\n{said}")
    n = len(memory)
    parts = memory[n // 4 : n // 2] or memory, memory[3 * n // 4 :] or memory
    early, late = (sum(part) / len(part) for part in parts)
    processor = max(sum(taken.values()), _count_reaped() - reaped)
    return Watched(seconds, max(taken.values()), processor, (early, late), *(start or (0.0, 0.0)))


def _count_reaped() -> float:
    """Count the processor seconds of the processes that have ended, of which the last look saw a part."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def find_journal(ledger: Path) -> Path:
    """Name the file that a run writes its latest rows to."""
    return ledger.with_name(f"{ledger.name}-wal")


def measure_journal(ledger: Path) -> int:
    """Return the number of bytes of a ledger's journal; 0 without one."""
    try:
        return find_journal(ledger).stat().st_size
    except FileNotFoundError:
        return 0


def _list_family(main: psutil.Process) -> list[Any]:
    try:
        return [main, *main.children(recursive=True)]
    except psutil.Error:
        return []


def list_workers(main: psutil.Process) -> Sequence[Any]:
    """List the worker processes of a run: those that multiprocessing has started."""
    found = []
    for child in main.children():
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found
