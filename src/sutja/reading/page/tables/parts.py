"""Parts of tables, put together where they share rows or columns.

A column that is empty in the middle, or that stands far from the others, leaves a table in parts. Two parts
are of one table if several cells of one stand exactly in line with cells of the other.

Letters: n boxes, p parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ROW_TOLERANCE = 0.35  # heights by which the middles of cells of one row may be off
_EDGE_TOLERANCE = 0.45  # heights by which the edges of cells of one column may be off
_MAX_ACROSS, _MAX_DOWN = 60.0, 12.0  # heights between parts that share rows, and that share columns
_MIN_SHARED = 2  # rows, or columns, that two parts share
_MAX_PAIRS = 20_000  # of parts that are compared; a page with more is no page of tables
_ALIKE = 0.6  # of the higher one's height


def group_parts(
    parts: Sequence[list[int]], boxes: NDArray[np.float64], height: float, inside: NDArray[np.bool_]
) -> list[list[list[int]]]:
    """Group the parts of each table.

    Parameters
    ----------
    parts : Sequence[list[int]]
        p lists of indices of boxes.
    boxes : NDArray[float64]
        (n, 4) xyxy.
    height : float
        Usual height of a box.
    inside : NDArray[bool]
        (n,) True for a box within a frame; no table reaches across one.

    Returns
    -------
    list[list[list[int]]]
        The parts of each group, in their order.
    """
    if sum(len(part) > 1 for part in parts) * len(parts) > _MAX_PAIRS:
        return [[part] for part in parts]
    once = _group(parts, boxes, height, inside)
    # A lone cell may share its row with one part and its column with another: it is held against both.
    whole = [[i for k in group for i in parts[k]] for group in once]
    twice = (
        _group(whole, boxes, height, inside, lone=True)
        if len(once) < len(parts)
        else [[k] for k in range(len(once))]
    )
    return [[parts[k] for g in groups for k in once[g]] for groups in twice]


def _group(
    parts: Sequence[list[int]],
    boxes: NDArray[np.float64],
    height: float,
    inside: NDArray[np.bool_],
    lone: bool = False,
) -> list[list[int]]:
    """Group the parts, as indices, that belong together; if `lone`, lone cells with larger parts only."""
    group = list(range(len(parts)))

    def root(k: int) -> int:
        while group[k] != k:
            k = group[k]
        return k

    for a, part in enumerate(parts):
        for b, other in enumerate(parts):
            if (
                a != b
                and len(part) > 1
                and (len(other) == 1 or not lone)
                and inside[part[0]] == inside[other[0]]
                and _belong_together(part, other, boxes, height)
            ):
                group[root(max(a, b))] = root(min(a, b))
    groups: dict[int, list[int]] = {}
    for k in range(len(parts)):
        groups.setdefault(root(k), []).append(k)
    return list(groups.values())


def _belong_together(a: Sequence[int], b: Sequence[int], boxes: NDArray[np.float64], height: float) -> bool:
    """Tell whether two parts share rows side by side, or columns one above the other."""
    one, other = boxes[list(a)], boxes[list(b)]
    if _measure_likeness(one, other) < _ALIKE:
        return False
    rows = _count_in_line(one, other, height, axis=1)
    columns = _count_in_line(one, other, height, axis=0)
    wanted = min(_MIN_SHARED, len(b))
    beside = _measure_gap(one, other, axis=0) <= _MAX_ACROSS * height
    above = _measure_gap(one, other, axis=1) <= _MAX_DOWN * height
    if len(b) == 1:  # a lone cell must stand in a row and in a column, or between rows of the table's columns
        return beside and above and rows >= 1 and (columns >= 1 or _has_room(one, other))
    return (rows >= wanted and beside) or (columns >= wanted and above)


def _measure_likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Measure how alike the usual heights of two parts are, at most 1."""
    a, b = (max(float(np.median(some[:, 3] - some[:, 1])), 1e-6) for some in (one, other))
    return min(a, b) / max(a, b)


def _measure_gap(one: NDArray[np.float64], other: NDArray[np.float64], axis: int) -> float:
    """Measure the gap between two parts across (axis 0) or down (axis 1); 0 where they overlap."""
    return max(
        0.0,
        float(other[:, axis].min() - one[:, axis + 2].max()),
        float(one[:, axis].min() - other[:, axis + 2].max()),
    )


def _count_in_line(one: NDArray[np.float64], other: NDArray[np.float64], height: float, axis: int) -> int:
    """Count the columns (axis 0) or rows (axis 1) of a part that stand in line with cells of another one."""
    low, high = one[:, axis], one[:, axis + 2]
    other_low, other_high = other[:, axis], other[:, axis + 2]
    middle = np.abs((low + high)[:, None] - (other_low + other_high)[None, :]) / 2
    if axis == 1:
        lined = middle <= _ROW_TOLERANCE * height
    else:
        left, right = np.abs(low[:, None] - other_low), np.abs(high[:, None] - other_high)
        lined = np.minimum(np.minimum(left, right), middle) <= _EDGE_TOLERANCE * height
    places = (other_low + other_high)[lined.any(axis=0)] / 2
    if not len(places):
        return 0
    return 1 + int((np.diff(np.sort(places)) > height).sum())


def _has_room(one: NDArray[np.float64], cell: NDArray[np.float64]) -> bool:
    """Tell whether a lone cell stands in the span of a part, where no column of that part is."""
    shared = np.minimum(one[:, 2], cell[0, 2]) - np.maximum(one[:, 0], cell[0, 0])
    return bool((shared <= 0).all() and one[:, 0].min() < cell[0, 0] and cell[0, 2] < one[:, 2].max())
