"""The result of a study: its table of fits with what a reader must know about how it was measured."""

from __future__ import annotations

import base64
import json
import math
import os
import platform
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from html import escape
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.comparison.analysis.advice import advise, choose_sign, write_sentences
from sutja.comparison.analysis.coverage import count_planned_fits, describe_further_fits, split_fits
from sutja.comparison.analysis.findings import DataSummary, Findings
from sutja.comparison.data.inputs import Inputs
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.table import COLUMNS, Row, Status, Table
from sutja.comparison.formatting import bind_units, format_interval, format_microseconds, format_seconds
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.study import StudySettings, sort_rows
from sutja.metrics import format_percent
from sutja.types.frames import make_frame
from sutja.types.summaries import make_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_LEARNERS = 12  # in a terminal
_MOST_COLUMNS = 100
_PACKAGES = ("numpy", "scikit-learn", "torch")


class Comparison(Findings):
    """The result of `sutja.compare`: `crossover`, `predict_error`, `gain`, `standings`, `table`, `plot`."""

    def __str__(self) -> str:
        """Format standings and advice for a terminal."""
        lines = [
            f"{'learner':<24}{'labels':>8}{'wrong':>10}{'95 % interval':>20}{'training':>10}{'answer':>11}"
        ]
        lines += [
            f"{one.learner:<24}{one.labels:>8,}{format_percent(one.error):>10}"
            f"{format_interval(one.low, one.high):>20}"
            f"{format_seconds(one.cost.fit_seconds):>10}{format_microseconds(one.cost.predict_micros):>11}"
            for one in self.standings[:_MOST_LEARNERS]
        ]
        if len(self.standings) > _MOST_LEARNERS:
            lines.append(f"and {len(self.standings) - _MOST_LEARNERS} more")
        grid, _ = split_fits(self)
        failed = sum(row.status is not Status.DONE for row in grid)
        done, planned = len(grid) - failed, max(count_planned_fits(self), len(grid))
        if done < planned:
            unfinished = f", {failed} failed, stopped or passed over" if failed else ""
            lines.append(f"{done:,} of {planned:,} fits done{unfinished}; the report says which and why")
        if further := describe_further_fits(self):
            lines.append(further)
        width = min(_MOST_COLUMNS, shutil.get_terminal_size((_MOST_COLUMNS, 24)).columns)
        sign = choose_sign(self)
        text = bind_units(advise(self))  # so that no line ends between a number and its unit
        advice = textwrap.fill(text, width, break_on_hyphens=False, break_long_words=False)
        return "\n".join([*lines, "", f"{sign.mark} {sign.words}", "", advice.replace("\u00a0", " ")])

    def __repr__(self) -> str:
        done = sum(row.status is Status.DONE for row in self.rows)
        sign = choose_sign(self)
        study = f"{len(self.learners)} learners, {done:,} fits"
        return f"<Comparison of {self.data.source!r}, {study}: {sign.words}>"

    def _repr_html_(self) -> str:
        sign = choose_sign(self)
        columns = ("learner", "labels", "error", "low", "high")
        rows = [{name: getattr(one, name) for name in columns} for one in self.standings]
        advice = "".join(f"<p>{escape(sentence)}</p>" for sentence in write_sentences(self))
        picture = ""
        if self.measurements:
            from sutja.comparison.report.figures import to_png

            png = base64.b64encode(to_png(self.plot())).decode()
            picture = f'<img alt="learning curves" src="data:image/png;base64,{png}">'
        title = f"<h3>{escape(f'{sign.mark} {sign.words}')}</h3>"
        return f"<div>{title}{advice}{picture}{make_table(rows, columns)}</div>"

    def to_df(self, library: str | None = None) -> Any:
        """Make a DataFrame of all fits, one row each.

        Parameters
        ----------
        library : str | None
            "pandas" or "polars"; None takes the first that is installed.

        Raises
        ------
        SutjaError
            If it is not installed.
        """
        return make_frame(self.table, COLUMNS, library)

    def to_dict(self) -> dict[str, Any]:
        """All of the comparison as JSON, from which `from_dict` makes it again; pictures are left out.

        `sutja.comparison.report.summary.summarise` has what follows from it.
        """
        return {
            "source": self.data.source,
            "classes": list(self.data.classes),
            "truth": self.data.truth.tolist(),
            "labels": self.data.n_train,
            "validation": self.data.n_validation,
            "notes": list(self.data.notes),
            "kinds": dict(self.kinds),
            "descriptions": dict(self.descriptions),
            "fits": [row.to_cells() for row in self.rows],
            "answers": [[*key, answer.tolist()] for key, answer in self.answers.items()],
            "facts": dict(self.facts),
        }

    def to_json(self) -> str:
        """Write all of the comparison as JSON text, as `to_dict` has it."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Comparison:
        """Make a comparison of what `to_dict` gave.

        Parameters
        ----------
        values : Mapping[str, Any]
            Fields by name.

        Raises
        ------
        KeyError, ValueError
            If a field is missing, or a value makes no sense.
        """
        truth = np.array(values["truth"], np.int64)
        sizes = values["labels"], values["validation"]
        return cls(
            data=DataSummary(
                values["source"], tuple(values["classes"]), truth, *sizes, tuple(values["notes"])
            ),
            kinds=values["kinds"],
            descriptions=values["descriptions"],
            rows=tuple(Row.from_cells(cells) for cells in values["fits"]),
            answers={
                (name, labels, seed): np.array(answer, np.int64)
                for name, labels, seed, answer in values["answers"]
            },
            facts=values["facts"],
        )

    def plot(self) -> Figure:
        """Plot the learning curves, as a matplotlib figure."""
        from sutja.comparison.report.figures import plot_learning_curves

        return plot_learning_curves(self)


def collect_result(
    inputs: Inputs,
    learners: Sequence[Learner],
    settings: StudySettings,
    table: Table,
    engine: Engine,
    folder: Path | None,
    start: float,
) -> Comparison:
    """Collect the result of a study in memory.

    Parameters
    ----------
    inputs : Inputs
        Items, classes and parts.
    learners : Sequence[Learner]
        The learners that were compared.
    settings : StudySettings
        Conditions of the comparison.
    table : Table
        Its fits, and their answers.
    engine : Engine
        Engine that ran the fits.
    folder : Path | None
        Folder of the files, if it is kept.
    start : float
        Start of the study, by `time.monotonic`.
    """
    names = {learner.name for learner in learners}
    rows = [row for row in sort_rows(table.rows.values(), learners) if row.learner in names]
    data = DataSummary(
        inputs.source,
        inputs.classes,
        inputs.parts["test"][2],
        len(inputs.parts["train"][2]),
        len(inputs.parts["validation"][2]),
        inputs.notes,
    )
    result = Comparison(
        data=data,
        kinds={learner.name: learner.kind for learner in learners},
        descriptions={learner.name: learner.description for learner in learners},
        rows=tuple(rows),
        answers={row.key: table.load_answers(row.key) for row in rows if row.status is Status.DONE},
        facts=_collect_facts(settings, engine, start),
        folder=folder,
    )
    return replace(result, data=replace(data, pictures=_load_pictures(inputs, result)))


def _load_pictures(inputs: Inputs, findings: Findings) -> dict[int, Any]:
    """Load the pictures of shared mistakes; none if items are rows of features."""
    if not inputs.pictures:
        return {}
    source, rows, _ = inputs.parts["test"]
    items = [mistake.item for mistake in findings.shared_mistakes]
    return {item: np.asarray(inputs.arrays[source][rows[item]]) for item in items}


def _collect_facts(settings: StudySettings, engine: Engine, start: float) -> dict[str, Any]:
    """Collect the conditions of the measurement. The machine's name is never among them."""
    finite = {name: value for name, value in asdict(settings).items() if value not in (math.inf, ())}
    versions = {name: metadata.version(name) for name in _PACKAGES}
    versions["sutja"] = str(sys.modules["sutja"].__version__)
    return {
        "terms": finite,
        "engine": engine.name,
        "jobs": engine.jobs,
        "cpu": _name_cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": versions,
        "seconds": round(time.monotonic() - start, 1),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _name_cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
