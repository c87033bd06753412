"""Tables of runs over many inputs, and the plan for a hundred million pages that follows from them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from figures import NONE, RESULTS, describe_source, load, make_table, percent, write_span

PAGES = 10**8
# What is assumed and not measured. Prices are round ones of large providers, without discounts.
CORES = 16  # of a machine
DAYS = 7
DOLLARS_PER_CORE_HOUR = 0.04
DOLLARS_PER_TERABYTE_MONTH = 23.0
PAGE_BYTES = 500_000  # of a scan of A4 as JPEG
_HOURS_BETWEEN_FAILURES = 5_000  # of a machine
_QUANTILE = statistics.NormalDist().inv_cdf(0.975)  # of intervals of 95%
_LOST_BLOCKS = 32 * CORES  # pages that are repeated when a machine fails


def make_scale() -> str:
    """Make the table of what runs over many inputs were measured to do; what was not measured has no row."""
    rows: list[tuple[str, str]] = []
    sources: list[str] = []
    for name, make_rows in _ROWS.items():
        if (RESULTS / f"scale_{name}.json").exists():
            rows += make_rows(load(f"scale_{name}"))
            sources.append(describe_source(f"scale_{name}", f"python benchmarks/scale.py {name}"))
    return make_table(("check", "result"), rows) + "\n\n" + "  \n".join(sources)


def _list_workers(workers: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for row in workers["rows"]:
        times = f"{row['times_by_clock']:.2f} times as fast by the clock, {row['times_by_processor']:.2f}"
        what = f"{row['n']:,} {row['what']}, two processes against one"
        rows.append((what, f"{times} by processor time (runs of each: {workers['repeats']})"))
    return rows


def _list_kills(kills: dict[str, Any]) -> list[tuple[str, str]]:
    equal = "equal to" if kills["equal"] else "different from"
    killed = ", ".join(f"{n} {kind}s" for kind, n in sorted(kills["kills"].items()))
    what = f"{sum(kills['kills'].values())} kills at random ({killed}) over {kills['n']:,} {kills['what']}"
    found = f"{kills['in_ledger']:,} inputs in the ledger, {kills['different_names']:,} different"
    return [(what, f"{found}; results {equal} an unbroken run's")]


def _list_sandbox(sandbox: dict[str, Any]) -> list[tuple[str, str]]:
    more = f"{sandbox['ms_more']:.1f} ms of processor time more than without ({sandbox['ms_here']:.0f} ms)"
    return [
        (f"a page of a PDF, {sandbox['megabytes']:.1f} MB, drawn in a child process", more),
        ("a plain PNG", "a child process" if sandbox["children_for_png"] else "no child process"),
    ]


def _list_ledger(ledger: dict[str, Any]) -> list[tuple[str, str]]:
    size = f"{ledger['bytes_per_input'] / 1000:.1f} kB of {ledger['line_bytes'] / 1000:.0f} kB of JSON"
    rate = f"{ledger['added_per_processor_second']:,.0f} pages a second of processor time"
    return [(f"the ledger, a page of {ledger['numbers']} numbers", f"{size}; {rate}")]


def _list_ray(ray: dict[str, Any]) -> list[tuple[str, str]]:
    by_clock, by_processor = (percent(ray[f"share_by_{name}"], 0) for name in ("clock", "processor"))
    rate = (
        f"{by_clock} of the rate without Ray by the clock, {by_processor} by processor time, starts included"
    )
    if "share_by_clock_after_start" in ray:
        later = [percent(ray[f"share_by_{name}_after_start"], 0) for name in ("clock", "processor")]
        rate += f" ({later[0]} and {later[1]} without them)"
    equal = "equal to" if ray["equal"] else "different from"
    found = f"{ray['in_ledger']:,} in the ledger, results {equal} those without; memory {_say_memory(ray)}"
    return [(f"{ray['n']:,} crops by Ray {ray['ray_version']}, two processes", f"{rate}; {found}")]


def _say_memory(ray: dict[str, Any]) -> str:
    early, late = (statistics.median(values) for values in zip(*ray["ray"]["mib"], strict=True))
    return f"{early:,.0f} MiB in the second quarter of a run, {late:,.0f} in the last"


def make_fuzzing() -> str:
    """Make the table of what fuzzing found, a row for each reader that was fuzzed for long enough."""
    if not (RESULTS / "fuzzing.json").exists():
        return "Nothing was measured yet."
    fuzzing = load("fuzzing")
    kinds = ("tracebacks", "crashes", "hangs")
    rows = [
        (
            row["reader"].replace("_", " "),
            f"{row['runs']:,}",
            f"{row['seconds']:,.0f}",
            f"{row['processor']:,.0f}",
            *(row[kind] for kind in kinds),
        )
        for row in fuzzing["rows"]
    ]
    totals = [sum(row[name] for row in fuzzing["rows"]) for name in ("runs", "seconds", "processor", *kinds)]
    rows.append(("all", *(f"{total:,.0f}" for total in totals)))
    table = make_table(("reader", "runs", "seconds", "of a processor", *kinds), rows)
    left = fuzzing["readers"] - len(fuzzing["rows"])
    note = f"{left} of {fuzzing['readers']} readers were not fuzzed for so long.  \n" if left else ""
    return f"{table}\n\n{note}{describe_source('fuzzing', 'make fuzz')}"


def make_nodes() -> str:
    """Make the table of training on two machines."""
    if not (RESULTS / "train_nodes.json").exists():
        return "Nothing was measured yet."
    nodes = load("train_nodes")
    rows = []
    for kind, what in (("two", "two machines"), ("killed", "two machines, one worker killed on the way")):
        apart = f"{nodes[kind]['apart']:.0e}"
        rows.append((what, apart, nodes[kind]["restarts"], f"{nodes['seconds'][kind]:.0f}"))
    rows.append(("one process", NONE, NONE, f"{nodes['seconds']['one']:.0f}"))
    headers = ("trained by", "losses apart, at most", "processes started anew", "seconds")
    table = make_table(headers, rows)
    return f"{table}\n\n{describe_source('train_nodes', 'python benchmarks/train_nodes.py')}"


_MEMORY = ("from", "largest memory", "s of processor", "wrong")


def make_shards() -> str:
    """Make the table of training on pictures that are not held in memory."""
    if not (RESULTS / "train_shards.json").exists():
        return "Nothing was measured yet."
    shards = load("train_shards")
    pictures = _list_memory(
        shards["rows"], 4 * shards["side"] ** 2, {"shards": "tar shards", "array": "an array"}
    )
    table = make_table(("pictures", "as the network sees them", *_MEMORY), pictures)
    if "crops" in shards:
        pixels = math.prod(shards["crop"])
        crops = _list_memory(shards["crops"], pixels, {"shards": "tar shards", "table": "a table"})
        table += "\n\n" + make_table(("crops", "their pixels", *_MEMORY), crops)
    return f"{table}\n\n{describe_source('train_shards', 'python benchmarks/train_shards.py')}"


def _list_memory(rows: Sequence[Any], n_bytes: int, sources: dict[str, str]) -> list[Sequence[str]]:
    """List what training took on pictures of so many bytes, from each source."""
    listed: list[Sequence[str]] = []
    for row in rows:
        for source, name in sources.items():
            of = row[source]
            figures = (f"{of['bytes'] / 1e6:,.0f} MB", f"{of['processor']:.0f}", percent(of["error"], 2))
            listed.append((f"{row['n']:,}", f"{row['n'] * n_bytes / 1e6:,.0f} MB", name, *figures))
    return listed


def make_plan() -> str:
    """Make the plan for a hundred million pages."""
    workers, ledger = load("scale_workers"), load("scale_ledger")
    [pages] = [row for row in workers["rows"] if row["what"] == "pages"]
    seconds = statistics.median(pages["workers_2"]["processor"]) / pages["n"]
    spread = _measure_spread(workers.get("page_seconds", ()), pages["n"])
    core_hours = PAGES * seconds / 3600
    machines = core_hours / (24 * DAYS * CORES)
    rate = PAGES / (24 * DAYS * 3600)
    failures = machines * 24 * DAYS / _HOURS_BETWEEN_FAILURES
    repeated = failures * _LOST_BLOCKS
    results = PAGES * ledger["bytes_per_input"] / 1e12
    scans = PAGES * PAGE_BYTES / 1e12
    added = rate / ledger["added_per_processor_second"]
    rows = [
        (
            f"processor time of a page, of {pages['n']:,}",
            f"{_write_interval(seconds, spread, 2)} s, starts included",
            "measured",
        ),
        ("core hours", _write_interval(core_hours, spread), "measured"),
        (f"machines of {CORES} cores, for {DAYS} days", _write_interval(machines, spread), ""),
        ("pages a second, of all machines", f"{rate:,.0f}", ""),
        (
            "cost of computing",
            f"${_write_interval(core_hours * DOLLARS_PER_CORE_HOUR, spread)}",
            f"${DOLLARS_PER_CORE_HOUR} a core hour assumed",
        ),
        ("scans", f"{scans:,.0f} TB", f"{PAGE_BYTES / 1e6:.1f} MB a page assumed"),
        ("ledgers, with all results", f"{results:,.1f} TB", "measured"),
        (
            "cost of keeping both, a month",
            f"${(scans + results) * DOLLARS_PER_TERABYTE_MONTH:,.0f}",
            f"${DOLLARS_PER_TERABYTE_MONTH:.0f} a TB assumed",
        ),
        ("network, of all machines", f"{rate * PAGE_BYTES / 1e9:.2f} GB/s", ""),
        (
            "machines that fail in that time",
            f"{failures:,.1f}",
            f"one in {_HOURS_BETWEEN_FAILURES:,} hours assumed",
        ),
        ("pages that are read twice for it", f"{repeated:,.0f}", "a block of 32 for each process"),
        ("processor of the driver that the ledger takes", percent(added, 0), "measured; of one core"),
    ]
    return make_table(("what", "how much (95% of such samples)", "from"), rows)


def _measure_spread(seconds: Sequence[float], n: int) -> float:
    """Measure how far the mean of n pages may lie from that of all, as a share, by some timed one by one."""
    if len(seconds) < 2:
        return 0.0
    return _QUANTILE * statistics.stdev(seconds) / statistics.mean(seconds) / math.sqrt(n)


def _write_interval(value: float, spread: float, digits: int = 0) -> str:
    if not spread:
        return f"{value:,.{digits}f}"
    return write_span(value, value * (1 - spread), value * (1 + spread), digits)


_ROWS: dict[str, Callable[[dict[str, Any]], list[tuple[str, str]]]] = {
    "workers": _list_workers,
    "kills": _list_kills,
    "sandbox": _list_sandbox,
    "ledger": _list_ledger,
    "ray": _list_ray,
}
SCALE_TABLES: dict[str, Callable[[], str]] = {
    "scale": make_scale,
    "scale-plan": make_plan,
    "fuzzing": make_fuzzing,
    "train-nodes": make_nodes,
    "train-shards": make_shards,
}
