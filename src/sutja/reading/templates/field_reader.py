"""Reading of fields: what each may say, with a probability, from its boxes one by one and from the whole.

The boxes of a comb are read as single digits, where "no number" says that a box was crossed or dashed out.
The whole field is read as well, without the boxes that are empty. The two are joined as two readers are: by
the product of what each gives an answer, with floors, so that one alone can still be right.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.grammar import Grammar, infer_kind, make_digit_grammar, make_grammar
from sutja.reading.decode import Hypothesis
from sutja.reading.templates.field_image import FieldImage
from sutja.reading.templates.strokes import is_dash, measure_cross, measure_crossing
from sutja.reading.templates.template_field import TemplateField
from sutja.types import Box

# Crops of one number each, (H, W), and the grammar of its kind: the hypotheses of each, calibrated, likeliest
# first; none for a blank crop.
ReadHypotheses: TypeAlias = Callable[
    [Sequence[NDArray[np.uint8]], Grammar | None], Sequence[Sequence[Hypothesis]]
]
_Distribution: TypeAlias = dict[str, float]  # digits, "" for nothing, and their probabilities

# Measures of a cross below which "no number" is rather a digit that cannot be read, and from which it is one:
# by two strokes that cross, and by both diagonals.
_CROSSING, _DIAGONALS = (0.2, 0.5), (0.45, 0.6)
_STRUCK = 0.6  # from which a whole field is crossed out
_UNSHAPED = 0.1  # least factor on the probability of a crossed box, by its shape
_INSIDE, _BEHIND = 0.02, 0.3  # factor for empty boxes between digits, and for crossed boxes behind them
_EMPTY = 0.99  # probability that a field without ink is empty
_FLOORS = (0.002, 0.002)  # of the boxes one by one, and of the whole: neither rules an answer out
_TEMPER = 0.7  # exponent of their product: they look at the same ink
_MISFIT = 0.1  # factor on what does not fit the kind or the number of digits
_BEAM = 200  # rows of digits followed while boxes are multiplied
_MOST = 12  # answers kept of a field
_LEAST = 1e-4  # probability of an answer that is kept
_CERTAIN = 0.999  # nothing is surer


@dataclass(frozen=True, slots=True)
class Answer:
    """A reading that a field may have.

    Attributes
    ----------
    digits, text : str
        Its digits, and the text as written; "" where it is empty.
    value : str | None
        Value by the field's kind.
    kind : str
        Kind that it has.
    probability : float
        Calibrated probability.
    """

    digits: str
    text: str
    value: str | None
    kind: str
    probability: float


class FieldReader:
    """Reads fields that were cut out of a page.

    Parameters
    ----------
    read_hypotheses : ReadHypotheses
        Reads crops with a grammar: as `Reader.open_form_reader` makes it.
    """

    def __init__(self, read_hypotheses: ReadHypotheses) -> None:
        self._read_hypotheses = read_hypotheses

    def read(self, fields: Sequence[TemplateField], images: Sequence[FieldImage]) -> list[list[Answer]]:
        """Return what each field may say, likeliest first.

        Parameters
        ----------
        fields : Sequence[TemplateField]
            Fields of a template.
        images : Sequence[FieldImage]
            Their pictures.
        """
        cells = self._read_cells(images)
        wholes = self._read_wholes(fields, images, cells)
        return [
            make_answers(field, mine, whole) for field, mine, whole in zip(fields, cells, wholes, strict=True)
        ]

    def _read_cells(self, images: Sequence[FieldImage]) -> list[list[_Distribution]]:
        """Read the boxes of each comb one by one; those of fields without a comb are not asked."""
        places = [
            (i, k)
            for i, image in enumerate(images)
            for k, cell in enumerate(image.cells)
            if len(image.cells) > 1 and image.has_ink(cell)
        ]
        crops = [images[i].crop(images[i].cells[k]) for i, k in places]
        found = self._read_hypotheses(crops, make_digit_grammar(1, 1)) if crops else []
        read = {
            place: _read_cell(hypotheses, images[place[0]].crop_ink(images[place[0]].cells[place[1]]))
            for place, hypotheses in zip(places, found, strict=True)
        }
        return [
            [read.get((i, k), {"": _EMPTY}) for k in range(len(image.cells))] if len(image.cells) > 1 else []
            for i, image in enumerate(images)
        ]

    def _read_wholes(
        self,
        fields: Sequence[TemplateField],
        images: Sequence[FieldImage],
        cells: Sequence[Sequence[_Distribution]],
    ) -> list[dict[str, Hypothesis] | None]:
        """Read whole fields without their empty boxes; None for those that have no ink left."""
        by_grammar: dict[Grammar | None, list[int]] = defaultdict(list)
        crops = []
        for i, (field, image, mine) in enumerate(zip(fields, images, cells, strict=True)):
            crop = image.erase(_list_empty(image, mine)) if mine else image
            whole = Box(0.0, 0.0, float(image.ink.shape[1]), float(image.ink.shape[0]))
            crops.append(crop.pixels)
            if crop.has_ink(whole) and not (not mine and is_struck(crop.ink)):
                by_grammar[choose_grammar(field)].append(i)
        found: list[dict[str, Hypothesis] | None] = [None] * len(fields)
        for grammar, indices in by_grammar.items():
            answers = self._read_hypotheses([crops[i] for i in indices], grammar)
            for i, hypotheses in zip(indices, answers, strict=True):
                found[i] = _by_digits(hypotheses, grammar)
        return found


def choose_grammar(field: TemplateField) -> Grammar | None:
    """Choose the grammar of a field's text: digits alone in a comb and where their number is known."""
    if field.digits is not None and field.kind in ("number", "auto"):
        return make_digit_grammar(*field.digits)
    return make_grammar(field.kind, field.country)


