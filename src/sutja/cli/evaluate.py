"""`sutja evaluate`: how good a model is on labelled data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.errors import report_errors
from sutja.cli.judging.boxes import evaluate_boxes
from sutja.cli.judging.crops import judge, say
from sutja.cli.judging.recordings import judge_sounds
from sutja.cli.options import model_and_data
from sutja.metrics import percent

if TYPE_CHECKING:
    from sutja.cli.judging.crops import Judged
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

    DATA is the name of a data set (`sutja data list`), a folder with a folder for each class, an IDX folder,
    a CSV with the columns path and label, or an .npz; without it, the digits that come with scikit-learn. For
    a model that reads numbers or listens it is a CSV with the columns path and text. For a detector it is a
    set with boxes, a COCO JSON file, or a folder with COCO, YOLO or VOC labels, and the figures are COCO's
    average precision. A warning tells when test items were trained on.
    """
    with report_errors("stopped; nothing was written"):
        from sutja.evaluation import evaluate as count
        from sutja.model_file.bundled import open_model

        file = open_model(model)
        if file.card.task == "detect":
            evaluate_boxes(file, data, part, threads, format_name)
            return
        judge_it = judge_sounds if file.card.task == "listen" else judge
        judged = judge_it(file, data, part, threads)
        card = file.card
        classes = card.classes if card.task == "classify" else ()
        found = count(judged.answers, card.threshold, classes=classes)
        new = None
        if judged.overlap and not judged.trained_on.all():
            new = count(judged.answers.take(~judged.trained_on), card.threshold, classes=classes)
        warnings = _warnings(judged, card)
        for warning in warnings:
            say(f"warning: {warning}")
        facts: dict[str, Any] = {
            "model": card.name,
            "task": card.task,
            "data": judged.source,
            "guarantee": _guarantee(card),
            "warnings": warnings,
            "trained_on": int(judged.trained_on.sum()) if judged.overlap else 0,
            "error_on_new": None if new is None else new.to_dict()["error"],
        }
        if format_name == "json":
            click.echo(json.dumps(facts | found.to_dict(), ensure_ascii=False))
            return
        click.echo(_table(facts, found, new))


def _warnings(judged: Judged, card: Card) -> list[str]:
    found = list(judged.notes)
    if judged.overlap:
        found.append(judged.overlap)
    if card.guarantee is not None and card.guarantee.data == judged.source:
        found.append(
            f"the threshold was chosen on these data ({judged.source}), so what it accepts looks too good"
        )
    return found


def _guarantee(card: Card) -> dict[str, Any] | None:
    from dataclasses import asdict

    return None if card.guarantee is None else asdict(card.guarantee)


def _table(facts: dict[str, Any], found: Evaluation, new: Evaluation | None) -> str:
    """The evaluation for people."""
    lines = [
        ("model", f"{facts['model']} ({facts['task']})"),
        ("data", f"{facts['data']}, {found.n:,} items"),
        ("error", found.error.percent()),
    ]
    if new is not None:
        lines.append(("on items not trained on", f"{new.error.percent()} of {new.n:,}"))
    if found.cer is not None:
        lines.append(("digits wrong", percent(found.cer)))
    if found.answered.k < found.n:
        lines.append(("answered", found.answered.percent()))
    if found.calibration_error is not None and found.aurc is not None:
        lines.append(("calibration error", f"{found.calibration_error:.4f}"))
        lines.append(("area under risk–coverage", f"{found.aurc:.5f}"))
    lines += [
        ("threshold", f"{found.threshold:.4f}{_promise(facts['guarantee'])}"),
        ("accepted", found.accepted.percent()),
        ("wrong of the accepted", found.wrong_of_accepted.percent()),
    ]
    width = max(len(name) for name, _ in lines)
    parts = ["\n".join(f"{name:<{width}}  {value}" for name, value in lines)]
    parts.append("\n".join([f"{'accepted':>10}  {'threshold':>9}  wrong of these", *_risk_lines(found)]))
    if found.classes:
        rows = [f"{'class':<12}  {'items':>7}  {'found':>8}  {'precision':>9}  {'F1':>6}"]
        rows += [
            f"{c.label[:12]:<12}  {c.recall.n:>7,}  {_share(c.recall.rate):>8}  "
            f"{_share(c.precision.rate):>9}  {c.f1:>6.3f}"
            for c in found.classes[:_ROWS]
        ]
        if len(found.classes) > _ROWS:
            rows.append(f"and {len(found.classes) - _ROWS:,} more: --format json has all")
        parts.append("\n".join(rows))
    if found.confusions:
        common = [f"{t} taken for {p} ({count:,} ×)" for t, p, count in found.confusions[:5]]
        parts.append("commonest mistakes: " + ", ".join(common))
    return "\n\n".join(parts)


def _promise(guarantee: dict[str, Any] | None) -> str:
    if guarantee is None:
        return ""
    error, level = 100 * guarantee["max_error"], 100 * guarantee["confidence"]
    return f" (at most {error:.4g} % wrong, with {level:.4g} % confidence)"


def _risk_lines(found: Evaluation) -> list[str]:
    """A few points of the curve: for each coverage of the table, the first that reaches it."""
    lines = []
    for part in _SHOWN:
        reached = [point for point in found.risk_coverage if point.coverage >= part - 1e-9]
        if reached:
            point = min(reached, key=lambda point: point.coverage)
            lines.append(f"{100 * point.coverage:>8.1f} %  {point.threshold:>9.4f}  {point.risk.percent()}")
    return list(dict.fromkeys(lines))


def _share(rate: float | None) -> str:
    return "–" if rate is None else percent(rate)
