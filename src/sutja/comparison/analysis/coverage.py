"""Tell how far a comparison came: fits that were not started, and how long they would take.

A comparison that ran out of time has fitted some learners on few labels only. What it says of them must not
be read as if they had been fitted on all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sutja.comparison.analysis.findings import Findings
from sutja.comparison.data.subsets import make_doubling_sizes
from sutja.comparison.execution.budget import CostModel
from sutja.comparison.execution.table import Row, Status

FAR_ENOUGH = 0.5  # of the labels that the furthest learner was fitted on, to be compared with it


def find_planned_sizes(findings: Findings) -> tuple[int, ...]:
    """Return the numbers of labels that the learners were to be fitted on."""
    given = findings.facts.get("terms", {}).get("sizes", ())
    if given:
        return tuple(int(n) for n in given)
    fitted = {row.labels for row in findings.rows}
    if not fitted or max(fitted) < findings.data.n_train:  # as `sutja.comparison.study` chooses them
        fitted |= set(make_doubling_sizes(findings.data.n_train, len(findings.data.classes)))
    return tuple(sorted(fitted))


def count_planned_fits(findings: Findings) -> int:
    """Count the fits of the whole grid."""
    return len(findings.kinds) * len(find_planned_sizes(findings)) * _count_seeds(findings)


def count_unstarted(findings: Findings) -> Mapping[str, Mapping[int, int]]:
    """Count the fits without a row, by learner and number of labels: the time was used up before."""
    keys = {row.key for row in findings.rows}
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for name in findings.kinds:
        for n in find_planned_sizes(findings):
            missing = sum((name, n, seed) not in keys for seed in range(_count_seeds(findings)))
            if missing:
                counts[name][n] = missing
    return dict(counts)


def split_fits(findings: Findings) -> tuple[list[Row], list[Row]]:
    """Split the fits into those of the grid, and those with further seeds in the time that was left."""
    seeds = _count_seeds(findings)
    grid = [row for row in findings.rows if row.seed < seeds]
    return grid, [row for row in findings.rows if row.seed >= seeds]


def describe_further_fits(findings: Findings) -> str:
    """Describe the fits with further seeds in a sentence; "" if there are none."""
    _, further = split_fits(findings)
    if not further:
        return ""
    most = max(len(rows) for by_size in findings.done_rows.values() for rows in by_size.values())
    times = f"the cheapest with {most} in all"
    return f"In the time left, {len(further):,} more fits were made with further seeds, {times}."


def predict_seconds_left(findings: Findings) -> float:
    """Predict the seconds of the fits that were not started; 0 if there are none.

    Nothing is known of learners that were never fitted, and they are not counted.
    """
    costs = CostModel()
    for row in findings.rows:
        if row.status is Status.DONE:
            costs.add(row.learner, row.labels, row.cost.seconds)
    total = sum(
        count * costs.predict(name, n)
        for name, some in count_unstarted(findings).items()
        if costs.has_measured(name)
        for n, count in some.items()
    )
    return total / max(1, int(findings.facts.get("jobs", 1)))


def find_largest_size(findings: Findings, name: str) -> int:
    """Return the most labels that a learner was fitted on; 0 for none."""
    return max(findings.done_rows.get(name, {}), default=0)


def is_far_enough(
    findings: Findings, name: str, kinds: tuple[str, ...] = ("network", "baseline", "own")
) -> bool:
    """Tell if a learner was fitted on about as many labels as the one that came furthest."""
    most = max(
        (find_largest_size(findings, other) for other, kind in findings.kinds.items() if kind in kinds),
        default=0,
    )
    return find_largest_size(findings, name) > 0 and find_largest_size(findings, name) >= FAR_ENOUGH * most


def explain_unfitted(findings: Findings) -> Mapping[str, str]:
    """Explain why learners were never fitted: "failed (...)", "too slow" or the like, by learner."""
    reasons = {}
    for name in findings.kinds:
        if findings.done_rows.get(name):
            continue
        rows = [row for row in findings.rows if row.learner == name]
        if not rows:
            reasons[name] = "not tried for lack of time"
        else:
            reasons[name] = rows[0].status + (f" ({rows[0].note})" if rows[0].note else "")
    return reasons


def _count_seeds(findings: Findings) -> int:
    given = findings.facts.get("terms", {}).get("seeds")
    return int(given) if given else max((row.seed for row in findings.rows), default=0) + 1
