"""Photographed sudokus as pages with boxes: one for each digit, tight to its ink.

The set gives the corners of the grid and the digits, not which of them were written: printed and written ink
differ in colour, darkness and height on one photo, so its cells are put in two groups; the group whose equal
digits look most alike is print (the others are MNIST digits, `sutja.data.sets.sudoku_mnist`). Where the
groups are not clearly apart, or where cells without ink are found, the cells in doubt are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.pages.real_page import HANDWRITTEN, PRINTED, XYXY, RealPage, in_part, read_grey, scale_page
from sutja.data.sets.fields import SudokuRecord, cut_sudoku_cells, read_sudoku
from sutja.data.sets.sudoku_mnist import compute_outline

_CELL, _MARGIN = 56, 0.02  # pixels of a cell picture; part of the cell left out on each side
_EDGE = 4  # pixels of the cell picture where its lines are
_STROKE = 19  # pixels: no stroke is as wide
_INK = 0.45  # of the strongest: what counts as ink
_FAINTEST = 9.0  # grey levels
_CELL_SIDE = 34.0  # pixels that a cell gets: digits of 13 to 24 pixels


@dataclass(frozen=True, slots=True)
class _Cell:
    """The ink of a cell: its box in the cell picture, and what tells print from handwriting."""

    box: XYXY
    appearance: NDArray[np.float64]  # ratios of ink to paper in red, green, blue, and the height in cells
    shape: NDArray[np.float32]


def load_grid_pages(root: Path, part: str) -> Iterator[RealPage]:
    """The photos of a part, with cells 34 pixels wide."""
    for record in read_sudoku(root):
        if in_part("sudoku", record.key, part) and record.outline is not None:
            boxes, labels, ignore = find_grid_fields(record)
            edges = np.linalg.norm(np.roll(record.outline, -1, axis=0) - record.outline, axis=1)
            scale = min(1.5, _CELL_SIDE * 9 / float(edges.mean()))
            around = _around(record)
            boxes, labels, ignore = (
                [*boxes, *around],
                labels + [PRINTED] * len(around),
                ignore + [True] * len(around),
            )
            page = scale_page(read_grey(record.path), scale, boxes, labels, ignore)
            yield RealPage(f"sudoku/{record.path.name}", page)


def find_grid_fields(record: SudokuRecord) -> tuple[list[XYXY], list[int], list[bool]]:
    """Boxes in the photo's pixels, labels, and what to ignore, of the 81 cells."""
    cells = [_cell(picture) for picture in cut_sudoku_cells(record, _CELL, _MARGIN)]
    digits = [digit for row in record.digits for digit in row]
    printed = _printed(
        [cell for cell in cells if cell], [d for d, cell in zip(digits, cells, strict=True) if cell]
    )
    to_photo = _to_photo(record)
    boxes: list[XYXY] = []
    labels, ignore, known = [], [], iter(printed)
    for index, cell in enumerate(cells):
        row, column = divmod(index, 9)
        here = cell.box if cell else (0.0, 0.0, float(_CELL), float(_CELL))
        boxes.append(_on_photo(here, row, column, to_photo))
        kind = next(known) if cell else None
        labels.append(HANDWRITTEN if kind is False else PRINTED)
        ignore.append(kind is None)
    return boxes, labels, ignore


