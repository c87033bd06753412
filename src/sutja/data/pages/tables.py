"""Photographed tables of the weather (1898 to 1904) as pages with a box for each cell.

The set gives the cells' texts, not their places. All cells of the body are of one form, "d.ddd", so their
ink is of one width and height: what has that size is put in rows and columns, a curve is laid through the
middles of each, and every cell gets the box of that size where its row and its column cross. A page is used
only where rows and columns are as many as the set says and the found cells lie close to their crossings.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.pages.real_page import PRINTED, XYXY, RealPage, in_part, read_grey, scale_page
from sutja.data.sets.pages import TableRecord, read_weather_tables

SCALE = 0.6  # to 1,631 columns: digits of about 13 pixels
_RULE, _LETTER_GAP = 45, 11  # pixels of the photo
_LIKE = 0.14  # of the usual width and height
_CLOSE = 0.3  # heights that a found cell may lie from its crossing
_MIN_INKED = 0.45  # part of the cells that must be found by their ink
_EDGE = 1.0  # pixels around the usual size, for ink thinner than the level


def load_table_pages(root: Path, part: str) -> Iterator[RealPage]:
    """The tables of a part that could be laid out; what lies around the body is to be ignored."""
    for record in read_weather_tables(root):
        if not in_part("weather-tables", record.path.stem, part):
            continue
        picture = read_grey(record.path)
        boxes = find_cell_boxes(picture, *measure_body(record))
        if boxes is None:
            continue
        rows = boxes.reshape(-1, 4)
        cells = [(float(a), float(b), float(c), float(d)) for a, b, c, d in rows]
        inside = [box[0] > -2 and box[2] < picture.shape[1] + 2 for box in cells]
        around = _around(rows, picture.shape)
        labels = [PRINTED] * (len(cells) + len(around))
        ignore = [not is_inside for is_inside in inside] + [True] * len(around)
        yield RealPage(
            f"weather-tables/{record.path.name}",
            scale_page(picture, SCALE, [*cells, *around], labels, ignore),
        )


def measure_body(record: TableRecord) -> tuple[int, int]:
    """Rows and columns of a table without its heads."""
    return len(record.cells) - 1, len(record.cells[0]) - 1


def find_cell_boxes(picture: NDArray[np.uint8], n_rows: int, n_columns: int) -> NDArray[np.float64] | None:
    """Find the cells of a table's body; None where they do not fit rows and columns.

    Returns
    -------
    NDArray[float64] | None
        (rows, columns, 4), xyxy in the photo's pixels.
    """
    boxes = _inked(picture)
    wide, tall = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    usual = _usual_size(wide, tall)
    if usual is None:
        return None
    like = (np.abs(wide / usual[0] - 1) < _LIKE) & (np.abs(tall / usual[1] - 1) < _LIKE * 1.5)
    middles = (boxes[like, :2] + boxes[like, 2:]) / 2
    column_of, columns = _ranks(middles[:, 0], 0.22 * usual[0], 0.3 * n_rows)
    row_of, rows = _ranks(middles[:, 1], 0.22 * usual[1], 3, column_of >= 0)
    if rows != n_rows or columns not in (
        n_columns,
        n_columns - 1,
    ):  # the first may be lost in the book's fold
        return None
    known = (row_of >= 0) & (column_of >= 0)
    middles, row_of, column_of = middles[known], row_of[known], column_of[known]
    crossings = _crossings(middles, row_of, column_of, rows, columns)
    off = np.abs(crossings[row_of, column_of] - middles).max(axis=1)
    inked = float((off < _CLOSE * usual[1]).sum()) / (rows * columns)
    if inked < _MIN_INKED:
        return None
    half = np.array([usual[0] / 2 + _EDGE, usual[1] / 2 + _EDGE])
    return np.concatenate([crossings - half, crossings + half], axis=2)


def _inked(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Boxes (n, 4) of ink joined along the line, without the table's rules."""
    level = cv2.blur(picture, (61, 61)).astype(np.int16) - 22
    dark = (picture.astype(np.int16) < level).astype(np.uint8)
    for long in ((1, _RULE), (_RULE, 1)):
        rule = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(long, np.uint8))
        dark[cv2.dilate(rule, np.ones((3, 3), np.uint8)) > 0] = 0
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, _LETTER_GAP), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    x, y, w, h = (stats[1:count, i].astype(np.float64) for i in range(4))
    boxes = np.stack([x, y, x + w, y + h], axis=1)
    return np.asarray(boxes[(h > 12) & (h < 40) & (w > 20) & (w < 160)])


