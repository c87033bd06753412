"""`sutja read`: pictures in, numbers out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.failures import FAILED, USAGE, stop, told
from sutja.cli.inputs import expand
from sutja.cli.output.annotate_pages import Annotator
from sutja.cli.output.file import Output
from sutja.cli.output.pages import FORMATS, Csv, JsonLines, Table, Writer, format_for, printable
from sutja.cli.output.spreadsheet import Spreadsheet
from sutja.cli.progress import with_progress
from sutja.errors import SutjaError
from sutja.types import Page

if TYPE_CHECKING:
    from sutja.cli.judging.truth import Truth
    from sutja.reading import Classifier, Reader

KINDS = ("auto", "number", "amount", "postcode", "date", "check")


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--crop", is_flag=True, help="Each picture shows one number and little else.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="How to print: by default a table, or what the name of --out says.",
)
@click.option(
    "--table", is_flag=True, help="With --format csv: rows and columns, as a spreadsheet opens them."
)
@click.option(
    "--out",
    metavar="FILE",
    help="Write to FILE; it appears when all is read. PAGE-XML of several pages goes into a folder.",
)
@click.option(
    "--annotate",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Also draw what was read into a copy of each picture, in DIR.",
)
@click.option(
    "--kind", type=click.Choice(KINDS), default="auto", show_default=True, help="What the numbers are."
)
@click.option("--country", metavar="CODE", help="Whose postcodes, dates and amounts, as DE, US or IN.")
@click.option(
    "--truth",
    metavar="FILE",
    help="A CSV with the columns file and text, and page, x0, y0, x1, y1 where known: says how much of it "
    "was read, wrong and rejected. Without PATH the files it names are read.",
)
@click.option(
    "--every-number",
    is_flag=True,
    help="With --truth: it names every number of its pages, so that any other number is wrong.",
)
@click.option(
    "--max-error",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    metavar="SHARE",
    help="Accept so that at most this share of the accepted numbers was wrong on validation data, e.g. 0.01.",
)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads to use.")
@click.option(
    "--model",
    metavar="FILE|NAME",
    help="Another model than the bundled one: one that reads numbers, or one that tells single characters.",
)
@click.option(
    "--detector", metavar="FILE|NAME", help="Another model to find the numbers on pages than the bundled one."
)
def read(**given: Any) -> None:
    """Read the numbers on pages: files, folders, or patterns like "scans/*.pdf".

    PDF, PNG, JPEG, TIFF, WebP and BMP. With --crop, pictures that show one number each.

    Exit status: 0 all were read, 1 some could not be read (the others were), 2 wrong usage.
    """
    asked = _Asked(**given)
    truth = _truth(asked)
    names, failed = expand(asked.paths, pages=not asked.crop)
    if truth is not None and not asked.paths:
        names = truth.files()
    reader = _make_reader(asked)
    what = "class" if reader.card.task == "classify" else "number"
    every_name = [*names, *(page.source for page in failed)]
    writer, out = _make_writer(asked, every_name, what)
    pages: Iterable[Page] = chain(failed, with_progress(reader.read_many(names, crop=asked.crop), len(names)))
    if asked.annotate is not None:
        pages = _annotated(pages, Annotator(asked.annotate, asked.crop))
    counts = _Counts(asked.crop)
    left = f"; {asked.out} was not written" if asked.out else ""
    with told(lambda: f"stopped after {counts.pages} pictures{left}"):
        with Output(out) as output:
            _write(pages, writer, output, counts, truth, quiet=truth is not None and asked.out is None)
        _say_more(asked, writer, counts, what, truth)
    sys.exit(FAILED if counts.failed else 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the person asked for: one field an option."""

    paths: tuple[str, ...]
    crop: bool
    format_name: str | None
    table: bool
    out: str | None
    annotate: str | None
    kind: str
    country: str | None
    truth: str | None
    every_number: bool
    max_error: float | None
    threads: int
    model: str | None
    detector: str | None

    @property
    def format(self) -> str:
        """The format, told by name or by the output's name."""
        if self.table and self.format_name is None:
            return "csv"
        return format_for(self.format_name, self.out)


