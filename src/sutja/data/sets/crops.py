"""Readers for sets of cut-out numbers and lines, of pages with every line boxed, and of pen strokes.

Sets of one form share one reader, which takes the name of the set. Boxes are xyxy in the picture's own
pixels, right and lower edges excluded.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.sets.digits import read_csv, read_records
from sutja.errors import DataError, make_unreadable_error
from sutja.grammar.strings import keep_digits

_DOCUMENT = re.compile(r"wikitexte_(\d+)")  # of the volunteers' pages: one writer a number
_STROKE_WIDTH = 2  # pixels of a picture of 28 by 28
_MARGIN = 4  # pixels of a picture of 28 by 28, as MNIST has it
_OVERSAMPLING = 8  # strokes are drawn this much larger and made smaller


@dataclass(frozen=True)
class CropRecord:
    """One picture of a number or of a line.

    Attributes
    ----------
    path : Path
    text : str
        Text in the set's own spelling; "" where the picture shows no digit.
    group : str
        Book, writer, clip or meter it comes from; the key of the split.
    date : str or None
        The whole date as YYYYMMDD, in `parish-dates` only.
    """

    path: Path
    text: str
    group: str
    date: str | None = None

    @property
    def digits(self) -> str:
        """Digits of the text, in their order."""
        return keep_digits(self.text)


@dataclass(frozen=True)
class BoxedLine:
    """One line, or one number, of a page.

    Attributes
    ----------
    box : tuple of 4 int
        (x0, y0, x1, y1) in pixels.
    text : str
    kind : str
        In `registers-pages` and `volunteers-pages` number, text+number, text, printed or signature; in
        `results-id` the field (votes1, votes2, valid, invalid, all, day, month, year); in `results-id2`
        number; in `receipts-my` line.
    """

    box: tuple[int, int, int, int]
    text: str
    kind: str


@dataclass(frozen=True)
class BoxedPage:
    """One page with its lines.

    Attributes
    ----------
    path : Path
    lines : tuple of BoxedLine
        In the order of the file.
    group : str
        Book, writer or form it comes from; the key of the split.
    """

    path: Path
    lines: tuple[BoxedLine, ...]
    group: str


@dataclass(frozen=True)
class LabelledReceipt:
    """One Malaysian till receipt.

    Attributes
    ----------
    page : BoxedPage
    total : Decimal
        In ringgit.
    date, company : str
        As printed.
    """

    page: BoxedPage
    total: Decimal
    date: str
    company: str


@dataclass(frozen=True)
class StrokeRecord:
    """One digit written with an electronic pen.

    Attributes
    ----------
    text : str
        The digit.
    group : str
        The writer; the key of the split.
    strokes : tuple of int64 arrays (n, 2)
        Points (x, y) of each stroke in the order of writing, in units of the tablet; y grows upwards.
    """

    text: str
    group: str
    strokes: tuple[NDArray[np.int64], ...]


def _group_by_book(file: str) -> str:
    """Book of a page of the registers: FRAN_0025_0227_L-1.jpg is of the book 0227, DAFANCH96… of dufour."""
    return "dufour" if file.startswith("DAFANCH96") else file.split("_")[2]


def _group_by_writer(file: str) -> str:
    found = _DOCUMENT.search(file)
    return found[1] if found else ""


def _group_by_meter(file: str) -> str:
    """Letters that the owner of a meter named its digits by: 1_red1_19700109-014344.jpg is of red."""
    return re.sub(r"[^a-z]", "", Path(file).stem.partition("_")[2].lower())


def _group_by_clip(file: str) -> str:
    """Thousands of the frame number: 00_00010361.jpg is of 10."""
    return str(int(Path(file).stem.partition("_")[2]) // 1000)


def _group_by_file(file: str) -> str:
    return Path(file).stem


# sets whose table has no column for the group
_GROUPS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "registers-pages": _group_by_book,
        "volunteers-pages": _group_by_writer,
        "results-id": _group_by_file,
        "results-id2": _group_by_file,
        "receipts-my": _group_by_file,
        "meter-digits": _group_by_meter,
        "lcd-digits": _group_by_clip,
    }
)


def read_crops(root: Path, name: str) -> list[CropRecord]:
    """Pictures of single numbers or lines, in the order of labels.csv.

    - ``registers``: 2,117 cells of 19 books: running numbers, days, sums such as ``3.75``. In ``22|50`` the
      bar is the rule between two columns; ``"`` is a ditto and ``-`` nothing. The group is the book; one
      notary's books are one group, ``dufour``.
    - ``births``: 202 days and years by one hand, some years with ornaments over them. The group is the page
      of an initial. One label, ``O2n2R2025``, is a slip.
    - ``parish-rows``: 1,553 row numbers with the black edge of the page and ink of the neighbours; some
      have a letter after the number (``39c``). About 5 % of the labels slipped by a row. The group is the
      book.
    - ``parish-dates``: 1,369 birth dates of the same books; the text is year and day (``1944 2``), the
      month is mostly a word. About 8 % of the labels are wrong, and 5 % of the pictures have other numbers
      beside.
    - ``volunteers``: 702 years, days and page codes cut out of running text, with the signs around them
      (``1891.``, ``imp_wikitexte_0022``). About 2 % are cut wrongly. The group is the writer.
    - ``volunteers-lines``: 249 whole lines with a number in running text, by the same writers.
    - ``no-numbers``: 123 lines without a digit, by the same writers: what must give no number.
    - ``meter-digits``: 1,044 single digits of water, gas and heat meters, rollers and displays. The text is
      empty where the roller stands between two digits or shows none. The group is the name that the owner
      gave the digits, so two meters may share one, but no meter with a name has two.
    - ``lcd-digits``: 132 single digits of LCD clocks; the text is empty where the place is. The group is
      the thousands of the frame number, as frames that follow one another show the same clock.

    Parameters
    ----------
    root, name : Path, str
        The data root, and one of the sets above.

    Raises
    ------
    DataError
        ``labels.csv`` is missing or damaged, or has no column file, text or group.
    """
    folder = root / name
    group_of = _GROUPS.get(name)

    def make(row: dict[str, str]) -> CropRecord:
        group = group_of(row["file"]) if group_of else row["group"]
        return CropRecord(folder / row["file"], row["text"], group, row.get("date"))

    return read_records(folder / "labels.csv", make, "the columns file, text and group")


def read_boxed_pages(root: Path, name: str) -> list[BoxedPage]:
    """Pages with their lines, in the order of the file names.

    - ``registers-pages``: 10 pages of the registers, 1,779 boxes; groups are those of ``registers``.
    - ``volunteers-pages``: 10 pages, 183 boxes; groups are those of ``volunteers``.
    - ``results-id``: 18 forms, 134 numbers in three boxes each, read by eye and checked by their sums. Unused
      boxes are crossed: an X is no digit.
    - ``results-id2``: 5 forms, 69 numbers in three boxes over dotted guides, read by eye. Unused boxes are
      crossed or blank.
    - ``receipts-my``: 84 receipts, 4,504 lines; `read_malaysian_receipts` gives their labels as well.

    Parameters
    ----------
    root, name : Path, str
        The data root, and one of the sets above.

    Raises
    ------
    DataError
        ``boxes.csv`` is missing or damaged.
    """
    folder = root / name
    group_of = _GROUPS[name]
    lines: dict[str, list[BoxedLine]] = {}
    for file, line in read_records(folder / "boxes.csv", _make_line, "boxes"):
        lines.setdefault(file, []).append(line)
    return [BoxedPage(folder / file, tuple(lines[file]), group_of(file)) for file in sorted(lines)]


def _make_line(row: dict[str, str]) -> tuple[str, BoxedLine]:
    """Make a line, with the file that it is in."""
    x0, y0, x1, y1 = (int(row[edge]) for edge in ("x1", "y1", "x2", "y2"))
    return row["file"], BoxedLine((x0, y0, x1, y1), row["text"], row["kind"])


def read_malaysian_receipts(root: Path) -> list[LabelledReceipt]:
    """The 84 receipts of ``receipts-my``, one a shop, in the order of the file names.

    Raises
    ------
    DataError
        A table is missing or damaged, or a receipt has no label.
    """
    path = root / "receipts-my" / "labels.csv"
    rows = {row["file"]: row for row in read_csv(path)}
    receipts = []
    for page in read_boxed_pages(root, "receipts-my"):
        try:
            row = rows[page.path.name]
            total = Decimal(row["total"].removeprefix("RM").removeprefix("$").strip())
            receipts.append(LabelledReceipt(page, total, row["date"], row["company"]))
        except (KeyError, InvalidOperation) as error:
            raise DataError(f"has no total, date and company of {page.path.name}", where=str(path)) from error
    return receipts


def read_pen_digits(root: Path) -> list[StrokeRecord]:
    """The 7,494 digits of 30 writers as strokes of a pen.

    Raises
    ------
    DataError
        The file is missing or damaged.
    """
    path = root / "pen-digits" / "strokes.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return [
            StrokeRecord(
                row["text"],
                row["writer"],
                tuple(np.array(stroke, dtype=np.int64).reshape(-1, 2) for stroke in row["strokes"]),
            )
            for row in rows
        ]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise make_unreadable_error(path, error, "cannot be read as strokes") from error


def draw_strokes(
    record: StrokeRecord, size: int = 28, stroke_width: float = _STROKE_WIDTH
) -> NDArray[np.uint8]:
    """Picture of a digit in the manner of MNIST: light on dark, in the middle, with a margin of a seventh.

    Parameters
    ----------
    record : StrokeRecord
    size : int
        Width and height in pixels.
    stroke_width : float
        Width of the pen, in 28ths of the picture.

    Returns
    -------
    uint8 array (size, size)
    """
    points = np.concatenate(record.strokes).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    drawn = _OVERSAMPLING * size
    unit = drawn / 28
    scale = (drawn - 2 * _MARGIN * unit) / max(float((high - low).max()), 1.0)
    width = max(1, round(stroke_width * unit))
    picture = np.zeros((drawn, drawn), np.uint8)
    for stroke in record.strokes:
        places = (stroke - (low + high) / 2) * scale * (1, -1) + drawn / 2
        path = np.rint(places).astype(np.int32)
        cv2.polylines(picture, [path], False, 255, width)
        for x, y in (path[0].tolist(), path[-1].tolist()):  # round ends; all there is of a dot
            cv2.circle(picture, (x, y), width // 2, 255, -1)
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)
