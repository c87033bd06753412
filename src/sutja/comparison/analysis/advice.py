"""Give advice in one plain paragraph that follows from the numbers, with what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sutja.comparison.analysis.cautions import format_lawless, list_cautions
from sutja.comparison.analysis.coverage import (
    FAR_ENOUGH,
    count_unstarted,
    explain_unfitted,
    find_planned_sizes,
    is_far_enough,
    predict_seconds_left,
)
from sutja.comparison.analysis.crossover import CrossoverKind
from sutja.comparison.analysis.findings import Findings, estimate_difference
from sutja.comparison.analysis.small_tests import can_be_chance_or_good, explain_few_tests
from sutja.comparison.execution.table import Row
from sutja.comparison.formatting import (
    format_count,
    format_interval,
    format_list,
    format_microseconds,
    format_minutes,
    format_points,
    format_seconds,
)
from sutja.metrics import format_percent

_SMALL_GAIN = 0.1  # of the error: a gain of less is called little
_FAR = 10.0  # times the labels there are: hardly anybody labels more


class Sign(Enum):
    """The verdict in a mark and a few words, for who reads no more."""

    PAYS = ("✔", "A deep network pays off on these data.")
    NOT_NEEDED = ("✘", "These data do not need a deep network.")
    OPEN = ("?", "It cannot be told yet.")

    @property
    def mark(self) -> str:
        """One character."""
        return self.value[0]

    @property
    def words(self) -> str:
        """One sentence."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Match:
    """A network and the best other learner, on the most labels that both were fitted on.

    Attributes
    ----------
    net, rival : str
        Names of the network and of the other learner.
    labels : int
        The number of labels.
    difference, low, high : float
        Error of the network minus that of the other, and its 95 % interval.
    """

    net: str
    rival: str
    labels: int
    difference: float
    low: float
    high: float


def advise(findings: Findings) -> str:
    """Return the advice as a paragraph."""
    return " ".join(write_sentences(findings))


def choose_sign(findings: Findings) -> Sign:
    """Choose the sign that goes with the verdict."""
    if not findings.standings or not findings.better_than_chance:
        return Sign.OPEN
    matches = find_matches(findings)
    comparable = [one for one in matches if is_far_enough(findings, one.net)]
    most = max(one.labels for one in findings.standings)
    if not comparable or most < FAR_ENOUGH * findings.data.n_train:
        return Sign.OPEN
    if comparable[0].high < 0:
        return Sign.PAYS
    leads = any(not is_far_enough(findings, one.net) and one.high < 0 for one in matches)
    return Sign.OPEN if leads else Sign.NOT_NEEDED


def write_sentences(findings: Findings) -> list[str]:
    """Return the sentences of the advice, the verdict first."""
    if not findings.standings:
        why = [f"{name}: {reason}" for name, reason in explain_unfitted(findings).items()]
        verdict = "No learner was fitted, so nothing can be said. Allow more time, or see below what failed."
        return [verdict, f"{'; '.join(why[:3])}."] if why else [verdict]
    if not findings.better_than_chance and can_be_chance_or_good(findings):
        return explain_few_tests(findings)
    if not findings.better_than_chance:
        most = max(one.labels for one in findings.standings)
        best = findings.standings[0]
        few = f" with the {most:,} labels that there was time for" if most < findings.data.n_train else ""
        return [
            (
                f"No learner beats chance{few}: always answering the commonest class gets "
                f"{format_percent(findings.chance)} wrong, and none is significantly better (the best, "
                f"{best.learner}: {format_interval(best.low, best.high)} of {findings.data.n_test:,} items)."
            ),
            (
                "Check that the labels belong to their items and were not shuffled. If they do, these data "
                "do not show what distinguishes the classes, and neither a deep network nor more labels of "
                "this kind will help."
            ),
        ]
    return [*_give_verdict(findings), *_judge_more_labels(findings), *list_cautions(findings)]


