"""The tables of a report: standings, crossovers, what more labels bring, costs, eras, mistakes, method."""

from __future__ import annotations

from collections import Counter
from html import escape

from sutja.comparison.analysis.coverage import not_begun, planned_fits, reach, seconds_left
from sutja.comparison.analysis.crossover import Crossover
from sutja.comparison.analysis.result import Findings, Prediction, Standing
from sutja.comparison.execution.table import DONE
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES
from sutja.comparison.learners.operations import human_count
from sutja.comparison.report.markup import as_url, folded, items, table
from sutja.comparison.report.summary import MORE, expectations, parameter
from sutja.comparison.wording import minutes, names
from sutja.metrics import format_percent

_METHOD = (
    "Its settings were chosen by successive halving on validation items, in the same time for each learner. "
    "The test items were answered once by each fit, and decided nothing."
)
_CURVES = (
    "Curves are a + b · n<sup>−c</sup>, fitted by weighted least squares; intervals are those of the "
    "bootstrap over seeds and test items, and, beyond what was measured, of the law's own doubt. "
    "Operations are counted, not measured."
)
_FILES = "Every fit is in results.csv, every figure of this page in summary.json."


def standings(found: Findings) -> str:
    """Each learner's error."""
    rows = [
        [
            one.learner,
            f"{one.labels:,}",
            format_percent(one.error),
            _span(one),
            _expected(found, one.learner),
            _remark(found, one.learner),
        ]
        for one in found.standings
        if one.kind != "era"
    ]
    if not rows:
        return ""
    return table(
        "Each learner with the most labels that it was fitted on: error on the test items, mean of the "
        "seeds.",
        ("learner", "labels", "wrong", "95 % interval", f"expected at {found.n_learn:,}", "curve"),
        rows,
        text=(5,),
    ) + _laws(found)


def _laws(found: Findings) -> str:
    """The fitted power laws, with intervals."""
    rows = []
    for name, curve in found.curves.items():
        if curve.sound:
            (a, *a_ends), (c, *c_ends) = parameter(curve, "a"), parameter(curve, "c")
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
    caption = "error = a + b · n^(−c), n labels; a and b in percent, with 95 % intervals of the bootstrap."
    heads = ("learner", "a: left with any number", "b", "c: how quickly it falls")
    return folded("The fitted laws", table(caption, heads, rows))


def _span(one: Standing) -> str:
    return f"{100 * one.low:.2f} – {format_percent(one.high)}"


def _expected(found: Findings, name: str) -> str:
    curve = found.curves.get(name)
    return format_percent(curve.error_at(found.n_learn)) if curve and curve.sound else "–"


def _remark(found: Findings, name: str) -> str:
    curve = found.curves.get(name)
    if curve is None:
        return "fewer than three sizes"
    return "; ".join(curve.faults) or "a power law"


def crossovers(found: Findings) -> str:
    """Where each network overtakes each other learner."""
    if not found.crossovers:
        return "<p>There are no two curves, of a network and another learner, to compare.</p>"
    networks = [name for name in found.curves if found.kinds[name] == "network"]
    said = [escape(_sentence(str(one))) for one in found.crossovers]
    alike = [escape(_sentence(str(one))) for one in found.crossovers_alike]
    others = [name for name in found.curves if found.kinds[name] in ("baseline", "own")]
    known = {frozenset((one.first, one.second)): one for one in found.crossovers}
    rows = [[name, *(_cell(known[frozenset((name, net))], net) for net in networks)] for name in others]
    columns = range(1, len(networks) + 1)
    caption = "How many labels a network needs to overtake each other learner, with 95 % intervals."
    return (
        table(caption, ("against", *networks), rows, columns, columns)
        + folded("The same in words", items(said))
        + (folded("Networks with each other, and others with each other", items(alike)) if alike else "")
    )


def _cell(one: Crossover, net: str) -> str:
    """What is known of a network's crossover, in a cell."""
    if one.kind == "at":
        return escape(one.short() + ("" if one.second == net else f"; {one.second} overtakes"))
    if one.kind != "never":
        return escape(one.short())
    if one.first == net:
        return "leads throughout"
    later = f"<br><small>expected {escape(one.expected())}</small>" if one.beyond else ""
    return "behind throughout" + later


