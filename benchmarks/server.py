"""`sutja serve`: strokes, requests of 64 clients, the desk, first paint, start, memory, malformed requests.

    python benchmarks/server.py                        # all but the long ones
    python benchmarks/server.py --only memory malformed schema

Each figure has several repeats; the best is given with its spread, since other work here makes all of them
slower and none faster. What was measured before is kept where a figure is left out.
"""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import soundfile
from _machine import ROOT, format_now, format_path, make_result_path, save_result, warn_if_busy
from _schemathesis import TOKEN, measure_schema
from _server import ask_many, make_body, make_request, run_server
from _sutja_models import make_parser
from PIL import Image

FIGURE = "server"
RUNS = 3
CLIENTS = 64
REQUESTS, MEMORY_REQUESTS, MALFORMED, DRAWN = 2_000, 50_000, 20_000, 50
SETTLED = 0.2  # of the requests of the memory: what comes before fills caches
QUEUE = 100_000  # numbers at the desk
STROKES, KEYS = 200, 60
SHORT = 0.7  # seconds of the recordings that are changed at random
EXAMPLES = ROOT / "examples"
FIGURES = ("start", "server_stroke", "page", "desk", "requests", "memory", "malformed", "schema")
USUAL = FIGURES[:5]
Content = dict[str, Any]


def spread(values: Sequence[float], best: Callable[[Sequence[float]], float], decimals: int = 1) -> Content:
    """The best of some repeats, the others beside it."""
    return {
        "best": round(best(values), decimals),
        "least": round(min(values), decimals),
        "most": round(max(values), decimals),
        "runs": len(values),
    }


def find_p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def measure_start(runs: int) -> Content:
    """Seconds from the command to ready."""
    seconds, cpu = [], []
    for _ in range(runs):
        with run_server() as server:
            seconds.append(server.ready_seconds)
            cpu.append(server.ready_cpu_seconds)
    return {"seconds": spread(seconds, min, 2), "cpu_seconds": spread(cpu, min, 2)}


def measure_server_stroke(runs: int) -> Content:
    """Milliseconds from a drawing sent to all activations received, p95, network 784-16-16-10."""
    drawing = (bytes(300) + b"\xff" * 60) * 3
    request = make_request("POST", "/page/networks/mlp/run", drawing[:784])
    with run_server() as server:
        asyncio.run(ask_many(server.port, [request] * 20, 1))
        before = server.measure_cpu()
        found = [asyncio.run(ask_many(server.port, [request] * 300, 1)) for _ in range(runs)]
        cpu = 1000 * (server.measure_cpu() - before) / (300 * runs)
    assert all(set(answers.statuses) == {200} for answers in found)
    p95 = [1000 * answers.find_quantile(0.95) for answers in found]
    middle = [1000 * answers.find_quantile(0.5) for answers in found]
    return {
        "p95_ms": spread(p95, min, 2),
        "median_ms": spread(middle, min, 2),
        "cpu_ms": round(cpu, 2),
        "n": 300,
    }


def measure_page(runs: int) -> Content:
    """First paint, size, and strokes in the page."""
    from _serve_page import measure_first_paint, measure_strokes, open_browser

    with run_server() as server, open_browser() as browser:
        measure_first_paint(browser, server.address)
        paints = [measure_first_paint(browser, server.address) for _ in range(runs)]
        strokes = [measure_strokes(browser, server.address, STROKES) for _ in range(runs)]
    return {
        "first_paint_ms": spread([paint["first_paint_ms"] for paint in paints], min),
        "kb": paints[0]["kb"],
        "kb_models": paints[0]["kb_models"],
        "stroke_p95_ms": spread([find_p95(times) for times in strokes], min),
        "stroke_median_ms": spread([statistics.median(times) for times in strokes], min),
        "strokes": min(map(len, strokes)),
    }


def measure_desk(runs: int) -> Content:
    """Milliseconds from a key to the next number, p95, with a long queue."""
    from _serve_page import measure_pace, open_browser, write_queue

    paces = []
    with tempfile.TemporaryDirectory() as name, open_browser() as browser:
        folder = Path(name)
        path = write_queue(folder, QUEUE)
        for i in range(runs):
            options = ("--check", str(path), "--pictures", name, "--out", str(folder / f"out{i}"))
            with run_server(*options) as server:
                paces.append(measure_pace(browser, server.address, KEYS))
    return {
        "p95_ms": spread([find_p95(times) for times in paces], min),
        "median_ms": spread([statistics.median(times) for times in paces], min),
        "n": KEYS,
        "queue": QUEUE,
    }


def make_crop_request() -> bytes:
    """A request to read a crop."""
    crop = (EXAMPLES / "postcode.png").read_bytes()
    return make_body("/v1/read", [("file", "postcode.png", crop)], [("crop", "true")])


def measure_requests(runs: int, workers: int = 2) -> Content:
    """Crops read a second for 64 clients, and how long each waits."""
    request = make_crop_request()
    rates, late, middle, cpu, statuses = [], [], [], [], set()
    with run_server("--workers", str(workers)) as server:
        asyncio.run(ask_many(server.port, [request] * 200, CLIENTS))
        for _ in range(runs):
            before = server.measure_cpu()
            answers = asyncio.run(ask_many(server.port, [request] * REQUESTS, CLIENTS))
            cpu.append(1000 * (server.measure_cpu() - before) / REQUESTS)
            rates.append(REQUESTS / answers.whole)
            late.append(1000 * answers.find_quantile(0.99))
            middle.append(1000 * answers.find_quantile(0.5))
            statuses |= set(answers.statuses)
    return {
        "a_second": spread(rates, max),
        "p99_ms": spread(late, min),
        "median_ms": spread(middle, min),
        "cpu_ms_each": spread(cpu, min, 2),
        "statuses": sorted(statuses),
        "n": REQUESTS,
        "clients": CLIENTS,
        "workers": workers,
    }


