"""Readers for sets of whole pages and scenes: receipts, tables of weather observations, blood cells."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sutja.data.sets.digits import read_csv_rows
from sutja.errors import DataError, make_unreadable_error
from sutja.regular_files import read_regular
from sutja.structured_text import parse_xml

_LARGEST = 10_000_000  # bytes of one XML file

ObjectBox = tuple[str, tuple[int, int, int, int]]  # class, (x0, y0, x1, y1)


@dataclass(frozen=True)
class ReceiptRecord:
    """One till receipt. `total` is in euros."""

    path: Path
    total: Decimal


@dataclass(frozen=True)
class TableRecord:
    """One photo of a printed table.

    Attributes
    ----------
    path : Path
    cells : tuple of rows of str
        With the row and the column of headings, without the blanks around; "" is an empty cell.
    """

    path: Path
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class SceneRecord:
    """One picture with boxes of things.

    Attributes
    ----------
    path : Path
    boxes : tuple[ThingBox, ...]
        Tuple of (class name, (x0, y0, x1, y1)) xyxy in pixels, right and lower edges excluded.
    degenerate : tuple of the same
        Boxes without an inside, which the file has but nobody can learn from.
    """

    path: Path
    boxes: tuple[ObjectBox, ...]
    degenerate: tuple[ObjectBox, ...]


def read_receipts(root: Path) -> list[ReceiptRecord]:
    """The till receipts, in the order of the file names, whose last part is the total in cents."""
    return [
        ReceiptRecord(path, Decimal(path.stem.rpartition("_")[2]).scaleb(-2))
        for path in _pictures(root / "receipts")
    ]


def read_weather_tables(root: Path) -> list[TableRecord]:
    """The tables, in the order of the months."""
    records = []
    for path in _pictures(root / "weather-tables"):
        rows = read_csv_rows(path.with_suffix(".csv"), quotechar="'")
        records.append(TableRecord(path, tuple(tuple(cell.strip() for cell in row) for row in rows)))
    return records


def read_bccd(root: Path, part: str | None = None) -> list[SceneRecord]:
    """The pictures of blood cells.

    Parameters
    ----------
    root : Path
    part : {"train", "val"} or None
        The published split; None for all pictures, in the order of the file names.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    folder = root / "bccd"
    paths = _pictures(folder)
    if part is not None:
        lines = read_csv_rows(folder / f"{part}.txt")
        paths = [folder / f"{line[0].strip()}.jpg" for line in lines if line]
    return [_scene(path) for path in paths]


def _scene(path: Path) -> SceneRecord:
    annotation = path.with_suffix(".xml")
    try:
        tree = parse_xml(read_regular(annotation, _LARGEST))
    except (OSError, ValueError) as error:
        raise make_unreadable_error(annotation, error, "cannot be read as VOC XML") from error
    boxes: list[ObjectBox] = []
    degenerate: list[ObjectBox] = []
    for thing in tree.iter("object"):
        corners = [thing.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
        name = thing.findtext("name")
        if name is None or None in corners:
            raise DataError("an object has no name or no whole box", where=str(annotation))
        try:
            x0, y0, x1, y1 = (int(corner or "") for corner in corners)
        except ValueError as error:
            raise make_unreadable_error(annotation, error, "cannot be read as VOC XML") from error
        (boxes if x1 > x0 and y1 > y0 else degenerate).append((name, (x0, y0, x1, y1)))
    return SceneRecord(path, tuple(boxes), tuple(degenerate))


def _pictures(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.jpg"))
    if not paths:
        raise make_unreadable_error(folder, FileNotFoundError())
    return paths
