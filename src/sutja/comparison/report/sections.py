"""Make the tables of a report: standings, crossovers, gains, costs, eras, mistakes, method."""

from __future__ import annotations

from collections import Counter
from html import escape

from sutja.comparison.analysis.coverage import (
    count_planned_fits,
    count_unstarted,
    describe_further_fits,
    find_largest_size,
    predict_seconds_left,
    split_fits,
)
from sutja.comparison.analysis.crossover import Crossover, CrossoverKind
from sutja.comparison.analysis.findings import Findings, Prediction
from sutja.comparison.analysis.standings import Standing
from sutja.comparison.execution.table import Status
from sutja.comparison.formatting import format_count, format_list, format_minutes
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES
from sutja.comparison.report.markup import make_data_url, make_details, make_list, make_table
from sutja.comparison.report.summary import MORE, estimate_parameter, predict_errors
from sutja.metrics import format_percent

_METHOD = (
    "Settings were chosen by successive halving on the validation part, with the same time for each learner. "
    "Each fit answered the test items once; nothing was chosen by them."
)
_CURVES = (
    "Curves are a + b · n<sup>−c</sup>, fitted by weighted least squares. Intervals come from the bootstrap "
    "over seeds and test items; beyond the measured range they include the doubt about the law itself. "
    "Operations are counted, not measured."
)
_FILES = "Every fit is in results.csv, every figure of this page in summary.json."


def make_standings(findings: Findings) -> str:
    """Make the table of the learners' errors."""
    rows = [
        [
            one.learner,
            f"{one.labels:,}",
            format_percent(one.error),
            _format_range(one),
            _format_expected(findings, one.learner),
            _describe_curve(findings, one.learner),
        ]
        for one in findings.standings
        if one.kind != "era"
    ]
    if not rows:
        return ""
    return make_table(
        "Error of each learner on the test items, with the most labels that it was fitted on; mean over the "
        "seeds.",
        ("learner", "labels", "wrong", "95 % interval", f"expected at {findings.data.n_train:,}", "curve"),
        rows,
        text=(5,),
    ) + _make_laws(findings)


def _make_laws(findings: Findings) -> str:
    """Make the table of the fitted power laws, with intervals."""
    rows = []
    for name, curve in findings.curves.items():
        if curve.is_power_law:
            (a, *a_ends), (c, *c_ends) = estimate_parameter(curve, "a"), estimate_parameter(curve, "c")
            rows.append(
                [
                    name,
                    f"{100 * a:.2f} ({100 * a_ends[0]:.2f} – {100 * a_ends[1]:.2f})",
                    f"{100 * float(curve.law.b[0]):.3g}",
                    f"{c:.2f} ({c_ends[0]:.2f} – {c_ends[1]:.2f})",
                ]
            )
    if not rows:
        return ""
    caption = "error = a + b · n^(−c) with n labels; a and b in percent, with 95 % bootstrap intervals."
    heads = ("learner", "a: error that remains", "b", "c: rate of decrease")
    return make_details("The fitted laws", make_table(caption, heads, rows))


def _format_range(one: Standing) -> str:
    return f"{100 * one.low:.2f} – {format_percent(one.high)}"


def _format_expected(findings: Findings, name: str) -> str:
    curve = findings.curves.get(name)
    return format_percent(curve.predict_error(findings.data.n_train)) if curve and curve.is_power_law else "–"


def _describe_curve(findings: Findings, name: str) -> str:
    curve = findings.curves.get(name)
    if curve is None:
        return "fewer than three sizes"
    return "; ".join(curve.faults) or "a power law"


def make_crossovers(findings: Findings) -> str:
    """Make the table of crossovers of each network with each other learner."""
    if not findings.crossovers:
        return "<p>There is no pair of a network and another learner with curves to compare.</p>"
    networks = [name for name in findings.curves if findings.kinds[name] == "network"]
    sentences = [escape(_to_sentence(str(one))) for one in findings.crossovers]
    within_kind = [escape(_to_sentence(str(one))) for one in findings.crossovers_within_kind]
    others = [name for name in findings.curves if findings.kinds[name] in ("baseline", "own")]
    known = {frozenset((one.first, one.second)): one for one in findings.crossovers}
    rows = [
        [name, *(_format_cell(known[frozenset((name, net))], net) for net in networks)] for name in others
    ]
    columns = range(1, len(networks) + 1)
    caption = "Number of labels that a network needs to overtake each other learner, with 95 % intervals."
    return (
        make_table(caption, ("against", *networks), rows, columns, columns)
        + make_details("The same in words", make_list(sentences))
        + (
            make_details("Networks with each other, and others with each other", make_list(within_kind))
            if within_kind
            else ""
        )
    )


def _format_cell(one: Crossover, net: str) -> str:
    """Format a network's crossover for a cell."""
    if one.kind is CrossoverKind.AT:
        return escape(one.format_short() + ("" if one.second == net else f"; {one.second} overtakes"))
    if one.kind is not CrossoverKind.NEVER:
        return escape(one.format_short())
    if one.first == net:
        return "leads throughout"
    later = f"<br><small>expected {escape(one.format_expected())}</small>" if one.is_beyond else ""
    return "behind throughout" + later