def _sentence(text: str) -> str:
    """A sentence that begins with a large letter, unless it begins with a name."""
    return (text[:1].upper() + text[1:] if text.startswith("cannot") else text) + "."


def more_labels(found: Findings) -> str:
    """Errors to expect."""
    rows = []
    for one in found.standings:
        curve = found.curves.get(one.learner)
        if one.kind == "era" or curve is None or not curve.sound:
            continue
        now, twice, tenfold = expectations(found, one.learner)
        gain = found.gain(MORE, one.learner)
        rows.append(
            [one.learner, _with_range(now), _with_range(twice), _with_range(tenfold), _with_range(gain, 3)]
        )
    if not rows:
        return "<p>No curve can be continued.</p>"
    return table(
        f"Errors in percent to expect if the curves go on as power laws, with 95 % intervals; last, the "
        f"points that {MORE:,} labels more would take off.",
        (
            "learner",
            f"{found.n_learn:,} labels",
            f"twice: {2 * found.n_learn:,}",
            f"ten times: {10 * found.n_learn:,}",
            f"gain of {MORE:,} more",
        ),
        rows,
        safe=(1, 2, 3, 4),
    )


def _with_range(one: Prediction, digits: int = 2) -> str:
    low, high = 100 * one.low, 100 * one.high
    return f"{100 * one.error:.{digits}f} <small>({low:.{digits}f} – {high:.{digits}f})</small>"


def costs(found: Findings) -> str:
    """What learning and answering take."""
    rows = [
        [
            one.learner,
            f"{one.labels:,}",
            format_percent(one.error),
            f"{one.fit_seconds:.3g}",
            _count(one.fit_operations),
            f"{one.predict_micros:.3g}",
            _count(one.predict_operations),
            _count(one.parameters),
            f"{one.memory_mb:.3g}",
            *_where(found, one),
        ]
        for one in found.standings
    ]
    if not rows:
        return ""
    return table(
        "Cost with the most labels. Time is that of one core; of networks trained as a stack it is the share "
        "of one.",
        (
            "learner",
            "labels",
            "wrong",
            "s to learn",
            "operations to learn",
            "µs an answer",
            "operations an answer",
            "parameters",
            "MB to learn",
            *(("on",) if _on_gpu(found) else ()),
        ),
        rows,
    )


def _on_gpu(found: Findings) -> bool:
    return any(row.device != "cpu" for row in found.rows)


def _where(found: Findings, one: Standing) -> tuple[str, ...]:
    """CPU or GPU, where there is a GPU."""
    if not _on_gpu(found):
        return ()
    return ("CPU" if all(row.device == "cpu" for row in found.done[one.learner][one.labels]) else "GPU",)


def _count(value: float | None) -> str:
    return "–" if value is None else human_count(value)


def eras(found: Findings) -> str:
    """Each era's error beside what was published."""
    standing = {one.learner: one for one in found.standings}
    rows = [_era_row(found, standing[name]) for name in ERAS if name in standing]
    return table(
        "Each method as a whole, with the settings of its time; none is tuned.",
        ("era", "what was new", "labels", "wrong", "95 % interval", "published", "source"),
        rows,
        text=(1, 6),
    )


def _era_row(found: Findings, one: Standing) -> list[str]:
    era = ERAS[one.learner]
    told = era.published.get(found.source)
    source = f"{told.source}{f' ({told.note})' if told.note else ''}" if told else era.source
    published = format_percent(told.error, 1) if told else "–"
    return [one.learner, era.new, f"{one.labels:,}", format_percent(one.error), _span(one), published, source]


def published(found: Findings) -> str:
    """What was published with methods that are no networks, where these data are known."""
    standing = {one.learner: one for one in found.standings}
    rows = [
        [
            name,
            format_percent(standing[name].error) if name in standing else "–",
            format_percent(some.error, 1),
            some.source,
            some.note,
        ]
        for name, some in PUBLISHED_BASELINES.get(found.source, {}).items()
    ]
    if not rows:
        return ""
    heads = ("method", "here", "published", "source", "note")
    return table("Published with other methods on the same test items.", heads, rows, text=(3, 4))


