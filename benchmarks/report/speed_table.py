"""The tables of fields a second, of where the time goes, and of the time of a crop by source."""

from __future__ import annotations

from typing import Any

from figures import describe_source, load, make_table, percent, write_span


def write_way(row: dict[str, Any]) -> str:
    """Write how a reader was called; of one that was measured earlier, with the date."""
    return f"{row['way']} ({row['date'][:10]})" if "date" in row else str(row["way"])


def make_sources(found: dict[str, Any]) -> str:
    """Make the table of milliseconds a crop by source."""
    readers = list(found["mean"])
    rows = [
        *([row["source"], row["n"], *(f"{row[name]:.1f}" for name in readers)] for row in found["rows"]),
        ["all", found["n"], *(f"{found['mean'][name]:.1f}" for name in readers)],
    ]
    return make_table(("ms of processor time a crop", "n", *readers), rows)


def make_speed() -> str:
    """Make the tables of fields a second, of where the time goes, and of the time by source."""
    content = load("speed")
    readers = make_table(
        ("reader", "called", "fields in a second of a processor", "by the clock (least–most)"),
        [
            (
                row["reader"],
                write_way(row),
                f"{row['fields_per_cpu_second']:,.0f}",
                write_span(row["fields_per_second"], row["least"], row["most"]),
            )
            for row in content["contest"]
        ],
    )
    stages = make_table(
        ("stage of sutja", "ms a crop", "share"),
        [
            (name, f"{1000 * stage['seconds_per_crop']:.2f}", percent(stage["share"]))
            for name, stage in content["stages"].items()
        ],
    )
    text = f"{content['n']} amounts at effort fast, {content['rounds']} rounds taking turns on one processor"
    if "times_rapidocr_recogniser" in content:
        text += f": {content['times_rapidocr_recogniser']:.1f} times as many as RapidOCR's recogniser"
    parts = [f"{text}.", readers, stages]
    if "sources" in content:
        parts += [
            "Validation crops of all sources, read together, by the time of a processor:",
            make_sources(content["sources"]),
        ]
    parts.append(describe_source("speed", "python benchmarks/speed.py", ("numbers",)))
    return "\n\n".join(parts)
