"""`find_written`: a number as it is written, letters, units and signs included.

The first reader sees that there are letters, the second one which. Where the two have the same digits, signs
and unit are taken from the second, and the digits with the marks between them from the answer itself. A
serial, a number that letters belong to, is told as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sutja.charset import DIGITS, LETTER
from sutja.grammar import find_signs, keep_digits, locate_number
from sutja.grammar.lines import parse_line, unify_symbols
from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.marks import LEAST_AGREEMENT, settle_marks

_PLAIN = f"{DIGITS}., "  # characters that leave no doubt of signs and letters
_FILLERS = "-/=.,: "  # marks behind a number that change nothing of it: "500/-"
_LEAST = 0.4  # probability of a character from which the line is believed
_WORD = 0.9  # probability of a word from which it is believed to be no number
_SHORT = 4  # letters among which there may be a digit
_LINE = 12  # letters of a line of words
_NO_NUMBER = 0.01  # probability of a number, which a line of words has less of
_SERIAL = 0.6  # the same where a line makes a serial of an answer
_STROKE = re.compile(r"\d/\d")  # of a fraction


@dataclass(frozen=True, slots=True)
class Written:
    """The number of a crop as it is written.

    Attributes
    ----------
    glyphs : tuple[Glyph, ...]
        Its characters.
    serial : bool
        True where letters belong to it.
    before, behind : tuple[Glyph, ...]
        Characters beside it that are not its own.
    """

    glyphs: tuple[Glyph, ...]
    serial: bool = False
    before: tuple[Glyph, ...] = ()
    behind: tuple[Glyph, ...] = ()

    @property
    def text(self) -> str:
        """Text of the number."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def digits(self) -> str:
        """Digits of the number."""
        return keep_digits(self.text)

    @property
    def probability(self) -> float:
        """Probability of the character that is least sure."""
        return min((glyph.probability for glyph in self.glyphs), default=0.0)


def is_in_doubt(best: Hypothesis, below: float) -> bool:
    """Tell whether the second reader is asked: the first is not sure of digits or marks, or sees signs.

    It is not asked about words.

    Parameters
    ----------
    best : Hypothesis
        First reader's likeliest hypothesis.
    below : float
        Probability below which it is not sure.
    """
    if best.digits is None and best.probability >= _WORD and _is_word("".join(best.parts)):
        return False
    return best.probability < below or has_signs(best) or has_doubtful_marks(best)


def is_line_of_words(hypotheses: Sequence[Hypothesis]) -> bool:
    """Tell whether a crop shows many letters and no digit: no other look at it finds a number.

    The search of long lines drops many texts, so that what is left of them need not be likely.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        First reader's hypotheses, likeliest first.
    """
    symbols = "".join(hypotheses[0].parts) if hypotheses and hypotheses[0].digits is None else ""
    return (
        symbols.count(LETTER) >= _LINE
        and _is_word(symbols)
        and all(h.digits is None or h.probability < _NO_NUMBER for h in hypotheses)
    )


def has_signs(best: Hypothesis) -> bool:
    """Tell whether a hypothesis has letters, or signs that do more than fill the field behind the number."""
    symbols = "".join(best.parts)
    if best.digits is None and _is_word(symbols):
        return False
    return any(symbol not in _PLAIN for symbol in symbols.rstrip(_FILLERS))


def has_doubtful_marks(best: Hypothesis) -> bool:
    """Tell whether the marks between the digits leave doubt of the value."""
    return settle_marks(best, [[best]]).agreement < LEAST_AGREEMENT


def _is_word(symbols: str) -> bool:
    """Tell whether characters are letters alone, more than a few: "1st" may be read as three letters."""
    return symbols.count(LETTER) > _SHORT and set(symbols) <= {LETTER, *_PLAIN} - set(DIGITS)


def find_written(line: Sequence[Glyph]) -> Written | None:
    """Find the number of a line in characters of any kind; None where it is none or not sure.

    Parameters
    ----------
    line : Sequence[Glyph]
        All characters of the crop, as the second reader reads them.
    """
    symbols = unify_symbols([glyph.text for glyph in line])
    parsed = parse_line("".join(symbol for symbol, _ in symbols))
    if parsed is None:
        return None
    glyphs = tuple(replace(line[i], text=symbol) for symbol, i in symbols)
    own = slice(parsed.start, parsed.stop)
    found = Written(glyphs[own], parsed.serial, glyphs[: own.start], glyphs[own.stop :])
    return found if found.probability >= (_SERIAL if found.serial else _LEAST) else None


def agree_with(hypotheses: Sequence[Hypothesis], written: Written | None) -> list[Hypothesis]:
    """Give the digits to a hypothesis of "no number" that has those of the number as it is written.

    A single digit beside letters is none to who cannot tell the letters: "1st", "5kg".

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Hypotheses of one reader.
    written : Written | None
        Number as it is written.
    """
    if written is None or written.serial:
        return list(hypotheses)
    return [
        replace(hypothesis, digits=written.digits)
        if hypothesis.digits is None and keep_digits("".join(hypothesis.parts)) == written.digits
        else hypothesis
        for hypothesis in hypotheses
    ]


def merge_written(best: Hypothesis, written: Written | None) -> Written:
    """Return the characters of an answer, with signs and unit as they are written where the digits agree.

    Parameters
    ----------
    best : Hypothesis
        Answer, whose digits are not None.
    written : Written | None
        Number as the second reader writes it.
    """
    glyphs = tuple(best.list_glyphs())
    place = locate_number("".join(glyph.text for glyph in glyphs))
    own = Written(glyphs[place], before=glyphs[: place.start], behind=glyphs[place.stop :])
    if written is None or written.digits != best.digits:
        return own
    before, core, behind = _part(own.glyphs)
    lead, _, tail = _part(written.glyphs)
    signs, plain = find_signs(written.text), find_signs(own.text)
    if signs.relation or signs.sign != plain.sign or signs.unit != plain.unit:
        before = lead
    if signs.unit != plain.unit or any(glyph.text.isalpha() for glyph in tail):
        behind = tail
    return Written((*before, *core, *behind), before=written.before, behind=written.behind)


def misses_fraction(own: Written, written: Written | None) -> bool:
    """Tell whether the same digits are written with a stroke between them that an answer lacks ("10¾").

    Parameters
    ----------
    own : Written
        Answer.
    written : Written | None
        Number as the second reader writes it.
    """
    if written is None or written.digits != own.digits:
        return False
    return _STROKE.search(written.text) is not None and _STROKE.search(own.text) is None


def is_serial(best: Hypothesis, written: Written | None) -> bool:
    """Tell whether the answer is a serial: its digits are the same, or the serial is surer.

    Parameters
    ----------
    best : Hypothesis
        Answer.
    written : Written | None
        Number as the second reader writes it.
    """
    if written is None or not written.serial:
        return False
    return best.digits in (None, written.digits) or best.probability < written.probability


def _part(glyphs: Sequence[Glyph]) -> tuple[Sequence[Glyph], Sequence[Glyph], Sequence[Glyph]]:
    """Part characters at the first and behind the last digit."""
    places = [i for i, glyph in enumerate(glyphs) if glyph.text in DIGITS]
    if not places:
        return glyphs, (), ()
    first, last = places[0], places[-1] + 1
    return glyphs[:first], glyphs[first:last], glyphs[last:]
