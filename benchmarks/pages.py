"""An A4 page from end to end, beside RapidOCR and Tesseract in one run; and a thousand mixed pages.

python benchmarks/pages.py                  # both
python benchmarks/pages.py --limit 100      # a hundred pages in place of the thousand
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _machine import format_path, format_table, make_result_path, save_result, track, warn_if_busy
from _page_readers import NamedPageReader, make_peers, make_sutja_reader
from _peers import PEERS_PACKAGES
from _sutja_models import find_data_folder, make_parser
from PIL import Image, ImageDraw

from sutja.data.pages.pages import in_part
from sutja.data.sets.fields import read_cheques, read_sudoku
from sutja.data.sets.pages import read_receipts, read_weather_tables
from sutja.data.split.fixed import is_test
from sutja.reading.reader import Reader
from sutja.signals.image import Source

FIGURE = "pages"
A4 = (1654, 2339)  # pixels at 200 dpi
ROUNDS = 5
PAGES = 1_000
WATCH = 100  # pages between two looks at the memory
_WORDS = ("the", "account", "of", "last", "month", "was", "sent", "with", "our", "letter", "please", "pay")


def write_letter(path: Path, seed: int = 0) -> Path:
    """An A4 letter at 200 dpi: paragraphs, a date, a postcode, a table of amounts and their sum."""
    rng = np.random.default_rng(seed)
    page = Image.new("L", A4, 250)
    pen = ImageDraw.Draw(page)
    for x, y, text in ((180, 200, "12 Mill Lane"), (180, 245, "LE 94103-1742"), (1200, 300, "23/11/2026")):
        pen.text((x, y), text, fill=20, font_size=32)
    for line in range(22):
        text = " ".join(rng.choice(_WORDS, 11))
        pen.text((180, 480 + 46 * line), text, fill=20, font_size=30)
    for row in range(14):
        cells = (str(row + 1), f"{rng.integers(1, 99)}", f"{rng.integers(1, 9999)}.{rng.integers(0, 99):02}")
        for x, cell in zip((200, 700, 1200), cells, strict=True):
            pen.text((x, 1560 + 44 * row), cell, fill=20, font_size=30)
    page.save(path, dpi=(200, 200))
    return path


def measure_speed(readers: Sequence[NamedPageReader], path: Path) -> list[dict[str, Any]]:
    """Median seconds of each reader for the page, taking turns, the first round left out."""
    seconds: dict[int, list[float]] = {i: [] for i in range(len(readers))}
    for turn in track(range(ROUNDS + 1), f"{FIGURE}: an A4 page", ROUNDS + 1):
        for i, reader in enumerate(readers):
            took = reader.ask(path).seconds
            if turn:
                seconds[i].append(took)
    return [
        {
            **reader.facts(),
            "numbers": len(reader.ask(path).numbers),
            "seconds": round(statistics.median(seconds[i]), 3),
            "least": round(min(seconds[i]), 3),
            "most": round(max(seconds[i]), 3),
        }
        for i, reader in enumerate(readers)
    ]


def list_mixed(root: Path, count: int, folder: Path) -> Iterator[tuple[Source, bool]]:
    """Pages of many kinds, and whether each can be read: none of a part that is kept aside."""
    real: list[Source] = [
        *(r.path for r in read_cheques(root) if not is_test("cheques", r.key)),
        *(r.path for r in read_sudoku(root) if in_part("sudoku", r.key, "validation")),
        *(r.path for r in read_receipts(root) if not is_test("receipts", r.path.stem)),
        *(r.path for r in read_weather_tables(root) if not is_test("weather-tables", r.path.stem)),
    ]
    letters = [write_letter(folder / f"{seed}.png", seed) for seed in range(4)]
    pdf = folder / "letter.pdf"
    Image.open(letters[0]).save(pdf, resolution=200)
    odd: list[tuple[Source, bool]] = [
        (pdf, True),
        (b"%PDF-1.4 cut short", False),
        (b"", False),
        (np.full((400, 300), 255, np.uint8), True),
        (np.random.default_rng(0).integers(0, 256, (20, 20), np.uint8), True),
    ]
    turns = itertools.cycle([*((path, True) for path in real), *((path, True) for path in letters), *odd])
    yield from itertools.islice(turns, count)


def read_thousand(root: Path, count: int) -> dict[str, Any]:
    """Read many mixed pages one after the other; how the memory goes, and whether a page was lost."""
    reader = Reader(threads=1)
    with tempfile.TemporaryDirectory() as name:
        wanted = list(list_mixed(root, count, Path(name)))
        resident, failed, numbers, odd = [], 0, 0, 0
        began = time.perf_counter()
        pages = reader.read_many(source for source, _ in wanted)
        pairs = zip(wanted, track(pages, f"{FIGURE}: {count} mixed pages", count), strict=True)
        for place, ((_, readable), page) in enumerate(pairs):
            failed += page.error is not None
            odd += (page.error is None) != readable
            numbers += len(page.numbers)
            if place % WATCH == WATCH - 1:
                resident.append(round(measure_resident_mb(), 1))
        seconds = time.perf_counter() - began
    return {
        "pages": count,
        "numbers": numbers,
        "not_read": failed,
        "not_as_expected": odd,
        "seconds_a_page": round(seconds / count, 3),
        "resident_mb": resident,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def measure_resident_mb() -> float:
    """The memory this process holds, in MB (Linux)."""
    try:
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return resident * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__, part=False).parse_args(argv)
    load = warn_if_busy()
    with tempfile.TemporaryDirectory() as name:
        readers = [make_sutja_reader(model) for model in args.model or [None]]
        rows = measure_speed(
            readers + ([] if args.no_peers else make_peers()), write_letter(Path(name) / "a4.png")
        )
    many = read_thousand(find_data_folder(), args.limit or PAGES)
    content = {"load": load, "a4_200_dpi": rows, "mixed_pages": many}
    path = save_result(make_result_path(FIGURE, limit=args.limit), FIGURE, content, PEERS_PACKAGES)
    lines = [(r["reader"], r["settings"], r["numbers"], r["seconds"], r["least"], r["most"]) for r in rows]
    print(format_table(("reader", "settings", "numbers", "s a page", "least", "most"), lines))
    print(", ".join(f"{name}: {value}" for name, value in many.items()))
    print(f"kept in {format_path(path)}")
    if many["not_as_expected"]:
        sys.exit("error: a page was lost, or one was read that cannot be")


if __name__ == "__main__":
    main()
