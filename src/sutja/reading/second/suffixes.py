"""Letters behind a number that look like digits: "7B" is not 78, "8g" is not 88.

Readers of digits are sure of such digits. The recogniser of text knows letters, and is asked where the last
digit does not stand like the others (a small letter is lower or hangs below the line), where a gap parts it
from them, or where it is a 0, 5 or 8, which a D, S or B in print looks like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from sutja.charset import DIGITS
from sutja.grammar import keep_digits
from sutja.reading.character_boxes import locate_characters
from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import Normalised

_LIKE_CAPITALS = "058"
_NO_LETTERS = f"{DIGITS}.,:;-/=)*# "
_LEVEL = 0.06  # of the height: digits of print differ less in place and size
_OFF = 0.15  # from which a last digit does not stand like the others
_GAP = 0.3  # of the height, before the last digit
_SHORT = 4  # digits of a number that a capital may stand behind
_CENTS = 2  # digits behind a mark: these are no letters
_SURE = 0.8  # probability of each character of a line with letters that is believed
_SURE_UPRIGHT = 0.9  # the same, from which a crop is not turned
_DENIED = 0.5  # probability of digits that are denied


def may_end_in_letters(glyphs: Sequence[Glyph], normalised: Normalised) -> bool:
    """Tell whether the last digit of a number may be a letter, by its place, its size or its shape.

    Parameters
    ----------
    glyphs : Sequence[Glyph]
        Characters of the likeliest hypothesis.
    normalised : Normalised
        Picture that they were read from.
    """
    text = "".join(glyph.text for glyph in glyphs)
    if sum(symbol in DIGITS for symbol in text) < 2:
        return False
    width = round(normalised.array.shape[1] * normalised.scale_x + abs(normalised.x0)) + 1
    height = round(normalised.array.shape[0] * normalised.scale_y + abs(normalised.y0)) + 1
    boxes = locate_characters(glyphs, normalised, width, height)
    digits = [box for glyph, box in zip(glyphs, boxes, strict=True) if glyph.text in DIGITS]
    *before, last = digits
    top, base = median(box.y0 for box in before), median(box.y1 for box in before)
    unit = base - top
    if unit <= 0:
        return False
    off = max(abs(last.y0 - top), abs(last.y1 - base)) / unit
    if off > _OFF or (last.x0 - before[-1].x1) / unit > _GAP:
        return True
    is_short = len(digits) <= _SHORT and len(_behind_mark(text)) != _CENTS
    return is_short and off < _LEVEL and keep_digits(text)[-1] in _LIKE_CAPITALS


def _behind_mark(text: str) -> str:
    """Return what stands behind the last point or comma; nothing where there is none."""
    return text.replace(",", ".").rpartition(".")[2] if "." in text or "," in text else ""


def ends_in_letters(hypotheses: Sequence[Hypothesis], written: Written) -> bool:
    """Tell whether a line in characters of any kind has letters where an answer has its last digits.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers, likeliest first.
    written : Written
        Number of the line.
    """
    digits = hypotheses[0].digits if hypotheses else None
    if digits is None or digits == written.digits or not digits.startswith(written.digits):
        return False
    seen = (*written.glyphs, *written.behind)
    return seen[-1].text not in _NO_LETTERS and min(glyph.probability for glyph in seen) >= _SURE


def stands_upright(written: Written) -> bool:
    """Tell whether a line with digits and letters is so sure that the crop does not stand on its head.

    Parameters
    ----------
    written : Written
        Number of the line.
    """
    seen = (*written.before, *written.glyphs, *written.behind)
    has_letters = any(glyph.text.isalpha() for glyph in seen)
    return has_letters and min(glyph.probability for glyph in seen) >= _SURE_UPRIGHT


def deny_digits(
    hypotheses: Sequence[Hypothesis], witness: Sequence[Hypothesis], written: Written
) -> list[Hypothesis]:
    """Put the number of a line with letters first; neither it nor the digits are sure.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers, likeliest first.
    witness : Sequence[Hypothesis]
        Hypotheses of the recogniser of text.
    written : Written
        Number of the line, as it read it.
    """
    sure = min(written.probability, _DENIED)
    own = [replace(h, probability=sure) for h in witness if h.digits == written.digits][:1]
    others = [h for h in hypotheses if h.digits != written.digits]
    return [*own, *(replace(h, probability=min(h.probability, sure)) for h in others)]
