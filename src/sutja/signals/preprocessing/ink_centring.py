"""One character found in a picture of any size, scaled and centred as the pictures of a training set are.

MNIST's digits were made so: scaled to fit a box of 20 × 20 pixels, and put into 28 × 28 with their centre of
mass in the middle (LeCun et al. 1998). Letters: h, w a picture's rows and columns, H, W those of the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.normalisation import MIN_CONTRAST, find_ink, to_grey

CENTRES = ("mass", "box")
DARK, LIGHT = 80, 175  # grey levels of paper that is clearly dark or light
_SEARCH_SIDE = 512  # pixels: ink is looked for on a picture of at most this side
_LIGHT_SIDE = 24  # pixels of the shorter side, from which on the paper may be lit unevenly
_EVEN = 6  # grey levels between which the edges of an evenly lit picture lie
_LIGHT_GRID = 48  # pixels: the light is measured on at most so many a side
_NEAR_PAPER = 64.0  # grey levels from the median within which a first fit takes a pixel for paper
_PAPER_FITS = 4
_LEAST_PAPER = 0.3  # share of the pixels; with less there is no telling how the paper is lit
_FAR_OFF, _LEAST_OFF = 3.7, 4.0  # times the median distance of paper, and levels: what lies further is ink
_INK = 0.42  # share of full ink from which a pixel belongs to a stroke
_FAINT = 0.3  # share of ink, of the darkest, that counts where a stroke is cut out
_PALE = 0.2  # share of ink below which a pixel does not tell how strong the ink is
_SPECK = 0.02  # of the largest part's area: smaller parts are dust
_NEAR = 0.5  # of the largest part's longer side: parts further off are something else
_FINE = 4  # times the size of the result, at which the width of strokes is measured and mended
_THIN, _PEN = 0.1, 0.14  # of the character's longer side: thinner strokes than the first get the second
_THICK = 0.25  # of the longer side: thicker strokes are worn to this
_MOST_PARTS = 12  # more are grain or texture, and no character
_PIXELS_A_GRAIN = 100  # pixels of the picture for each speck or hole that is let pass
_MOST_COVER = 0.9  # of its box: more is a blot
_LEAST_SIDE = 5  # pixels of a picture: a smaller part is a speck


@dataclass(frozen=True, slots=True)
class InkPlace:
    """Place and size of the character in a centred picture.

    Parameters
    ----------
    height, width : int
        H and W of the picture.
    side : int
        Pixels of the longer side of the ink.
    centre : str
        What lies in the middle: "mass" for the ink's centre of mass, "box" for that of its box.
    """

    height: int
    width: int
    side: int
    centre: str = "mass"


def is_centred(picture: NDArray[np.uint8], place: InkPlace) -> bool:
    """Return True if a picture is as `centre_ink` makes it: light ink on black, of that size and place."""
    if picture.shape != (place.height, place.width):
        return False
    x, y, width, height = cv2.boundingRect(picture)
    if not place.side - 1 <= max(width, height) <= place.side:
        return False
    if place.centre == "box":
        return abs(2 * x + width - place.width) <= 2 and abs(2 * y + height - place.height) <= 2
    moments = cv2.moments(picture)
    mass = moments["m00"]
    return (
        abs(moments["m10"] / mass + 0.5 - place.width / 2) <= 1.0
        and abs(moments["m01"] / mass + 0.5 - place.height / 2) <= 1.0
    )


def centre_ink(picture: NDArray[np.uint8], place: InkPlace) -> NDArray[np.uint8]:
    """Find the character in a picture, and scale and centre it.

    Ink may be darker or lighter than the paper. Dust is left out, uneven light is taken away, and strokes too
    thin to survive the scaling are made wider. A picture that is so already comes back as it is.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (h, w) grey or (h, w, 3) RGB.
    place : InkPlace
        Where the character goes.

    Returns
    -------
    NDArray[uint8]
        uint8 (H, W), 255 where there is ink; all 0 where no character is found.
    """
    if picture.ndim == 2 and is_centred(picture, place):
        return picture
    ink = _find_character(picture)
    if ink is None:
        return np.zeros((place.height, place.width), np.uint8)
    return _put(_scale(ink, place.side), place)


def _find_character(picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Cut the character out: float32 (h, w), its share of full ink; None where there is none."""
    plane = even_light(to_grey(picture))
    shrink = -(-max(plane.shape) // _SEARCH_SIDE)
    if shrink > 1:  # find it on a smaller picture, then look closer: shrinking made its ink pale
        size = max(1, plane.shape[1] // shrink), max(1, plane.shape[0] // shrink)
        found = _mark_character(np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8))
        if found is None:
            return None
        left, top, width, height = (shrink * value for value in cv2.boundingRect(found[1]))
        edge = max(2 * shrink, max(width, height) // 4)
        plane = plane[max(0, top - edge) : top + height + edge, max(0, left - edge) : left + width + edge]
    found = _mark_character(plane)
    if found is None:
        return None
    levels, parts = found
    ink = np.clip(levels[plane], 0.0, 1.0) * cv2.dilate(parts, np.ones((3, 3), np.uint8))
    left, top, width, height = cv2.boundingRect((ink > _FAINT).astype(np.uint8))
    return np.asarray(ink[top : top + height, left : left + width], np.float32)


def _mark_character(plane: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.uint8]] | None:
    """Mark the pixels of the character, uint8 (h, w), beside the share of ink at each grey level (256,).

    None where there is no ink, too little, or so much that it is a blot, grain or texture.
    """
    levels = find_ink(plane, MIN_CONTRAST).ink
    parts = None if levels is None else _find_parts(levels[plane] > _INK)
    if levels is None or parts is None:
        return None
    _, _, width, height = cv2.boundingRect(parts)
    narrow = 2 * min(width, height) <= max(width, height)  # a full box is a stroke where it is narrow
    blot = not narrow and cv2.countNonZero(parts) > _MOST_COVER * width * height
    return None if blot or max(width, height) < _LEAST_SIDE else (levels, parts)


def find_box(picture: NDArray[np.uint8]) -> tuple[float, float, float, float, float] | None:
    """Find the character in a picture: its longer side, and from the middle the offsets of its two centres.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (h, w) grey or (h, w, 3) RGB, not larger than what ink is looked for on.

    Returns
    -------
    tuple[float, float, float, float, float] | None
        Longer side, offset (x, y) of the centre of mass and of the centre of the box, in pixels; None where
        there is no character.
    """
    plane = even_light(to_grey(picture))
    found = _mark_character(plane)
    if found is None:
        return None
    ink = np.clip(found[0][plane], 0.0, 1.0) * cv2.dilate(found[1], np.ones((3, 3), np.uint8))
    left, top, width, height = cv2.boundingRect((ink > 0).astype(np.uint8))
    x, y = _find_mass(ink)
    middle_x, middle_y = plane.shape[1] / 2, plane.shape[0] / 2
    return (
        float(max(width, height)),
        x - middle_x,
        y - middle_y,
        left + width / 2 - middle_x,
        top + height / 2 - middle_y,
    )


def _find_mass(ink: NDArray[np.float32]) -> tuple[float, float]:
    """Find the centre of mass (x, y) of ink; OpenCV would take two columns for points of a curve."""
    columns, rows = ink.sum(0), ink.sum(1)
    whole = float(columns.sum())
    x = float(columns @ np.arange(len(columns))) / whole
    y = float(rows @ np.arange(len(rows))) / whole
    return x + 0.5, y + 0.5


def even_light(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take uneven light away: the paper's level, a surface of degree 2, becomes the same everywhere.

    Parameters
    ----------
    plane : NDArray[uint8]
        uint8 (h, w) grey.
    """
    if min(plane.shape) < _LIGHT_SIDE or _is_even(plane):
        return plane
    rows, columns = (min(_LIGHT_GRID, side) for side in plane.shape)
    grid = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float64)
    surface = _fit_paper(grid)
    if np.ptp(surface) < _EVEN:
        return plane
    light = cv2.resize(surface, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
    level = float(np.median(surface))
    multiplied = level > LIGHT / 2  # light multiplies what paper and ink reflect
    even = plane * (level / np.maximum(light, 1.0)) if multiplied else plane + (level - light)
    return np.asarray(np.rint(even.clip(0, 255)), np.uint8)


def _fit_paper(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a surface of degree 2 to the paper of a small picture; a level one where there is little paper."""
    rows, columns = grid.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], -1).reshape(-1, 6)
    values = grid.ravel()
    surface = np.full_like(values, np.median(values))
    paper = np.abs(values - surface) <= _NEAR_PAPER
    for _ in range(_PAPER_FITS):  # ink is what lies far from the surface; fit again without it
        if paper.mean() < _LEAST_PAPER:
            return np.full_like(grid, np.median(values))
        surface = terms @ np.linalg.lstsq(terms[paper], values[paper], rcond=None)[0]
        off = np.abs(values - surface)
        paper = off <= max(_FAR_OFF * float(np.median(off[paper])), _LEAST_OFF)
    return np.asarray(surface.reshape(rows, columns))


