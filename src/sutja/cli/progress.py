"""A progress bar on the standard error, for long work on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds of work before a bar is worth showing


T = TypeVar("T")


def show_progress(results: Iterable[T], total: int, label: str = "reading") -> Iterator[T]:
    """Pass `results` on and show how many of `total` inputs are done, the rate, and the time left.

    Nothing is shown where the standard error is not a terminal, or where the work ends soon.
    """
    if not sys.stderr.isatty():
        yield from results
        return
    begun = time.monotonic()
    bar: Progress | None = None
    try:
        for done, result in enumerate(results, start=1):
            if bar is None and time.monotonic() - begun > PATIENCE and done < total:
                bar = _make_bar(total, done, label)
            if bar is not None and getattr(result, "page", 1) == 1:  # a file of several pages is one input
                bar.advance(bar.task_ids[0])
            yield result
    finally:
        if bar is not None:
            bar.stop()


def _make_bar(total: int, done: int, label: str) -> Progress:
    """Start a bar that stands at `done`."""
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
    bar.add_task(label, total=total, completed=done)
    return bar
