"""Cost of starting: help, import, and the first crop read; and a check that none of it loads the learn half.

python benchmarks/cold_start.py [--runs 10]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _machine import ROOT, format_path, format_table, make_result_path, save_result, track, warn_if_busy
from _sutja_models import describe_model, list_models, make_parser

FIGURE = "cold_start"
RUNS = 10  # with fewer the figure is a try
UNWANTED = ("torch", "sklearn", "scipy", "matplotlib")
_ENTRY = "import sys; sys.argv = {argv!r}; from sutja.cli import main; main()"
_CHECK = """
import sys
try:
    {code}
except SystemExit as leaving:
    assert not leaving.code, leaving.code
print("loaded:", *sorted({unwanted!r} & set(sys.modules)), file=sys.stderr)
"""


def list_codes(model: str, picture: Path) -> dict[str, str]:
    """List the timed starts: a name, and its line of Python."""
    return {
        "python alone": "pass",
        "import sutja": "import sutja",
        "sutja --help": _ENTRY.format(argv=["sutja", "--help"]),
        "first read": f"import sutja; sutja.Reader({model!r}).read({str(picture)!r}, crop=True)",
        "sutja read --crop FILE": _ENTRY.format(
            argv=["sutja", "read", "--crop", "--model", model, str(picture)]
        ),
    }


def draw(path: Path) -> None:
    """A printed number, so that no data is needed."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (220, 60), 250)
    ImageDraw.Draw(picture).text((12, 10), "1,234.50", fill=20, font=ImageFont.load_default(36))
    picture.save(path)


def measure_seconds(code: str) -> float:
    """Wall-clock seconds of a fresh process that runs `code`."""
    began = time.perf_counter()
    _run(code)
    return time.perf_counter() - began


def list_loaded(code: str) -> list[str]:
    """List the packages of the learn half that are loaded after `code`."""
    done = _run(_CHECK.format(code=code, unwanted=set(UNWANTED)))
    return done.stderr.rpartition("loaded:")[2].split()


def _run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"error: {code!r} failed:\n{done.stderr}")
    return done


def measure(model: str, runs: int) -> list[dict[str, Any]]:
    """A row for each thing that is started; the things take turns, after a round that does not count."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "number.png"
        draw(picture)
        things = list_codes(model, picture)
        for code in things.values():
            measure_seconds(code)
        turns = [name for _ in range(runs) for name in things]
        times: dict[str, list[float]] = {name: [] for name in things}
        for name in track(turns, "starting"):
            times[name].append(measure_seconds(things[name]))
        return [
            {
                "what": name,
                "median_seconds": round(statistics.median(times[name]), 4),
                "least": round(min(times[name]), 4),
                "most": round(max(times[name]), 4),
                "learn_half_loaded": list_loaded(things[name]),
            }
            for name in things
        ]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, part=False, peers=False, limit=False)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each (default: {RUNS})")
    args = parser.parse_args(argv)
    load = warn_if_busy()
    model = list_models(args.model)[0]
    rows = measure(model, args.runs)
    content = {"model": describe_model(model), "n": args.runs, "load_before": load, "rows": rows}
    path = save_result(
        make_result_path(FIGURE, limit=args.runs if args.runs < RUNS else None),
        FIGURE,
        content,
        ("click", "rich"),
    )
    headers = ("what", "median s", "least", "most", "learn half loaded")
    print(
        format_table(
            headers,
            [
                (
                    r["what"],
                    r["median_seconds"],
                    r["least"],
                    r["most"],
                    ", ".join(r["learn_half_loaded"]) or "nothing",
                )
                for r in rows
            ],
        )
    )
    print(f"median of {args.runs} fresh processes, from the file cache; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
