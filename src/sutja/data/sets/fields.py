"""Readers for sets of number fields on documents: ORAND-CAR amounts, cheques and sudoku grids.

Boxes are xyxy in the picture's own pixels, right and lower edges excluded.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sutja.data.sets.digits import read_csv, read_csv_rows, read_records
from sutja.errors import DataError, make_unreadable_error

DigitBox = tuple[int, int, int, int, int]  # x0, y0, x1, y1, digit
FieldBox = tuple[str, tuple[float, float, float, float]]  # class, (x0, y0, x1, y1)

CHEQUE_CLASSES = ("CAR", "Date", "Lar", "MICR", "Payee", "check_no")  # in the order of data.yaml

# Files that show the same cheque, or one by the same writer, as another: found by eye among all pairs with
# the same amount and among near-duplicates. Most writers remain unknown.
_SAME_CHEQUE = MappingProxyType(
    {"X_045_jpeg": "X_043_jpeg", "X_026_jpeg": "X_019_jpeg", "X_027_jpeg": "X_019_jpeg"}
)

# Corners measured on the photo, top left, top right, bottom right, bottom left, in pixels. outlines.csv lacks
# the first two, and gives the others for another crop of the photo: the grid lies elsewhere.
MEASURED_OUTLINES = MappingProxyType(
    {
        "image103": ((38, 87), (467, 89), (467, 446), (38, 447)),
        "image1015": ((62, 233), (801, 227), (830, 1031), (99, 1020)),
        "image1031": ((133, 413), (857, 397), (851, 1144), (101, 1145)),
        "image1036": ((63, 324), (861, 299), (924, 1135), (89, 1123)),
        "image1038": ((32, 162), (901, 156), (921, 1032), (33, 1033)),
        "image1039": ((55, 336), (913, 358), (915, 1204), (61, 1193)),
        "image1040": ((17, 306), (810, 296), (804, 1096), (3, 1101)),
        "image1043": ((105, 460), (773, 454), (782, 1126), (100, 1159)),
        "image1083": ((82, 267), (872, 270), (897, 1062), (83, 1095)),
    }
)


@dataclass(frozen=True)
class AmountRecord:
    """One courtesy amount of ORAND-CAR.

    Attributes
    ----------
    path : Path
    text : str
        The digits; separators are drawn on many pictures but are not in it.
    boxes : tuple[DigitBox, ...]
        Tuple of (x0, y0, x1, y1, digit) One a digit, left to right; empty where the file has none.
    """

    path: Path
    text: str
    boxes: tuple[DigitBox, ...]

    @property
    def key(self) -> str:
        """Key of the split."""
        return self.path.stem

    @property
    def consistent(self) -> bool:
        """True if the boxes, read from left to right, spell the text."""
        return "".join(str(box[4]) for box in self.boxes) == self.text


@dataclass(frozen=True)
class ChequeRecord:
    """One cheque.

    Attributes
    ----------
    path : Path
    boxes : tuple[FieldBox, ...]
        Tuple of (class name, (x0, y0, x1, y1)) The class is one of `CHEQUE_CLASSES`; CAR is the courtesy
        amount, Lar the legal amount.
    text : str or None
        The courtesy amount as written, read by eye; None where it was not read.
    value : str or None
        The same as a plain decimal number.
    """

    path: Path
    boxes: tuple[FieldBox, ...]
    text: str | None
    value: str | None

    @property
    def key(self) -> str:
        """Key of the split."""
        source = self.path.stem.split(".rf.")[0]  # what follows is a hash of the copy
        return _SAME_CHEQUE.get(source, source)


@dataclass(frozen=True)
class SudokuRecord:
    """One photo of a filled sudoku grid.

    Attributes
    ----------
    path : Path
    digits : tuple of 9 tuples of 9 int
        Row by row, 1 to 9.
    outline : NDArray[float32] | None
        float32 array (4, 2) or None Corners of the grid in pixels: top left, top right, bottom right, bottom
        left. None where neither the set nor `MEASURED_OUTLINES` gives one.
    """

    path: Path
    digits: tuple[tuple[int, ...], ...]
    outline: NDArray[np.float32] | None

    @property
    def key(self) -> str:
        """Key of the split: photos of the same grid share it."""
        return "".join(str(digit) for row in self.digits for digit in row)


def read_orand_car(root: Path) -> list[AmountRecord]:
    """The 1,080 labelled courtesy amounts of ORAND-CAR-A, in the order of labels.csv.

    Raises
    ------
    DataError
        A label file is missing or damaged.
    """
    folder = root / "orand-car"
    boxes = _coco_boxes(folder / "boxes.coco.json")
    return read_records(
        folder / "labels.csv",
        lambda row: AmountRecord(folder / "images" / row["file"], row["text"], boxes.get(row["file"], ())),
        "the columns file and text",
    )


def read_cheques(root: Path) -> list[ChequeRecord]:
    """The 114 cheques with the boxes of their fields, in the order of the file names.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    folder = root / "cheques"
    amounts_path = folder / "amounts.csv"  # not at the set's home: a fresh download has none
    amounts = {row["file"]: row for row in read_csv(amounts_path)} if amounts_path.exists() else {}
    records = []
    for path in sorted((folder / "images").glob("*.jpg")):
        amount = amounts.get(path.name)
        boxes = _yolo_boxes(folder / "labels" / f"{path.stem}.txt", _size(path))
        text, value = (amount["text"], amount["value"]) if amount else (None, None)
        records.append(ChequeRecord(path, boxes, text, value))
    return records


