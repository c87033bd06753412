"""Pages whose numbers are known, for `calibrate_pages.py`: what is read on them, right or wrong, by source.

Composed pages of all layouts, those kept out of training too, where every number is known; the validation
parts of the real cheques, tables and grids; and forms, registers, letters and receipts that are not kept
aside. Nothing here looks at a test part.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.atomic import open_atomic
from sutja.data.pages.pages import in_part
from sutja.data.sets.crops import BoxedPage, read_boxed_pages
from sutja.data.sets.fields import read_cheques, read_sudoku
from sutja.data.sets.pages import read_weather_tables
from sutja.data.split.fixed import is_test
from sutja.grammar import keep_digits
from sutja.reading import Reader
from sutja.reading.page.labels import Case, Label, compute_box_iou, match_labels
from sutja.reading.page.text.joining import measure_shared
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.synthesis.pages import DEFAULT_WEIGHTS, HOLD_OUT_LAYOUTS, Field, PageComposer
from sutja.types import Box, Number, Page

COMPOSED = "composed"
SEED = 2_000_003  # far from those that pages for training are drawn with
# Layouts like the real pages: forms with combs, receipts, registers, slips that a person filled in.
OFTENER = {"receipt": 0.12, "register": 0.08, "slip": 0.08, "tax_form": 0.06, "census": 0.05}
LARGEST = 2.0  # times: composed pages are as small as the detector wants them, scans are not
TOUCHED = 0.2  # IoU with what nobody can label from which a number is not counted
LEAST_COVERED = 0.5  # of a number's box by that of a label: it is a part of it
SHIFTS = range(-2, 5)  # rows and columns by which a table may stand elsewhere than labelled
BOXED = ("results-id", "results-id2", "registers-pages", "volunteers-pages", "receipts-my")
# Numbers that are there, as one sees, and that the labels lack: notes on printed receipts, lines left out,
# and one that is labelled wrongly.
UNLABELLED = frozenset(
    {
        ("105.jpg", "3030"),
        ("112.jpg", "14118"),
        ("112.jpg", "400"),
        ("112.jpg", "31801011"),
        ("005.jpg", "3100"),
        ("207.jpg", "31803054"),
        ("211.jpg", "214100"),
        ("233.jpg", "36250"),
        ("372.jpg", "1236"),
        ("422.jpg", "360"),
        ("463.jpg", "05117"),
        ("530.jpg", "000"),
        ("530.jpg", "06050"),
        ("530.jpg", "1420"),
        ("wikitexte_0022.jpg", "1888"),
    }
)

Match = Callable[[Page], list[Case]]


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page whose numbers are known: its picture or its file, and what matches them with its labels."""

    name: str
    picture: Path | NDArray[np.uint8]
    match: Match


@dataclass(frozen=True, slots=True)
class PageCases:
    """A page that was read: the numbers that count, labels that were missed, seconds of a processor."""

    name: str
    seconds: float
    cases: list[Case]


def read_sources(
    reader: Reader, root: Path, composed: int, kept: Path | None, every: Mapping[str, int] | None = None
) -> dict[str, list[PageCases]]:
    """Read the pages of all sources.

    Parameters
    ----------
    reader : Reader
        Reader of pages.
    root : Path
        Folder of the data sets.
    composed : int
        Number of composed pages.
    kept : Path | None
        Folder of a file a source: what is in it is not read again, and what is read is written there.
    every : Mapping[str, int] | None
        Sources of which only every so many-th page is read.
    """
    read = {}
    for source, listed in list_sources(root, composed).items():
        pages = islice(listed, None, None, (every or {}).get(source, 1))
        path = None if kept is None else kept / f"{source}.json"
        if path is not None and path.is_file():
            read[source] = _load_cases(path)
            continue
        read[source] = [_read_page(reader, page) for page in pages]
        took = sum(page.seconds for page in read[source])
        print(f"{source}: {len(read[source])} pages read in {took:.0f} s of a processor", flush=True)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            _save_cases(path, read[source])
    return read


def _read_page(reader: Reader, known: KnownPage) -> PageCases:
    began = time.process_time()
    page = reader.read(known.picture)
    return PageCases(known.name, time.process_time() - began, known.match(page))


def _save_cases(path: Path, pages: Sequence[PageCases]) -> None:
    """Save the cases of pages as JSON, but for the characters of numbers and their alternatives."""
    short = [
        replace(page, cases=[replace(case, number=_shorten(case.number)) for case in page.cases])
        for page in pages
    ]
    with open_atomic(path) as file:
        file.write(json.dumps([asdict(page) for page in short]).encode())


