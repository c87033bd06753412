"""Numbers that are written in several words: telephone numbers, accounts (IBAN), dates with a month's name.

A telephone number is known by the label before it, or by the + of its country; an account by its check
digits; a date by its month. What is joined here goes on with a gap of about a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sutja.grammar import fold_letters, keep_digits, parse_serial, parse_written_date
from sutja.reading.page.text.lines import Word

MIN_TELEPHONE, MAX_TELEPHONE = 7, 15  # digits, as the International Telecommunication Union has it
# Labels of telephone numbers, in lower case and without accents.
TELEPHONE = (
    r"\btel\b|\btel[.:ef]|\bphone|\bmobile?\b|\bmobil|\bcell|\btelefon|\btelefono|전화|휴대폰|연락처|문의|"
    r"\bh/?p\b|\bcall\b|\bfon\b|\bhandy|\bmovil\b|\bportable\b|핸드폰"
)
_MAX_GAP = 1.0  # times the height, between groups
_MAX_AREA = 5  # digits of an area code, before a stroke that stands by itself
_MOST_DATE, _MOST_IBAN = 6, 10  # words
_LABEL = re.compile(r"[^\W\d_]{2,}[.:]+(?=.)")  # that touches its number: "Date:5", "IBAN:DE89"
_END = re.compile(r"[.,;:]+$")
_STARTS_DATE = re.compile(r"\d|[^\W\d_]{3,10}\b")
_STARTS_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z\d]*")
_GROUP = re.compile(r"[(+]{0,2}\d+(?:[)(.\-/]{1,2}\d+)*[)\-/.]{0,2}")
_ANOTHER = re.compile(r"[+(]|0(?:\D*\d){5}")  # a further telephone number, once one is complete
_STROKES = ("/", "-", "–")
_FAX = re.compile(r"\bfax")
_BEFORE = 2  # words between a label and its number at most: "Tel No :"


def find_group(words: Sequence[Word], start: int) -> int | None:
    """Find where a number that is written in groups ends.

    Parameters
    ----------
    words : Sequence[Word]
        Words of a page, those of a line one after the other.
    start : int
        Index of the word that it would begin with.

    Returns
    -------
    int | None
        Index behind its last word; None where no such number begins there.
    """
    return _find_date(words, start) or _find_iban(words, start) or _find_telephone(words, start)


def find_core(text: str, *, first: bool = True) -> tuple[int, int]:
    """Find the part of a word that belongs to a number: without a label before it and marks behind it.

    Parameters
    ----------
    text : str
        Text of the word.
    first : bool
        True for the first word of the number, which alone may touch a label.

    >>> find_core("Tel:03-77"), find_core("2024,")
    ((4, 9), (0, 4))
    """
    label, end = _LABEL.match(text) if first else None, _END.search(text)
    start = label.end() if label else 0
    return start, end.start() if end and end.start() > start else len(text)


def _find_date(words: Sequence[Word], start: int) -> int | None:
    if not _STARTS_DATE.match(fold_letters(_cut(words[start].text))):
        return None
    limit = _count_near(words, start, _MOST_DATE)
    for stop in range(limit, start, -1):
        if parse_written_date(_write(words[start:stop])) is not None:
            return stop
    return None


def _find_iban(words: Sequence[Word], start: int) -> int | None:
    if not _STARTS_IBAN.fullmatch(_cut(words[start].text)):
        return None
    for stop in range(_count_near(words, start, _MOST_IBAN), start, -1):
        if parse_serial(_write(words[start:stop])).standard == "iban":
            return stop
    return None


def _find_telephone(words: Sequence[Word], start: int) -> int | None:
    """Find a telephone number of several words: all of its groups, or none where they are too many."""
    first = _cut(words[start].text)
    if not _GROUP.fullmatch(first) or not (first.startswith(("+", "(+")) or _has_label(words, start)):
        return None
    stop, n_digits = start + 1, len(keep_digits(first))
    for i in range(start + 1, _count_near(words, start, MAX_TELEPHONE)):
        text = words[i].text
        if text in _STROKES and n_digits <= _MAX_AREA:
            continue
        text = _END.sub("", text)
        if not _GROUP.fullmatch(text) or (n_digits >= MIN_TELEPHONE and _ANOTHER.match(text)):
            break
        n_digits += len(keep_digits(text))
        stop = i + 1
        if text != words[i].text:  # a mark ends it
            break
    return stop if stop > start + 1 and MIN_TELEPHONE <= n_digits <= MAX_TELEPHONE else None


def _has_label(words: Sequence[Word], start: int) -> bool:
    """Tell whether the word itself, or those before it on its line, say that a telephone number follows."""
    own = _LABEL.match(words[start].text)
    said = own.group() if own else ""
    for word in reversed(words[max(0, start - _BEFORE - 1) : start]):
        if word.region != words[start].region or keep_digits(word.text):
            break
        said = f"{word.text} {said}"
    label = fold_letters(said)
    return re.search(TELEPHONE, label) is not None or _FAX.search(label) is not None


def _count_near(words: Sequence[Word], start: int, most: int) -> int:
    """Find the index behind the last word that goes on with the first, with a small gap between any two."""
    stop = start + 1
    while stop < min(len(words), start + most):
        last, word = words[stop - 1], words[stop]
        height = max(last.box.height, word.box.height, 1.0)
        if word.region != last.region or not -height < word.box.x0 - last.box.x1 <= _MAX_GAP * height:
            break
        stop += 1
    return stop


def _cut(text: str) -> str:
    start, end = find_core(text)
    return text[start:end]


def _write(words: Sequence[Word]) -> str:
    """Write the words of a group in one line: marks behind its last word do not belong to it."""
    return " ".join([*(word.text for word in words[:-1]), _END.sub("", words[-1].text)]).removeprefix(
        words[0].text[: find_core(words[0].text)[0]]
    )