def mistakes(found: Findings) -> str:
    """Test items that most learners get wrong: pictures where there are any."""
    shared = found.shared_mistakes
    if not shared:
        return ""
    said = (
        "<p>What nearly all get wrong is hard, or its label is wrong. Look at these first. Learners that "
        "were fitted on less than half as many labels as the furthest are left out.</p>"
    )
    if not found.shown:
        rows = [
            [f"{place + 1:,}", found.classes[found.truth[place]], taken, f"{wrong} of {of}"]
            for place, wrong, of, taken in shared
        ]
        caption = "Test items that most learners get wrong, by their place."
        return said + table(caption, ("item", "is", "taken for", "learners"), rows)
    listed = []
    for place, wrong, of, taken in shared:
        truth = found.classes[found.truth[place]]
        words = f"test item {place + 1}, which is {truth}; {wrong} of {of} learners are wrong, mostly {taken}"
        listed.append(
            f'<li><img alt="{escape(words)}" src="{as_url(found.shown[place])}"><span>'
            f"<b>{escape(truth)}</b>, taken for <b>{escape(taken)}</b><br>by {wrong} of {of}</span></li>"
        )
    return said + f'<ul class="mistakes">{"".join(listed)}</ul>'


def method(found: Findings) -> str:
    """How it was measured, what was not done and why, and the settings."""
    counts = Counter(row.status for row in found.rows)
    planned = max(planned_fits(found), len(found.rows))
    if planned > len(found.rows):
        counts["not begun"] = planned - len(found.rows)
    words = ", ".join(f"{count:,} {status}" for status, count in counts.items()) or "none"
    sizes = sorted({row.labels for row in found.rows})
    span = f"{sizes[0]:,} to {sizes[-1]:,}" if sizes else "no"
    seeds = found.facts.get("terms", {}).get("seeds", "?")
    versions = ", ".join(f"{name} {number}" for name, number in found.facts.get("versions", {}).items())
    hows = [f"<b>{escape(name)}</b>: {escape(how)}" for name, how in found.how.items()]
    system, engine = str(found.facts.get("system", "")), str(found.facts.get("engine", ""))
    return (
        f"<p>Fits: {planned:,}, of these {escape(words)}. Each learner learnt from subsets of {span} labels, "
        f"each within the next, every class in its share, with {seeds} seeds. {_METHOD}</p>"
        f"<p>{_CURVES}</p>{_not_done(found)}"
        f"{folded('The learners', items(hows))}{folded('Settings chosen', _settings(found))}"
        f'<p class="soft">{escape(versions)}; {escape(system)}; engine {escape(engine)}. {_FILES}</p>'
    )


def _not_done(found: Findings) -> str:
    reasons = Counter(
        (row.learner, row.labels, row.status, row.note) for row in found.rows if row.status != DONE
    )
    rows = [
        [name, f"{n:,}", str(count), status, note]
        for (name, n, status, note), count in sorted(reasons.items())
    ]
    if not rows:
        return _time_wanted(found)
    heads = ("learner", "labels", "fits", "what", "why")
    return table("Fits that were begun or passed over, and are not done.", heads, rows, text=(3, 4)) + (
        _time_wanted(found)
    )


def _time_wanted(found: Findings) -> str:
    """What was not begun for want of time, and how long it would take."""
    left = not_begun(found)
    if not left:
        return ""
    far = [
        f"{name} from {min(some):,} labels on" if reach(found, name) else f"{name} at all"
        for name, some in left.items()
    ]
    seconds = seconds_left(found)
    more = f" They should take roughly {minutes(max(60.0, seconds))} more" if seconds else ""
    unknown = [name for name in left if not reach(found, name)]
    if more and unknown:
        more += f", without {names(unknown)}, of which no fit was seen"
    return f"<p>Not begun for want of time: {escape(names(far))}.{escape(more)}{'.' if more else ''}</p>"


def _settings(found: Findings) -> str:
    rows = [
        [row.learner, f"{row.labels:,}", row.settings or "as it comes"]
        for row in found.rows
        if row.status == DONE and row.seed == 0 and row.labels == max(found.done[row.learner], default=0)
    ]
    return table("With the most labels.", ("learner", "labels", "settings"), rows, text=(2,))
