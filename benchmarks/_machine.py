"""Circumstances of a measurement, and the files and tables of its results."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from sutja.atomic import write_atomic

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DRAFTS = ROOT / "out" / "benchmarks"  # runs on a few crops, and the peers' answers
SCHEMA = 1
PACKAGES = ("sutja", "numpy", "opencv-python-headless", "pillow", "onnx", "onnxruntime")
_GIB = 2**30
_BUSY = 0.7  # of one processor: other work that slows what is timed

T = TypeVar("T")


def format_now() -> str:
    """The date and time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def find_versions(names: Iterable[str]) -> dict[str, str]:
    """Installed version of each package; those that are not there are left out."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name == "sutja":  # run from the checkout
                import sutja

                found[name] = sutja.__version__
    return found


def describe_machine(packages: Iterable[str] = ()) -> dict[str, Any]:
    """The machine, its system, and the versions of what a figure depends on. Never the machine's name."""
    return {
        "cpu": find_cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(_memory_bytes() / _GIB, 1),
        "os": _system(),
        "python": platform.python_version(),
        "packages": find_versions([*PACKAGES, *packages]),
        "revision": find_revision(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def warn_if_busy() -> float:
    """The load of the machine, and a warning where other work will spoil what is to be timed."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > _BUSY:
        print(f"warning: other work runs here (load {load:.1f}); times will be too long", file=sys.stderr)
    return round(load, 2)


def find_cpu_model() -> str:
    """The processor's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no such question on this system
        return 0


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    release = ".".join(platform.release().split(".")[:2])
    return f"{name}, {platform.system()} {release}, {platform.machine()}"


def find_revision() -> str | None:
    """The commit of the checkout, with "+" where files differ from it; None without one."""
    head, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    return f"{head}{'+' if status else ''}" if head else None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def save_result(path: Path, figure: str, content: dict[str, Any], packages: Iterable[str] = ()) -> Path:
    """Write a result with its machine and date; the file appears whole or not at all."""
    whole = {
        "schema": SCHEMA,
        "figure": figure,
        "date": format_now(),
        "machine": describe_machine(packages),
        **content,
    }
    return write_json(path, whole)


def write_json(path: Path, content: Any) -> Path:
    """Write JSON to `path` at one stroke."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomic(path, f"{text}\n".encode())
    return path


def list_kept_rows(path: Path, measured: Collection[str], part: str = "rows") -> list[dict[str, Any]]:
    """Rows of a results file of readers other than ``measured``, each with the date when it was made.

    Peers change seldom and take long: without them (`--no-peers`) what was measured of them is kept.
    """
    if not path.is_file():
        return []
    before = json.loads(path.read_text(encoding="utf-8"))
    return [{"date": before["date"], **row} for row in before[part] if row["reader"] not in measured]


def keep_peer_rows(path: Path, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add what was measured of peers before on the same sets, each row behind those of its set."""
    sets = list(dict.fromkeys(row["set"] for row in rows))
    before = list_kept_rows(path, [row["reader"] for row in rows])
    peers = [row for row in before if row["set"] in sets and not row["reader"].startswith("sutja")]
    return sorted([*rows, *peers], key=lambda row: sets.index(row["set"]))


def make_result_path(figure: str, part: str = "test", limit: int | None = None) -> Path:
    """Path of a figure's file: FIGURE.json for test parts, beside it for others, apart for a few crops."""
    name = f"{figure}.json" if part == "test" else f"{figure}-{part}.json"
    return (RESULTS if limit is None else DRAFTS) / name


def format_path(path: Path) -> str:
    """A path for messages, from the checkout's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def format_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of text, the first ones to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(headers), *cells]) for i in range(len(headers))]
    texts = [
        i for i in range(len(headers)) if not all(row[i][:1].isdigit() or row[i] in "–" for row in cells)
    ]

    def line(row: Sequence[str]) -> str:
        padded = (
            c.ljust(w) if i in texts else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(headers), "  ".join("-" * width for width in widths), *map(line, cells)])


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Pass `items` on and show how far the work is, its rate and the time left; a line when it is done."""
    from rich import progress
    from rich.console import Console

    total = total if total is not None else len(items)  # type: ignore[arg-type]
    console = Console(stderr=True)
    bar = progress.Progress(
        "{task.description}",
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        "{task.fields[rate]}",
        progress.TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    began = time.monotonic()
    with bar:
        task = bar.add_task(what, total=total, rate="")
        for done, item in enumerate(items, start=1):
            yield item
            bar.update(task, advance=1, rate=f"{done / (time.monotonic() - began):,.1f}/s")
    seconds = time.monotonic() - began
    print(f"{what}: {total:,} in {seconds:.1f} s ({total / seconds:,.1f}/s)", file=sys.stderr)
