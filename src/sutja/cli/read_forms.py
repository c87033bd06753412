"""`sutja read --template`: pages of forms in, one row each out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain
from typing import NoReturn

import click

from sutja.cli.execution.errors import FAILED
from sutja.cli.execution.inputs import expand, open_inputs
from sutja.cli.execution.many import process_all
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
from sutja.cli.output.annotate import FormAnnotator
from sutja.cli.output.collisions import check_outputs
from sutja.cli.output.forms import FORM_FORMATS, make_form_writer
from sutja.cli.read_options import ReadOptions
from sutja.types import Form


def check_form_options(given: ReadOptions) -> None:
    """Refuse what does not go with a template."""
    others = {
        "--crop": given.crop,
        "--fields": given.fields is not None,
        "--table": given.table,
        "--truth": given.truth is not None,
        "--mistakes": given.mistakes is not None,
        "--every-number": given.every_number,
        "--kind": given.kind != "auto",
        "--country": given.country is not None,
        "--detector": given.detector is not None,
        "--ocr": given.ocr != "auto",
        "--workers": given.workers is not None,
        "--resume": given.resume,
        "--engine": given.engine is not None,
        "--address": given.address is not None,
        f"--format {given.format}": given.format not in FORM_FORMATS,
    }
    if named := [option for option, is_given in others.items() if is_given]:
        raise click.UsageError(f"{' and '.join(named)} does not go with --template")


def read_forms(given: ReadOptions) -> NoReturn:
    """Read pages by templates, a row each, and exit."""
    from sutja.reading import Reader
    from sutja.reading.templates import Template, list_columns

    with opening_model(given.threads):
        templates = [Template.load(path) for path in given.templates]
        reader = Reader(
            given.model,
            given.threads,
            given.max_error,
            effort=given.effort,
            second_reader=given.second_reader,
        )
    report_threshold(reader.choice)
    tell_terms(reader.card)
    names, failed = expand(given.paths, pages=True)
    pictures = [template.picture for template in templates]
    check_outputs(
        [*names, *given.paths, *given.templates, *pictures, given.model],
        [given.out],
        [(given.annotate, ".png")],
    )
    inputs = open_inputs(names)
    refused = [Form(page.source, page.page, None, 0.0, None, None, error=page.error) for page in failed]
    results = process_all(lambda some: reader.read_forms(some, templates), inputs)
    forms: Iterable[Form] = chain(refused, show_progress(results, len(names)))
    if given.annotate is not None:
        annotator = FormAnnotator(given.annotate, inputs)
        forms = call_each(forms, lambda form: annotator.save(form) if form.error is None else None)
    sources = [*names, *(page.source for page in failed)]
    writer = make_form_writer(given.format, sources, list_columns(templates), given.out)
    counts = Counts("page")
    write_results(forms, writer, choose_text_place(given.format, given.out), counts)
    if given.format == "table":
        fields = f"{count(counts.items, 'field')}, {counts.accepted:,} of these accepted"
        tell(counts.summarize(fields))
    sys.exit(FAILED if counts.failed else 0)
