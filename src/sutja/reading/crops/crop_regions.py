"""Regions of an untidy crop where its number may stand, without page edges, rules and ink of neighbours.

crop → without the dark or light strips along its edges (`trim_edges`) → ink, without the rules of the form
→ connected components → lines of components → regions, the most central and most complete one first. A
tidy crop, whose ink is one line, gives no region: it is read as it is.

Letters: H, W the crop's rows and columns in pixels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_REGIONS = 4
_MIN_SIDE = 12  # pixels; a smaller crop is read as it is
_MIN_CONTRAST = 40.0  # grey levels between the two means of Otsu, from which a strip may be cut off
_LIGHT = 0.35  # share of light pixels from which light is paper: a page's black edge may cover half a crop
_STRIP = 0.75  # share of a row or column that the other grey covers in a strip that is cut off
_MOST = 0.6  # of a side may be cut off
_SPAN_COLUMNS, _SPAN_ROWS = 0.4, 0.5  # shares of a side that a rule covers; digits may be tall
_LEVELS = np.arange(256)
_NEAR_EDGE = 0.04  # of a side: so near to the edge a rule begins or ends
_NOISE = 5.0  # median deviations of the paper by which ink stands out
_LEAST_INK = 9.0  # grey levels
_INK_SHARE = 0.3  # of the contrast of the ink
_MAX_PARTS = 40  # the largest components
_LEAST_HEIGHT = 0.3  # of the tallest line
# Weight of the best region, where all of the crop has 1; more where the number is small beside a strip along
# the edge, and so too small to be read in all of it.
_USUAL, _SMALL = 0.5, 2.0
_INNER = 0.8  # of all within the strips along the edges
_SMALL_HEIGHT = 0.25  # of the crop's
LARGE = 160  # rows of a crop on which a number may be small
_SEARCH_ROWS = 320  # on so many rows it is looked for
_SPARSE = 0.001  # share of a large crop that a small number's ink covers at least
_WIDE = 1.5  # width by height of a small number whose digits touch
_LEAST_DIGIT = 14  # pixels of a small number's height: less is a speck
_TOUCH = 0.2  # of a line's height: so near to what was taken away, some of the line may have gone with it
_REACH = 0.9  # of a line's height: gap to the next component of it
_MARGIN = 0.3  # of a region's height


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a crop that may hold its number.

    Attributes
    ----------
    pixels : NDArray[uint8]
        uint8 (h, w), ink of others replaced by paper.
    x0, y0 : int
        Where its first pixel lies on the crop.
    weight : float
        Weight of its place, where all of the crop has 1: the more central and complete, the higher.
    cut : bool
        True if some of its ink may be missing: the edge of the crop, a rule or a page's edge is at its side.
    """

    pixels: NDArray[np.uint8]
    x0: int
    y0: int
    weight: float
    cut: bool = False

    def encloses(self, other: Region) -> bool:
        """Tell whether another region lies within this one."""
        return (
            self.x0 <= other.x0
            and self.y0 <= other.y0
            and self.x0 + self.pixels.shape[1] >= other.x0 + other.pixels.shape[1]
            and self.y0 + self.pixels.shape[0] >= other.y0 + other.pixels.shape[0]
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """One or more components: first and last column and row, exclusive, and pixels of ink."""

    x0: int
    y0: int
    x1: int
    y1: int
    area: int
    labels: tuple[int, ...]

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def width(self) -> int:
        return self.x1 - self.x0


def find_regions(plane: NDArray[np.uint8], above: float = 0.0) -> list[Region]:
    """Find the regions of a crop that may hold its number, likeliest first.

    Parameters
    ----------
    plane : NDArray[uint8]
        uint8 (H, W), the crop in one channel (`sutja.signals.preprocessing.normalisation.to_grey`).
    above : float
        Regions are of use only where one of them weighs more.

    Returns
    -------
    list[Region]
        At most `MAX_REGIONS`, and all within the strips along the edges where the number is not small beside
        them; none where the ink of the crop is one line alone, where there is none, or where none is of use.
    """
    if min(plane.shape) < _MIN_SIDE:
        return []
    x0, y0, x1, y1 = trim_edges(plane)
    inner = plane[y0:y1, x0:x1]
    if inner.shape == plane.shape and above >= _USUAL:  # nothing was cut off: no region weighs more
        return []
    excess, paper = _flatten(inner)
    ink, rules = _find_ink(excess)
    labels, parts, borders = _find_parts(ink)
    lines = _join_lines(parts)
    if not lines:
        return []
    tallest = max(line.height for line in lines)
    lines = [line for line in lines if line.height >= _LEAST_HEIGHT * tallest]
    if inner.shape == plane.shape and not rules.any() and len(lines) == 1:
        return []
    ranked = sorted(((_weigh(line, inner.shape), line) for line in lines), key=lambda pair: -pair[0])
    small = inner.shape != plane.shape and ranked[0][1].height < _SMALL_HEIGHT * plane.shape[0]
    scale = (_SMALL if small else _USUAL) / ranked[0][0]
    upright = cv2.morphologyEx(rules, cv2.MORPH_OPEN, np.ones((max(3, inner.shape[0] // 4), 1), np.uint8))
    taken = np.asarray(cv2.max(upright, _mark_labels(labels, borders)), np.uint8)
    regions = [
        replace(
            _cut_out(inner, paper, labels, line, (x0, y0)), weight=weight * scale, cut=_is_cut(line, taken)
        )
        for weight, line in ranked[:MAX_REGIONS]
    ]
    if inner.shape != plane.shape and not small:
        regions.append(Region(np.ascontiguousarray(inner), x0, y0, _INNER))
    return regions if any(region.weight > above for region in regions) else []


def find_small_line(plane: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """Find (x0, y0, x1, y1) of a line of several digits that is small and alone on a crop, with a margin.

    A single stroke may be anything.

    Parameters
    ----------
    plane : NDArray[uint8]
        uint8 (H, W), with `LARGE` rows or more.

    Returns
    -------
    tuple[int, int, int, int] | None
        None where the crop holds no such line.
    """
    scale = min(1.0, _SEARCH_ROWS / plane.shape[0])
    shrunk = np.asarray(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if trim_edges(shrunk) != (0, 0, shrunk.shape[1], shrunk.shape[0]):  # an untidy crop, to be searched
        return None
    ink, _ = _find_ink(_flatten(shrunk, _SPARSE)[0])
    lines = sorted(_join_lines(_find_parts(ink)[1]), key=lambda line: -line.height)
    if not lines or any(line.height >= _LEAST_HEIGHT * lines[0].height for line in lines[1:]):
        return None
    line, height = lines[0], lines[0].height / scale
    if line.width < (_WIDE if len(line.labels) == 1 else 1.0) * line.height:
        return None
    if not _LEAST_DIGIT <= height < _SMALL_HEIGHT * plane.shape[0]:
        return None
    margin = 2 * _MARGIN * height
    x0, y0 = (max(0, round(edge / scale - margin)) for edge in (line.x0, line.y0))
    x1, y1 = (round(edge / scale + margin) for edge in (line.x1, line.y1))
    return x0, y0, min(x1, plane.shape[1]), min(y1, plane.shape[0])


def trim_edges(plane: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Find (x0, y0, x1, y1) of the paper: without strips of the other grey along the edges.

    Parameters
    ----------
    plane : NDArray[uint8]
        uint8 (H, W).
    """
    _, light = cv2.threshold(plane, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = 1 - light
    share = cv2.countNonZero(light) / light.size
    height, width = plane.shape
    if share in (0.0, 1.0) or cv2.mean(plane, light)[0] - cv2.mean(plane, dark)[0] < _MIN_CONTRAST:
        return 0, 0, width, height
    other = np.asarray(dark if share >= _LIGHT else light, np.uint8)
    x0, x1 = _trim(_average(other, 0))
    y0, y1 = _trim(_average(other[:, x0:x1], 1))
    return x0, y0, x1, y1


def _average(mask: NDArray[np.uint8], axis: int) -> NDArray[np.float64]:
    """Average a mask of 0 and 1 over its rows (axis 0) or its columns (1)."""
    counts = cv2.reduce(mask, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return np.asarray(counts.ravel() / mask.shape[axis], np.float64)


def _trim(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Find the first and last line within the strips at either end, whose shares are high."""
    most = int(_MOST * len(shares))
    first, last = 0, len(shares)
    covered = shares > _STRIP
    soft = max(1, round(0.02 * len(shares)))  # lines at the strip's edge, which is seldom straight
    if covered[: soft + 1].any():
        while first < most and covered[first : first + soft + 1].any():
            first += 1
        first = min(first + soft, most) if first else 0
    if covered[-soft - 1 :].any():
        while last > len(shares) - most and covered[max(0, last - soft - 1) : last].any():
            last -= 1
        last = max(last - soft, len(shares) - most) if last < len(shares) else last
    return (first, last) if first < last else (0, len(shares))  # stripes all over are no strips


def _flatten(plane: NDArray[np.uint8], sparse: float = 0.01) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Find by how many grey levels each pixel is darker, or lighter, than its paper, and that paper.

    Ink covers a share of the plane of `sparse` at least.
    """
    counts = np.bincount(plane[::2, ::2].ravel(), minlength=256)
    low, middle, high = (_find_quantile(counts, part) for part in (sparse, 0.5, 1.0 - sparse))
    dark = middle - low >= high - middle
    side = max(9, round(0.3 * min(plane.shape))) | 1
    turned = plane if dark else 255 - plane
    small = cv2.resize(turned, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side // 4 | 1, side // 4 | 1))
    closed = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), (0, 0), 2.0)
    paper = cv2.resize(closed, (plane.shape[1], plane.shape[0]), interpolation=cv2.INTER_LINEAR)
    excess = cv2.subtract(paper, turned)
    return np.asarray(excess, np.uint8), np.asarray(paper if dark else 255 - paper, np.uint8)


def _find_ink(excess: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Tell ink from paper and from rules: two masks of 0 and 1."""
    counts = np.bincount(excess[::2, ::2].ravel(), minlength=256)
    middle = _find_quantile(counts, 0.5)
    deviation = max(1.0, _find_quantile(np.bincount(np.abs(_LEVELS - middle), counts, 256), 0.5))
    grain = max(_LEAST_INK, middle + _NOISE * deviation)
    faint = np.asarray(excess > grain, np.uint8)
    rules = _find_rules(faint)
    rest = cv2.subtract(faint, rules)
    counts = np.bincount(excess[rest > 0], minlength=256)
    level = max(grain, _INK_SHARE * _find_quantile(counts, 0.95)) if counts.any() else grain
    ink = np.asarray(excess > level, np.uint8)
    kept = np.asarray(cv2.subtract(ink, rules), np.uint8)
    if not rules.any():
        return kept, rules
    # Where a stroke crosses a rule, it goes on beyond it.
    across = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    return np.asarray(cv2.max(kept, cv2.min(across, ink)), np.uint8), rules


def _find_quantile(counts: NDArray[np.int64] | NDArray[np.float64], part: float) -> int:
    """Find the level that a part of the counted pixels does not exceed."""
    below = np.cumsum(counts)
    return int(np.searchsorted(below, part * below[-1]))


def _find_rules(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Find straight lines that cover much of a side and reach the edge: a tall digit does one of these."""
    rows, columns = ink.shape
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    across = max(12, int(_SPAN_COLUMNS * columns))
    down = max(12, int(_SPAN_ROWS * rows))
    level = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, across), np.uint8)), np.uint8)
    upright = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((down, 1), np.uint8)), np.uint8)
    near_x, near_y = 1 + round(_NEAR_EDGE * columns), 1 + round(_NEAR_EDGE * rows)
    in_rows = np.maximum(level[:, :near_x].max(axis=1), level[:, -near_x:].max(axis=1))
    in_columns = np.maximum(upright[:near_y].max(axis=0), upright[-near_y:].max(axis=0))
    found = (level & _widen(in_rows)[:, None]) | (upright & _widen(in_columns))
    return np.asarray(cv2.min(np.asarray(found, np.uint8), ink), np.uint8)


def _widen(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark the neighbours of marked rows or columns too: rules are seldom quite straight."""
    return np.asarray(cv2.dilate(lines[:, None], np.ones((7, 1), np.uint8))[:, 0], np.uint8)


def _find_parts(ink: NDArray[np.uint8]) -> tuple[NDArray[np.int32], list[_Part], list[int]]:
    """Find the components of the ink that may be written, no specks, and the labels of those of borders."""
    rows, columns = ink.shape
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = max(5, round(0.03 * min(ink.shape)))
    largest = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:_MAX_PARTS]
    parts, borders = [], []
    for i, (x, y, w, h, area) in zip(largest.tolist(), stats[largest].tolist(), strict=True):
        beside = x <= 1 or x + w >= columns - 1
        above = y <= 1 or y + h >= rows - 1
        if (beside and h > 0.3 * rows) or (above and w > 0.6 * columns) or h > 0.8 * rows:
            borders.append(i)
        elif max(w, h) >= least and area >= least:
            parts.append(_Part(x, y, x + w, y + h, area, (i,)))
    return np.asarray(labels, np.int32), parts, borders


def _join_lines(parts: Sequence[_Part]) -> list[_Part]:
    """Join components that stand beside each other in a line, until none do."""
    lines = list(parts)
    while len(lines) > 1:
        groups = _find_groups(_find_neighbours(lines))
        if len(groups) == len(lines):
            break
        lines = [_join([lines[i] for i in group]) for group in groups]
    return lines


def _find_groups(near: NDArray[np.bool_]) -> list[list[int]]:
    """Find the groups of n lines that are neighbours, bool (n, n), or have neighbours in common."""
    reached = near.astype(np.float32)
    while not np.array_equal(grown := (reached @ reached > 0).astype(np.float32), reached):
        reached = grown
    groups = defaultdict[int, list[int]](list)
    for i, first in enumerate(reached.argmax(axis=1).tolist()):
        groups[first].append(i)
    return list(groups.values())


def _find_neighbours(lines: Sequence[_Part]) -> NDArray[np.bool_]:
    """Find which of n lines go on in which: beside them, or the rest of a broken stroke: bool (n, n)."""
    x0, y0, x1, y1 = np.array([(p.x0, p.y0, p.x1, p.y1) for p in lines]).T
    height, width = y1 - y0, x1 - x0
    beside = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)  # rows that both cover, or less than none
    above = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    low, tall = np.minimum.outer(height, height), np.maximum.outer(height, height)
    in_line = (beside >= 0.5 * low) & (-above <= _REACH * tall)
    broken = (above >= 0.5 * np.minimum.outer(width, width)) & (beside >= -2) & (low > 0.2 * tall)
    return np.asarray(in_line | broken, np.bool_)


def _join(parts: Sequence[_Part]) -> _Part:
    return _Part(
        min(part.x0 for part in parts),
        min(part.y0 for part in parts),
        max(part.x1 for part in parts),
        max(part.y1 for part in parts),
        sum(part.area for part in parts),
        tuple(label for part in parts for label in part.labels),
    )


def _weigh(line: _Part, shape: tuple[int, ...]) -> float:
    """Weigh how central and how complete a line is, 0 to 1."""
    rows, columns = shape
    off_x = (line.x0 + line.x1) / columns - 1
    off_y = (line.y0 + line.y1) / rows - 1
    central = float(np.exp(-2.5 * (off_x**2 + off_y**2)))
    outside = line.x0 <= 1 or line.y0 <= 1 or line.x1 >= columns - 1 or line.y1 >= rows - 1
    size = min(1.0, line.area / (0.006 * rows * columns)) ** 0.5
    return central * (0.15 if outside else 1.0) * float(size)


def _is_cut(line: _Part, taken: NDArray[np.uint8]) -> bool:
    """Tell whether something that was taken away, or the edge of the crop, is so near that ink may lack.

    A level rule through or under a number takes nothing away that tells.
    """
    room = max(2, round(_TOUCH * line.height))
    near = taken[max(0, line.y0 - room) : line.y1 + room, max(0, line.x0 - room) : line.x1 + room]
    return line.x0 <= 1 or line.x1 >= taken.shape[1] - 1 or bool(near.any())


def _cut_out(
    inner: NDArray[np.uint8],
    paper: NDArray[np.uint8],
    labels: NDArray[np.int32],
    line: _Part,
    corner: tuple[int, int],
) -> Region:
    """Cut a line out with a margin, and put paper where other ink is."""
    margin = max(4, round(_MARGIN * line.height))
    top, bottom = max(0, line.y0 - margin), min(inner.shape[0], line.y1 + margin)
    left, right = max(0, line.x0 - margin), min(inner.shape[1], line.x1 + margin)
    own = _mark_labels(labels[top:bottom, left:right], line.labels)
    near = cv2.dilate(own, np.ones((5, 5), np.uint8)) > 0
    pixels = np.where(near, inner[top:bottom, left:right], paper[top:bottom, left:right])
    return Region(np.ascontiguousarray(pixels), corner[0] + left, corner[1] + top, 0.0)


def _mark_labels(labels: NDArray[np.int32], wanted: Sequence[int]) -> NDArray[np.uint8]:
    """Mark the pixels whose label is wanted with 1, the others with 0."""
    table = np.zeros(max(int(labels.max(initial=0)), *wanted, 0) + 1, np.uint8)
    table[list(wanted)] = 1
    return np.asarray(table[labels], np.uint8)