def read_sudoku(root: Path) -> list[SudokuRecord]:
    """The 160 photos of filled grids, in the order of their numbers.

    Raises
    ------
    DataError
        A file is missing, or a grid is not 9 by 9 digits.
    """
    folder = root / "sudoku"
    outlines = {}
    for filepath, *corners in read_csv_rows(folder / "outlines.csv")[1:]:
        outlines[Path(filepath).stem] = np.array(corners, dtype=np.float32).reshape(4, 2)
    for stem, measured in MEASURED_OUTLINES.items():
        outlines[stem] = np.array(measured, dtype=np.float32)
    paths = sorted(folder.glob("*.jpg"), key=lambda path: int(path.stem.removeprefix("image")))
    return [SudokuRecord(p, _grid(p.with_suffix(".dat")), outlines.get(p.stem)) for p in paths]


def cut_sudoku_cells(record: SudokuRecord, size: int = 32, margin: float = 0.0) -> NDArray[np.uint8]:
    """The 81 cells of a grid, with the perspective taken out.

    Parameters
    ----------
    record : SudokuRecord
    size : int
        Width and height of a cell picture in pixels.
    margin : float
        Share of the cell cut off on each side, against the printed lines (0 to below 0.5); a negative one
        takes in some of the neighbours.

    Returns
    -------
    uint8 array (81, size, size, 3)
        RGB, row by row, in the order of `record.key`.

    Raises
    ------
    DataError
        The record has no outline, or the photo cannot be read.
    """
    if record.outline is None:
        raise DataError("the corners of its grid are not known", where=str(record.path))
    picture = cv2.imread(str(record.path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise DataError("cannot be read as a picture", where=str(record.path))
    edges = np.linalg.norm(np.roll(record.outline, -1, axis=0) - record.outline, axis=1)
    kept = 1 - 2 * margin
    taken = max(size, round(float(edges.max()) / 9 * kept))  # as in the photo; shrunk only after
    cell = taken / kept
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32) * np.float32(9 * cell)
    to_square = cv2.getPerspectiveTransform(record.outline, square)
    cells = np.empty((81, size, size, 3), dtype=np.uint8)
    for index in range(81):
        row, column = divmod(index, 9)
        shift = np.eye(3)
        shift[:2, 2] = -(column + margin) * cell, -(row + margin) * cell
        to_cell = shift @ to_square
        flat = cv2.warpPerspective(picture, to_cell, (taken, taken), borderMode=cv2.BORDER_REPLICATE)
        small = cv2.resize(flat, (size, size), interpolation=cv2.INTER_AREA)
        cells[index] = small[..., ::-1]  # OpenCV reads BGR
    return cells


def _coco_boxes(path: Path) -> dict[str, tuple[DigitBox, ...]]:
    boxes: dict[str, list[DigitBox]] = defaultdict(list)
    try:
        content = json.loads(path.read_bytes())
        names = {image["id"]: image["file_name"] for image in content["images"]}
        digits = {category["id"]: int(category["name"]) for category in content["categories"]}
        for annotation in content["annotations"]:
            x, y, w, h = (int(value) for value in annotation["bbox"])
            digit = digits[annotation["category_id"]]
            boxes[names[annotation["image_id"]]].append((x, y, x + w, y + h, digit))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise make_unreadable_error(path, error, "cannot be read as COCO boxes of digits") from error
    return {name: tuple(sorted(found, key=lambda box: box[0] + box[2])) for name, found in boxes.items()}


def _yolo_boxes(path: Path, size: tuple[int, int]) -> tuple[FieldBox, ...]:
    boxes: list[FieldBox] = []
    width, height = size
    for line in _text(path).splitlines():
        try:
            number, *shares = line.split()
            x, y, w, h = (float(share) for share in shares)
            name = CHEQUE_CLASSES[int(number)]
        except (ValueError, IndexError) as error:
            raise make_unreadable_error(path, error, "has a line that is no class and box") from error
        left, top = (x - w / 2) * width, (y - h / 2) * height
        boxes.append((name, (left, top, left + w * width, top + h * height)))
    return tuple(boxes)


def _grid(path: Path) -> tuple[tuple[int, ...], ...]:
    lines = [line.split() for line in _text(path).splitlines()[2:] if line.strip()]
    if len(lines) != 9 or any(len(line) != 9 or not "".join(line).isdecimal() for line in lines):
        raise DataError("not a grid of 9 by 9 digits after two lines about the camera", where=str(path))
    return tuple(tuple(int(digit) for digit in line) for line in lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise make_unreadable_error(path, error) from error


def _size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as picture:
            return picture.size
    except OSError as error:
        raise make_unreadable_error(path, error, "cannot be read as a picture") from error