def measure_memory(count: int, workers: int = 2) -> Content:
    """Memory of the server after a part of many requests, and after all of them."""
    request = make_crop_request()
    parts = 10
    memory = []
    with run_server("--workers", str(workers)) as server:
        for part in range(parts):
            answers = asyncio.run(ask_many(server.port, [request] * (count // parts), CLIENTS))
            memory.append(round(server.measure_memory(), 1))
            print(f"memory: {part + 1} of {parts}, {memory[-1]} MB, {dict(answers.statuses)}", flush=True)
    settled = memory[int(SETTLED * parts) - 1]
    return {"requests": count, "mb": memory, "growth_mb": round(memory[-1] - settled, 1)}


@cache
def list_good_bodies() -> list[tuple[str, str, bytes]]:
    """List good files: the verb that takes each, its name, its content."""
    crop = EXAMPLES / "postcode.png"
    pdf, jpeg, tiff = io.BytesIO(), io.BytesIO(), io.BytesIO()
    picture = Image.open(crop).convert("L")
    picture.save(pdf, "PDF")
    picture.save(jpeg, "JPEG")
    picture.save(tiff, "TIFF", save_all=True, append_images=[picture])
    return [
        ("read", "a.png", crop.read_bytes()),
        ("read", "a.jpg", jpeg.getvalue()),
        ("read", "a.tiff", tiff.getvalue()),
        ("read", "a.pdf", pdf.getvalue()),
        ("classify", "d.png", (EXAMPLES / "a-lone-digit.png").read_bytes()),
        *(("listen", f"a.{kind.lower()}", encode_sound(kind)) for kind in ("FLAC", "WAV", "OGG", "MP3")),
    ]


def encode_sound(kind: str) -> bytes:
    """Encode a short recording."""
    samples, rate = soundfile.read(EXAMPLES / "sounds" / "order-number.wav")
    file = io.BytesIO()
    soundfile.write(file, samples[: int(SHORT * rate)], rate, format=kind)
    return file.getvalue()


def make_malformed(count: int, seed: int = 0) -> list[bytes]:
    """Make requests whose pictures, sounds and documents were changed at random."""
    path = ROOT / "tests" / "fuzz" / "mutation.py"
    spec = importlib.util.spec_from_file_location("mutation", path)
    assert spec is not None
    assert spec.loader is not None
    mutation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutation)
    generator, good = random.Random(seed), list_good_bodies()
    requests = []
    for i in range(count):
        verb, name, content = good[i % len(good)]
        values = [("crop", "true")] if verb == "read" else []
        requests.append(
            make_body(f"/v1/{verb}", [("file", name, mutation.mutate(content, generator))], values)
        )
    return requests


def measure_malformed(count: int, parts: int = 5) -> Content:
    """Answers to malformed bodies, sent twice, and the memory after each part of them.

    A file that takes much memory leaves the server larger, as much as it may need again. What the same files
    add when they come once more is lost. The processes that decode for the server are counted by themselves:
    they come and go, and are renewed.
    """
    requests = make_malformed(count)
    memory: list[list[float]] = []
    children: list[float] = []
    with run_server("--workers", "2") as server:
        processes, statuses = server.list_processes(), Counter[int]()
        for again in range(2):
            memory.append([])
            for part in range(parts):
                some = requests[count * part // parts : count * (part + 1) // parts]
                statuses += asyncio.run(ask_many(server.port, some, 8)).statuses
                memory[-1].append(round(server.measure_memory(processes), 1))
                children.append(round(server.measure_memory() - memory[-1][-1], 1))
                print(f"malformed: {again + 1}.{part + 1}, {memory[-1][-1]}, {children[-1]} MB", flush=True)
        lives = set(processes) <= set(server.list_processes())  # a worker that died was replaced by another
    return {
        "n": count,
        "statuses": {str(status): times for status, times in sorted(statuses.items())},
        "crashes": 0 if lives else 1,
        "mb": memory,
        "children_mb": children,
    }


def measure_described(count: int) -> Content:
    """Requests that are drawn from the API's description, so many for each route and more at its edges."""
    limits = ("--max-bytes", "2000000", "--max-pages", "2", "--max-seconds", "5")
    with run_server(*limits, SUTJA_TOKEN=TOKEN) as server:
        return measure_schema(server.address, count)


MEASURES: dict[str, Callable[[int], Content]] = {
    "start": measure_start,
    "server_stroke": measure_server_stroke,
    "page": measure_page,
    "desk": measure_desk,
    "requests": measure_requests,
    "memory": measure_memory,
    "malformed": measure_malformed,
    "schema": measure_described,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, part=False, peers=False, limit=False)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repeats of each (default: {RUNS})")
    for name, count in (("memory", MEMORY_REQUESTS), ("malformed", MALFORMED), ("schema", DRAWN)):
        parser.add_argument(f"--{name}-requests", type=int, default=count, help=f"requests of {name}")
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=USUAL, help="figures to measure")
    args = parser.parse_args(argv)
    path = make_result_path(FIGURE, limit=args.runs if args.runs < RUNS else None)
    kept = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else {}
    for name in args.only:
        load = warn_if_busy()
        count = getattr(args, f"{name}_requests", args.runs)
        kept[name] = {**MEASURES[name](count), "load_before": load, "measured": format_now()}
        print(name, json.dumps(kept[name]), flush=True)
        save_result(path, FIGURE, {"rows": kept}, ("fastapi", "uvicorn", "starlette"))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