def measure_edges(picture: NDArray[np.uint8]) -> float:
    """Measure the middle grey level of a picture's edges."""
    return float(np.median(_cut_edges(to_grey(picture))))


def _cut_edges(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]])


def _is_even(plane: NDArray[np.uint8]) -> bool:
    """Return True if the edges of a picture are of one level."""
    edges = _cut_edges(plane)
    low, high = np.quantile(edges, (0.1, 0.9), method="nearest")
    return int(high) - int(low) < _EVEN


def _find_parts(mask: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """Mark the strokes of the character: its largest part and those near it; None for grain and texture."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    holes = cv2.connectedComponents((~mask).view(np.uint8), connectivity=4)[0] - 2
    if count < 2 or count + holes > _MOST_PARTS + mask.size / _PIXELS_A_GRAIN:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA]
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    main = int(areas.argmax())
    large = areas >= max(_SPECK * areas[main], 2)
    if large.sum() > _MOST_PARTS:
        return None
    left, top, width, height = stats[main + 1, :4]
    reach = _NEAR * max(width, height)
    lefts, tops, widths, heights = stats[1:, :4].T
    near = (
        (lefts <= left + width + reach)
        & (lefts + widths >= left - reach)
        & (tops <= top + height + reach)
        & (tops + heights >= top - reach)
    )
    kept = np.concatenate([[False], large & near & (sides >= 2)])
    return np.asarray(kept[labels], np.uint8)


def _scale(ink: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Bring the ink's longer side to `side` pixels, with strokes that a pen of everyday use makes."""
    h, w = ink.shape
    fine = _FINE * side / max(h, w)
    size = max(1, round(w * fine)), max(1, round(h * fine))
    interpolation = cv2.INTER_AREA if fine < 1 else cv2.INTER_CUBIC
    large = np.asarray(cv2.resize(ink, size, interpolation=interpolation), np.float32).clip(0, 1)
    large = _mend_pen(large, _FINE * side)
    left, top, width, height = cv2.boundingRect((large > _FAINT).astype(np.uint8))
    if not width:
        return large
    large = large[top : top + height, left : left + width]
    factor = side / max(width, height)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.float32)