def is_struck(ink: NDArray[np.uint8]) -> bool:
    """Tell whether ink, (H, W) with 1 on it, is a cross or a dash."""
    return is_dash(ink) or measure_cross(ink) >= _STRUCK


def _read_cell(hypotheses: Sequence[Hypothesis], ink: NDArray[np.uint8]) -> _Distribution:
    """Return what a box may say; "" stands for crossed out."""
    if not hypotheses:
        return {"": _EMPTY}
    found: _Distribution = {}
    for hypothesis in hypotheses:
        digits = hypothesis.digits or ""
        if len(digits) <= 1:
            found[digits] = found.get(digits, 0.0) + hypothesis.probability
    if is_dash(ink):
        return {digits: p * (1.0 - _EMPTY) for digits, p in found.items() if digits} | {"": _EMPTY}
    if "" in found:
        found[""] *= min(1.0, max(_UNSHAPED, _measure_shape(ink)))
    return found


def _measure_shape(ink: NDArray[np.uint8]) -> float:
    """Measure how much the shape of ink is that of a cross, by the better of two measures; 1 is one."""
    measured = (measure_crossing(ink), *_CROSSING), (measure_cross(ink), *_DIAGONALS)
    return max((value - least) / (enough - least) for value, least, enough in measured)


def _list_empty(image: FieldImage, cells: Sequence[_Distribution]) -> tuple[Box, ...]:
    return tuple(cell for cell, mine in zip(image.cells, cells, strict=True) if _is_empty(mine))


def _is_empty(cell: _Distribution) -> bool:
    """Tell whether a box is empty, or crossed or dashed out, rather than any digit."""
    return cell.get("", 0.0) > max((p for digits, p in cell.items() if digits), default=0.0)


def _by_digits(hypotheses: Sequence[Hypothesis], grammar: Grammar | None) -> dict[str, Hypothesis]:
    """Keep the hypotheses that are numbers by their digits, the best of each; misfits count less."""
    found: dict[str, Hypothesis] = {}
    for hypothesis in hypotheses:
        if hypothesis.digits is None or (grammar is not None and hypothesis.typed is None):
            continue
        other = found.get(hypothesis.digits)
        if other is None or other.probability < hypothesis.probability:
            found[hypothesis.digits] = hypothesis
    return found


