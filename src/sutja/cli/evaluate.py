"""`sutja evaluate`: measure a model on labelled data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import report_errors
from sutja.cli.execution.options import model_and_data
from sutja.cli.judging.answers import describe_unreadable, echo_note
from sutja.cli.judging.boxes import evaluate_boxes
from sutja.cli.judging.crops import evaluate_crops
from sutja.cli.judging.recordings import evaluate_recordings
from sutja.metrics import format_percent

if TYPE_CHECKING:
    from sutja.cli.judging.answers import Evaluated
    from sutja.evaluation import Evaluation
    from sutja.model_file import Card

_SHOWN = (1.0, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5)  # coverages in the table
_ROWS = 40  # classes in the table


@click.command()
@model_and_data
@click.option(
    "--format", "format_name", type=click.Choice(("table", "json")), default="table", show_default=True
)
def evaluate(model: str, data: str | None, part: str, threads: int, format_name: str) -> None:
    """Measure MODEL on labelled DATA: error with a 95 % interval, calibration, risk and coverage, classes.

    For a classifier, DATA is the name of a data set (see `sutja data list`), a folder with a subfolder for
    each class, an IDX folder, a CSV with the columns path and label, or an .npz file; by default the digits
    that come with scikit-learn. For a model that reads numbers or listens, it is a CSV with the columns path
    and text. For a detector, it is a data set with boxes, a COCO JSON file, or a folder with COCO, YOLO or
    VOC labels; the figures are COCO's average precision.

    An input that cannot be read counts as wrong. A warning says if test items were used in training.
    """
    with report_errors("stopped; nothing was written"):
        from sutja.evaluation import evaluate as measure
        from sutja.model_file.bundled import open_model

        file = open_model(model)
        if file.card.task == "detect":
            evaluate_boxes(file, data, part, threads, format_name)
            return
        answer = evaluate_recordings if file.card.task == "listen" else evaluate_crops
        evaluated = answer(file, data, part, threads)
        card = file.card
        classes = card.classes if card.task == "classify" else ()
        found = measure(evaluated.answers, card.threshold, classes=classes)
        new = None
        if evaluated.leak and not evaluated.trained_on.all():
            new = measure(evaluated.answers.take(~evaluated.trained_on), card.threshold, classes=classes)
        warnings = _find_warnings(evaluated, card)
        for warning in warnings:
            echo_note(f"warning: {warning}")
        facts: dict[str, Any] = {
            "model": card.name,
            "task": card.task,
            "data": evaluated.source,
            "guarantee": _guarantee(card),
            "warnings": warnings,
            "unreadable": evaluated.n_unreadable,
            "trained_on": int(evaluated.trained_on.sum()) if evaluated.leak else 0,
            "error_on_new": None if new is None else new.to_dict()["error"],
        }
        if format_name == "json":
            click.echo(json.dumps(facts | found.to_dict(), ensure_ascii=False))
            return
        click.echo(_format_table(facts, found, new))


def _find_warnings(evaluated: Evaluated, card: Card) -> list[str]:
    warnings = list(evaluated.notes)
    if evaluated.n_unreadable:
        n = len(evaluated.answers.true)
        warnings.append(describe_unreadable(evaluated.n_unreadable, n, "inputs", "they count as wrong"))
    if evaluated.leak:
        warnings.append(evaluated.leak)
    if card.guarantee is not None and card.guarantee.data == evaluated.source:
        warnings.append(
            f"the threshold was chosen on these data ({evaluated.source}), so the accepted answers look "
            "better than they are"
        )
    return warnings


def _guarantee(card: Card) -> dict[str, Any] | None:
    from dataclasses import asdict

    return None if card.guarantee is None else asdict(card.guarantee)


def _format_table(facts: dict[str, Any], found: Evaluation, new: Evaluation | None) -> str:
    """Write the evaluation for people."""
    lines = [
        ("model", f"{facts['model']} ({facts['task']})"),
        ("data", f"{facts['data']}, {found.n:,} items"),
        ("error", found.error.format()),
    ]
    if new is not None:
        lines.append(("on items not trained on", f"{new.error.format()} of {new.n:,}"))
    if found.cer is not None:
        lines.append(("digits wrong", format_percent(found.cer)))
    if found.answered.k < found.n:
        lines.append(("answered", found.answered.format()))
    if found.calibration_error is not None and found.aurc is not None:
        lines.append(("calibration error", f"{found.calibration_error:.4f}"))
        lines.append(("area under risk–coverage", f"{found.aurc:.5f}"))
    lines += [
        ("threshold", f"{found.threshold:.4f}{_format_guarantee(facts['guarantee'])}"),
        ("accepted", found.accepted.format()),
        ("wrong of the accepted", found.wrong_of_accepted.format()),
    ]
    width = max(len(name) for name, _ in lines)
    parts = ["\n".join(f"{name:<{width}}  {value}" for name, value in lines)]
    parts.append("\n".join([f"{'accepted':>10}  {'threshold':>9}  wrong of these", *_format_curve(found)]))
    if found.classes:
        rows = [f"{'class':<12}  {'items':>7}  {'recall':>8}  {'precision':>9}  {'F1':>6}"]
        rows += [
            f"{c.label[:12]:<12}  {c.recall.n:>7,}  {_format_share(c.recall.rate):>8}  "
            f"{_format_share(c.precision.rate):>9}  {c.f1:>6.3f}"
            for c in found.classes[:_ROWS]
        ]
        if len(found.classes) > _ROWS:
            rows.append(f"and {len(found.classes) - _ROWS:,} more: --format json has all")
        parts.append("\n".join(rows))
    if found.confusions:
        common = [f"{t} taken for {p} ({count:,} ×)" for t, p, count in found.confusions[:5]]
        parts.append("commonest mistakes: " + ", ".join(common))
    return "\n\n".join(parts)


def _format_guarantee(guarantee: dict[str, Any] | None) -> str:
    if guarantee is None:
        return ""
    error, level = 100 * guarantee["max_error"], 100 * guarantee["confidence"]
    return f" (at most {error:.4g} % wrong, with {level:.4g} % confidence)"


def _format_curve(found: Evaluation) -> list[str]:
    """Write a few points of the curve: for each coverage of the table, the first that reaches it."""
    lines = []
    for part in _SHOWN:
        reached = [point for point in found.risk_coverage if point.coverage >= part - 1e-9]
        if reached:
            point = min(reached, key=lambda point: point.coverage)
            lines.append(f"{100 * point.coverage:>8.1f} %  {point.threshold:>9.4f}  {point.risk.format()}")
    return list(dict.fromkeys(lines))


def _format_share(rate: float | None) -> str:
    return "–" if rate is None else format_percent(rate)
