"""`sutja calibrate`: a threshold that keeps an error, with a stated confidence, into the model file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sutja.cli.errors import report_errors
from sutja.cli.judging.crops import judge, say
from sutja.cli.judging.pages import judge_pages
from sutja.cli.judging.recordings import judge_sounds
from sutja.cli.options import model_and_data
from sutja.errors import SutjaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sutja.cli.judging.crops import Judged
    from sutja.model_file import Card, Guarantee

_SHARE = click.FloatRange(0.0, 1.0, min_open=True, max_open=True)


@click.command()
@model_and_data
@click.option(
    "--max-error",
    type=_SHARE,
    required=True,
    metavar="SHARE",
    help="At most this share of the accepted answers is to be wrong, e.g. 0.01.",
)
@click.option(
    "--confidence",
    "level",
    type=_SHARE,
    default=0.95,
    show_default=True,
    metavar="SHARE",
    help="How sure that is to be.",
)
@click.option(
    "--method",
    type=click.Choice(("ltt", "sgr")),
    default="ltt",
    show_default=True,
    help="Learn then test, or selection with guaranteed risk.",
)
@click.option("--out", metavar="FILE", help="Write the model here, and leave MODEL as it is.")
@click.option(
    "--reader",
    metavar="FILE|NAME",
    help="With a detector of number fields: the model that reads what it finds.",
)
@click.option(
    "--every-number",
    is_flag=True,
    help="With a detector: DATA names every number of its pages, so that any other number is wrong.",
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
    """Choose the threshold of MODEL by labelled DATA so that few accepted answers are wrong, and keep it.

    The promise holds for pictures or recordings drawn like DATA, and as surely as --confidence says: of many
    repetitions with fresh labels, so many keep it. DATA must not be what the model was trained on, nor what
    it will be evaluated on; it is given as for `sutja evaluate`. Where the labels are too few, the message
    says how many are missing, and the model stays as it is.

    Where MODEL is a detector of number fields, DATA is a CSV of whole pages with the columns file and text,
    and page, x0, y0, x1, y1 where known, as for `sutja read --truth`; the threshold is that of whole numbers,
    whose confidence counts finding, reading and grammar.

    Where MODEL listens, DATA is a CSV of recordings with the columns path and text, in words or digits, or a
    folder with one; a recording counts as one answer, as sure as the least sure of its numbers.
    """
    with report_errors("stopped; nothing was written"):
        from sutja.confidence.certified import METHODS
        from sutja.model_file import write_model
        from sutja.model_file.bundled import open_model

        target = Path(out) if out else _own_file(model)
        if not os.access(target.parent, os.W_OK):
            raise SutjaError(
                "cannot be written (its folder is not there, or not open to you)",
                where=str(target),
                remedy="make the folder, or name another place with --out",
            )
        file = open_model(model)
        if file.card.task == "detect":
            judged = judge_pages(file, data, reader, threads, every_number)
        else:
            judge_it = judge_sounds if file.card.task == "listen" else judge
            judged = judge_it(file, data, part, threads)
        for note in judged.notes:
            say(f"warning: {note}")
        chosen = _usable(judged)
        answers = judged.answers.take(chosen)
        found = METHODS[method](answers.confidence, answers.right, max_error, level)
        guarantee = replace(found.guarantee, data=judged.source)
        write_model(target, file.data, _kept(file.card, found.threshold, guarantee))
        if format_name == "json":
            facts = {"model": str(target), "threshold": found.threshold, **asdict(guarantee)}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            click.echo(found.statement())
            if others := len(answers.true) - guarantee.cases:
                say(f"note: {others:,} more labelled cases only told where to look for a threshold")
            say(f"kept in {target}")


def _kept(card: Card, threshold: float, guarantee: Guarantee) -> Card:
    """The card with its threshold, of a detector of number fields with that of whole numbers."""
    from sutja.model_file import FieldTrust

    if card.task == "detect":
        fields = replace(card.fields or FieldTrust(), threshold=threshold, guarantee=guarantee)
        return replace(card, fields=fields)
    return replace(card, threshold=threshold, guarantee=guarantee)


def _own_file(model: str) -> Path:
    """The file that is written when nobody names another."""
    if not Path(model).is_file():
        raise SutjaError(
            "there is no such file, and a bundled model is not changed",
            where=model,
            remedy="give the path of a model file, or name a copy to write with --out",
        )
    return Path(model)


def _usable(judged: Judged) -> NDArray[np.bool_]:
    """Which answers count: those that can be accepted, to pictures that are new and no repetition."""
    chosen = judged.answers.acceptable & judged.answers.answered
    if judged.repeated.any():
        say(f"warning: {int(judged.repeated.sum()):,} items repeat another; each counts once")
        chosen &= ~judged.repeated
    if judged.overlap and judged.one_in > 1:
        raise SutjaError(
            f"{judged.overlap}; which ones, the model's card tells of one in {judged.one_in} only",
            where=judged.source,
            remedy="give labelled pictures that the model was not trained on",
        )
    if judged.overlap:
        say(f"warning: {int(judged.trained_on.sum()):,} items are left out: the model was trained on them")
        chosen &= ~judged.trained_on
    if judged.groups is not None:
        say(
            f"note: the items come from {judged.groups:,} writers, documents or the like; "
            "the promise takes every item for a draw of its own"
        )
    if not chosen.any():
        raise SutjaError(
            "no item is left to choose by",
            where=judged.source,
            remedy="give labelled pictures that the model was not trained on",
        )
    return chosen
