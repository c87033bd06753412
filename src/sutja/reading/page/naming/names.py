"""Names of numbers on a page: total, date, amount and others, by kind, by the words beside them, by place.

A number's label are the words before it on its line, or else those right above it. Label words are known in
English, German, French, Spanish and Korean. Where several numbers may have a name, the one whose labels say
it most clearly gets it, and a value that stands there twice is surer than one that stands there once.

Letters: n numbers, m words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from sutja.grammar import fold_letters
from sutja.reading.page.naming.label_words import CHANGE, PAID, weigh_label
from sutja.reading.page.text.groups import MAX_TELEPHONE, MIN_TELEPHONE
from sutja.reading.page.text.lines import Word
from sutja.types import Box, Number

_MAX_LEFT, _MAX_ABOVE = 60.0, 2.5  # heights to the label on the left, and to the one above
_ON_LINE = (0.6, 1.2)  # heights by which the middles of a line's words may be off; second, on a bent line
_CURRENCY = re.compile(r"\b(rm|rs|usd|eur|gbp|chf|krw|sgd|myr)\b|[^\w]|원")
_MONEY = re.compile(r"[$€£₹¥]|\d[.,] ?\d\d(?!\d)|/-|=$")
_GROUPED = re.compile(r"\D*\d{1,3}([.,]\d{3})+\D*")  # as sums are written in currencies without cents
_GROUPED_WEIGHT = 0.8  # of an amount in groups alone
_MONEY_NAMES = ("amount", "total", "tax")
_LONGEST_AMOUNT = 5  # digits of an amount without marks or a label; more are a serial number
# Width by height of cheques, and the places of their numbers as parts of both: left, top, right, bottom.
_CHEQUE_SHAPE = (1.6, 3.2)
_CHEQUE_PLACES = {
    "amount": (0.68, 0.27, 1.0, 0.6),
    "date": (0.45, 0.0, 1.0, 0.3),
    "number": (0.45, 0.0, 1.0, 0.27),
}
_MICR_BELOW = 0.82  # of the height
_CHEQUE_WORD = re.compile(
    r"cheque|\bcheck\b|\bbearer|\brupees|order of|\border\b|\bpay\b|\bbank\b|dollars|\bifsc|\bsign|\bscheck|"
    r"zahlen|payez|paguese|수표"
)
_MIN_CHEQUE_WORDS = 2
# An amount that no digit is missing of: in groups, or closed by strokes.
_WHOLE_AMOUNT = re.compile(
    r"\D{0,3}(\d{1,3}([,./ ] ?\d{2,3})*[,./ ] ?\d{3}([.,]\d\d)?|\d{3,}([.,]\d\d)?(?=[/=*-]))[/=* -]*"
)
_SIGNS = "#№"  # that stand for a word
_SPACE = 1.0  # heights at most between the words of a label
_ORDER = ("iban", "total", "telephone", "date", "tax", "number", "postcode", "reading", "amount")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that may get a name: its text, value, kind and standard, and its box on the page."""

    text: str
    value: str | None
    kind: str
    standard: str | None
    box: Box

    @property
    def n_digits(self) -> int:
        """Number of digits."""
        return sum(map(str.isdigit, self.text))


def make_candidate(number: Number, box: Box) -> Candidate:
    """Make a candidate of a number, with its box on the upright page."""
    return Candidate(number.text, number.value, number.kind, number.standard, box)


_PAID_WEIGHT, _BALANCE_WEIGHT = 1.0, 3.0  # of what was paid, and of what was paid less the change
_ROUNDED, _OFF = Decimal("0.05"), Decimal("0.04")  # cash is rounded to the one, so by the other at most


def name_numbers(
    numbers: Sequence[Candidate], words: Sequence[Word], width: float, height: float
) -> list[str | None]:
    """Name the numbers of a page, each with one of `sutja.types.NUMBER_NAMES` or None, in their order.

    Parameters
    ----------
    numbers : Sequence[Candidate]
        Numbers of the page.
    words : Sequence[Word]
        Words of the page that were read, those of a line one after the other.
    width, height : float
        Size of the page, in pixels.
    """
    names: list[str | None] = [None] * len(numbers)
    if is_cheque(words, width, height):
        for i, name in _name_on_cheque(numbers, width, height).items():
            names[i] = name
        return names
    finder = LabelFinder(words)
    labels = [finder.find(number.box) for number in numbers]
    scores: dict[str, dict[int, float]] = defaultdict(dict)
    for i, (number, label) in enumerate(zip(numbers, labels, strict=True)):
        for name in _ORDER:
            score = _score(name, number, label)
            if score > 0:
                scores[name][i] = score
    for name in _ORDER:
        left = {i: score for i, score in scores[name].items() if names[i] is None}
        for i in _choose(name, left, numbers, labels):
            names[i] = names[i] or name
    return names