def find_matches(findings: Findings) -> list[Match]:
    """Match each network with the best other learner, the best network first."""
    others = [name for name in findings.measurements if findings.kinds[name] in ("baseline", "own")]
    matches = []
    for net in findings.measurements:
        if findings.kinds[net] != "network":
            continue
        labels = max(
            (n for n in findings.done_rows[net] if any(n in findings.done_rows[o] for o in others)), default=0
        )
        rivals = [other for other in others if labels in findings.done_rows[other]]
        if rivals:
            rival = min(rivals, key=lambda other: average_error(findings, other, labels))
            matches.append(Match(net, rival, labels, *estimate_difference(findings, net, rival, labels)))
    return sorted(matches, key=lambda one: average_error(findings, one.net, one.labels))


def _give_verdict(findings: Findings) -> list[str]:
    """Say if a network pays, what each learner costs, and what would change the answer."""
    matches = find_matches(findings)
    if not matches:
        return _explain_missing_side(findings)
    comparable = [one for one in matches if is_far_enough(findings, one.net)]
    most = max(one.labels for one in findings.standings)
    if comparable and most < FAR_ENOUGH * findings.data.n_train:
        return _explain_short_study(findings, comparable[0], most)
    if not comparable:
        return _explain_short_networks(findings, max(matches, key=lambda one: one.labels))
    match = comparable[0]
    leading = [one for one in matches if not is_far_enough(findings, one.net) and one.high < 0]
    labels = f"with {match.labels:,} labels"
    net, rival = (_format_error(findings, name, match) for name in (match.net, match.rival))
    if match.high < 0:
        verdict = (
            f"A deep network pays off here: {labels} {match.net} gets {net} wrong, the best other learner, "
            f"{match.rival}, {rival} (difference {format_points(-match.difference)} points, 95 % interval "
            f"{format_points(-match.high)} to {format_points(-match.low)})."
        )
    elif leading:
        return _explain_leading_network(findings, match, leading[0])
    elif match.low > 0:
        verdict = (
            f"This does not need a deep network: {labels} {match.rival} gets {rival} wrong, the best "
            f"network, {match.net}, {net} (difference {format_points(match.difference)} points, 95 % "
            f"interval {format_points(match.low)} to {format_points(match.high)})."
        )
    else:
        verdict = (
            f"A deep network is not worth its cost here, as far as was measured: {labels} {match.net} gets "
            f"{net} wrong, {match.rival} {rival}; the difference is within the noise (95 % interval "
            f"{format_points(match.low, signed=True)} to {format_points(match.high, signed=True)} points)."
        )
    ahead = _name_leader_with_fewer(findings, match)
    behind = [one.net for one in matches if not is_far_enough(findings, one.net)]
    unstarted = count_unstarted(findings)
    behind += [
        name for name in explain_unfitted(findings) if findings.kinds[name] == "network" and name in unstarted
    ]
    change = _name_what_would_change(findings, match)
    if behind and match.high >= 0:
        verdict = f"As far as was tried: {verdict[:1].lower()}{verdict[1:]}"
        change += f" More time for {format_list(behind)} might change that{_format_time_left(findings)}."
    return [verdict, *ahead, _compare_costs(findings, match), change]


def _name_leader_with_fewer(findings: Findings, match: Match) -> list[str]:
    """Name a learner that is significantly better than both with fewer labels, and had no time for more."""
    least = min(average_error(findings, name, match.labels) for name in (match.net, match.rival))
    some = [one for one in findings.standings if one.kind != "era" and one.labels < match.labels]
    some = [one for one in some if one.high < least]
    if not some:
        return []
    best = min(some, key=lambda one: one.error)
    wrong = f"{format_percent(best.error)} wrong ({format_interval(best.low, best.high)})"
    return [
        f"{best.learner} does better still with {best.labels:,} labels: {wrong}; it was not fitted on more."
    ]