def make_answers(
    field: TemplateField, cells: Sequence[_Distribution], whole: Mapping[str, Hypothesis] | None
) -> list[Answer]:
    """Make the answers of a field, likeliest first.

    Parameters
    ----------
    field : TemplateField
        Field.
    cells : Sequence[dict[str, float]]
        What each box of its comb may say; none where it has no comb.
    whole : Mapping[str, Hypothesis] | None
        What the whole may say, by digits; None where nothing is left to read.
    """
    if not cells and whole is None:
        return [_answer(field, "", None, _EMPTY)]
    if cells:
        # The whole was read without the boxes taken for empty: it cannot vouch for that.
        sure = math.prod(min(1.0, mine[""] / _EMPTY) for mine in cells if _is_empty(mine))
        joined = _prefer_fitting(field, _join(_multiply(cells), whole))
        weights = {digits: sure * p for digits, p in joined.items()}
    else:
        assert whole is not None
        weights = {
            digits: item.probability * (1.0 if fits_count(field, digits) else _MISFIT)
            for digits, item in whole.items()
        }
    ranked = sorted(weights, key=lambda digits: -weights[digits])[:_MOST]
    return [
        _answer(field, digits, (whole or {}).get(digits), min(weights[digits], _CERTAIN))
        for digits in ranked
        if weights[digits] >= _LEAST
    ]


def _prefer_fitting(field: TemplateField, weights: _Distribution) -> _Distribution:
    """Prefer what has the field's number of digits and is of its kind, or is empty; the sum stays."""
    grammar = None if field.kind == "auto" else make_grammar(field.kind, field.country)
    preferred = {}
    for digits, p in weights.items():
        fits = fits_count(field, digits) and (grammar is None or grammar.parse(digits) is not None)
        preferred[digits] = p if fits or not digits else p * _MISFIT
    scale = sum(weights.values()) / max(sum(preferred.values()), _LEAST)
    return {digits: p * scale for digits, p in preferred.items()}


def fits_count(field: TemplateField, digits: str) -> bool:
    """Tell whether a field may have so many digits."""
    return field.digits is None or field.digits[0] <= len(digits) <= field.digits[1]


def _multiply(cells: Sequence[_Distribution]) -> _Distribution:
    """Multiply what the boxes of a comb may say to what the field may say.

    Digits stand side by side; boxes are crossed out before them rather than behind.
    """
    beam: dict[tuple[str, bool], float] = {("", False): 1.0}  # digits so far, and True behind an empty box
    for cell in cells:
        longer: dict[tuple[str, bool], float] = defaultdict(float)
        for (before, gap), p in beam.items():
            for digits, q in cell.items():
                if digits:
                    longer[before + digits, False] += p * q * (_INSIDE if before and gap else 1.0)
                else:
                    longer[before, True] += p * q * (_BEHIND if before and not gap and q < _EMPTY else 1.0)
        best = sorted(longer, key=lambda key: -longer[key])[:_BEAM]
        beam = {key: longer[key] for key in best}
    found: _Distribution = defaultdict(float)
    for (digits, _), p in beam.items():
        found[digits] += p
    return dict(found)


def _join(cells: _Distribution, whole: Mapping[str, Hypothesis] | None) -> _Distribution:
    """Join what the boxes and the whole say."""
    if whole is None:  # nothing is left to read once the empty boxes are erased
        return cells
    given = {
        digits: (cells.get(digits, 0.0), whole[digits].probability if digits in whole else 0.0)
        for digits in {*cells, *whole}
    }
    if not given:
        return {}
    # What neither of them gives to any answer: there each goes by what the other says.
    no_cells, no_whole = (max(0.0, 1.0 - sum(given_by)) for given_by in zip(*given.values(), strict=True))
    scores = {
        digits: _weigh(cell + no_cells * all_, all_ + no_whole * cell)
        for digits, (cell, all_) in given.items()
    }
    total = sum(scores.values()) + _weigh(no_cells, no_whole)
    return {digits: score / total for digits, score in scores.items()}


def _weigh(cells: float, whole: float) -> float:
    """Weigh an answer by what the boxes and the whole give it."""
    return float((max(cells, _FLOORS[0]) * max(whole, _FLOORS[1])) ** _TEMPER)


def _answer(field: TemplateField, digits: str, read: Hypothesis | None, probability: float) -> Answer:
    """Make the answer of these digits, with text and value where the whole was read so."""
    if not digits:
        return Answer("", "", None, field.kind, probability)
    if read is not None and not field.comb:
        typed = read.typed if read.typed is not None else infer_kind(read.text, field.country)
        return Answer(digits, read.text, typed.value, typed.kind, probability)
    grammar = make_grammar(field.kind, field.country)
    parsed = None if grammar is None else grammar.parse(digits)
    plain = digits if field.kind in ("number", "auto") else None
    return Answer(
        digits, digits, parsed.value if parsed else plain, parsed.kind if parsed else field.kind, probability
    )