def _shorten(number: Number | None) -> Number | None:
    return number and replace(number, characters=(), alternatives=())


def _load_cases(path: Path) -> list[PageCases]:
    """Load the cases of pages that an earlier run saved."""
    content = json.loads(path.read_bytes())
    return [
        PageCases(**{**page, "cases": [_make_case(**case) for case in page["cases"]]}) for page in content
    ]


def _make_case(label: dict[str, Any] | None, number: dict[str, Any] | None) -> Case:
    return Case(
        None if label is None else Label(**{**label, "box": label["box"] and Box(**label["box"])}),
        None
        if number is None
        else Number(**{**number, "box": Box(**number["box"]), "characters": (), "alternatives": ()}),
    )


def list_sources(root: Path, composed: int) -> dict[str, Iterator[KnownPage]]:
    """List the pages of each source, which are made when they are asked for."""
    return {
        "cheques": _list_cheques(root),
        "sudoku": _list_grids(root),
        "tables": _list_tables(root),
        **{name: _list_boxed_pages(root, name) for name in BOXED},
        **({COMPOSED: compose_pages(root, composed)} if composed else {}),
    }


def _list_cheques(root: Path) -> Iterator[KnownPage]:
    for cheque in read_cheques(root):
        if cheque.text and in_part("cheques", cheque.key, "validation"):
            box = Box(*next(box for name, box in cheque.boxes if name == "CAR"))
            match = partial(match_labels, labels=[Label("", 1, cheque.text, box)])
            yield KnownPage(cheque.path.name, cheque.path, match)


def _list_grids(root: Path) -> Iterator[KnownPage]:
    for grid in read_sudoku(root):
        if in_part("sudoku", grid.key, "validation"):
            cells = [[str(digit) for digit in row] for row in grid.digits]
            yield KnownPage(grid.path.name, grid.path, partial(match_cells, cells=cells))


def _list_tables(root: Path) -> Iterator[KnownPage]:
    for table in read_weather_tables(root):
        if in_part("weather-tables", table.path.stem, "validation"):
            # The last row and column hold means; their labels were worked out anew and differ from the print.
            printed = [[keep_digits(cell) for cell in row[:-1]] for row in table.cells[:-1]]
            yield KnownPage(table.path.name, table.path, partial(match_cells, cells=printed))


def _list_boxed_pages(root: Path, name: str) -> Iterator[KnownPage]:
    for page in read_boxed_pages(root, name):
        if not is_test(name, page.group):
            match = partial(match_lines, labelled=page, whole=not name.startswith("results"))
            yield KnownPage(page.path.name, page.path, match)


def compose_pages(root: Path, count: int) -> Iterator[KnownPage]:
    """Compose pages of all layouts, each at a resolution of its own: every number on them is known."""
    weights = {**DEFAULT_WEIGHTS, **dict.fromkeys(HOLD_OUT_LAYOUTS, 0.08), **OFTENER}
    composer = PageComposer(load_sources(root, VALIDATION_FOLD), SEED, weights)
    rng = np.random.default_rng(SEED)
    for place in range(count):
        sample, scale = composer.page(), float(rng.uniform(1.0, LARGEST))
        pixels = cv2.resize(sample.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        match = partial(match_composed, fields=sample.fields, scale=scale)
        yield KnownPage(str(place), np.asarray(pixels, np.uint8), match)


def match_composed(page: Page, fields: Sequence[Field], scale: float) -> list[Case]:
    """Match a page that was drawn `scale` times as large; numbers on ignored fields do not count."""
    boxes = [Box(*(edge * scale for edge in field.box)) for field in fields]
    known = [bool(keep_digits(field.text)) and not field.ignore for field in fields]
    labels = [
        Label("", 1, field.text, box)
        for field, box, wanted in zip(fields, boxes, known, strict=True)
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
    """Match the cells of the table on a page, where it stands as it should once it is shifted as a whole."""
    numbers = {
        (n.table, n.row, n.column): n for n in page.numbers if n.row is not None and n.column is not None
    }
    wanted = {(i, j): text for i, row in enumerate(cells) for j, text in enumerate(row) if text}
    best: list[Case] = []
    for table in {table for table, _, _ in numbers}:
        for down in SHIFTS:
            for across in SHIFTS:
                found = [
                    Case(Label("", 1, text), numbers.get((table, i + down, j + across)))
                    for (i, j), text in wanted.items()
                ]
                if sum(case.right for case in found) > sum(case.right for case in best):
                    best = found
    return best if sum(case.right for case in best) > len(wanted) / 2 else []
