"""How far a comparison came: what was not begun, and how long it would take.

A comparison that ran out of time has fitted some learners on few labels only. What it says of them must not
be read as if they had been fitted on all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sutja.comparison.analysis.result import Findings
from sutja.comparison.data.subsets import doubling_sizes
from sutja.comparison.execution.budget import Costs
from sutja.comparison.execution.table import DONE

FAR_ENOUGH = 0.5  # of the labels that the others were fitted on: as good as all


def planned_sizes(found: Findings) -> tuple[int, ...]:
    """The numbers of labels that were meant to be fitted on."""
    given = found.facts.get("terms", {}).get("sizes", ())
    if given:
        return tuple(int(n) for n in given)
    seen = {row.labels for row in found.rows}
    if not seen or max(seen) < found.n_learn:  # as `sutja.comparison.study` chooses them
        seen |= set(doubling_sizes(found.n_learn, len(found.classes)))
    return tuple(sorted(seen))


def planned_fits(found: Findings) -> int:
    """How many fits there would be in all."""
    return len(found.kinds) * len(planned_sizes(found)) * _seeds(found)


def not_begun(found: Findings) -> Mapping[str, Mapping[int, int]]:
    """Fits that have no row, by learner and number of labels: the time was used up before."""
    there = {row.key for row in found.rows}
    left: dict[str, dict[int, int]] = defaultdict(dict)
    for name in found.kinds:
        for n in planned_sizes(found):
            missing = sum((name, n, seed) not in there for seed in range(_seeds(found)))
            if missing:
                left[name][n] = missing
    return dict(left)


def seconds_left(found: Findings) -> float:
    """How long the fits that were not begun should take; 0 where there are none.

    Of learners that were never fitted nothing is known, and nothing is counted.
    """
    costs = Costs()
    for row in found.rows:
        if row.status == DONE:
            costs.add(row.learner, row.labels, (row.fit_seconds or 0.0) + (row.predict_seconds or 0.0))
    total = sum(
        count * costs.expect(name, n)
        for name, some in not_begun(found).items()
        if costs.knows(name)
        for n, count in some.items()
    )
    return total / max(1, int(found.facts.get("jobs", 1)))


def reach(found: Findings, name: str) -> int:
    """The most labels that a learner was fitted on; 0 for none."""
    return max(found.done.get(name, {}), default=0)


def far_enough(found: Findings, name: str, kinds: tuple[str, ...] = ("network", "baseline", "own")) -> bool:
    """Whether a learner was fitted on about as many labels as those who came furthest."""
    most = max((reach(found, other) for other, kind in found.kinds.items() if kind in kinds), default=0)
    return reach(found, name) > 0 and reach(found, name) >= FAR_ENOUGH * most


def reasons(found: Findings) -> Mapping[str, str]:
    """Why learners that were never fitted were not: "failed (...)", "too slow" or the like."""
    told = {}
    for name in found.kinds:
        if found.done.get(name):
            continue
        rows = [row for row in found.rows if row.learner == name]
        if not rows:
            told[name] = "not tried for want of time"
        else:
            told[name] = rows[0].status + (f" ({rows[0].note})" if rows[0].note else "")
    return told


def _seeds(found: Findings) -> int:
    given = found.facts.get("terms", {}).get("seeds")
    return int(given) if given else max((row.seed for row in found.rows), default=0) + 1
