"""The report: one HTML file that needs nothing else, readable on a phone, on paper, and by ear."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sutja.atomic import write_atomic
from sutja.comparison.analysis.advice import sentences
from sutja.comparison.analysis.result import Findings
from sutja.comparison.report import figures, sections
from sutja.comparison.report.markup import beside, figure, items, section, unbroken
from sutja.comparison.report.style import CSS
from sutja.comparison.report.summary import summarise
from sutja.comparison.wording import minutes
from sutja.errors import ComparisonError
from sutja.metrics import format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORT, SUMMARY, FIGURES = "report.html", "summary.json", "figures"
_COSTS = {
    "cost-seconds": ("fit_seconds", "seconds to learn", "Error against the time to learn"),
    "cost-operations": ("fit_operations", "operations to learn", "Error against the arithmetic to learn"),
    "cost-answer": ("predict_operations", "operations an answer", "Error against the work of an answer"),
    "cost-memory": ("memory_mb", "MB to learn", "Error against the memory to learn"),
}
_BY_EAR = "The table under it has the same figures."
_CAPTIONS = {
    "curves": "Points are means over the seeds, lines the fitted power laws, dotted beyond what was "
    "measured; bands are 95 % intervals. Lines of networks are unbroken, of other learners broken.",
    "cost-seconds": "A point for each number of labels; of one core, or of the GPU where it says so.",
    "cost-operations": "Multiplications, additions and comparisons, counted.",
    "cost-memory": "Most that the fit took beyond what its process had before.",
    "eras": "With the most labels that each was fitted on, told where they differ; bars are 95 % intervals.",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure as SVG and as PNG, its title, and what it shows, in words."""

    svg: str
    png: bytes
    title: str
    words: str

    @classmethod
    def of(cls, drawing: Figure, name: str, title: str, words: str) -> Drawn:
        """A matplotlib figure."""
        return cls(figures.svg(drawing, name), figures.png(drawing), title, words)


def write_report(found: Findings, folder: Path) -> Path:
    """Write the report, `summary.json`, and each figure as SVG and PNG.

    Returns
    -------
    The path of the report.

    Raises
    ------
    ComparisonError
        A file cannot be written.
    """
    drawn = draw(found)
    summary = json.dumps(summarise(found), ensure_ascii=False, indent=1) + "\n"
    try:
        (folder / FIGURES).mkdir(parents=True, exist_ok=True)
        for name, some in drawn.items():
            _write(folder / FIGURES / f"{name}.svg", some.svg.encode())
            _write(folder / FIGURES / f"{name}.png", some.png)
        _write(folder / SUMMARY, summary.encode())
        return _write(folder / REPORT, make_page(found, drawn).encode())
    except OSError as error:
        raise ComparisonError(
            f"cannot be written to ({error.strerror or error})",
            where=str(folder),
            remedy="make room, or name another folder",
        ) from error


def draw(found: Findings) -> dict[str, Drawn]:
    """The figures by name."""
    made = {}
    if any(found.kinds[name] != "era" for name in found.measured):
        title = "Error against labels"
        made["curves"] = Drawn.of(figures.learning_curves(found), "curves", title, _curves_in_words(found))
        for name, (what, label, title) in _COSTS.items():
            words = f"{title}: a line for each learner, a point for each number of labels. {_BY_EAR}"
            made[name] = Drawn.of(figures.cost(found, what, label, title), name, title, words)
    eras = [name for name in found.measured if found.kinds[name] == "era"]
    if eras:
        title = "Seven eras on the same data"
        words = f"Error of each era with most labels, by year. {_BY_EAR}"
        made["eras"] = Drawn.of(figures.eras_by_year(found), "eras", title, words)
        title = "The eras' error against labels"
        drawing = figures.learning_curves(found, eras)
        made["era-curves"] = Drawn.of(drawing, "era-curves", title, f"{title}. {_BY_EAR}")
    return made


def make_page(found: Findings, drawn: dict[str, Drawn]) -> str:
    """The whole page."""
    compute = beside([_figure(drawn, name) for name in _COSTS]) + sections.costs(found)
    eras = ""
    if "eras" in drawn:
        eras = _figure(drawn, "eras") + sections.eras(found) + _figure(drawn, "era-curves")
        eras += sections.published(found)
    parts = [
        _head(found),
        section("Data: error against labels", _curves(found, drawn) + sections.standings(found)),
        section("Crossovers", sections.crossovers(found)),
        section("What more labels would bring", sections.more_labels(found)),
        section("Compute: error against cost", compute),
        section("Method: seven eras", eras),
        section("Mistakes that the learners share", sections.mistakes(found)),
        section("How it was measured", sections.method(found)),
    ]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_title(found))}</title>\n<style>{CSS}</style>\n</head>\n<body>\n<main>\n"
        f"{''.join(parts)}</main>\n</body>\n</html>\n"
    )


def _title(found: Findings) -> str:
    return f"Does “{found.source}” need deep learning?"


def _head(found: Findings) -> str:
    """Title, advice, and the facts that it rests on."""
    facts = {
        "labels to learn from": f"{found.n_learn:,}",
        "to choose settings by": f"{found.n_held:,}",
        "to test on": f"{found.n_test:,}",
        "classes": f"{len(found.classes):,}",
        "error of chance": format_percent(found.chance, 1),
    }
    if found.standings:
        facts["least error"] = format_percent(found.standings[0].error)
    cells = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
    day, cpu = str(found.facts.get("created", ""))[:10], str(found.facts.get("cpu", ""))
    seconds = float(found.facts.get("seconds", 0))
    return (
        f"<h1>{escape(_title(found))}</h1>\n"
        f'<p class="soft">Measured {escape(day)} on {escape(cpu)}, {_at_once(found)} at a '
        f"time, in {minutes(seconds)}.</p>\n"
        f'<p class="advice">{_advice(found)}</p>\n<dl class="facts">{cells}</dl>\n'
        f"{items([escape(note) for note in found.notes])}\n"
    )


def _at_once(found: Findings) -> str:
    jobs = int(found.facts.get("jobs", 1))
    return "one fit" if jobs == 1 else f"{jobs} fits"


def _advice(found: Findings) -> str:
    """The advice, its verdict in bold."""
    verdict, *rest = (escape(unbroken(sentence)) for sentence in sentences(found))
    return " ".join([f"<strong>{verdict}</strong>", *rest])


def _curves(found: Findings, drawn: dict[str, Drawn]) -> str:
    """The learning curves; what their numbers mark is listed below them."""
    return _figure(drawn, "curves", [str(one) for one in figures.marked(found)])


def _curves_in_words(found: Findings) -> str:
    some = [one for one in found.standings if one.kind != "era"]
    return (
        f"Error against labels on logarithmic axes, a line for each learner with its 95 % band. With most "
        f"labels {some[0].learner} is best, {format_percent(some[0].error)} wrong, and {some[-1].learner} "
        f"worst, {format_percent(some[-1].error)}."
        f"{''.join(f' {one}.' for one in figures.marked(found))} {_BY_EAR}"
    )


def _figure(drawn: dict[str, Drawn], name: str, numbered: Sequence[str] = ()) -> str:
    if name not in drawn:
        return ""
    some = drawn[name]
    caption = f"{some.title}. {_CAPTIONS.get(name, '')}".strip()
    return figure(some.svg, some.words, caption + (" Numbers mark crossovers:" if numbered else ""), numbered)


def _write(path: Path, data: bytes) -> Path:
    """Write a file, whole or not at all."""
    write_atomic(path, data)
    return path