def _usual_size(wide: NDArray[np.float64], tall: NDArray[np.float64]) -> tuple[float, float] | None:
    """The width and height that most have: the cells are by far the most."""
    if len(wide) < 100:
        return None
    counts, edges = np.histogram(wide, bins=np.arange(20, 164, 4))
    peak = edges[counts.argmax()] + 2
    near = np.abs(wide - peak) < 8
    return float(np.median(wide[near])), float(np.median(tall[near]))


def _ranks(
    places: NDArray[np.float64], apart: float, least: float, counted: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], int]:
    """Row or column of each position, -1 for none, and the number of them.

    Parameters
    ----------
    places : NDArray[float64]
        (n,) along one axis, pixels.
    apart : float
        Pixels without a place between two rows.
    least : float
        So many of those counted make a row.
    """
    order = np.argsort(places)
    group = np.empty(len(order), np.int64)
    group[order] = np.concatenate([[0], np.cumsum(np.diff(places[order]) > apart)])
    weights = None if counted is None else counted.astype(float)
    sizes = np.bincount(group, weights)
    real = np.flatnonzero(sizes >= least)
    rank = np.full(len(sizes), -1)
    rank[real] = np.arange(len(real))
    return rank[group], len(real)


def _crossings(
    middles: NDArray[np.float64],
    row_of: NDArray[np.int64],
    column_of: NDArray[np.int64],
    n_rows: int,
    n_columns: int,
) -> NDArray[np.float64]:
    """Crossings (rows, columns, 2), x and y, of smooth curves through the rows and through the columns."""
    out = np.empty((n_rows, n_columns, 2))
    columns = np.array([np.median(middles[column_of == c, 0]) for c in range(n_columns)])
    for row in range(n_rows):
        mine = row_of == row
        out[row, :, 1] = _curve(middles[mine, 0], middles[mine, 1], columns)
    for column in range(n_columns):
        mine = column_of == column
        out[:, column, 0] = _curve(middles[mine, 1], middles[mine, 0], out[:, column, 1])
    return out


def _curve(
    at: NDArray[np.float64], values: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A parabola through points, fitted twice: without those far off it the second time."""
    middle, scale = at.mean(), max(1.0, float(np.ptp(at)))
    u = (at - middle) / scale
    fit = np.polyfit(u, values, min(2, len(u) - 1))
    far = np.abs(np.polyval(fit, u) - values)
    near = far <= max(2.0, 2.5 * float(np.median(far)))
    if near.sum() > 3:
        fit = np.polyfit(u[near], values[near], 2)
    return np.asarray(np.polyval(fit, (wanted - middle) / scale))


def _around(cells: NDArray[np.float64], size: tuple[int, ...]) -> list[XYXY]:
    """Strips beside the body of a table, where heads, titles and other numbers are."""
    x0, y0, x1, y1 = (
        cells[:, 0].min() - 1,
        cells[:, 1].min() - 1,
        cells[:, 2].max() + 1,
        cells[:, 3].max() + 1,
    )
    height, width = float(size[0]), float(size[1])
    strips = [
        (0.0, 0.0, width, y0),
        (0.0, y1, width, height),
        (0.0, 0.0, x0, height),
        (x1, 0.0, width, height),
    ]
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in strips if c > a and d > b]
