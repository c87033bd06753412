"""A progress bar on the standard error, for long work on a terminal."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, TypeVar

from sutja.cli.messages import is_quiet

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds of work before a bar is worth showing


T = TypeVar("T")


def show_progress(results: Iterable[T], total: int, label: str = "reading") -> Iterator[T]:
    """Pass `results` on and show how many of `total` inputs are done, the rate, and the time left.

    Nothing is shown where the standard error is not a terminal, where the results go through a pipe, which
    may end on the same terminal, where the work ends soon, or with --quiet.
    """
    if is_quiet() or not sys.stderr.isatty() or _is_pipe(sys.stdout):
        yield from results
        return
    begun = time.monotonic()
    bar: Progress | None = None
    done = 0
    try:
        for result in results:
            done += getattr(result, "page", 1) == 1  # a file of several pages is one input
            if bar is None and time.monotonic() - begun > PATIENCE and done < total:
                bar = _make_bar(total, label)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=min(done, total))
            yield result
    finally:
        if bar is not None:
            bar.stop()


def _is_pipe(stream: IO[Any]) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # no file of the system
        return False


def _make_bar(total: int, label: str) -> Progress:
    """Start a bar."""
    from rich import progress
    from rich.console import Console
    from rich.text import Text

    class Rate(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            rate = task.finished_speed or task.speed
            return Text(f"{rate:,.0f}/s" if rate else "", style="dim")

    bar = progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        Rate(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=True,
    )
    bar.start()
    bar.add_task(label, total=total)
    return bar