def _explain_missing_side(findings: Findings) -> list[str]:
    """Say what there is if networks or other learners are missing."""
    best = findings.standings[0]
    interval = format_interval(best.low, best.high)
    wrong = format_percent(best.error)
    sentences = [f"{best.learner} is best: {wrong} wrong ({interval}) with {best.labels:,} labels."]
    for side, kinds in (("network", ("network",)), ("other learner", ("baseline", "own"))):
        names = [name for name, kind in findings.kinds.items() if kind in kinds]
        if not names:
            sentences.append(f"No {side} took part, so it is open if a deep network pays off.")
        elif not any(name in findings.measurements for name in names):
            sentences.append(f"No {side} was fitted, so it cannot be said if a deep network pays off.")
    return sentences


def _explain_short_networks(findings: Findings, match: Match) -> list[str]:
    """Say that no network was fitted on enough labels."""
    best = next(one for one in findings.standings if one.kind in ("baseline", "own"))
    net, rival = (_format_error(findings, name, match) for name in (match.net, match.rival))
    return [
        (
            f"It cannot be said yet if a deep network pays off: no network was fitted on more than "
            f"{match.labels:,} labels, where {match.net} gets {net} wrong and {match.rival} {rival} "
            f"({_format_match_interval(match)}); "
            f"{best.learner} was fitted on {best.labels:,} labels and gets "
            f"{format_percent(best.error)} wrong."
        ),
        _compare_costs(findings, match),
        f"More time would answer it{_format_time_left(findings)}.",
    ]


def _explain_short_study(findings: Findings, match: Match, most: int) -> list[str]:
    """Say that the learners were fitted on a small part of the labels only, for lack of time or by choice."""
    by_choice = most >= max(find_planned_sizes(findings))
    why = f"the sizes given end at {most:,}" if by_choice else f"there was time for {most:,} only"
    remedy = "More labels would answer it" if by_choice else "More time would answer it"
    net, rival = (_format_error(findings, name, match) for name in (match.net, match.rival))
    return [
        (
            f"It cannot be said yet if a deep network pays off with {findings.data.n_train:,} labels: "
            f"{why}. With {match.labels:,} labels {match.net} gets {net} wrong, {match.rival} {rival} "
            f"({_format_match_interval(match)})."
        ),
        _compare_costs(findings, match),
        f"{remedy}{_format_time_left(findings)}.",
    ]


def _explain_leading_network(findings: Findings, match: Match, lead: Match) -> list[str]:
    """Say that a network that was fitted on few labels leads there."""
    worse = "behind" if match.low > 0 else "no better than"
    net, rival = (_format_error(findings, name, match) for name in (match.net, match.rival))
    lead_net, lead_rival = (_format_error(findings, name, lead) for name in (lead.net, lead.rival))
    return [
        (
            f"It cannot be said yet if a deep network pays off: with {match.labels:,} labels {match.net} is "
            f"{worse} {match.rival} ({net} wrong against {rival}, {_format_match_interval(match)}), but "
            f"{lead.net}, which was fitted on no more than {lead.labels:,} labels, leads {lead.rival} there "
            f"({lead_net} against {lead_rival}, {_format_match_interval(lead)})."
        ),
        _compare_costs(findings, lead),
        f"More time would answer it{_format_time_left(findings)}.",
    ]


def _format_match_interval(match: Match) -> str:
    low, high = (format_points(edge, signed=True) for edge in (match.low, match.high))
    return f"95 % interval of the difference {low} to {high} points"


def _format_time_left(findings: Findings) -> str:
    """Format the time that the fits that were not started would take."""
    left = predict_seconds_left(findings)
    return f": roughly {format_minutes(max(60.0, left))} for the fits that were not started" if left else ""


def average_error(findings: Findings, learner: str, labels: int) -> float:
    """Average the error over the seeds on so many labels."""
    rows = findings.done_rows[learner][labels]
    return sum(row.error or 0.0 for row in rows) / len(rows)


