"""Write the report: one HTML file without other files, for a phone, a desk, paper and a screen reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup

from sutja.atomic import write_atomic
from sutja.comparison.analysis.advice import choose_sign, write_sentences
from sutja.comparison.analysis.findings import Findings
from sutja.comparison.formatting import bind_units, format_interval, format_minutes
from sutja.comparison.report import figures, sections
from sutja.comparison.report.markup import make_figure, place_side_by_side
from sutja.comparison.report.style import CSS
from sutja.comparison.report.summary import summarise
from sutja.errors import ComparisonError, make_unwritable_error
from sutja.metrics import format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORT, SUMMARY, FIGURES = "report.html", "summary.json", "figures"
_COSTS = {
    "cost-seconds": ("fit_seconds", "seconds to learn", "Error against training time"),
    "cost-operations": ("fit_operations", "operations to learn", "Error against training operations"),
    "cost-answer": ("predict_operations", "operations per answer", "Error against operations per answer"),
    "cost-memory": ("memory_mb", "MB to learn", "Error against training memory"),
}
_SAME_FIGURES = "The table below has the same figures."
_CAPTIONS = {
    "curves": "Points are means over the seeds, lines the fitted power laws, dotted beyond the measured "
    "range; bands are 95 % intervals. Lines of networks are solid, those of other learners dashed.",
    "cost-seconds": "One point for each number of labels; times of one core, or of the GPU where it says so.",
    "cost-operations": "Multiplications, additions and comparisons, counted.",
    "cost-memory": "Peak memory of the fit, beyond what its process had before.",
    "eras": "With the most labels that all of them were fitted on; bars are 95 % intervals.",
}


@dataclass(frozen=True, slots=True)
class RenderedFigure:
    """A figure of the report.

    Attributes
    ----------
    svg, png : str or bytes
        The drawing in both formats.
    title : str
        Its title.
    words : str
        Description for screen readers.
    """

    svg: str
    png: bytes
    title: str
    words: str

    @classmethod
    def render(cls, drawing: Figure, name: str, title: str, words: str) -> RenderedFigure:
        """Render a matplotlib figure."""
        return cls(figures.to_svg(drawing, name), figures.to_png(drawing), title, words)


def write_report(findings: Findings, folder: Path) -> Path:
    """Write the report, `summary.json`, and each figure as SVG and PNG.

    Parameters
    ----------
    findings : Findings
        The comparison.
    folder : Path
        Folder of the files; it is made if it does not exist.

    Returns
    -------
    Path
        Path of the report.

    Raises
    ------
    ComparisonError
        A file cannot be written.
    """
    rendered = render_figures(findings)
    summary = json.dumps(summarise(findings), ensure_ascii=False, indent=1) + "\n"
    try:
        (folder / FIGURES).mkdir(parents=True, exist_ok=True)
        for name, figure in rendered.items():
            write_atomic(folder / FIGURES / f"{name}.svg", figure.svg.encode())
            write_atomic(folder / FIGURES / f"{name}.png", figure.png)
        write_atomic(folder / SUMMARY, summary.encode())
        write_atomic(folder / REPORT, make_page(findings, rendered).encode())
    except OSError as error:
        remedy = "free some space, or name another folder"
        raise make_unwritable_error(ComparisonError, folder, error, remedy) from error
    return folder / REPORT


def render_figures(findings: Findings) -> dict[str, RenderedFigure]:
    """Render the figures, by name."""
    rendered = {}
    if any(findings.kinds[name] != "era" for name in findings.measurements):
        title = "Error against labels"
        rendered["curves"] = RenderedFigure.render(
            figures.plot_learning_curves(findings), "curves", title, _describe_curves(findings)
        )
        for name, (cost, label, title) in _COSTS.items():
            words = f"{title}: a line for each learner, a point for each number of labels. {_SAME_FIGURES}"
            rendered[name] = RenderedFigure.render(
                figures.plot_cost(findings, cost, label, title), name, title, words
            )
    eras = [name for name in findings.measurements if findings.kinds[name] == "era"]
    if eras:
        title = "Seven eras on the same data"
        words = f"Error of each era with most labels, by year. {_SAME_FIGURES}"
        rendered["eras"] = RenderedFigure.render(figures.plot_eras_by_year(findings), "eras", title, words)
        title = "The eras' error against labels"
        drawing = figures.plot_learning_curves(findings, eras)
        rendered["era-curves"] = RenderedFigure.render(
            drawing, "era-curves", title, f"{title}. {_SAME_FIGURES}"
        )
    return rendered


def make_page(findings: Findings, rendered: dict[str, RenderedFigure]) -> str:
    """Make the HTML of the page."""
    compute = place_side_by_side([_make_figure(rendered, name) for name in _COSTS])
    compute += sections.make_costs(findings)
    eras = ""
    if "eras" in rendered:
        eras = _make_figure(rendered, "eras") + sections.make_eras(findings)
        eras += _make_figure(rendered, "era-curves") + sections.make_published(findings)
    parts = {
        "Data: error against labels": _make_curves(findings, rendered) + sections.make_standings(findings),
        "Crossovers": sections.make_crossovers(findings),
        "Gain from more labels": sections.make_more_labels(findings),
        "Compute: error against cost": compute,
        "Eras: seven methods in history": eras,
        "Shared mistakes": sections.make_mistakes(findings),
        "Method of measurement": sections.make_method(findings),
    }
    verdict, *rest = (bind_units(sentence) for sentence in write_sentences(findings))
    return _load_template().render(
        title=f"Does “{findings.data.source}” need deep learning?",
        css=Markup(CSS),
        sign=choose_sign(findings),
        verdict=verdict,
        advice=rest,
        day=str(findings.facts.get("created", ""))[:10],
        cpu=str(findings.facts.get("cpu", "")),
        jobs=_format_jobs(findings),
        minutes=format_minutes(float(findings.facts.get("seconds", 0))),
        facts=_list_facts(findings),
        notes=findings.data.notes,
        sections=[(title, Markup(body)) for title, body in parts.items()],
    )


def _load_template() -> Template:
    """Load the template of the page, which escapes every text that is not HTML already."""
    environment = Environment(loader=PackageLoader("sutja.comparison.report"), autoescape=True)
    return environment.get_template("report.html")


def _list_facts(findings: Findings) -> dict[str, str]:
    """List the main figures by name."""
    facts = {
        "labels to learn from": f"{findings.data.n_train:,}",
        "validation items": f"{findings.data.n_validation:,}",
        "test items": f"{findings.data.n_test:,}",
        "classes": f"{len(findings.data.classes):,}",
        "error of chance": format_percent(findings.chance, 1),
    }
    if findings.standings:
        best = findings.standings[0]
        facts["lowest error"] = f"{format_percent(best.error)} ({format_interval(best.low, best.high)})"
    return facts


def _format_jobs(findings: Findings) -> str:
    jobs = int(findings.facts.get("jobs", 1))
    return "one fit" if jobs == 1 else f"{jobs} fits"


def _make_curves(findings: Findings, rendered: dict[str, RenderedFigure]) -> str:
    """Make the figure of the learning curves, with the list of its numbered crossovers."""
    return _make_figure(rendered, "curves", [str(one) for one in figures.find_marked_crossovers(findings)])


def _describe_curves(findings: Findings) -> str:
    learners = [one for one in findings.standings if one.kind != "era"]
    best, worst = learners[0], learners[-1]
    crossovers = "".join(f" {one}." for one in figures.find_marked_crossovers(findings))
    return (
        f"Error against labels on logarithmic axes, a line for each learner with its 95 % band. With the "
        f"most labels {best.learner} is best, {format_percent(best.error)} wrong, and {worst.learner} is "
        f"worst, {format_percent(worst.error)}.{crossovers} {_SAME_FIGURES}"
    )


def _make_figure(rendered: dict[str, RenderedFigure], name: str, numbered: Sequence[str] = ()) -> str:
    if name not in rendered:
        return ""
    figure = rendered[name]
    caption = f"{figure.title}. {_CAPTIONS.get(name, '')}".strip()
    return make_figure(
        figure.svg, figure.words, caption + (" Numbers mark crossovers:" if numbered else ""), numbered
    )