def _cell(picture: NDArray[np.uint8]) -> _Cell | None:
    """The ink of a cell picture (H, W, 3); None where there is none."""
    paper = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((_STROKE, _STROKE), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 3).astype(np.float32)
    depth = cv2.GaussianBlur((paper - picture).max(axis=2), (0, 0), 0.8)
    inner = depth[_EDGE:-_EDGE, _EDGE:-_EDGE]
    strongest = float(np.percentile(inner[6:-6, 6:-6], 98))
    if strongest < _FAINTEST:
        return None
    mask = _digit((inner > _INK * strongest).astype(np.uint8))
    ys, xs = np.nonzero(mask)
    if len(ys) < 12 or np.ptp(ys) < 0.2 * _CELL:
        return None
    box = tuple(float(v + _EDGE) for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    strong = np.zeros(depth.shape, bool)
    strong[_EDGE:-_EDGE, _EDGE:-_EDGE] = (mask > 0) & (inner >= 0.7 * float(inner[mask > 0].max()))
    ratio = picture[strong].mean(axis=0) / np.maximum(paper[strong].mean(axis=0), 1)
    ink = np.zeros_like(depth)
    ink[_EDGE:-_EDGE, _EDGE:-_EDGE] = inner * mask
    x0, y0, x1, y1 = box
    return _Cell(
        (x0, y0, x1, y1), np.array([*ratio, (y1 - y0) / _CELL]), compute_outline(np.asarray(ink, np.float32))
    )


def _digit(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of a cell's dark parts those that are the digit's: not the lines at its edge."""
    count, parts, stats, middles = cv2.connectedComponentsWithStats(mask)
    side = mask.shape[0]
    kept = np.zeros_like(mask)
    for i in range(1, count):
        x, y, w, h, area = stats[i]
        at_edge = x == 0 or y == 0 or x + w == side or y + h == side
        central = np.abs(middles[i] - side / 2).max() < 0.3 * side
        line = at_edge and (min(w, h) < 0.14 * side or max(w, h) > 0.9 * side)
        if area >= 8 and central and not line:
            kept[parts == i] = 1
    return kept


def _printed(cells: list[_Cell], digits: list[int]) -> list[bool | None]:
    """For each cell whether it is print; None where that cannot be told."""
    if len(cells) < 20:
        return [None] * len(cells)
    appearances = np.array([cell.appearance for cell in cells], np.float32)
    spread = np.maximum(appearances.std(axis=0), [0.06, 0.06, 0.06, 0.05]).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)
    cv2.setRNGSeed(1)
    _, group, centres = cv2.kmeans(appearances / spread, 2, None, criteria, 8, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    group = group.ravel()
    alike = [_alike(cells, digits, group, g) for g in (0, 1)]
    print_group = int(alike[1] > alike[0])
    gap = np.linalg.norm(appearances[:, None] / spread - centres[None], axis=2)
    doubt = np.abs(gap[:, 0] - gap[:, 1]) < 0.25 * np.linalg.norm(centres[0] - centres[1])
    return [None if unsure else bool(g == print_group) for g, unsure in zip(group, doubt, strict=True)]


def _alike(cells: list[_Cell], digits: list[int], group: NDArray[np.int32], which: int) -> float:
    """Similarity of equal digits of a group: mean correlation of all pairs, ones (all alike) left out."""
    found = []
    for digit in range(2, 10):
        shapes = [c.shape for c, d, g in zip(cells, digits, group, strict=True) if d == digit and g == which]
        if len(shapes) > 1:
            table = np.stack(shapes) @ np.stack(shapes).T
            found += list(table[np.triu_indices(len(shapes), 1)])
    return float(np.mean(found)) if found else 0.0


def _to_photo(record: SudokuRecord) -> NDArray[np.float64]:
    """From a square of 9 by 9 to the photo."""
    assert record.outline is not None
    square = np.array([[0, 0], [9, 0], [9, 9], [0, 9]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(square, record.outline), np.float64)


def _on_photo(box: XYXY, row: int, column: int, to_photo: NDArray[np.float64]) -> XYXY:
    x0, y0, x1, y1 = box
    share = (1 - 2 * _MARGIN) / _CELL
    corners = np.array([[[x, y] for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]], np.float64)
    corners = corners * share + _MARGIN + [column, row]
    points = cv2.perspectiveTransform(corners, to_photo)[0]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _around(record: SudokuRecord) -> list[XYXY]:
    """Strips beside the grid: prose, and numbers that nobody labelled."""
    assert record.outline is not None
    (x0, y0), (x1, y1) = record.outline.min(axis=0), record.outline.max(axis=0)
    far = 1e4
    strips = [
        (0.0, 0.0, far, y0 - 2),
        (0.0, y1 + 2, far, far),
        (0.0, 0.0, x0 - 2, far),
        (x1 + 2, 0.0, far, far),
    ]
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in strips if c > a + 1 and d > b + 1]
