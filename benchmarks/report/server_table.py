"""The table of the server and its page."""

from __future__ import annotations

from typing import Any

from figures import describe_source, load, make_table

SOURCE = "python benchmarks/server.py --only start server_stroke page desk requests memory malformed schema"


def write_repeats(found: dict[str, Any], unit: str) -> str:
    """Write the best of some repeats, and their spread."""
    return f"{found['best']:,} {unit} ({found['least']:,}–{found['most']:,})"


def list_rows(rows: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """List what was measured: the thing, its target, the figure, the load beside it and the time."""
    listed: list[tuple[str, str, str, Any]] = []
    if "start" in rows:
        listed.append(("start to ready", "≤ 2 s", write_repeats(rows["start"]["seconds"], "s"), "start"))
        cpu = write_repeats(rows["start"]["cpu_seconds"], "s")
        listed.append(("the same, time of a processor", "", cpu, "start"))
    if "server_stroke" in rows:
        stroke = write_repeats(rows["server_stroke"]["p95_ms"], "ms")
        listed.append(("stroke to all activations at the server, p95", "≤ 5 ms", stroke, "server_stroke"))
        if "cpu_ms" in rows["server_stroke"]:
            cpu = f"{rows['server_stroke']['cpu_ms']} ms"
            listed.append(("the same, time of a processor", "", cpu, "server_stroke"))
    if "page" in rows:
        page = rows["page"]
        listed.append(
            ("the same in the page, p95", "≤ 16 ms", write_repeats(page["stroke_p95_ms"], "ms"), "page")
        )
        listed.append(
            ("first paint, nothing cached", "≤ 1,000 ms", write_repeats(page["first_paint_ms"], "ms"), "page")
        )
        size = f"{page['kb']:,} kB, and {page['kb_models']:,} kB of models"
        listed.append(("size of the page", "≤ 500 kB", size, "page"))
    if "desk" in rows:
        desk = rows["desk"]
        name = f"key at the desk to the next number, {desk['queue']:,} in the queue, p95"
        listed.append((name, "≤ 50 ms", write_repeats(desk["p95_ms"], "ms"), "desk"))
    if "requests" in rows:
        some = rows["requests"]
        name = f"`/v1/read` of a crop, {some['clients']} clients, {some['workers']} processes"
        listed.append((name, "≥ 300 a second", write_repeats(some["a_second"], "a second"), "requests"))
        listed.append(("the same, p99", "≤ 400 ms", write_repeats(some["p99_ms"], "ms"), "requests"))
        cpu = write_repeats(some["cpu_ms_each"], "ms")
        listed.append(("the same, time of a processor for each", "≤ 6.6 ms on two cores", cpu, "requests"))
        statuses = ", ".join(map(str, some["statuses"]))
        listed.append(("the same, statuses", "200, 429", statuses, "requests"))
    if "memory" in rows:
        memory = rows["memory"]
        name = f"memory over {memory['requests']:,} requests, after the first fifth"
        listed.append((name, "flat", f"{memory['growth_mb']:+,} MB of {memory['mb'][-1]:,} MB", "memory"))
    if "malformed" in rows:
        found = rows["malformed"]
        counts = ", ".join(f"{count:,} × {status}" for status, count in found["statuses"].items())
        first, again = (round_of[-1] for round_of in found["mb"])
        children = found["children_mb"]
        told = (
            f"{counts}; {found['crashes']} crashes; "
            f"memory {first:,} MB, after the same files again {again:,}; "
            f"that of processes that decode for it {min(children):,} to {max(children):,} MB"
        )
        name = f"{found['n']:,} malformed pictures, sounds, PDFs, twice"
        listed.append((name, "no 5xx, crash, leak", told, "malformed"))
    if "schema" in rows:
        found = rows["schema"]
        name = f"{found['requests']:,} requests drawn from the API's description, all checks of schemathesis"
        told = f"{len(found['failures'])} failures" + "".join(f"; {failure}" for failure in found["failures"])
        listed.append((name, "no 5xx, crash", told, "schema"))
    return [
        (
            what,
            target,
            figure,
            f"{rows[key]['load_before']:.0f}",
            rows[key]["measured"][:16].replace("T", " "),
        )
        for what, target, figure, key in listed
    ]


def make_server() -> str:
    """Make the table; other work beside a measurement makes it slower, so that its load stands there."""
    content = load("server")
    headers = (
        "what",
        "to reach",
        "measured: best (least–most) of the repeats",
        "load of other work",
        "at (UTC)",
    )
    table = make_table(headers, list_rows(content["rows"]))
    return f"{table}\n\n{describe_source('server', SOURCE)}"
