"""Calibrate numbers on whole pages: temperature and threshold, into the card of the page detector.

    python recipes/calibrate_pages.py --pages 300          # shows what it would keep
    python recipes/calibrate_pages.py --pages 300 --write  # writes src/sutja/weights/pages.onnx

It reads pages with the bundled detector and the bundled reader as `sutja read` does, and counts which numbers
are right: composed pages of all layouts, those kept out of training too, where every number is known; and the
validation parts of the real cheques, tables and grids. It is to be run again after each new detector or
reader. Nothing here looks at a test part. Data: `SUTJA_DATA`; fonts: recipes/fonts.sh.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from sutja.data.pages.pages import in_part
from sutja.data.sets.fields import read_cheques, read_sudoku
from sutja.data.sets.pages import read_weather_tables
from sutja.errors import ThresholdError
from sutja.grammar import keep_digits
from sutja.model_file import FieldConfidence, read_model, write_model
from sutja.model_file.bundled import DEFAULTS, bundled_path
from sutja.reading import Reader
from sutja.reading.page.calibration import calibrate_fields
from sutja.reading.page.labels import Case, Label, compute_box_iou, match_labels
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.synthesis.pages import DEFAULT_WEIGHTS, HOLD_OUT_LAYOUTS, PageComposer, PageSample
from sutja.types import Box, Page

SEED = 2_000_003  # far from those that pages for training are drawn with
TOUCHED = 0.2  # IoU with what nobody can label from which a number is not counted
LARGEST = 2.0  # times: composed pages are as small as the detector wants them, scans are not


def compose_cases(reader: Reader, root: Path, count: int) -> Iterator[list[Case]]:
    """Pages of all layouts, each at a resolution of its own: every number on them is known."""
    weights = {**DEFAULT_WEIGHTS, **dict.fromkeys(HOLD_OUT_LAYOUTS, 0.08)}
    composer = PageComposer(load_sources(root, VALIDATION_FOLD), SEED, weights)
    rng = np.random.default_rng(SEED)
    for _ in range(count):
        sample = composer.page()
        yield make_cases(reader, sample, float(rng.uniform(1.0, LARGEST)))


def make_cases(reader: Reader, sample: PageSample, scale: float) -> list[Case]:
    """Read a composed page, drawn `scale` times as large; numbers on ignored fields do not count."""
    pixels = cv2.resize(sample.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    page = reader.read(np.asarray(pixels, np.uint8))
    boxes = [Box(*(edge * scale for edge in field.box)) for field in sample.fields]
    known = [bool(keep_digits(field.text)) and not field.ignore for field in sample.fields]
    labels = [
        Label("", 1, field.text, box)
        for field, box, wanted in zip(sample.fields, boxes, known, strict=True)
        if wanted
    ]
    unknown = [box for box, wanted in zip(boxes, known, strict=True) if not wanted]
    counted = [n for n in page.numbers if all(compute_box_iou(n.box, box) < TOUCHED for box in unknown)]
    return match_labels(replace(page, numbers=tuple(counted)), labels, every_number=True)


def load_real_cases(reader: Reader, root: Path) -> Iterator[list[Case]]:
    """The validation parts of real pages, where what is known is known by its place."""
    for cheque in read_cheques(root):
        if cheque.text and in_part("cheques", cheque.key, "validation"):
            box = Box(*next(box for name, box in cheque.boxes if name == "CAR"))
            yield match_labels(reader.read(cheque.path), [Label("", 1, cheque.text, box)])
    for grid in read_sudoku(root):
        if in_part("sudoku", grid.key, "validation"):
            yield match_cells(reader.read(grid.path), [[str(digit) for digit in row] for row in grid.digits])
    for table in read_weather_tables(root):
        if in_part("weather-tables", table.path.stem, "validation"):
            # The last row and column hold means; their labels were worked out anew and differ from the print.
            printed = [[keep_digits(cell) for cell in row[:-1]] for row in table.cells[:-1]]
            yield match_cells(reader.read(table.path), printed)


def match_cells(page: Page, cells: list[list[str]]) -> list[Case]:
    """The cells of the table on a page, where it stands as it should once it is shifted as a whole."""
    numbers = {
        (n.table, n.row, n.column): n for n in page.numbers if n.row is not None and n.column is not None
    }
    wanted = {(i, j): text for i, row in enumerate(cells) for j, text in enumerate(row) if text}
    best: list[Case] = []
    for table in {table for table, _, _ in numbers}:
        for down in range(7):
            for across in range(7):
                found = [
                    Case(Label("", 1, text), numbers.get((table, i + down - 2, j + across - 2)))
                    for (i, j), text in wanted.items()
                ]
                if sum(case.right for case in found) > sum(case.right for case in best):
                    best = found
    return best if sum(case.right for case in best) > len(wanted) / 2 else []


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=300, help="composed pages")
    parser.add_argument("--max-error", type=float, default=0.01, help="of the accepted numbers")
    parser.add_argument("--write", action="store_true", help="into the bundled detector's card")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    root = Path(os.environ["SUTJA_DATA"])
    path = bundled_path(DEFAULTS["detect"])
    file = read_model(path)
    detector = replace(file, card=replace(file.card, fields=FieldConfidence()))
    reader = Reader(effort="fast", detector=detector)
    pages = [*compose_cases(reader, root, args.pages), *load_real_cases(reader, root)]
    found = [case for page in pages for case in page]
    print(f"{len(pages)} pages, {len(found)} numbers, {sum(case.right for case in found)} right", flush=True)
    try:
        field_confidence = calibrate_fields(pages, args.max_error)
    except ThresholdError as error:
        sys.exit(f"error: {error}")
    accepted, wrong = next(
        (n, k) for t, n, k in field_confidence.thresholds.points if t == field_confidence.threshold
    )
    print(
        f"threshold {field_confidence.threshold:.4f}: "
        f"of {field_confidence.thresholds.cases} {accepted} accepted, {wrong} wrong"
    )
    for raw, calibrated in field_confidence.calibration.points:
        print(f"  {raw:.4f} → {calibrated:.4f}")
    if args.write:
        write_model(path, file.data, replace(file.card, fields=field_confidence))
        print(f"kept in {path}")


if __name__ == "__main__":
    main()
