"""`sutja read`: pictures in, numbers out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import click

from sutja.cli.annotate import Annotator
from sutja.cli.failures import FAILED, USAGE, stop, told
from sutja.cli.formats import FORMATS, Csv, JsonLines, Table, format_for, printable
from sutja.cli.inputs import expand
from sutja.cli.output import Output
from sutja.cli.progress import with_progress
from sutja.errors import SutjaError
from sutja.types import Page

if TYPE_CHECKING:
    from sutja.reading import Classifier, Reader


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--crop", is_flag=True, help="Each picture shows one number and little else. Needed for now.")
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS),
    help="How to print: by default a table, or what the name of --out says.",
)  # fmt: skip
@click.option("--out", metavar="FILE", help="Write to FILE; it appears when all is read.")
@click.option(
    "--annotate", metavar="DIR", type=click.Path(file_okay=False),
    help="Also draw what was read into a copy of each picture, in DIR.",
)  # fmt: skip
@click.option(
    "--max-error", type=click.FloatRange(0.0, 1.0, max_open=True), metavar="SHARE",
    help="Accept so that at most this share of the accepted numbers was wrong on validation data, e.g. 0.01.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads to use.")
@click.option(
    "--model", metavar="FILE|NAME",
    help="Another model than the bundled one: one that reads numbers, or one that tells single characters.",
)  # fmt: skip
def read(
    paths: tuple[str, ...],
    crop: bool,
    format_name: str | None,
    out: str | None,
    annotate: str | None,
    max_error: float | None,
    threads: int,
    model: str | None,
) -> None:
    """Read the numbers in pictures: files, folders, or patterns like "scans/*.png".

    PNG, JPEG, TIFF, WebP and BMP. Exit status: 0 all were read, 1 some could not be read (the others were),
    2 wrong usage.
    """
    if not crop:
        raise click.UsageError(
            "finding the numbers on whole pages comes in a later version. "
            "For pictures that show one number each, add --crop."
        )
    names, failed = expand(paths)
    reader = _make_reader(model, threads, max_error)
    what = "class" if reader.card.task == "classify" else "number"
    writer = _make_writer(format_for(format_name, out), [*names, *(page.source for page in failed)], what)
    pages: Iterable[Page] = chain(failed, with_progress(reader.read_many(names, crop=True), len(names)))
    if annotate is not None:
        pages = _annotated(pages, Annotator(annotate))
    counts = _Counts()
    left = f"; {out} was not written" if out else ""
    with told(lambda: f"stopped after {counts.pages} pictures{left}"), Output(out) as output:
        output.write(writer.header())
        for page in pages:
            counts.add(page)
            if page.error is not None:
                click.echo(f"error: {printable(page.error)}", err=True)
            output.write(writer.page(page))
    if isinstance(writer, Table):
        click.echo(counts.summary(what), err=True)
    sys.exit(FAILED if counts.failed else 0)


class _Counts:
    """How the pages came out."""

    def __init__(self) -> None:
        self.pages = self.numbers = self.accepted = self.failed = 0

    def add(self, page: Page) -> None:
        self.pages += 1
        self.failed += page.error is not None
        self.numbers += len(page.numbers)
        self.accepted += sum(number.accepted for number in page.numbers)

    def summary(self, what: str) -> str:
        """The counts in a line; `what` was read."""
        pictures = "1 picture" if self.pages == 1 else f"{self.pages:,} pictures"
        text = f"{pictures}: {self.numbers:,} with a {what}, {self.accepted:,} of these accepted"
        return text + (f"; {self.failed:,} not read" if self.failed else "")


def _make_reader(model: str | None, threads: int, max_error: float | None) -> Reader | Classifier:
    """What reads with the model, or a line on the standard error and exit 2."""
    import cv2

    from sutja.reading import open_model

    cv2.setNumThreads(threads)
    try:
        reader = open_model(model, threads=threads, max_error=max_error)
    except SutjaError as error:
        stop(str(error), USAGE)
    if reader.choice is not None:
        click.echo(reader.choice.statement(), err=True)
    return reader


def _make_writer(format_name: str, names: list[str], what: str) -> Table | JsonLines | Csv:
    if format_name == "table":
        return Table(names, what)
    return JsonLines() if format_name == "jsonl" else Csv()


def _annotated(pages: Iterable[Page], annotator: Annotator) -> Iterator[Page]:
    """Draw each page as it passes by."""
    for page in pages:
        if page.error is None:
            annotator.draw(page)
        yield page