def _compare_costs(findings: Findings, match: Match) -> str:
    """Compare the costs of the two on the same labels."""
    mine, its = (findings.done_rows[name][match.labels] for name in (match.net, match.rival))
    answers = [1e6 * _average(rows, "predict_seconds") / findings.data.n_test for rows in (mine, its)]
    counted = [_average(rows, "predict_operations") for rows in (mine, its)]
    operations = f" ({format_count(counted[0])} operations against {format_count(counted[1])})"
    training = [format_seconds(_average(rows, "fit_seconds")) for rows in (mine, its)]
    return (
        f"Learning took {match.net} {training[0]}, {match.rival} {training[1]}; an answer takes "
        f"{format_microseconds(answers[0])} against {format_microseconds(answers[1])}"
        f"{operations if all(counted) else ''}."
    )


def _average(rows: list[Row], name: str) -> float:
    """Average a cost over fits; 0 if one is not known."""
    values = [getattr(row.cost, name) for row in rows]
    return sum(values) / len(values) if all(value is not None for value in values) else 0.0


def _name_what_would_change(findings: Findings, match: Match) -> str:
    """Say under what conditions the answer would be another."""
    n, net, rival = findings.data.n_train, match.net, match.rival
    crossing = findings.crossover(net, rival)
    within = crossing.kind is CrossoverKind.AT and crossing.labels is not None and not crossing.is_beyond
    if match.high < 0:
        if within and crossing.second == net:
            return f"With fewer labels {rival} would be better: {net} overtakes it {crossing.format_short()}."
        return f"A limit on cost that {net} exceeds would change that."
    if within and crossing.first == net and match.low > 0:
        return f"With fewer labels {net} would be better: {rival} overtakes it {crossing.format_short()}."
    if crossing.labels is not None and crossing.second == net and n < crossing.labels <= _FAR * n:
        return (
            f"More labels would change that: if the curves continue, {net} overtakes {rival} "
            f"{crossing.format_expected()}."
        )
    if match.low <= 0 <= match.high:
        return "Only more test items or seeds could show which is better."
    lawless = [
        name for name in (net, rival) if name not in findings.curves or not findings.curves[name].is_power_law
    ]
    if lawless:
        return f"It cannot be said if more labels would change that: {format_lawless(lawless)}."
    if crossing.second == net and n < crossing.low <= _FAR * n:
        return (
            f"More labels might change that, though it is not expected: the curves allow {net} to overtake "
            f"{rival} with {crossing.format_interval()} labels."
        )
    return f"No number of labels within reach ({_FAR:.0f} times those here) is expected to change that."


def _judge_more_labels(findings: Findings) -> list[str]:
    """Say what more labels would bring."""
    extrapolated = [
        name
        for name, curve in findings.curves.items()
        if curve.is_power_law and findings.kinds[name] != "era" and is_far_enough(findings, name)
    ]
    if not extrapolated:
        few = not any(findings.kinds[name] != "era" for name in findings.curves)
        why = "there are too few sizes" if few else "no curve that goes far enough is a power law"
        return [f"It cannot be said what more labels would bring: {why}."]
    best = min(extrapolated, key=lambda name: findings.curves[name].predict_error(findings.data.n_train))
    now, tenfold = (findings.predict_error(times * findings.data.n_train, best) for times in (1, 10))
    gain = findings.gain(1000, best)
    amount = "little" if gain.error < _SMALL_GAIN * now.error else "much"
    return [
        (
            f"1,000 more labels would bring {amount}: {format_points(gain.error)} points "
            f"({format_points(gain.low)} to {format_points(gain.high)}) with {best}; ten times as many would "
            f"change its expected error from {format_percent(now.error)} to {format_percent(tenfold.error)} "
            f"({format_interval(tenfold.low, tenfold.high)})."
        )
    ]


def _format_error(findings: Findings, name: str, match: Match) -> str:
    return format_percent(average_error(findings, name, match.labels))