def _to_sentence(text: str) -> str:
    """Capitalise a sentence, unless it begins with a name."""
    return (text[:1].upper() + text[1:] if text.startswith("cannot") else text) + "."


def make_more_labels(findings: Findings) -> str:
    """Make the table of the errors to expect."""
    rows = []
    for one in findings.standings:
        curve = findings.curves.get(one.learner)
        if one.kind == "era" or curve is None or not curve.is_power_law:
            continue
        now, twice, tenfold = predict_errors(findings, one.learner)
        gain = findings.gain(MORE, one.learner)
        rows.append(
            [
                one.learner,
                _format_prediction(now),
                _format_prediction(twice),
                _format_prediction(tenfold),
                _format_prediction(gain, 3),
            ]
        )
    if not rows:
        return "<p>No curve can be extrapolated.</p>"
    return make_table(
        f"Expected errors in percent if the curves continue as power laws, with 95 % intervals; last, the "
        f"reduction by {MORE:,} more labels, in points.",
        (
            "learner",
            f"{findings.data.n_train:,} labels",
            f"twice: {2 * findings.data.n_train:,}",
            f"ten times: {10 * findings.data.n_train:,}",
            f"gain of {MORE:,} more",
        ),
        rows,
        safe=(1, 2, 3, 4),
    )


def _format_prediction(one: Prediction, digits: int = 2) -> str:
    low, high = 100 * one.low, 100 * one.high
    return f"{100 * one.error:.{digits}f} <small>({low:.{digits}f} – {high:.{digits}f})</small>"


def make_costs(findings: Findings) -> str:
    """Make the table of costs."""
    rows = [
        [
            one.learner,
            f"{one.labels:,}",
            format_percent(one.error),
            f"{one.cost.fit_seconds:.3g}",
            _format_optional_count(one.cost.fit_operations),
            f"{one.cost.predict_micros:.3g}",
            _format_optional_count(one.cost.predict_operations),
            _format_optional_count(one.cost.parameters),
            f"{one.cost.memory_mb:.3g}",
            *_name_device(findings, one),
        ]
        for one in findings.standings
    ]
    if not rows:
        return ""
    return make_table(
        "Cost with the most labels. Times are those of one core; networks trained as a stack share its time.",
        (
            "learner",
            "labels",
            "wrong",
            "s to learn",
            "operations to learn",
            "µs per answer",
            "operations per answer",
            "parameters",
            "MB to learn",
            *(("on",) if _has_gpu(findings) else ()),
        ),
        rows,
    )


def _has_gpu(findings: Findings) -> bool:
    return any(row.cost.device != "cpu" for row in findings.rows)


def _name_device(findings: Findings, one: Standing) -> tuple[str, ...]:
    """Name the device, if any learner was fitted on a GPU."""
    if not _has_gpu(findings):
        return ()
    return (
        "CPU"
        if all(row.cost.device == "cpu" for row in findings.done_rows[one.learner][one.labels])
        else "GPU",
    )


def _format_optional_count(value: float | None) -> str:
    return "–" if value is None else format_count(value)


def make_eras(findings: Findings) -> str:
    """Make the table of the eras, with published errors."""
    rows = [_make_era_row(findings, one) for one in findings.era_standings]
    return make_table(
        "Each era is a whole method with the settings of its time; none is tuned.",
        ("era", "novelty", "labels", "wrong", "95 % interval", "published", "source"),
        rows,
        text=(1, 6),
    )


def _make_era_row(findings: Findings, one: Standing) -> list[str]:
    era = ERAS[one.learner]
    known = era.published.get(findings.data.source)
    source = f"{known.source}{f' ({known.note})' if known.note else ''}" if known else era.source
    published = format_percent(known.error, 1) if known else "–"
    return [
        one.learner,
        era.novelty,
        f"{one.labels:,}",
        format_percent(one.error),
        _format_range(one),
        published,
        source,
    ]


def make_published(findings: Findings) -> str:
    """Make the table of published errors of methods other than networks, if there are any for these data."""
    standing = {one.learner: one for one in findings.standings}
    rows = [
        [
            name,
            format_percent(standing[name].error) if name in standing else "–",
            format_percent(known.error, 1),
            known.source,
            known.note,
        ]
        for name, known in PUBLISHED_BASELINES.get(findings.data.source, {}).items()
    ]
    if not rows:
        return ""
    heads = ("method", "here", "published", "source", "note")
    return make_table("Published errors of other methods on the same test items.", heads, rows, text=(3, 4))


