"""From the table of a contest to its result, with what a reader must know of how it was measured."""

from __future__ import annotations

import math
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.comparison.analysis.result import Findings
from sutja.comparison.data.inputs import Inputs
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.table import DONE, Table
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.study import Terms, in_order

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PACKAGES = ("numpy", "scikit-learn", "torch")


class Comparison(Findings):
    """The result of `sutja.compare`: `crossover`, `predict_error`, `gain`, `standings`, `table`, `plot`."""

    def plot(self) -> Figure:
        """The learning curves, as a matplotlib figure."""
        from sutja.comparison.report.figures import learning_curves

        return learning_curves(self)


def collect(
    inputs: Inputs,
    learners: Sequence[Learner],
    terms: Terms,
    table: Table,
    engine: Engine,
    folder: Path | None,
    begun: float,
) -> Comparison:
    """The result, all of it in memory."""
    names = {learner.name for learner in learners}
    rows = [row for row in in_order(table.rows, learners) if row.learner in names]
    found = Comparison(
        source=inputs.source,
        kinds={learner.name: learner.kind for learner in learners},
        how={learner.name: learner.how for learner in learners},
        classes=inputs.classes,
        rows=tuple(rows),
        answers={row.key: table.answers(row.key) for row in rows if row.status == DONE},
        truth=inputs.parts["test"][2],
        n_learn=len(inputs.parts["learn"][2]),
        n_held=len(inputs.parts["held"][2]),
        notes=inputs.notes,
        facts=_facts(terms, engine, begun),
        folder=folder,
    )
    return replace(found, shown=_pictures(inputs, found))


def _pictures(inputs: Inputs, found: Findings) -> dict[int, Any]:
    """The pictures of the mistakes that learners share."""
    if not inputs.pictures:
        return {}
    source, rows, _ = inputs.parts["test"]
    return {place: np.asarray(inputs.arrays[source][rows[place]]) for place, *_ in found.shared_mistakes}


def _facts(terms: Terms, engine: Engine, begun: float) -> dict[str, Any]:
    """How it was measured. Never the machine's name."""
    plain = {name: value for name, value in asdict(terms).items() if value not in (math.inf, ())}
    versions = {name: metadata.version(name) for name in _PACKAGES}
    versions["sutja"] = str(sys.modules["sutja"].__version__)
    return {
        "terms": plain,
        "engine": engine.name,
        "jobs": engine.jobs,
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": versions,
        "seconds": round(time.monotonic() - begun, 1),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
