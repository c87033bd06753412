"""Combs: numbers that are written with each digit in a box of its own, found digit by digit and joined.

Digits of one comb stand at one pitch, close together, and further from everything else. In a grid, as of a
puzzle, every digit stands at a multiple of one pitch: such digits stay numbers of their own.

Letters: n fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.cropping import FieldCrop
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.types import Box, Character, Number

MAX_DIGITS = 12  # of a comb
_MIN_PITCH, _MAX_PITCH = 0.7, 2.6  # heights of a digit, from one to the next
_EVEN = 0.3  # of the pitch, by which one step may differ from another
_ALIKE = 0.5  # of the higher one's height
_ON_LINE = 0.5  # heights by which middles may be off
_COLUMN, _NEAR = 0.35, 3.5  # steps to the side, and heights up or down, to the heading of a column at most
_PUZZLE = 17  # lone digits that a puzzle has at least, as sudokus have
_LATTICE, _LATTICE_COLUMNS = 0.85, 5  # concentration of phases, and columns, of a grid
_SQUARE_STEPS = 0.7  # share of the digits of a puzzle that have others a pitch beside and below or above
NO_CROP = FieldCrop(np.zeros((0, 0), np.uint8), 0.0, 0.0, 1.0)  # of a number whose boxes are the page's

MakeNumber = Callable[[str, float, Sequence[Character]], Number]


def join_combs(fields: Sequence[Field], make_number: MakeNumber) -> list[Field]:
    """Join the digits of each comb to one field; other fields stay as they are.

    Parameters
    ----------
    fields : Sequence[Field]
        Fields of an upright page.
    make_number : MakeNumber
        Makes a number of a text, its confidence and its characters.
    """
    boxes = [field.ink_box for field in fields]
    digits = [i for i, field in enumerate(fields) if len(field.number.digits) == 1]
    combs = [comb for comb in find_combs(boxes, digits) if len(comb) > 1]
    if not combs or is_grid(boxes, digits, combs):
        return list(fields)
    printed = [field for field in fields if field.detection.label == "printed"]
    combs = [comb for comb in combs if not _is_row([boxes[i] for i in comb], printed)]
    joined = {i for comb in combs for i in comb}
    rest = [field for i, field in enumerate(fields) if i not in joined]
    return rest + [_join([fields[i] for i in comb], make_number) for comb in combs]


def find_combs(boxes: Sequence[Box], digits: Sequence[int]) -> list[list[int]]:
    """Find chains of digits that stand beside one another at one pitch.

    Parameters
    ----------
    boxes : Sequence[Box]
        Boxes of all numbers of the page.
    digits : Sequence[int]
        Indices of those of one digit.

    Returns
    -------
    list[list[int]]
        Indices from left to right, of each chain; no digit is in two.
    """
    following: dict[int, int] = {}
    for i in digits:
        nearest = min(
            (j for j in range(len(boxes)) if j != i and _follows(boxes[i], boxes[j])),
            key=lambda j: boxes[j].x0,
            default=None,
        )
        if nearest is not None and nearest in digits and _pitch(boxes[i], boxes[nearest]) is not None:
            following[i] = nearest
    starts = [i for i in digits if i in following and i not in following.values()]
    chains = []
    for start in starts:
        chain = [start]
        while chain[-1] in following and following[chain[-1]] not in chain:
            chain.append(following[chain[-1]])
        chains += _split(chain, boxes)
    return chains


def _is_row(digits: Sequence[Box], printed: Sequence[Field]) -> bool:
    """Tell whether digits stand in a row of a table, most of them in one column with a printed number.

    Numbers that are all alike are no headings: some combs have each digit printed below each of their boxes.
    """
    step = _measure_step(digits[0], digits[-1]) / (len(digits) - 1)
    headings = [_find_heading(digit, step, printed) for digit in digits]
    headed = [heading for heading in headings if heading is not None]
    return len(headed) > len(digits) / 2 and len(set(headed)) > 1


def _find_heading(digit: Box, step: float, printed: Sequence[Field]) -> str | None:
    """Find the digits of the nearest printed number above or below a digit."""

    def measure_distance(field: Field) -> float:
        return abs(digit.y0 + digit.y1 - field.ink_box.y0 - field.ink_box.y1) / 2

    column = [
        field
        for field in printed
        if abs(_measure_step(digit, field.ink_box)) <= _COLUMN * step
        and digit.height <= measure_distance(field) <= _NEAR * digit.height
    ]
    return min(column, key=measure_distance).number.digits if column else None


def _follows(a: Box, b: Box) -> bool:
    """Tell whether a box stands on the same line as another one, behind it."""
    height = max(a.height, b.height, 1.0)
    return b.x0 >= a.x1 - 0.2 * height and abs((a.y0 + a.y1) - (b.y0 + b.y1)) / 2 <= _ON_LINE * height


def _pitch(a: Box, b: Box) -> float | None:
    """Return the step from a digit to the next, in pixels; None where they are of no one comb."""
    low, high = sorted((a.height, b.height))
    step = _measure_step(a, b)
    return step if low >= _ALIKE * high and _MIN_PITCH * high <= step <= _MAX_PITCH * high else None


def _measure_step(a: Box, b: Box) -> float:
    """Measure the step from the middle of one box to that of the next, in pixels."""
    return ((b.x0 + b.x1) - (a.x0 + a.x1)) / 2


def _split(chain: Sequence[int], boxes: Sequence[Box]) -> list[list[int]]:
    """Split a chain where a step is longer than the usual one."""
    steps = [_measure_step(boxes[a], boxes[b]) for a, b in pairwise(chain)]
    shortest = min(steps)
    usual = median([step for step in steps if step <= (1 + _EVEN) * shortest])
    parts = [[chain[0]]]
    for index, step in zip(chain[1:], steps, strict=True):
        if step > (1 + _EVEN) * usual:
            parts.append([])
        parts[-1].append(index)
    return [part for part in parts if len(part) <= MAX_DIGITS]


def stand_in_grid(fields: Sequence[Field]) -> bool:
    """Tell whether a page has as many lone digits as a puzzle, and they stand in a grid."""
    boxes = [field.ink_box for field in fields]
    digits = [i for i, field in enumerate(fields) if len(field.number.digits) == 1]
    combs = [comb for comb in find_combs(boxes, digits) if len(comb) > 1]
    return len(digits) >= _PUZZLE and bool(combs) and is_grid(boxes, digits, combs)


def is_grid(boxes: Sequence[Box], digits: Sequence[int], combs: Sequence[Sequence[int]]) -> bool:
    """Tell whether the digits of a page stand at multiples of one pitch, as in a puzzle's grid.

    On a photograph the pitch changes across the grid, so that places far apart have no common phase: there
    the digits count that have others a pitch away, both along the line and down the column, where lines are
    long: those of a form's combs, one above the other, are short.
    """
    steps = [_measure_step(boxes[a], boxes[b]) for comb in combs for a, b in pairwise(comb)]
    pitch = median(steps)
    middles = np.array([((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) for b in (boxes[i] for i in digits)])
    if np.ptp(middles[:, 0]) < (_LATTICE_COLUMNS - 0.5) * pitch:
        return False
    phases = middles[:, 0] / pitch * 2 * math.pi
    if abs(np.exp(1j * phases).mean()) >= _LATTICE:
        return True
    return len(digits) >= _PUZZLE and _count_square_steps(middles / pitch) >= _SQUARE_STEPS


def _count_square_steps(middles: NDArray[np.float64]) -> float:
    """Count the digits that have others a pitch beside them and a pitch above or below, as a share of all.

    Where no line has as many digits in a row as a puzzle has columns, none counts.

    Parameters
    ----------
    middles : NDArray[float64]
        float64 (n, 2): x and y of the middles of lone digits, in pitches.
    """
    dx, dy = (middles[None] - middles[:, None]).transpose(2, 0, 1)
    behind = (np.abs(dx - 1) <= _EVEN) & (np.abs(dy) <= _EVEN)
    below = (np.abs(dy - 1) <= _EVEN) & (np.abs(dx) <= _EVEN)
    rest = behind.any(1)  # digits that begin a row of two, of three, and so on
    for _ in range(_LATTICE_COLUMNS - 2):
        rest = (behind & rest).any(1)
    if not rest.any():
        return 0.0
    beside = behind.any(0) | behind.any(1)
    return float((beside & (below.any(0) | below.any(1))).mean())


def _join(parts: Sequence[Field], make_number: MakeNumber) -> Field:
    """Join the fields of a comb's digits: as sure as all of them together, found as the least sure one."""
    characters: list[Character] = []
    for place, part in enumerate(parts):
        box = part.ink_box
        if place:
            last = characters[-1].box
            gap = Box(last.x1, min(last.y0, box.y0), max(last.x1, box.x0), max(last.y1, box.y1))
            characters.append(Character(" ", 1.0, gap))
        characters.append(Character(part.number.digits, part.number.confidence, box))
    text = "".join(character.text for character in characters)
    confidence = math.prod(part.number.confidence for part in parts)
    number = replace(make_number(text, 1.0, characters), confidence=confidence)
    said = [part.text for part in parts]
    words = None if None in said else math.prod(p for p in said if p is not None)
    detection = DetectedField(
        parts[0].detection.label, min(p.detection.confidence for p in parts), number.box
    )
    return Field(number, detection, NO_CROP, words, found=any(part.found for part in parts))
