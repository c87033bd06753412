"""The loop that `read`, `listen` and `detect` share: results are written as they come, and counted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from sutja.cli.execution.errors import USAGE, report_errors
from sutja.cli.messages import is_quiet, tell
from sutja.cli.output.file import Output
from sutja.cli.output.writer import Writer, printable
from sutja.types import Form, Page, Recording

if TYPE_CHECKING:
    from sutja.confidence import ThresholdChoice
    from sutja.detection import Scene
    from sutja.model_file import Card

_BUNDLED = ("numbers", "pages", "spoken")  # models that are opened where none is named
R = TypeVar("R", "Page", "Form", "Recording", "Scene")


@dataclass(slots=True)
class Counts:
    """Counts of results.

    Attributes
    ----------
    noun : str
        Name of an input, in the singular.
    inputs, failed : int
        Number of inputs, and of those that could not be processed.
    items, accepted : int
        Numbers or detections, and the numbers among them that were accepted.
    """

    noun: str
    inputs: int = 0
    failed: int = 0
    items: int = 0
    accepted: int = 0

    def add(self, result: Page | Form | Recording | Scene) -> None:
        """Count a result."""
        self.inputs += 1
        self.failed += result.error is not None
        if isinstance(result, Page | Recording):
            self.items += len(result.numbers)
            self.accepted += sum(number.accepted for number in result.numbers)
        elif isinstance(result, Form):
            self.items += len(result.fields)
            self.accepted += sum(field.accepted for field in result.fields)
        else:
            self.items += len(result.detections)

    def summarize(self, items: str) -> str:
        """Summarize the counts in a line; `items` describes the results."""
        failed = f"; {self.failed:,} not read" if self.failed else ""
        return f"{count(self.inputs, self.noun)}: {items}{failed}"


def count(n: int, noun: str) -> str:
    """Write a number of things, like "1 page" or "2,000 pages"."""
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"


def write_results(results: Iterable[R], writer: Writer[R], out: str | None, counts: Counts) -> None:
    """Write each result as it comes, and each error to the standard error; count them.

    Ctrl-C exits with a line that says how many inputs were processed.
    """

    def interrupted() -> str:
        return f"stopped after {count(counts.inputs, counts.noun)}" + (
            f"; {out} was not written" if out else ""
        )

    with report_errors(interrupted), Output(out) as output:
        output.write(writer.begin())
        for result in results:
            counts.add(result)
            if result.error is not None:
                click.echo(f"error: {printable(result.error)}", err=True)
            output.write(writer.write(result))
        output.write(writer.end())


def choose_text_place(format_name: str, out: str | None) -> str | None:
    """Choose where the text of a writer goes; a spreadsheet is no text, and its writer saves it."""
    return os.devnull if format_name == "xlsx" else out


def call_each(results: Iterable[R], function: Callable[[R], None]) -> Iterator[R]:
    """Pass results on, each after a call of `function`."""
    for result in results:
        function(result)
        yield result


@contextmanager
def opening_model(threads: int) -> Iterator[None]:
    """Open a model in this context: OpenCV gets as many threads, and errors exit with status 2."""
    import cv2

    cv2.setNumThreads(threads)
    with report_errors("stopped", USAGE):
        yield


def report_threshold(choice: ThresholdChoice | None) -> None:
    """Print how the threshold was chosen, where `--max-error` asked for one."""
    if choice is not None:
        tell(choice.describe())


def tell_terms(card: Card) -> None:
    """Tell a person, the first time only, that a model has not learnt from data under open terms alone.

    A file in the folder of the program's settings marks that it was told.
    """
    told = Path(click.get_app_dir("sutja")) / f"told-terms-of-{card.name}"
    if card.open_terms or card.name not in _BUNDLED or not sys.stderr.isatty() or is_quiet() or told.exists():
        return
    tell(
        f"{card.name} has learnt from some data that are for research only: sutja card {card.name}; "
        "--open chooses a model that has not. This is told once."
    )
    with suppress(OSError):  # no place to mark it: it is told again
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()
