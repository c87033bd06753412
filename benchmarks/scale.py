"""Runs over many inputs: two processes against one, kills, the sandbox, the ledger, and Ray against the pool.

Each measure is kept in a file of its own, and takes minutes; docs/scale.md is planned from them. Processes
compete with whatever else the machine does, so that processor time is kept beside the clock: two processes
can end no sooner than the busier of them, nor before half of all processor time, each with a core of its own.

    python benchmarks/scale.py workers       # 5,000 crops and 200 pages, by one process and by two
    python benchmarks/scale.py kills         # 50 kills over 20,000 crops
    python benchmarks/scale.py sandbox       # a page drawn in a child process and in the same one
    python benchmarks/scale.py ledger        # what the ledger takes of time and disk
    python benchmarks/scale.py ray           # needs ray
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from _batch_runs import (
    Run,
    Watched,
    find_journal,
    list_workers,
    start,
    start_light,
    watch,
    write_crops,
    write_pages,
)
from _machine import format_path, make_result_path, save_result, warn_if_busy

import sutja
from sutja.batch import Ledger, Outcome
from sutja.batch.driver import name_ledger
from sutja.data.sets.catalogue import data_root
from sutja.sandbox import run_in_child
from sutja.signals import pdf
from sutja.signals.document import iter_pages
from sutja.signals.untrusted import DRAWING_BUDGET

FIGURE = "scale"
CROP_OPTIONS = ("--crop", "--effort", "fast")
REPEATS = 3
_TIMED = 40  # pages that are timed one by one
_BLOCK = 32  # outcomes that come into the ledger together
_EARLY = 0.25  # share of the kills that come within seconds of a start
_GROWTH = (0.1, 1.2)  # blocks between kills, as shares of what would space them evenly
_KILL_EARLY, _KILL_LATE = (0.1, 5.0), (0.0, 0.5)  # seconds


def compare_workers(root: Path, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Read crops and pages by one process and by two, in turns."""
    rows = []
    for what, n, write, options in (
        ("crops", args.crops, write_crops, CROP_OPTIONS),
        ("pages", args.pages, write_pages, ()),
    ):
        inputs = write(root, folder / what, n)
        runs: dict[int, list[Watched]] = {1: [], 2: []}
        for repeat, workers in itertools.product(range(args.repeats), (1, 2)):
            out = folder / f"{what}-{repeat}-{workers}.jsonl"
            run = start(inputs, out, ("--workers", str(workers), *options))
            watched = watch(run, name_ledger(out))
            runs[workers].append(watched)
            print(f"{what}, {workers}: {watched}", file=sys.stderr)
        rows.append({"what": what, "n": n, "options": list(options), **_compare(runs)})
    page_seconds = _time_pages(sorted((folder / "pages").iterdir()))
    return {"rows": rows, "repeats": args.repeats, "page_seconds": page_seconds}


def _time_pages(paths: Sequence[Path]) -> list[float]:
    """Count the processor seconds of some of the pages one by one: how far they differ."""
    reader = sutja.Reader(threads=1)
    reader.read(paths[0])  # opens the networks
    seconds = []
    for path in random.Random(0).sample(list(paths), min(_TIMED, len(paths))):
        began = time.process_time()
        reader.read(path)
        seconds.append(time.process_time() - began)
    return seconds


def _compare(runs: dict[int, list[Watched]]) -> dict[str, Any]:
    """Compare one process with two: by the clock, and by the processor time that two cannot go below."""
    facts: dict[str, Any] = {}
    for workers, all_runs in runs.items():
        bounds = [max(run.busiest, run.processor / workers) for run in all_runs]
        facts[f"workers_{workers}"] = {
            "seconds": [run.seconds for run in all_runs],
            "processor": [run.processor for run in all_runs],
            "bound": statistics.median(bounds),
        }
    one, two = facts["workers_1"], facts["workers_2"]
    facts["times_by_clock"] = statistics.median(one["seconds"]) / statistics.median(two["seconds"])
    facts["times_by_processor"] = one["bound"] / two["bound"]
    return facts