def _mend_pen(ink: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Widen thin strokes, wear thick ones; the mean distance to the edge is a quarter of a stroke's width."""
    mask = np.pad((ink > 0.5).astype(np.uint8), 1)
    if not mask.any():
        return ink
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    width = 4.0 * cv2.mean(distance, mask)[0]
    if _THIN * side <= width <= _THICK * side:
        return ink
    wanted = (_PEN if width < _THIN * side else _THICK) * side
    reach = max(1, round(abs(wanted - width)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach | 1, reach | 1))
    if wanted > width:
        return np.asarray(cv2.dilate(np.pad(ink, reach), kernel), np.float32)
    worn = np.asarray(cv2.erode(ink, kernel), np.float32)
    return worn if (worn > 0.5).any() else ink


def _put(ink: NDArray[np.float32], place: InkPlace) -> NDArray[np.uint8]:
    """Put the ink (h, w) into the middle of the picture; a part beyond its edge is moved inside."""
    seen = ink[ink > _PALE]
    centred = np.zeros((place.height, place.width), np.uint8)
    if not seen.size:
        return centred
    ink = (ink / np.percentile(seen, 90)).clip(0, 1)[: place.height, : place.width]
    h, w = ink.shape
    top, left = (place.height - h) / 2, (place.width - w) / 2
    if place.centre == "mass":
        x, y = _find_mass(ink)
        top, left = place.height / 2 - y, place.width / 2 - x
    row = min(max(round(top), 0), place.height - h)
    column = min(max(round(left), 0), place.width - w)
    centred[row : row + h, column : column + w] = np.rint(ink * 255)
    return centred
