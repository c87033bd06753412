"""One plain paragraph that follows from the numbers, and what would change it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sutja.comparison.analysis.coverage import FAR_ENOUGH, far_enough, not_begun, reasons, seconds_left
from sutja.comparison.analysis.result import Findings, difference
from sutja.comparison.execution.table import Row
from sutja.comparison.learners.operations import human_count
from sutja.comparison.wording import micros, minutes, names, points, seconds, span
from sutja.metrics import format_percent

_WORTH = 0.1  # of the error: a gain of less is called small
_FAR = 10.0  # times the labels there are: beyond, nobody labels


@dataclass(frozen=True, slots=True)
class Match:
    """A network and the best other learner, on the most labels that both were fitted on.

    Attributes
    ----------
    net, rival, labels : str or int
        Who, and on how many.
    apart, low, high : float
        Error of the network less that of the other, and its 95 % interval.
    """

    net: str
    rival: str
    labels: int
    apart: float
    low: float
    high: float


def advise(found: Findings) -> str:
    """The advice."""
    return " ".join(sentences(found))


def sentences(found: Findings) -> list[str]:
    """The advice, the verdict first."""
    if not found.standings:
        why = [f"{name}: {reason}" for name, reason in reasons(found).items()]
        said = [
            "No learner was fitted, so nothing can be said. Give more time, or look at what failed below."
        ]
        return said + ([f"{'; '.join(why[:3])}."] if why else [])
    if not found.better_than_chance:
        most = max(one.labels for one in found.standings)
        few = f" with the {most:,} labels that there was time for" if most < found.n_learn else ""
        return [
            (
                f"No learner beats chance{few}: always answering the commonest class is wrong on "
                f"{format_percent(found.chance)}, and none is surely better."
            ),
            (
                "Check that the labels belong to their items and were not shuffled; if they do, what "
                "tells the classes apart is not in these data, and neither a deep network nor more "
                "labels of this kind will find it."
            ),
        ]
    return [*_verdict(found), *_more_labels(found), *_cautions(found)]


def matches(found: Findings) -> list[Match]:
    """Each network against the best other learner there, the best network first."""
    others = [name for name in found.measured if found.kinds[name] in ("baseline", "own")]
    made = []
    for net in found.measured:
        if found.kinds[net] != "network":
            continue
        labels = max((n for n in found.done[net] if any(n in found.done[o] for o in others)), default=0)
        rivals = [other for other in others if labels in found.done[other]]
        if rivals:
            rival = min(rivals, key=lambda other: mean_error(found, other, labels))
            made.append(Match(net, rival, labels, *difference(found, net, rival, labels)))
    return sorted(made, key=lambda one: mean_error(found, one.net, one.labels))


def _verdict(found: Findings) -> list[str]:
    """Network or not, what each costs, and what would change it."""
    held = matches(found)
    if not held:
        return _one_sided(found)
    whole = [one for one in held if far_enough(found, one.net)]
    most = max(one.labels for one in found.standings)
    if whole and most < FAR_ENOUGH * found.n_learn:
        return _too_early(found, whole[0], most)
    if not whole:
        return _undecided(found, max(held, key=lambda one: one.labels))
    match = whole[0]
    leads = [one for one in held if not far_enough(found, one.net) and one.high < 0]
    if match.high < 0:
        said = (
            f"A deep network pays here: with {match.labels:,} labels {match.net} is wrong on "
            f"{_at(found, match.net, match)}, the best other learner, {match.rival}, on "
            f"{_at(found, match.rival, match)} (difference {points(-match.apart)} points, 95 % interval "
            f"{points(-match.high)} to {points(-match.low)})."
        )
    elif leads:
        return _not_yet(found, match, leads[0])
    elif match.low > 0:
        said = (
            f"This does not need a deep network: with {match.labels:,} labels {match.rival} is wrong on "
            f"{_at(found, match.rival, match)}, the best network, {match.net}, on "
            f"{_at(found, match.net, match)} (difference {points(match.apart)} points, 95 % interval "
            f"{points(match.low)} to {points(match.high)})."
        )
    else:
        said = (
            f"A deep network is not worth its cost here, as far as can be seen: with {match.labels:,} labels "
            f"{match.net} is wrong on {_at(found, match.net, match)}, {match.rival} on "
            f"{_at(found, match.rival, match)}, and the difference is within the noise (95 % interval "
            f"{points(match.low, signed=True)} to {points(match.high, signed=True)} points)."
        )
    ahead = _ahead_with_fewer(found, match)
    behind = [one.net for one in held if not far_enough(found, one.net)]
    behind += [name for name in reasons(found) if found.kinds[name] == "network" and name in not_begun(found)]
    change = _what_would_change(found, match)
    if behind and match.high >= 0:
        said = f"As far as was tried: {said[:1].lower()}{said[1:]}"
        change += f" More time for {names(behind)} might change it, too{_time_wanted(found)}."
    return [said, *ahead, _costs(found, match), change]


def _ahead_with_fewer(found: Findings, match: Match) -> list[str]:
    """Who is surely better than both with fewer labels, and had no time for as many."""
    least = min(mean_error(found, name, match.labels) for name in (match.net, match.rival))
    some = [one for one in found.standings if one.kind != "era" and one.labels < match.labels]
    some = [one for one in some if one.high < least]
    if not some:
        return []
    best = min(some, key=lambda one: one.error)
    wrong = f"{format_percent(best.error)} wrong ({span(best.low, best.high)})"
    return [f"{best.learner} is better still with {best.labels:,} labels: {wrong}; it got no further."]


def _one_sided(found: Findings) -> list[str]:
    """Where there are not both sides to compare."""
    best = found.standings[0]
    said = [
        (
            f"{best.learner} is best: {format_percent(best.error)} wrong ({span(best.low, best.high)}) with "
            f"{best.labels:,} labels."
        )
    ]
    for side, kinds in (("network", ("network",)), ("other learner", ("baseline", "own"))):
        meant = [name for name, kind in found.kinds.items() if kind in kinds]
        if not meant:
            said.append(f"No {side} took part, so whether a deep network pays was not asked.")
        elif not any(name in found.measured for name in meant):
            said.append(f"No {side} was fitted, so whether a deep network pays cannot be told.")
    return said


def _undecided(found: Findings, match: Match) -> list[str]:
    """Where no network was fitted on enough labels."""
    best = next(one for one in found.standings if one.kind in ("baseline", "own"))
    net, rival = (_at(found, name, match) for name in (match.net, match.rival))
    return [
        (
            f"Whether a deep network pays cannot be told yet: no network got further than {match.labels:,} "
            f"labels, where {match.net} is wrong on {net} and {match.rival} on {rival}; {best.learner} "
            f"got to {best.labels:,} labels and {format_percent(best.error)}."
        ),
        _costs(found, match),
        f"More time would change it{_time_wanted(found)}.",
    ]


def _too_early(found: Findings, match: Match, most: int) -> list[str]:
    """Where there was time for a small part of the labels only."""
    net, rival = (_at(found, name, match) for name in (match.net, match.rival))
    interval = f"{points(match.low, signed=True)} to {points(match.high, signed=True)} points"
    return [
        (
            f"Whether a deep network pays with {found.n_learn:,} labels cannot be told yet: there was time "
            f"for {most:,} only. With {match.labels:,} labels {match.net} is wrong on {net}, {match.rival} "
            f"on {rival} (95 % interval of the difference {interval})."
        ),
        _costs(found, match),
        f"More time would change it{_time_wanted(found)}.",
    ]


def _not_yet(found: Findings, match: Match, lead: Match) -> list[str]:
    """Where a network that did not get far leads as far as it got."""
    worse = "behind" if match.low > 0 else "no better than"
    here = f"{_at(found, match.net, match)} against {_at(found, match.rival, match)} wrong"
    there = f"{_at(found, lead.net, lead)} against {_at(found, lead.rival, lead)}"
    return [
        (
            f"Whether a deep network pays cannot be told yet: with {match.labels:,} labels {match.net} is "
            f"{worse} {match.rival} ({here}), but {lead.net}, which got no further than {lead.labels:,} "
            f"labels, leads {lead.rival} there ({there})."
        ),
        _costs(found, lead),
        f"More time would change it{_time_wanted(found)}.",
    ]


def _time_wanted(found: Findings) -> str:
    """How much time the fits that were not begun would take."""
    left = seconds_left(found)
    return f": roughly {minutes(max(60.0, left))} for the fits that were not begun" if left else ""


def mean_error(found: Findings, learner: str, labels: int) -> float:
    """Mean error of the seeds on so many labels."""
    rows = found.done[learner][labels]
    return sum(row.error or 0.0 for row in rows) / len(rows)


def _costs(found: Findings, match: Match) -> str:
    """What the two cost, on the same labels."""
    mine, its = (found.done[name][match.labels] for name in (match.net, match.rival))
    answers = [1e6 * _mean(rows, "predict_seconds") / found.n_test for rows in (mine, its)]
    counted = [_mean(rows, "predict_operations") for rows in (mine, its)]
    operations = f" ({human_count(counted[0])} operations against {human_count(counted[1])})"
    return (
        f"Learning took {match.net} {seconds(_mean(mine, 'fit_seconds'))}, {match.rival} "
        f"{seconds(_mean(its, 'fit_seconds'))}; an answer takes {micros(answers[0])} against "
        f"{micros(answers[1])}{operations if all(counted) else ''}."
    )


def _mean(rows: list[Row], what: str) -> float:
    """Mean of what is known; 0 where nothing is."""
    values = [getattr(row, what) for row in rows]
    return sum(values) / len(values) if all(value is not None for value in values) else 0.0


def _what_would_change(found: Findings, match: Match) -> str:
    """Where the answer would be another one."""
    n, net, rival = found.n_learn, match.net, match.rival
    crossing = found.crossover(net, rival)
    within = crossing.kind == "at" and crossing.labels is not None and not crossing.beyond
    if match.high < 0:
        if within and crossing.second == net:
            return f"With fewer labels {rival} would be better: {net} overtakes it {crossing.short()}."
        return f"What would change it: a limit on cost that {net} does not keep."
    if within and crossing.first == net and match.low > 0:
        return f"With fewer labels {net} would be better: {rival} overtakes it {crossing.short()}."
    if crossing.labels is not None and crossing.second == net and n < crossing.labels <= _FAR * n:
        return (
            f"More labels would change it: if the curves go on, {net} overtakes {rival} "
            f"{crossing.expected()}."
        )
    if match.low <= 0 <= match.high:
        return "More test items or seeds would tell the two apart, if anything does."
    lawless = [name for name in (net, rival) if name not in found.curves or not found.curves[name].sound]
    if lawless:
        return f"Whether more labels would change it cannot be told: {_lawless(lawless)}."
    if crossing.second == net and n < crossing.low <= _FAR * n:
        return (
            f"More labels might change it, though it is not expected: the curves allow {net} to overtake "
            f"{rival} with {crossing.interval()} labels."
        )
    return f"No number of labels within reach ({_FAR:.0f} times those here) is expected to change it."


def _more_labels(found: Findings) -> list[str]:
    """What more labels bring."""
    able = [
        name
        for name, curve in found.curves.items()
        if curve.sound and found.kinds[name] != "era" and far_enough(found, name)
    ]
    if not able:
        few = not any(found.kinds[name] != "era" for name in found.curves)
        why = "there are too few sizes" if few else "no curve that got far enough is a power law"
        return [f"What more labels would bring cannot be said: {why}."]
    best = min(able, key=lambda name: found.curves[name].error_at(found.n_learn))
    now, tenfold = (found.predict_error(times * found.n_learn, best) for times in (1, 10))
    gain = found.gain(1000, best)
    small = "little" if gain.error < _WORTH * now.error else "much"
    return [
        (
            f"1,000 labels more would bring {small}: {points(gain.error)} points ({points(gain.low)} to "
            f"{points(gain.high)}) with {best}; ten times as many would bring its expected error from "
            f"{format_percent(now.error)} to {format_percent(tenfold.error)} "
            f"({span(tenfold.low, tenfold.high)})."
        )
    ]


def _cautions(found: Findings) -> list[str]:
    """What weakens the advice."""
    told = []
    odd = [name for name, curve in found.curves.items() if not curve.sound and found.kinds[name] != "era"]
    if odd:
        told.append(f"{_first_large(_lawless(odd))}.")
    most = max(one.labels for one in found.standings)
    if most < found.n_learn:
        told.append(f"No learner was fitted on more than {most:,} of the {found.n_learn:,} labels.")
    by_size: dict[int, list[str]] = defaultdict(list)
    for one in found.standings:
        if one.kind != "era" and one.labels < most:
            by_size[one.labels].append(one.learner)
    if by_size:
        parts = [f"{names(some)} no further than {n:,}" for n, some in sorted(by_size.items(), reverse=True)]
        told.append(f"Of the {most:,} labels that others got to, {'; '.join(parts)}.")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, why in reasons(found).items():
        if found.kinds[name] != "era":
            by_reason[why].append(name)
    told += [f"Left out: {names(some)}, {why}." for why, some in by_reason.items()]
    return told


def _lawless(some: list[str]) -> str:
    many = len(some) > 1
    return f"the curve{'s' if many else ''} of {names(some)} follow{'' if many else 's'} no power law"


def _first_large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _at(found: Findings, name: str, match: Match) -> str:
    return format_percent(mean_error(found, name, match.labels))
