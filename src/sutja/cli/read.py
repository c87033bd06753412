"""`sutja read`: pictures in, numbers out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import FAILED, USAGE, report_errors
from sutja.cli.execution.inputs import expand, open_inputs
from sutja.cli.execution.many import batch_options, check_batch, process_all, run_many
from sutja.cli.execution.options import (
    PROVIDERS,
    annotate_option,
    choose_model,
    device_option,
    kind_options,
    max_error_option,
    open_option,
    output_options,
    threads_option,
)
from sutja.cli.execution.progress import show_progress
from sutja.cli.execution.results import (
    Counts,
    call_each,
    choose_text_place,
    count,
    opening_model,
    report_threshold,
    tell_terms,
    write_results,
)
from sutja.cli.messages import tell
from sutja.cli.output.annotate import CropAnnotator, PageAnnotator
from sutja.cli.output.collisions import check_outputs
from sutja.cli.output.file import FolderWriter
from sutja.cli.output.pages import CSV_COLUMNS, FORMATS, FieldRows, PageTable
from sutja.cli.output.rows import make_plain_writer
from sutja.cli.output.spreadsheet import Spreadsheet
from sutja.cli.output.writer import Writer
from sutja.cli.read_forms import check_form_options, read_forms
from sutja.cli.read_options import ReadOptions
from sutja.types import NUMBER_NAMES, Page

if TYPE_CHECKING:
    from sutja.cli.judging.truth import Truth
    from sutja.reading import Classifier, Reader


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--crop", is_flag=True, help="Each picture shows one number and little else.")
@click.option(
    "--template",
    "templates",
    metavar="FILE",
    multiple=True,
    help="Template of a form: write one row a page, a column a field. May be given several times; each page "
    "takes the one that fits.",
)
@output_options(FORMATS, "PAGE-XML of several pages goes into a folder.")
@click.option(
    "--fields",
    metavar="NAMES",
    help="Names like total,date: one row a page with these numbers, as CSV. Every line of the pages is read "
    "(--effort best) unless an effort is given.",
)
@click.option("--table", is_flag=True, help="With --format csv: write tables as rows and columns.")
@annotate_option("the numbers")
@kind_options
@click.option(
    "--truth",
    metavar="FILE",
    help="Measure how many numbers are read, wrong or rejected, by a CSV of labels with the columns file and "
    "text, and page, x0, y0, x1, y1 where known. Without PATH, the files that it names are read.",
)
@click.option(
    "--mistakes",
    metavar="FILE",
    help="With --truth: write the numbers that were not read right to an HTML page, each with its picture.",
)
@click.option(
    "--every-number",
    is_flag=True,
    help="With --truth: the labels are complete, so that a number without a label is wrong.",
)
@max_error_option("accepted numbers", 0.01)
@click.option(
    "--effort",
    type=click.Choice(("fast", "normal", "best")),
    help="fast: our networks alone; normal: also a second reader and, on pages, a detector of text, where "
    "ours are not sure or find little; best: always.  "
    "[default: normal where the model is calibrated for it]",
)
@click.option(
    "--ocr",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Of PDFs that carry their text. auto: numbers from the text, exactly, and what else is drawn; "
    "always: what is drawn, not the text; never: the text alone.",
)
@threads_option
@device_option
@batch_options
@click.option(
    "--model",
    metavar="FILE|NAME",
    help="Model to read with instead of the bundled one; it may be a classifier of single characters.",
)
@open_option
@click.option(
    "--detector",
    metavar="FILE|NAME",
    help="Model that finds the numbers on pages instead of the bundled one.",
)
@click.option(
    "--second-reader",
    metavar="FILE|NAME",
    help="Model to transcribe that is asked about numbers in doubt, instead of the bundled second reader.",
)
def read(**options: Any) -> None:
    """Read the numbers on pages: files, folders, patterns like "scans/*.pdf", addresses, or - for the input.

    Formats: PDF, PNG, JPEG, TIFF, WebP, AVIF and BMP. With --crop, each picture shows one number.
    With --template, the pages are forms, and each gives a row of its fields.

    Exit status: 0 if every picture could be read, 1 if some could not (the others were read), 2 for wrong
    usage.
    """
    options["model"] = choose_model(options["model"], options.pop("only_open"))
    given = ReadOptions(**options)
    truth = _load_truth(given)
    if given.templates:
        read_forms(given)
    names, failed = expand(given.paths, pages=not given.crop)
    if truth is not None and not given.paths:
        names = truth.files
    is_folder = given.format == "page-xml" and _names_folder(given.out)
    folders = [(given.annotate, ".png"), *([(given.out, ".xml")] if is_folder else [])]
    files = [given.out, given.mistakes]
    check_outputs(
        [*names, *given.paths, given.truth, given.model, given.detector, given.second_reader], files, folders
    )
    check_batch(given.batch, given.out, given.format, bool(given.annotate or given.truth))
    if given.batch.given:
        run_many("read", *_describe_job(given), names, failed, str(given.out), given.batch)
    reader = _open_reader(given)
    sources = open_inputs(names)
    noun = "class" if reader.card.task == "classify" else "number"
    results = process_all(lambda some: reader.read_many(some, crop=given.crop), sources)
    pages: Iterable[Page] = chain(failed, show_progress(results, len(names)))
    if given.annotate is not None:
        annotator = (CropAnnotator if given.crop else PageAnnotator)(given.annotate, sources)
        pages = call_each(pages, lambda page: annotator.save(page) if page.error is None else None)
    if truth is not None:
        pages = call_each(pages, truth.add)
    writer, out = _make_writer(given, [*names, *(page.source for page in failed)], noun)
    counts = Counts("picture" if given.crop else "page")
    write_results(pages, writer, out, counts)
    with report_errors("stopped"):
        if truth is not None:
            click.echo(truth.report(as_json=given.format in ("json", "jsonl") and given.out is None))
            if given.mistakes is not None:
                truth.write_mistakes(given.mistakes)
                tell(f"{count(len(truth.mistakes), 'mistake')}: {given.mistakes}")
        elif isinstance(writer, PageTable):
            tell(_summarize(counts, noun))
        if isinstance(writer, Spreadsheet) and writer.outside:
            tell(f"left out {count(writer.outside, 'number')} that belong to no table")
    sys.exit(FAILED if counts.failed or getattr(writer, "failed", 0) else 0)


def _describe_job(given: ReadOptions) -> tuple[dict[str, str | None], dict[str, Any]]:
    """Describe the models and the options of a run over many inputs."""
    names = (
        "crop",
        "model",
        "threads",
        "max_error",
        "kind",
        "country",
        "effort",
        "ocr",
        "detector",
        "second_reader",
    )
    models = {"model:transcribe": given.model, "detector:detect": given.detector}
    if given.second_reader is not None:
        models["second_reader:transcribe"] = given.second_reader
    options = {name: getattr(given, name) for name in names}
    return models, {**options, "providers": PROVIDERS[given.device]}


def _names_folder(out: str | None) -> bool:
    """Tell whether the output is a folder for a file a page; a name with an ending is a file's."""
    return out is not None and (Path(out).is_dir() or not Path(out).suffix)


