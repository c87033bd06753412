"""Calibrate numbers on whole pages: weights and thresholds, into the card of the page detector.

    python recipes/calibrate_pages.py --pages 300          # shows what it would keep
    python recipes/calibrate_pages.py --pages 300 --write  # writes src/sutja/weights/pages.onnx

It reads pages with the bundled detector and the bundled reader as `sutja read` does, with effort fast and
with effort normal, and counts which numbers are right: composed pages of all layouts, those kept out of
training too, where every number is known; the validation parts of the real cheques, tables and grids; and,
for effort normal, forms, registers, letters and receipts that are not kept aside. For these it also shows
what is accepted of a source that no weight and no threshold was chosen by. It is to be run again after each
new detector or reader. Nothing here looks at a test part. Data: `SUTJA_DATA`; fonts: recipes/fonts.sh.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from sutja.confidence import RiskTable
from sutja.data.pages.pages import in_part
from sutja.data.sets.crops import BoxedPage, read_boxed_pages
from sutja.data.sets.fields import read_cheques, read_sudoku
from sutja.data.sets.pages import read_weather_tables
from sutja.data.split.fixed import is_test
from sutja.errors import ThresholdError
from sutja.grammar import keep_digits
from sutja.model_file import FieldConfidence, ModelFile, RiskCounts, TextConfidence, read_model, write_model
from sutja.model_file.bundled import DEFAULTS, bundled_path
from sutja.reading import Reader
from sutja.reading.combs.comb_reader import FOUND
from sutja.reading.page.calibration import TEXT_COVERAGES, calibrate_fields, calibrate_with_text, weigh_cases
from sutja.reading.page.labels import Case, Label, compute_box_iou, match_labels
from sutja.reading.page.text.joining import measure_shared
from sutja.reading.text_detector import SHA256
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.synthesis.pages import DEFAULT_WEIGHTS, HOLD_OUT_LAYOUTS, PageComposer, PageSample
from sutja.types import Box, Number, Page

SEED = 2_000_003  # far from those that pages for training are drawn with
# Layouts like the real pages: forms with combs, receipts, registers, slips that a person filled in.
OFTENER = {"receipt": 0.12, "register": 0.08, "slip": 0.08, "tax_form": 0.06, "census": 0.05}
TOUCHED = 0.2  # IoU with what nobody can label from which a number is not counted
LINES = {"results-id": 1, "results-id2": 1, "registers-pages": 2, "volunteers-pages": 1, "receipts-my": 3}
# Largest error among numbers that were asked about, in doubt by themselves: composed pages are harder than
# life, and labels of lines do not tell where a number ends (docs/log.md).
ASKED_ERROR = 0.02
MOST = 400  # numbers of a source, so that none outweighs the others
LEAST_COVERED = 0.5  # of a number's box by that of a label: it is a part of it
# Numbers that are there, as one sees, and that the labels lack: notes on printed receipts, lines left out.
UNLABELLED = frozenset(
    {
        ("105.jpg", "3030"),
        ("112.jpg", "14118"),
        ("112.jpg", "400"),
        ("005.jpg", "3100"),
        ("207.jpg", "31803054"),
        ("372.jpg", "1236"),
        ("422.jpg", "360"),
        ("530.jpg", "06050"),
        ("530.jpg", "1420"),
        ("wikitexte_0022.jpg", "1888"),
    }
)
LARGEST = 2.0  # times: composed pages are as small as the detector wants them, scans are not


def compose_cases(reader: Reader, root: Path, count: int) -> Iterator[list[Case]]:
    """Pages of all layouts, each at a resolution of its own: every number on them is known."""
    weights = {**DEFAULT_WEIGHTS, **dict.fromkeys(HOLD_OUT_LAYOUTS, 0.08), **OFTENER}
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
    cases = match_labels(replace(page, numbers=tuple(counted)), labels, every_number=True)
    return [case for case in cases if case.label or not (case.number and is_group(case.number, labels))]


def is_group(number: Number, labels: Sequence[Label]) -> bool:
    """Tell whether a number is a group of one that is written in groups, as telephone numbers are.

    An amount is one number in any case.
    """
    area = number.box.width * number.box.height
    return any(
        label.box is not None
        and measure_shared(label.box, number.box) > LEAST_COVERED * area
        and number.digits in map(keep_digits, label.text.split())
        for label in labels
        if not set(label.text) & set(".,")
    )


def load_real_cases(reader: Reader, root: Path) -> Iterator[tuple[str, list[Case]]]:
    """The validation parts of real pages, where what is known is known by its place."""
    for cheque in read_cheques(root):
        if cheque.text and in_part("cheques", cheque.key, "validation"):
            box = Box(*next(box for name, box in cheque.boxes if name == "CAR"))
            yield "cheques", match_labels(reader.read(cheque.path), [Label("", 1, cheque.text, box)])
    for grid in read_sudoku(root):
        if in_part("sudoku", grid.key, "validation"):
            cells = [[str(digit) for digit in row] for row in grid.digits]
            yield "sudoku", match_cells(reader.read(grid.path), cells)
    for table in read_weather_tables(root):
        if in_part("weather-tables", table.path.stem, "validation"):
            # The last row and column hold means; their labels were worked out anew and differ from the print.
            printed = [[keep_digits(cell) for cell in row[:-1]] for row in table.cells[:-1]]
            yield "tables", match_cells(reader.read(table.path), printed)


def load_line_cases(reader: Reader, root: Path) -> Iterator[tuple[str, list[Case]]]:
    """Numbers on real pages whose lines or fields are boxed, a few pages of each source that has many."""
    for name, every in LINES.items():
        pages = [page for page in read_boxed_pages(root, name) if not is_test(name, page.group)]
        for page in pages[::every]:
            yield name, match_lines(reader.read(page.path), page, not name.startswith("results"))


def match_lines(page: Page, labelled: BoxedPage, whole: bool) -> list[Case]:
    """Match each number with the smallest line around its middle: right if a word there has its digits.

    Where not the `whole` page is labelled, neither numbers on no line count, nor printed ones beside what a
    line says.
    """
    cases = []
    for number in page.numbers:
        if (labelled.path.name, number.digits) in UNLABELLED:
            continue
        x, y = (number.box.x0 + number.box.x1) / 2, (number.box.y0 + number.box.y1) / 2
        around = [
            ((x1 - x0) * (y1 - y0), line.text)
            for line in labelled.lines
            for x0, y0, x1, y1 in (line.box,)
            if x0 <= x <= x1 and y0 <= y <= y1
        ]
        if not around and whole:
            cases.append(Case(None, number))
        elif around:
            text = min(around)[1]
            said = {keep_digits(text), *map(keep_digits, text.split())}
            if (
                whole
                and number.digits not in said
                and len(number.digits) > 1
                and number.digits in keep_digits(text)
            ):
                continue  # a part of a line of several numbers, which may be one of them
            if not whole and number.written == "printed" and number.digits not in said:
                continue
            digits = number.digits if number.digits in said else keep_digits(text)
            cases.append(Case(Label("", 1, digits), number))
    return cases


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
    try:
        fields = calibrate_alone(file, root, args.pages, args.max_error)
        alone = replace(file, card=replace(file.card, fields=fields))
        text, combs, comb_threshold = calibrate_joined(alone, root, args.pages // 2, ASKED_ERROR)
    except ThresholdError as error:
        sys.exit(f"error: {error}")
    if args.write:
        fields = replace(fields, text=text, combs=combs, comb_threshold=comb_threshold)
        write_model(path, file.data, replace(file.card, fields=fields))
        print(f"kept in {path}")


def calibrate_alone(file: ModelFile, root: Path, count: int, max_error: float) -> FieldConfidence:
    """Calibrate what our own networks find and read."""
    reader = Reader(effort="fast", detector=replace(file, card=replace(file.card, fields=FieldConfidence())))
    real = [cases for _, cases in load_real_cases(reader, root)]
    pages = [*compose_cases(reader, root, count), *real]
    fields = calibrate_fields(pages, max_error)
    show("fast", pages, fields.thresholds, fields.threshold)
    return fields


def calibrate_joined(
    file: ModelFile, root: Path, count: int, max_error: float
) -> tuple[TextConfidence, RiskCounts, float]:
    """Calibrate numbers in doubt that the second reader and the words of the page were asked about.

    Combs are counted by themselves: their confidence was calibrated box by box.
    """
    reader = Reader(effort="normal", detector=file)
    sources = {"composed": list(compose_cases(reader, root, count))}
    for name, cases in (*load_real_cases(reader, root), *load_line_cases(reader, root)):
        sources.setdefault(name, []).append(cases)
    kept = {name: take_most(pages) for name, pages in sources.items()}
    for name in kept:
        others = [page for other, pages in kept.items() if other != name for page in pages]
        try:
            judged = calibrate_with_text(others, SHA256, max_error)
        except ThresholdError as error:
            print(f"{name} left out: {error}", flush=True)
            continue
        asked = [case for page in sources[name] for case in page if case.acceptable and is_asked(case)]
        sure = [value >= judged.threshold for value in weigh_cases(asked, judged.evidence)]
        wrong = sum(accepted and not case.right for accepted, case in zip(sure, asked, strict=True))
        print(
            f"{name} left out: {len(asked)} asked about, {sum(case.right for case in asked)} right, "
            f"{sum(sure)} accepted, {wrong} wrong",
            flush=True,
        )
    pages = [page for some in kept.values() for page in some]
    text = calibrate_with_text(pages, SHA256, max_error)
    show("normal", pages, text.thresholds, text.threshold)
    print(text.evidence)
    combs = [case for some in sources.values() for page in some for case in page if is_comb(case)]
    table = RiskTable.measure(
        [case.number.confidence for case in combs if case.number],
        [case.right for case in combs],
        TEXT_COVERAGES,
    )
    comb_threshold = table.choose(max_error).threshold
    show("combs", [combs], table.counts, comb_threshold)
    return text, table.counts, comb_threshold


def is_comb(case: Case) -> bool:
    """Tell whether a number was read box by box in a printed comb."""
    number = case.number
    return number is not None and number.text_confidence is None and number.detection_confidence == FOUND


def is_asked(case: Case) -> bool:
    """Tell whether a second reader or the words were asked about a number."""
    return case.number is not None and case.number.text_confidence is not None


def take_most(pages: list[list[Case]]) -> list[list[Case]]:
    """Take pages of a source until they have `MOST` numbers that were asked about."""
    kept, n = [], 0
    for page in pages:
        if n < MOST:
            kept.append(page)
            n += sum(map(is_asked, page))
    return kept


def show(name: str, pages: list[list[Case]], counts: RiskCounts, threshold: float) -> None:
    """Print what a threshold accepts."""
    found = [case for page in pages for case in page]
    accepted, wrong = next((n, k) for t, n, k in counts.points if t == threshold)
    print(
        f"{name}: {len(pages)} pages, {len(found)} numbers, {sum(case.right for case in found)} right; "
        f"threshold {threshold:.4f}: of {counts.cases} {accepted} accepted, {wrong} wrong",
        flush=True,
    )


if __name__ == "__main__":
    main()