def is_cheque(words: Sequence[Word], width: float, height: float) -> bool:
    """Tell whether a page is a cheque, by its shape and its words."""
    if not _CHEQUE_SHAPE[0] <= width / max(height, 1.0) <= _CHEQUE_SHAPE[1]:
        return False
    said = {_CHEQUE_WORD.search(fold_letters(word.text)) for word in words}
    return len({match.group() for match in said if match}) >= _MIN_CHEQUE_WORDS


def find_placed(numbers: Sequence[Candidate], names: Sequence[str | None], on_cheque: bool) -> list[bool]:
    """Find the numbers that have to stand where they do: the amount of a cheque, if it is written out whole.

    Its groups of digits, or the strokes that close it, tell that no digit of it is missing.

    Parameters
    ----------
    numbers : Sequence[Candidate]
        (n,) numbers of a page.
    names : Sequence[str | None]
        (n,) their names.
    on_cheque : bool
        True if the page is a cheque.
    """
    return [
        on_cheque and name == "amount" and _WHOLE_AMOUNT.fullmatch(number.text) is not None
        for number, name in zip(numbers, names, strict=True)
    ]


def _name_on_cheque(numbers: Sequence[Candidate], width: float, height: float) -> dict[int, str]:
    """Name the numbers of a cheque by their places, which banks agree on."""
    found: dict[str, tuple[float, int]] = {}
    names: dict[int, str] = {}
    for i, number in enumerate(numbers):
        x = (number.box.x0 + number.box.x1) / 2 / width
        y = (number.box.y0 + number.box.y1) / 2 / height
        if y > _MICR_BELOW:
            names[i] = "micr"
            continue
        for name, (left, top, right, bottom) in _CHEQUE_PLACES.items():
            fits = (
                number.kind == "date" or number.n_digits in (6, 8)
                if name == "date"
                else number.kind != "date"
            )
            if left <= x <= right and top <= y <= bottom and fits:
                score = number.box.height / height + is_money(number) + (number.kind == "date")
                found[name] = max(found.get(name, (0.0, i)), (score, i))
    names.update({i: name for name, (_, i) in reversed(found.items())})
    return names


class LabelFinder:
    """Finds the labels of numbers: the words before one on its line, else those right above it.

    A line may be bent or skewed: where a currency alone stands before the number, words a little further up
    or down count as well.

    Parameters
    ----------
    words : Sequence[Word]
        Words of a page.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        lettered = [word for word in words if any(c.isalpha() or c in _SIGNS for c in word.text)]
        boxes = [word.box for word in lettered]
        self._texts = [word.text for word in lettered]
        self._boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes]).reshape(-1, 4)

    def find(self, box: Box) -> str:
        """Find the label of the number in a box: lower case, without accents; "" for none."""
        for off_line in _ON_LINE:
            label = self._join(self._stand_before(box, off_line))
            if _CURRENCY.sub("", label).strip():
                return label
        return self._join(self._add_beside(self._stand_above(box)))

    def _join(self, chosen: NDArray[np.bool_]) -> str:
        indices = sorted(np.flatnonzero(chosen), key=lambda i: self._boxes[i, 0])
        return fold_letters(" ".join(self._texts[i] for i in indices))

    def _stand_before(self, box: Box, off_line: float) -> NDArray[np.bool_]:
        """Tell which words stand before a box, so many heights at most above or below its middle."""
        height = max(box.height, 1.0)
        _, y0, x1, y1 = self._boxes.T
        off = np.abs((y0 + y1) - (box.y0 + box.y1)) / 2
        near = off <= off_line * np.maximum(height, np.minimum(y1 - y0, 2 * height))
        gap = box.x0 - x1
        return np.asarray(near & (gap >= -height / 2) & (gap <= _MAX_LEFT * height), np.bool_)

    def _stand_above(self, box: Box) -> NDArray[np.bool_]:
        """Tell which words stand right above a box."""
        x0, _, x1, y1 = self._boxes.T
        shared = np.minimum(box.x1, x1) - np.maximum(box.x0, x0)
        gap = box.y0 - y1
        return np.asarray((shared > 0) & (gap >= 0) & (gap <= _MAX_ABOVE * max(box.height, 1.0)), np.bool_)

    def _add_beside(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Add the words that stand on the line of chosen ones, a space away: "Balance due" is one label."""
        x0, y0, x1, y1 = self._boxes.T
        height = np.maximum(y1 - y0, 1.0)
        while True:
            gap = np.maximum(x0[:, None] - x1[None, :], x0[None, :] - x1[:, None])
            off = np.abs((y0 + y1)[:, None] - (y0 + y1)[None, :]) / 2
            near = (gap <= _SPACE * height[None, :]) & (off <= _ON_LINE[0] * height[None, :])
            more = chosen | (near & chosen[None, :]).any(axis=1)
            if (more == chosen).all():
                return np.asarray(chosen, np.bool_)
            chosen = more