def _load_truth(given: ReadOptions) -> Truth | None:
    """Load the labels, if any; refuse options that do not go together."""
    if given.templates:
        check_form_options(given)
    for option, is_given in (("--table", given.table), ("--fields", given.fields is not None)):
        if is_given and given.format != "csv":
            raise click.UsageError(f"{option} goes with --format csv")
    if given.fields is not None and given.crop:
        raise click.UsageError("--fields goes with pages: leave out --crop")
    if unknown := [name for name in given.names if name not in NUMBER_NAMES]:
        raise click.UsageError(f"--fields knows no {', '.join(unknown)}, but {', '.join(NUMBER_NAMES)}")
    if given.truth is None:
        if not given.paths:
            raise click.UsageError("Missing argument 'PATH...'.")
        for option, is_given in (
            ("--every-number", given.every_number),
            ("--mistakes", given.mistakes is not None),
        ):
            if is_given:
                raise click.UsageError(f"{option} goes with --truth")
        return None
    from sutja.cli.judging.truth import Truth

    with report_errors("stopped", USAGE):
        return Truth(given.truth, given.every_number)


def _summarize(counts: Counts, noun: str) -> str:
    accepted = f"{counts.accepted:,} of these accepted"
    if counts.noun == "picture":
        return counts.summarize(f"{counts.items:,} with a {noun}, {accepted}")
    return counts.summarize(f"{count(counts.items, noun)}, {accepted}")


def _open_reader(given: ReadOptions) -> Reader | Classifier:
    from sutja.reading import Reader, open_reader

    with opening_model(given.threads):
        reader = open_reader(
            given.model,
            threads=given.threads,
            max_error=given.max_error,
            kind=given.kind,
            country=given.country,
            effort=given.effort or ("best" if given.names else None),
            ocr=given.ocr,
            detector=given.detector,
            second_reader=given.second_reader,
            providers=PROVIDERS[given.device],
        )
        choice = reader.choice
        if not given.crop:
            if not isinstance(reader, Reader):
                raise click.UsageError("a model of single characters reads crops: add --crop")
            choice = reader.open_page_reader().choice
    report_threshold(choice)
    tell_terms(reader.card)
    if isinstance(reader, Reader) and not reader.second_is_measured:
        tell(f"{given.second_reader} was not measured beside this model: it can only make answers less sure")
    return reader


def _make_writer(given: ReadOptions, names: list[str], noun: str) -> tuple[Writer[Page], str | None]:
    """Make the writer, and say where its text goes: to a file, or for None to the standard output."""
    if given.truth is not None and given.out is None:  # only the measurement is printed
        return Writer(), None
    if given.format == "page-xml":
        from sutja.cli.output.page_xml import PageXml, to_page_xml

        if given.out and _names_folder(given.out):
            return FolderWriter(given.out, ".xml", to_page_xml), os.devnull
        return PageXml(), given.out
    if given.format == "hocr":
        from sutja.cli.output.hocr import Hocr

        return Hocr(), given.out
    if given.format == "table":
        return PageTable(names, noun), given.out
    if given.names:
        return FieldRows(given.names), given.out
    if given.table:
        return Spreadsheet(), given.out
    with report_errors("stopped", USAGE):
        writer = make_plain_writer(given.format, CSV_COLUMNS, given.out, Page)
    return writer, choose_text_place(given.format, given.out)