def kill_often(root: Path, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Kill the driver or a worker at random moments, until the run is done; compare with an unbroken one.

    The inputs are crops, or, where light work is asked for, small files of which the checksum is told: what
    is killed and goes on is the same, and starts in a fraction of the time.
    """
    inputs = folder / "inputs"
    begin: Callable[[Path, Path], Run]
    if args.light:
        inputs.mkdir()
        for number in range(args.inputs):
            (inputs / f"{number:06d}.txt").write_text(str(number))
        begin = start_light
    else:
        write_crops(root, inputs, args.inputs)
        begin = partial(start, options=("--workers", "2", *CROP_OPTIONS))
    whole, broken = folder / "whole.jsonl", folder / "broken.jsonl"
    watch(begin(inputs, whole), name_ledger(whole))
    step = args.inputs / _BLOCK / args.kills
    rng, kinds, statuses = random.Random(0), Counter[str](), Counter[str]()
    runs, processed = 0, args.inputs
    while True:
        process = begin(inputs, broken)
        runs += 1
        main = psutil.Process(process.pid)
        while sum(kinds.values()) < args.kills and process.poll() is None:
            _wait(process, name_ledger(broken), step, rng)
            kind = rng.choice(("driver", "worker"))
            if _kill(main, kind, rng):
                kinds[kind] += 1
                print(f"kill {sum(kinds.values())}: {kind}", file=sys.stderr)
            if kind == "driver":
                break
        if process.wait() == 0:
            break
    with sqlite3.connect(name_ledger(broken)) as ledger:
        counts = ledger.execute("SELECT count(*), count(DISTINCT name) FROM inputs").fetchone()
        statuses.update(
            dict(ledger.execute("SELECT status, count(*) FROM inputs GROUP BY status").fetchall())
        )
    return {
        "n": processed,
        "what": "small files" if args.light else "crops",
        "kills": dict(kinds),
        "runs": runs,
        "in_ledger": counts[0],
        "different_names": counts[1],
        "statuses": dict(statuses),
        "equal": whole.read_bytes() == broken.read_bytes(),
    }


def _wait(process: subprocess.Popen[bytes], ledger: Path, step: float, rng: random.Random) -> None:
    """Wait for a random moment: once in four by the clock, else when blocks have come into the ledger.

    Starting takes longer than reading, so that most moments by the clock would be before the first input.
    """
    early = rng.random() < _EARLY
    blocks = 0 if early else math.ceil(rng.uniform(*_GROWTH) * step)
    before = _look(ledger)
    while process.poll() is None and blocks > 0:
        time.sleep(0.02)
        now = _look(ledger)
        blocks -= now != before
        before = now
    until = time.monotonic() + rng.uniform(*(_KILL_EARLY if early else _KILL_LATE))
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def _look(ledger: Path) -> int:
    """Tell when a ledger was last written to, in nanoseconds."""
    journal = find_journal(ledger)
    return journal.stat().st_mtime_ns if journal.exists() else 0


def _kill(main: psutil.Process, kind: str, rng: random.Random) -> bool:
    """Kill; return False if there was nothing to kill."""
    try:
        workers = list_workers(main)
        if kind == "worker" and not workers:
            return False
        (rng.choice(list(workers)) if kind == "worker" else main).kill()
    except psutil.Error:
        return False
    return True


def measure_sandbox(root: Path, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Draw pages of a PDF in this process and in a child, in turns, and count processor time."""
    from PIL import Image

    pages = write_pages(root, folder / "pages", 5)
    pictures = [Image.open(path).convert("RGB") for path in sorted(pages.iterdir())]
    document = folder / "pages.pdf"
    pictures[0].save(document, save_all=True, append_images=pictures[1:], resolution=200)
    arguments = {"first": 1, "path": str(document)}
    here: list[float] = []
    there: list[float] = []
    for _ in range(args.repeats * 4):
        here.append(_time(lambda: pdf.draw_pages(arguments, None)))
        there.append(
            _time(lambda: run_in_child("sutja.signals.pdf:draw_pages", arguments, None, DRAWING_BUDGET))
        )
    n_children = len(_list_children())
    for _ in iter_pages(sorted(pages.iterdir())[0]):
        pass
    return {
        "pages": len(pictures),
        "repeats": len(here),
        "megabytes": statistics.mean(3 * picture.width * picture.height for picture in pictures) / 1e6,
        "ms_here": 1000 * statistics.median(here[1:]) / len(pictures),
        "ms_in_child": 1000 * statistics.median(there[1:]) / len(pictures),
        "ms_more": 1000
        * statistics.median(b - a for a, b in zip(here[1:], there[1:], strict=True))
        / len(pictures),
        "children_for_png": len(_list_children()) - n_children,
    }


def _time(make: Callable[[], Any]) -> float:
    """Seconds on the processor, of this process and its children, of going through all items."""
    began = _count_processor()
    for _, pixels in make():
        if pixels is not None:
            pixels[::64, ::64].sum()
    return _count_processor() - began


def _list_children() -> list[Any]:
    return list(psutil.Process().children())


def _count_processor() -> float:
    seconds = time.process_time()
    for child in _list_children():
        with Path(f"/proc/{child.pid}/schedstat").open(encoding="ascii") as file:  # nanoseconds
            seconds += int(file.read().split()[0]) / 1e9
    return seconds


def measure_ledger(root: Path, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Add outcomes to a ledger and find them again."""
    ledger = Ledger(folder / "a.ledger", "key")
    page = sutja.Reader(effort="fast").read(
        next(iter(sorted(write_pages(root, folder / "pages", 1).iterdir())))
    )
    lines = page.to_json() + "\n"
    outcomes = [
        Outcome(f"s3://bucket/{i:09d}.png", os.urandom(32), "read", "", lines) for i in range(args.inputs)
    ]
    began, processor = time.monotonic(), time.process_time()
    for first in range(0, len(outcomes), _BLOCK):
        ledger.add(outcomes[first : first + _BLOCK])
    added, added_processor = time.monotonic() - began, time.process_time() - processor
    began = time.monotonic()
    for outcome in outcomes:
        assert ledger.find_content(outcome.name) == outcome.content
    found = time.monotonic() - began
    ledger.close()
    size = (folder / "a.ledger").stat().st_size
    n = len(outcomes)
    return {
        "n": n,
        "line_bytes": len(lines),
        "numbers": len(page.numbers),
        "added_per_second": n / added,
        "added_per_processor_second": n / added_processor,
        "found_per_second": n / found,
        "bytes_per_input": size / n,
    }


def compare_ray(root: Path, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Read crops by two processes, with Ray and without, in turns."""
    import ray

    inputs = write_crops(root, folder / "crops", args.inputs)
    runs: dict[str, list[Watched]] = {"pool": [], "ray": []}
    outs = {engine: folder / f"{engine}.jsonl" for engine in runs}
    for engine in list(runs) * args.repeats:
        for path in (outs[engine], name_ledger(outs[engine])):
            path.unlink(missing_ok=True)
        more = ("--engine", "ray") if engine == "ray" else ()
        run = start(inputs, outs[engine], ("--workers", "2", *more, *CROP_OPTIONS))
        watched = watch(run, name_ledger(outs[engine]))
        runs[engine].append(watched)
        print(f"{engine}: {watched}", file=sys.stderr)
    with sqlite3.connect(name_ledger(outs["ray"])) as ledger:
        (in_ledger,) = ledger.execute("SELECT count(*) FROM inputs").fetchone()
    facts: dict[str, Any] = {
        engine: {
            "seconds": [run.seconds for run in all_runs],
            "processor": [run.processor for run in all_runs],
            "mib": [run.memory for run in all_runs],
            "seconds_after_start": [run.seconds - run.start_seconds for run in all_runs],
            "processor_after_start": [run.processor - run.start_processor for run in all_runs],
        }
        for engine, all_runs in runs.items()
    }
    return {
        "n": args.inputs,
        "ray_version": ray.__version__,
        **facts,
        "share_by_clock": _divide(facts, "seconds"),
        "share_by_processor": _divide(facts, "processor"),
        "share_by_clock_after_start": _divide(facts, "seconds_after_start"),
        "share_by_processor_after_start": _divide(facts, "processor_after_start"),
        "in_ledger": in_ledger,
        "equal": outs["pool"].read_bytes() == outs["ray"].read_bytes(),
    }


def _divide(facts: dict[str, Any], name: str) -> float:
    """Divide the median of the pool by that of Ray: the share of the pool's rate that Ray has."""
    return float(statistics.median(facts["pool"][name]) / statistics.median(facts["ray"][name]))


MEASURES = {
    "workers": compare_workers,
    "kills": kill_often,
    "sandbox": measure_sandbox,
    "ledger": measure_ledger,
    "ray": compare_ray,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure one thing and keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measure", choices=tuple(MEASURES))
    parser.add_argument("--crops", type=int, default=5000, metavar="N", help="crops for one process and two")
    parser.add_argument("--pages", type=int, default=200, metavar="N", help="pages for one process and two")
    parser.add_argument(
        "--inputs", type=int, default=20_000, metavar="N", help="inputs of the other measures"
    )
    parser.add_argument("--kills", type=int, default=50, metavar="N")
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N")
    parser.add_argument("--light", action="store_true", help="kill what reads nothing, which is quicker")
    parser.add_argument("--draft", action="store_true", help="a try: kept in out/benchmarks")
    args = parser.parse_args(argv)
    warn_if_busy()
    with tempfile.TemporaryDirectory(prefix="sutja-scale-") as folder:
        content = MEASURES[args.measure](data_root(), Path(folder), args)
    figure = f"{FIGURE}_{args.measure}"
    path = make_result_path(figure, limit=1 if args.draft else None)
    packages = ("ray", "pyarrow") if args.measure == "ray" else ()
    print(f"written to {format_path(save_result(path, figure, content, packages))}")


if __name__ == "__main__":
    main()