def make_mistakes(findings: Findings) -> str:
    """Make the list of the test items that most learners get wrong, with pictures if items are pictures."""
    shared, data = findings.shared_mistakes, findings.data
    if not shared:
        return ""
    text = (
        "<p>An item that nearly all learners get wrong is hard, or its label is wrong. Check these first. "
        "Learners that were fitted on less than half as many labels as the furthest are left out.</p>"
    )
    if not data.pictures:
        rows = [
            [
                f"{one.item + 1:,}",
                data.classes[data.truth[one.item]],
                one.answer,
                f"{one.n_wrong} of {one.n_learners}",
            ]
            for one in shared
        ]
        caption = "Test items that most learners get wrong, by their number."
        return text + make_table(caption, ("item", "label", "taken for", "learners"), rows)
    listed = []
    for one in shared:
        truth, by = data.classes[data.truth[one.item]], f"{one.n_wrong} of {one.n_learners}"
        words = f"test item {one.item + 1}, labelled {truth}; {by} learners are wrong, mostly {one.answer}"
        listed.append(
            f'<li><img alt="{escape(words)}" src="{make_data_url(data.pictures[one.item])}"><span>'
            f"<b>{escape(truth)}</b>, taken for <b>{escape(one.answer)}</b><br>by {by}</span></li>"
        )
    return text + f'<ul class="mistakes">{"".join(listed)}</ul>'


def make_method(findings: Findings) -> str:
    """Describe how the errors were measured, the fits that are not done and why, and the settings."""
    grid, _ = split_fits(findings)
    counts = Counter(str(row.status) for row in grid)
    planned = max(count_planned_fits(findings), len(grid))
    if planned > len(grid):
        counts["not started"] = planned - len(grid)
    words = ", ".join(f"{count:,} {status}" for status, count in counts.items()) or "none"
    sizes = sorted({row.labels for row in findings.rows})
    span = f"{sizes[0]:,} to {sizes[-1]:,}" if sizes else "no"
    seeds = findings.facts.get("terms", {}).get("seeds", "?")
    versions = ", ".join(f"{name} {number}" for name, number in findings.facts.get("versions", {}).items())
    descriptions = [f"<b>{escape(name)}</b>: {escape(text)}" for name, text in findings.descriptions.items()]
    system, engine = str(findings.facts.get("system", "")), str(findings.facts.get("engine", ""))
    return (
        f"<p>Fits: {planned:,}, of these {escape(words)}. Each learner learnt from nested, stratified "
        f"subsets of {span} labels, with {seeds} seeds. {describe_further_fits(findings)} {_METHOD}</p>"
        f"<p>{_CURVES}</p>{_make_unfinished(findings)}{_make_seeds(findings)}"
        f"{make_details('The learners', make_list(descriptions))}"
        f"{make_details('Settings chosen', _make_settings(findings))}"
        f'<p class="soft">{escape(versions)}; {escape(system)}; engine {escape(engine)}. {_FILES}</p>'
    )


def _make_seeds(findings: Findings) -> str:
    """Make the table of how many seeds each fit has, where there are further ones."""
    if not describe_further_fits(findings):
        return ""
    sizes = sorted({n for by_size in findings.done_rows.values() for n in by_size})
    rows = [
        [name, *(str(len(by_size.get(n, ()))) for n in sizes)] for name, by_size in findings.done_rows.items()
    ]
    heads = ("learner", *(f"{n:,}" for n in sizes))
    return make_details("Seeds of each fit", make_table("Fits by number of labels.", heads, rows))


def _make_unfinished(findings: Findings) -> str:
    """Make the table of the fits that are not done, and list those that were not started."""
    reasons = Counter(
        (row.learner, row.labels, row.status, row.note)
        for row in findings.rows
        if row.status is not Status.DONE
    )
    rows = [
        [name, f"{n:,}", str(count), status, note]
        for (name, n, status, note), count in sorted(reasons.items())
    ]
    if not rows:
        return _make_unstarted(findings)
    heads = ("learner", "labels", "fits", "state", "reason")
    return make_table(
        "Fits that were started or passed over, and are not done.", heads, rows, text=(3, 4)
    ) + _make_unstarted(findings)


def _make_unstarted(findings: Findings) -> str:
    """List the fits that were not started for lack of time, and how long they would take."""
    left = count_unstarted(findings)
    if not left:
        return ""
    descriptions = [
        f"{name} from {min(sizes):,} labels on" if find_largest_size(findings, name) else f"{name} at all"
        for name, sizes in left.items()
    ]
    seconds = predict_seconds_left(findings)
    more = f" They should take roughly {format_minutes(max(60.0, seconds))} more" if seconds else ""
    unknown = [name for name in left if not find_largest_size(findings, name)]
    if more and unknown:
        more += f", without {format_list(unknown)}, of which no fit was measured"
    fits = escape(format_list(descriptions))
    return f"<p>Not started for lack of time: {fits}.{escape(more)}{'.' if more else ''}</p>"


def _make_settings(findings: Findings) -> str:
    """Make the table of the settings that tuning chose."""
    rows = [
        [row.learner, f"{row.labels:,}", row.settings or "defaults"]
        for row in findings.rows
        if row.status is Status.DONE
        and row.seed == 0
        and row.labels == max(findings.done_rows[row.learner], default=0)
    ]
    return make_table("Settings with the most labels.", ("learner", "labels", "settings"), rows, text=(2,))