def _write(
    pages: Iterable[Page], writer: Writer, output: Output, counts: _Counts, truth: Truth | None, quiet: bool
) -> None:
    """Write each page as it comes; `quiet` where only the measure is wanted."""
    if not quiet:
        output.write(writer.header())
    for page in pages:
        counts.add(page)
        if truth is not None:
            truth.add(page)
        if page.error is not None:
            click.echo(f"error: {printable(page.error)}", err=True)
        if not quiet:
            output.write(writer.page(page))
    if not quiet:
        output.write(writer.footer())


def _say_more(asked: _Asked, writer: Writer, counts: _Counts, what: str, truth: Truth | None) -> None:
    """What a person wants to know besides: the counts, and the measure."""
    if truth is not None:
        click.echo(truth.report(as_json=asked.format == "jsonl" and asked.out is None))
    elif isinstance(writer, Table):
        click.echo(counts.summary(what), err=True)
    if isinstance(writer, Spreadsheet) and writer.outside:
        click.echo(f"{writer.outside:,} numbers stand in no table and were left out", err=True)


def _truth(asked: _Asked) -> Truth | None:
    """The labels to measure by; wrong usage where the arguments do not go together."""
    if asked.table and asked.format != "csv":
        raise click.UsageError("--table goes with --format csv")
    if asked.truth is None:
        if not asked.paths:
            raise click.UsageError("Missing argument 'PATH...'.")
        if asked.every_number:
            raise click.UsageError("--every-number goes with --truth")
        return None
    from sutja.cli.judging.truth import Truth

    try:
        return Truth(asked.truth, asked.every_number)
    except SutjaError as error:
        stop(str(error), USAGE)


class _Counts:
    """How the pages came out."""

    def __init__(self, crop: bool) -> None:
        self.pages = self.numbers = self.accepted = self.failed = 0
        self._crop = crop

    def add(self, page: Page) -> None:
        self.pages += 1
        self.failed += page.error is not None
        self.numbers += len(page.numbers)
        self.accepted += sum(number.accepted for number in page.numbers)

    def summary(self, what: str) -> str:
        """The counts in a line; `what` was read."""
        thing = "picture" if self._crop else "page"
        pictures = f"1 {thing}" if self.pages == 1 else f"{self.pages:,} {thing}s"
        if self._crop:
            text = f"{pictures}: {self.numbers:,} with a {what}, {self.accepted:,} of these accepted"
        else:
            found = f"1 {what}" if self.numbers == 1 else f"{self.numbers:,} {what}s"
            text = f"{pictures}: {found}, {self.accepted:,} of these accepted"
        return text + (f"; {self.failed:,} not read" if self.failed else "")


def _make_reader(asked: _Asked) -> Reader | Classifier:
    """What reads with the model, or a line on the standard error and exit 2."""
    import cv2

    from sutja.reading import Reader, open_reader

    cv2.setNumThreads(asked.threads)
    try:
        reader = open_reader(
            asked.model,
            threads=asked.threads,
            max_error=asked.max_error,
            kind=asked.kind,
            country=asked.country,
            detector=asked.detector,
        )
        choice = reader.choice
        if not asked.crop:
            if not isinstance(reader, Reader):
                raise click.UsageError("a model of single characters reads crops: add --crop")
            choice = reader.whole_pages().choice
    except SutjaError as error:
        stop(str(error), USAGE)
    if choice is not None:
        click.echo(choice.statement(), err=True)
    return reader


def _make_writer(asked: _Asked, names: list[str], what: str) -> tuple[Writer, str | None]:
    """What writes, and where to: None for the standard output."""
    if asked.format == "page-xml":
        from sutja.cli.output.page_xml import PageFolder, PageXml

        # Several pages need a file each; a name with an ending is a file's.
        if asked.out and (Path(asked.out).is_dir() or not Path(asked.out).suffix):
            return PageFolder(asked.out), os.devnull
        return PageXml(), asked.out
    if asked.format == "hocr":
        from sutja.cli.output.hocr import Hocr

        return Hocr(), asked.out
    if asked.format == "table":
        return Table(names, what), asked.out
    if asked.format == "jsonl":
        return JsonLines(), asked.out
    return (Spreadsheet() if asked.table else Csv()), asked.out


def _annotated(pages: Iterable[Page], annotator: Annotator) -> Iterator[Page]:
    """Draw each page as it passes by."""
    for page in pages:
        if page.error is None:
            annotator.draw(page)
        yield page
