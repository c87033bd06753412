"""`sutja calibrate`: choose a threshold with a guaranteed error, and store it in the model file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sutja.cli.execution.errors import report_errors
from sutja.cli.execution.options import choice_option, model_and_data
from sutja.cli.judging.answers import describe_unreadable, echo_note
from sutja.cli.judging.crops import evaluate_crops
from sutja.cli.judging.pages import evaluate_pages
from sutja.cli.judging.recordings import evaluate_recordings
from sutja.cli.output.collisions import check_outputs
from sutja.errors import SutjaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sutja.cli.judging.answers import Evaluated
    from sutja.model_file import Card, Guarantee

_SHARE = click.FloatRange(0.0, 1.0, min_open=True, max_open=True)


@click.command()
@model_and_data
@click.option(
    "--max-error",
    type=_SHARE,
    required=True,
    metavar="SHARE",
    help="Largest share of wrong answers among the accepted ones, e.g. 0.01.",
)
@click.option(
    "--confidence",
    "level",
    type=_SHARE,
    default=0.95,
    show_default=True,
    metavar="SHARE",
    help="Confidence level of the guarantee.",
)
@choice_option(
    "--method", ("ltt", "sgr"), "ltt", "Learn then test (ltt), or selection with guaranteed risk (sgr)."
)
@click.option("--out", metavar="FILE", help="Write the calibrated model to FILE instead of changing MODEL.")
@click.option(
    "--reader", metavar="FILE|NAME", help="With a detector of number fields: model that reads the fields."
)
@click.option(
    "--every-number",
    is_flag=True,
    help="With a detector: the labels are complete, so that a number without a label is wrong.",
)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True
)
def calibrate(
    model: str,
    data: str | None,
    part: str,
    threads: int,
    max_error: float,
    level: float,
    method: str,
    out: str | None,
    reader: str | None,
    every_number: bool,
    format_name: str,
) -> None:
    """Choose the threshold of MODEL on labelled DATA so that few accepted answers are wrong.

    The guarantee holds for inputs like DATA, at the confidence level of --confidence: if the calibration were
    repeated with fresh labels, that share of the thresholds would keep the error. DATA must be neither
    training data nor data that the model will be evaluated on; it takes the forms that `sutja evaluate`
    takes. If there are too few labels, the message says how many are missing, and MODEL stays as it is.

    If MODEL is a detector of number fields, DATA is a CSV of whole pages with the columns file and text, and
    page, x0, y0, x1, y1 where known, as for `sutja read --truth`. The threshold is that of whole numbers,
    whose confidence covers detection, reading and grammar.

    If MODEL listens, DATA is a CSV of recordings with the columns path and text, in words or digits, or a
    folder with one. A recording is one answer, with the confidence of its least certain number.

    An input that cannot be read has no answer that could be accepted, so it does not count: it can neither
    raise the threshold nor strengthen the guarantee.
    """
    with report_errors("stopped; nothing was written"):
        from sutja.confidence.certified import METHODS
        from sutja.model_file import write_model
        from sutja.model_file.bundled import open_model

        check_outputs([data, reader], [out])
        target = Path(out) if out else _find_own_file(model)
        if not os.access(target.parent, os.W_OK):
            raise SutjaError(
                "cannot be written: there is no such folder, or you may not write to it",
                where=str(target),
                remedy="make the folder, or name another file with --out",
            )
        file = open_model(model)
        if file.card.second_reader is not None:
            echo_note(
                "note: the model will read alone, since a second reader is not calibrated on these data"
            )
            file = replace(file, card=replace(file.card, second_reader=None))
        if file.card.task == "detect":
            evaluated = evaluate_pages(file, data, reader, threads, every_number)
        else:
            answer = evaluate_recordings if file.card.task == "listen" else evaluate_crops
            evaluated = answer(file, data, part, threads)
        for note in evaluated.notes:
            echo_note(f"warning: {note}")
        if evaluated.n_unreadable:
            n = len(evaluated.answers.true)
            note = describe_unreadable(evaluated.n_unreadable, n, "items", "they do not count")
            echo_note(f"warning: {note}")
        chosen = _select_answers(evaluated)
        answers = evaluated.answers.take(chosen)
        found = METHODS[method](answers.confidence, answers.right, max_error, level)
        guarantee = replace(found.guarantee, data=evaluated.source)
        write_model(target, file.data, _with_threshold(file.card, found.threshold, guarantee))
        if format_name == "json":
            facts = {"model": str(target), "threshold": found.threshold, **asdict(guarantee)}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            click.echo(found.describe())
            echo_note(f"the threshold is stored in {target}")


def _with_threshold(card: Card, threshold: float, guarantee: Guarantee) -> Card:
    """Put a threshold into a card; that of a detector is the threshold of whole numbers."""
    from sutja.model_file import FieldConfidence

    if card.task == "detect":
        fields = replace(card.fields or FieldConfidence(), threshold=threshold, guarantee=guarantee)
        return replace(card, fields=fields)
    return replace(card, threshold=threshold, guarantee=guarantee)


def _find_own_file(model: str) -> Path:
    """Find the file that is written unless `--out` names another."""
    if not Path(model).is_file():
        raise SutjaError(
            "there is no such file, and bundled models are not changed",
            where=model,
            remedy="give the path of a model file, or name the file of a copy with --out",
        )
    return Path(model)


def _select_answers(evaluated: Evaluated) -> NDArray[np.bool_]:
    """Select the answers that count: acceptable ones to new inputs, each once; unreadable inputs have none.

    Returns
    -------
    NDArray[bool_]
        bool (n,)
    """
    chosen = evaluated.answers.acceptable & evaluated.answers.answered
    if evaluated.repeated.any():
        echo_note(f"warning: {int(evaluated.repeated.sum()):,} items repeat another; each counts once")
        chosen &= ~evaluated.repeated
    if evaluated.leak and evaluated.one_in > 1:
        raise SutjaError(
            f"{evaluated.leak}; the model's card knows only one in {evaluated.one_in} of them",
            where=evaluated.source,
            remedy="give labelled inputs that the model was not trained on",
        )
    if evaluated.leak:
        known = int(evaluated.trained_on.sum())
        echo_note(f"warning: {known:,} items are left out: the model was trained on them")
        chosen &= ~evaluated.trained_on
    if evaluated.groups is not None:
        echo_note(
            f"note: the items come from {evaluated.groups:,} writers, documents or the like; the guarantee "
            "assumes that they are independent of one another"
        )
    if not chosen.any():
        raise SutjaError(
            "no item is left to choose the threshold by",
            where=evaluated.source,
            remedy="give labelled inputs that can be read and that the model was not trained on",
        )
    return chosen