def is_money(number: Candidate) -> bool:
    """Tell whether a number is written as money is: with a sign, with two decimals, with a stroke behind."""
    return _MONEY.search(number.text) is not None


def _is_grouped(number: Candidate) -> bool:
    return _GROUPED.fullmatch(number.text) is not None


def may_be_amount(number: Candidate, name: str | None) -> bool:
    """Tell whether a number on a page may be an amount: one of another name, or a serial number, is none.

    Parameters
    ----------
    number : Candidate
        Number as it was read.
    name : str | None
        Its name.
    """
    if name is not None:
        return name in _MONEY_NAMES
    return is_money(number) or (number.n_digits <= _LONGEST_AMOUNT and not number.text.startswith("0"))


def _score(name: str, number: Candidate, label: str) -> float:
    """Score how clearly a number has a name, by its shape and its label; 0 for not at all."""
    if name == "iban":
        return 2.0 if number.standard == "iban" else 0.0
    weight = weigh_label(name, label)
    if name == "date":
        return (1.0 + weight) if number.kind == "date" else 0.0
    if name in ("total", "tax", "amount"):
        if number.kind == "date" or "%" in number.text:
            return 0.0
        return weight if is_money(number) else _GROUPED_WEIGHT * weight * _is_grouped(number)
    if name == "telephone":
        return weight if MIN_TELEPHONE <= number.n_digits <= MAX_TELEPHONE else 0.0
    if name == "postcode":
        return weight + 0.5 if number.kind == "postcode" and weight else weight * (number.n_digits >= 4)
    if name == "number":
        return weight if not is_money(number) and number.kind != "date" and ":" not in number.text else 0.0
    return weight


def _choose(
    name: str, scores: dict[int, float], numbers: Sequence[Candidate], labels: Sequence[str]
) -> list[int]:
    """Choose the numbers that get a name: the one whose value has most that speaks for it."""
    if name == "total":
        scores = _weigh_totals(scores, numbers, labels)
    if not scores:
        return []
    if name == "telephone":
        return list(scores)
    of_value: dict[str, float] = defaultdict(float)
    for i, score in scores.items():
        of_value[_value(numbers[i])] += score

    def rank(value: str) -> tuple[float, float]:
        return of_value[value], max(numbers[i].box.y1 for i in scores if _value(numbers[i]) == value)

    best = max(of_value, key=rank)
    same = [i for i in scores if _value(numbers[i]) == best]
    return [max(same, key=lambda i: (scores[i], numbers[i].box.y1))]


def _weigh_totals(
    scores: dict[int, float], numbers: Sequence[Candidate], labels: Sequence[str]
) -> dict[int, float]:
    """Weigh totals by what was paid as well: that, less the change, is the total, rounded where cash is."""
    money = {i: _amount(n) for i, n in enumerate(numbers) if is_money(n) or (i in scores and _is_grouped(n))}
    known = {i: amount for i, amount in money.items() if amount is not None and amount > 0}
    paid = [amount for i, amount in known.items() if PAID.search(labels[i])]
    change = [amount for i, amount in known.items() if CHANGE.search(labels[i])]
    balances = {a - b for a in paid for b in change if a > b}
    weighed = {i: score for i, score in scores.items() if i in known}
    for i, amount in known.items():
        if amount in balances and not PAID.search(labels[i]):
            weighed[i] = weighed.get(i, 0.0) + _BALANCE_WEIGHT
        elif PAID.search(labels[i]):
            weighed[i] = weighed.get(i, 0.0) + _PAID_WEIGHT
    for i, amount in known.items():  # of 28.31 and 28.30 the one that was rounded is what is paid
        for j, other in known.items():
            if i in weighed and amount != other and abs(amount - other) <= _OFF and other % _ROUNDED == 0:
                weighed[j] = max(weighed.get(j, 0.0), weighed[i] + (amount % _ROUNDED != 0))
    return weighed


def _amount(number: Candidate) -> Decimal | None:
    """Return the amount of a number, also where its value is not plain."""
    plain = re.sub(r"[^\d.]", "", number.value or number.text.replace(",", ""))
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _value(number: Candidate) -> str:
    return number.value or number.text


def pick_named(numbers: Sequence[Number], names: Sequence[str]) -> dict[str, Number]:
    """Pick the numbers that have some names; of several with one name the surest."""
    found = {
        number.name: number
        for number in sorted(numbers, key=lambda number: number.confidence)
        if number.name is not None
    }
    return {name: found[name] for name in names if name in found}
