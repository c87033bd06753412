"""One plain paragraph that follows from the numbers, and what would change it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sutja.comparison.crossover import Crossover
from sutja.comparison.operations import human_count
from sutja.comparison.result import Findings, Standing, difference
from sutja.metrics import percent

_WORTH = 0.1  # of the error: a gain of less is called small
_FAR = 10.0  # times the labels there are: beyond, nobody labels


def advise(found: Findings) -> str:
    """The advice."""
    if not found.standings:
        return "No learner was fitted, so nothing can be said. Give more time, or look at what failed below."
    if not found.better_than_chance:
        return (
            f"No learner beats chance: always answering the commonest class is wrong on "
            f"{percent(found.chance)}, and "
            f"none is surely better. Check that the labels belong to their items and were not shuffled; if "
            f"they do, "
            f"what tells the classes apart is not in these data, and neither a deep network nor more labels "
            f"of "
            f"this kind will find it."
        )
    networks = [one for one in found.standings if one.kind == "network"]
    others = [one for one in found.standings if one.kind in ("baseline", "own")]
    parts = []
    if networks and others:
        parts += _contest(found, networks, others)
    else:
        best = found.standings[0]
        parts.append(f"{best.learner} is best: {_error(best)}.")
    parts += _more_labels(found)
    parts += _cautions(found)
    return " ".join(parts)


def _contest(found: Findings, networks: Sequence[Standing], others: Sequence[Standing]) -> list[str]:
    """Network or not."""
    net, rival = networks[0], others[0]  # each side's best
    labels = _meeting(found, net, rival)
    if not labels:
        apart_said = f"{net.learner}: {_error(net)}. {rival.learner}: {_error(rival)}."
        return [f"{apart_said} They were not fitted on the same numbers of labels."]
    apart, low, high = difference(found, net.learner, rival.learner, labels)
    crossing = found.crossover(net.learner, rival.learner)
    if high < 0:
        said = (
            f"A deep network pays here: with {labels:,} labels {net.learner} is wrong on "
            f"{_at(found, net, labels)}, the "
            f"best other learner, {rival.learner}, on {_at(found, rival, labels)} (difference "
            f"{_points(-apart)}, "
            f"95 % interval {_points(-high)} to {_points(-low)})."
        )
    elif low > 0:
        said = (
            f"This does not need a deep network: with {labels:,} labels {rival.learner} is wrong on "
            f"{_at(found, rival, labels)}, the best network, {net.learner}, on {_at(found, net, labels)} "
            f"(difference "
            f"{_points(apart)}, 95 % interval {_points(low)} to {_points(high)})."
        )
    else:
        said = (
            f"A deep network is not worth its cost here, as far as can be seen: with {labels:,} labels "
            f"{net.learner} is wrong on {_at(found, net, labels)}, {rival.learner} on "
            f"{_at(found, rival, labels)}, and "
            f"the difference is within the noise (95 % interval {_signed(low)} to {_signed(high)})."
        )
    cost = (
        f"Learning took {_seconds(net.fit_seconds)} against {_seconds(rival.fit_seconds)}, an answer "
        f"{_micros(net.predict_micros)} against {_micros(rival.predict_micros)}{_operations(net, rival)}."
    )
    return [said, cost, _what_would_change(found, crossing, net, rival, high, low)]


def _meeting(found: Findings, net: Standing, rival: Standing) -> int:
    """The most labels that both were fitted on; 0 where there is no such number."""
    return max(set(found.done[net.learner]) & set(found.done[rival.learner]), default=0)


def _mean_error(found: Findings, learner: str, labels: int) -> float:
    rows = found.done[learner][labels]
    return sum(row.error or 0.0 for row in rows) / len(rows)


def _what_would_change(
    found: Findings, crossing: Crossover, net: Standing, rival: Standing, high: float, low: float
) -> str:
    """Where the answer would be another one."""
    n = found.n_learn
    if high < 0:
        if crossing.labels is not None and crossing.first == rival.learner and crossing.kind == "at":
            return (
                f"With fewer than about {crossing.labels:,.0f} labels ({crossing.interval()}) "
                f"{rival.learner} would be "
                f"the better choice."
            )
        return f"What would change it: a limit on cost that {net.learner} does not keep."
    if crossing.labels is not None and crossing.second == net.learner and n < crossing.labels <= _FAR * n:
        return (
            f"More labels would change it: if the curves go on, {net.learner} overtakes {rival.learner} at "
            f"about "
            f"{crossing.labels:,.0f} labels ({crossing.interval()})."
        )
    if low <= 0 <= high:
        return "More test items or seeds would tell the two apart, if anything does."
    return f"No number of labels within reach ({_FAR:.0f} times those here) is expected to change it."


def _more_labels(found: Findings) -> list[str]:
    """What more labels bring."""
    try:
        now = found.predict_error(found.n_learn)
        tenfold = found.predict_error(10 * found.n_learn, now.learner)
        gain = found.gain(1000, now.learner)
    except ValueError:
        return ["There are too few sizes to say what more labels would bring."]
    curve = found.curves[now.learner]
    if not curve.sound:
        return [f"What more labels would bring cannot be said: of {now.learner} {curve.faults[0]}."]
    small = "little" if gain.error < _WORTH * now.error else "much"
    said = (
        f"1,000 labels more would bring {small}: {_points(gain.error)} ({_points(gain.low)} to "
        f"{_points(gain.high)}) with "
        f"{now.learner}; ten times as many would bring its error from {percent(now.error)} to "
        f"{percent(tenfold.error)} ({_range(tenfold.low, tenfold.high)})."
    )
    return [said]


def _cautions(found: Findings) -> list[str]:
    """What weakens the advice."""
    told = []
    odd = [name for name, curve in found.curves.items() if not curve.sound and found.kinds[name] != "era"]
    if odd:
        told.append(f"The curve{'s' if len(odd) > 1 else ''} of {_names(odd)} cannot be continued.")
    short = [one.learner for one in found.standings if one.labels < found.n_learn and one.kind != "era"]
    most = max(one.labels for one in found.standings)
    if most < found.n_learn:
        told.append(f"No learner was fitted on more than {most:,} of the {found.n_learn:,} labels.")
    elif short:
        told.append(
            f"{_names(short)} {'were' if len(short) > 1 else 'was'} not fitted on all {found.n_learn:,} "
            f"labels."
        )
    return told


def _error(one: Standing) -> str:
    return f"{percent(one.error)} wrong ({_range(one.low, one.high)}) with {one.labels:,} labels"


def _at(found: Findings, one: Standing, labels: int) -> str:
    return percent(_mean_error(found, one.learner, labels))


def _range(low: float, high: float) -> str:
    return f"{100 * low:.2f} to {percent(high)}"


def _points(share: float) -> str:
    return f"{100 * share:.2g} points" if abs(share) < 0.1 else f"{100 * share:.0f} points"


def _signed(share: float) -> str:
    return f"{100 * share:+.2f} points"


def _operations(net: Standing, rival: Standing) -> str:
    if net.predict_operations is None or rival.predict_operations is None:
        return ""
    return (
        f" ({human_count(net.predict_operations)} operations against {human_count(rival.predict_operations)})"
    )


def _seconds(value: float) -> str:
    if value < 0.1:
        return f"{1000 * value:.2g} ms"
    return f"{value:.2g} s" if value < 100 else f"{value:,.0f} s"


def _micros(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.2g} ms"
    return f"{value:.2g} µs" if math.isfinite(value) else "?"


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
