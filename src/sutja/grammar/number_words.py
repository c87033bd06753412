"""English number words: the one vocabulary, digits to words, and words back to digits.

An utterance is a row of pieces whose digits are written one after the other: "fifty six thirty two" is
5632, "nineteen oh five" 1905, "double oh seven" 007. Of several ways to cut it the one with the fewest pieces
counts, so that "one hundred two thousand" is 102000 and not 100 and 2000.

The acoustic model tells the words of `WORDS` apart. Spelling variants are one class of it ("naught" is
"nought", "treble" is "triple", "zeros" is "zero"). "a" is none, since a schwa is heard everywhere:
"a hundred" is heard as "hundred". The letter O is heard as "oh".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LARGEST = 999_999

UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ZEROS = ("oh", "nought")  # other words for 0
MULTIPLES = ("hundred", "thousand")
JOINTS = (*MULTIPLES, "and", "double", "triple")
OTHER = "□"  # any other words and letters; a row of them may be said in one class or in several
PAUSE = ","  # a breath between words

WORDS = (
    *UNITS,
    *ZEROS,
    *TEENS,
    *TENS,
    *JOINTS,
    OTHER,
)  # class i + 1 of the network; class 0 is the CTC blank

SPELLINGS = {
    "o": "oh",
    "naught": "nought",
    "fourty": "forty",
    "treble": "triple",
    "zeros": "zero",
    "zeroes": "zero",
}

_CLASSES = {word: i for i, word in enumerate(WORDS, start=1)}
_NUMBER_WORDS = frozenset(WORDS) - {OTHER, "and"} | frozenset(SPELLINGS)


def _with_spellings(values: dict[str, int]) -> dict[str, int]:
    return values | {variant: values[word] for variant, word in SPELLINGS.items() if word in values}


_UNIT = _with_spellings({word: value for value, word in enumerate(UNITS)})
_DIGIT = _with_spellings(_UNIT | dict.fromkeys(ZEROS, 0))
_TEEN = _with_spellings({word: value for value, word in enumerate(TEENS, start=10)})
_TEN = _with_spellings({word: 10 * value for value, word in enumerate(TENS, start=2)})
_TIMES = _with_spellings({"double": 2, "triple": 3, "quadruple": 4})

VOCABULARY = frozenset([*_DIGIT, *_TEEN, *_TEN, *_TIMES, *MULTIPLES, "and", "a"])
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_MOST_WORDS = 400  # of one utterance; a longer one is no number


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number as it was said.

    Attributes
    ----------
    digits : str
        Leading zeros kept.
    value : str | None
        A decimal string; None where whole numbers stand in a row ("one hundred, two hundred"), which may be
        one number or several.
    start, stop : int
        Its words among those of the utterance.
    """

    digits: str
    value: str | None
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some words that say a number on their own; `whole` if it is one of a hundred or more."""

    digits: str
    stop: int
    whole: bool


def word_class(word: str) -> int:
    """Return the network's class of a word in small letters, 1 to len(WORDS); other words are `OTHER`.

    >>> word_class("zero"), WORDS[word_class("treble") - 1], WORDS[word_class("cheese") - 1]
    (1, 'triple', '□')
    """
    return _CLASSES.get(SPELLINGS.get(word, word), _CLASSES[OTHER])


def labels_of(words: Sequence[str]) -> list[int]:
    """Return the classes that a row of words is heard as; neighbouring other words are one.

    "and" is a number's only after "hundred" or "thousand" and before a number word; "a" before those two is
    nothing of its own.

    >>> labels_of("call a hundred and five and go".split())
    [36, 31, 33, 6, 36]
    """
    said = [word for word in words if word != PAUSE]
    classes: list[int] = []
    for i, word in enumerate(said):
        before, after = said[i - 1] if i else "", said[i + 1] if i + 1 < len(said) else ""
        if word == "a" and after in MULTIPLES:
            continue
        joins = word == "and" and before in MULTIPLES and after in _NUMBER_WORDS
        of_class = word_class(word) if word != "and" or joins else word_class(OTHER)
        if of_class != word_class(OTHER) or classes[-1:] != [of_class]:
            classes.append(of_class)
    return classes


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters; hyphens part words.

    >>> words_of("Twenty-one hundred, please")
    ['twenty', 'one', 'hundred', 'please']
    """
    return _TOKEN.findall(text.lower())


def cardinal(number: int, joint: str = "and") -> str:
    """A whole number in words.

    Parameters
    ----------
    number : int
        From 0 to `LARGEST`.
    joint : str
        What is said between hundreds and the rest: "and", or "" as in America.

    Raises
    ------
    ValueError
        If the number is too large, or negative.

    >>> cardinal(121_506), cardinal(2021, joint="")
    ('one hundred and twenty-one thousand five hundred and six', 'two thousand twenty-one')
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not from 0 to {LARGEST}")
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_1000(rest, joint)
    said = [_below_1000(thousands, joint), "thousand"]
    if rest:
        said += [joint] if rest < 100 and joint else []
        said.append(_below_1000(rest, joint))
    return " ".join(said)


def _below_1000(number: int, joint: str) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_100(rest)
    said = [UNITS[hundreds], "hundred"]
    if rest:
        said += [joint] if joint else []
        said.append(_below_100(rest))
    return " ".join(said)


def _below_100(number: int) -> str:
    if number < 10:
        return UNITS[number]
    if number < 20:
        return TEENS[number - 10]
    ten = TENS[number // 10 - 2]
    return f"{ten}-{UNITS[number % 10]}" if number % 10 else ten


def spell(digits: str, zero: str = "oh", repeats: bool = True) -> str:
    """Digits said one by one.

    Parameters
    ----------
    digits : str
        At least one.
    zero : str
        The word for 0: "oh", "zero", "o", "nought".
    repeats : bool
        Say "double five" for 55 and "triple five" for 555.

    Raises
    ------
    ValueError
        If there is anything but digits, or the word is no word for 0.

    >>> spell("0551"), spell("00", zero="zero", repeats=False)
    ('oh double five one', 'zero zero')
    """
    if not re.fullmatch("[0-9]+", digits):
        raise ValueError(f"{digits!r:.40} are no digits")
    if _DIGIT.get(zero) != 0:
        raise ValueError(f"{zero!r} is no word for 0")
    said = []
    for run in re.finditer(r"(\d)\1{0,2}" if repeats else r"(\d)", digits):
        word = zero if run[1] == "0" else UNITS[int(run[1])]
        said.append({1: word, 2: f"double {word}", 3: f"triple {word}"}[len(run[0])])
    return " ".join(said)


def in_pairs(digits: str) -> str:
    """Digits said two by two, as years and long numbers are; an odd one out comes first.

    Raises
    ------
    ValueError
        If there is anything but digits.

    >>> in_pairs("1984"), in_pairs("12005")
    ('nineteen eighty-four', 'one twenty oh five')
    """
    if not re.fullmatch("[0-9]+", digits):
        raise ValueError(f"{digits!r:.40} are no digits")
    first = len(digits) % 2
    said = [spell(digits[:first])] if first else []
    for i in range(first, len(digits), 2):
        pair = digits[i : i + 2]
        said.append(spell(pair, repeats=False) if pair[0] == "0" else _below_100(int(pair)))
    return " ".join(said)


def read_words(text: str | Sequence[str]) -> Spoken | None:
    """The number that an utterance is from its first word to its last; None where it is none.

    Parameters
    ----------
    text : str | Sequence[str]
        A text, or its words as `words_of` gives them.

    >>> read_words("five hundred and six").value, read_words("double oh seven").digits
    ('506', '007')
    >>> read_words("twenty-one hundred").value, read_words("fifty six thirty two").digits, read_words("yes")
    ('2100', '5632', None)
    """
    words = words_of(text) if isinstance(text, str) else list(text)
    if not words or len(words) > _MOST_WORDS or not VOCABULARY.issuperset(words):
        return None
    return _read(words, 0, len(words))


def spoken_numbers(text: str | Sequence[str]) -> list[Spoken]:
    """The numbers among the words of an utterance, in order.

    An "oh" alone is no number, nor are "a" and "and".

    Parameters
    ----------
    text : str | Sequence[str]
        A text, or its words as `words_of` gives them.

    >>> [(number.value, number.start, number.stop) for number in spoken_numbers("pay a hundred and six now")]
    [('106', 1, 5)]
    """
    words = words_of(text) if isinstance(text, str) else list(text)
    found: list[Spoken] = []
    start = 0
    while start < len(words):
        stop = start
        while stop < len(words) and stop - start < _MOST_WORDS and words[stop] in VOCABULARY:
            stop += 1
        found += _numbers_between(words, start, stop)
        start = stop + 1 if stop - start < _MOST_WORDS else stop
    return found


def digits_in(text: str) -> str:
    """Return the digits of all numbers in a text, in words or digits.

    >>> digits_in("call double five one please"), digits_in("2125551234"), digits_in("stop")
    ('551', '2125551234', '')
    """
    if any(sign.isdigit() for sign in text):
        return "".join(sign for sign in text if sign.isdigit())
    return "".join(number.digits for number in spoken_numbers(words_of(text)))


def _numbers_between(words: Sequence[str], start: int, stop: int) -> Iterator[Spoken]:
    """The numbers among words that are all of the vocabulary, each as long as it can be."""
    pieces = {at: list(_pieces(words, at, stop)) for at in range(start, stop)}
    while start < stop:
        reached = {start}
        for at in range(start, stop):
            if at in reached:
                reached.update(piece.stop for piece in pieces[at])
        end = max(reached)
        number = _fewest(pieces, start, end)
        if number is not None and words[start:end] not in (["oh"], ["o"]):
            yield number
        start = max(start + 1, end)


def _read(words: Sequence[str], start: int, stop: int) -> Spoken | None:
    """The number that words from `start` to `stop` are."""
    return _fewest({at: list(_pieces(words, at, stop)) for at in range(start, stop)}, start, stop)


def _fewest(all_pieces: Mapping[int, Sequence[_Piece]], start: int, stop: int) -> Spoken | None:
    """The fewest pieces that words from `start` to `stop` are made of, the longest first."""
    count, following = {stop: 0}, {}
    for at in range(stop - 1, start - 1, -1):
        ways = [piece for piece in all_pieces[at] if piece.stop in count]
        if ways:
            following[at] = min(ways, key=lambda piece: (count[piece.stop], -piece.stop))
            count[at] = 1 + count[following[at].stop]
    if start not in following:
        return None
    pieces, at = [], start
    while at < stop:
        pieces.append(following[at])
        at = following[at].stop
    digits = "".join(piece.digits for piece in pieces)
    plain = len(pieces) == 1 or not any(piece.whole for piece in pieces)
    return Spoken(digits, digits if plain else None, start, stop)


def _pieces(words: Sequence[str], at: int, stop: int) -> Iterator[_Piece]:
    """Every number that the words from `at` on may say on their own."""
    word = words[at]
    if word in _TIMES and at + 1 < stop and words[at + 1] in _DIGIT:
        yield _Piece(str(_DIGIT[words[at + 1]]) * _TIMES[word], at + 2, False)
    if word in _DIGIT:
        yield _Piece(str(_DIGIT[word]), at + 1, False)
    for value, end in _up_to_99(words, at, stop):
        if value > 9:
            yield _Piece(str(value), end, False)
    for value, end in _up_to_9999(words, at, stop):
        yield _Piece(str(value), end, True)
    for value, end in _thousands(words, at, stop):
        yield _Piece(str(value), end, True)


def _up_to_99(words: Sequence[str], at: int, stop: int) -> Iterator[tuple[int, int]]:
    """1 to 99."""
    if at >= stop:
        return
    word = words[at]
    unit = _UNIT.get(word, 0)
    if unit or word in _TEEN:
        yield unit or _TEEN[word], at + 1
    if word in _TEN:
        yield _TEN[word], at + 1
        if at + 1 < stop and _UNIT.get(words[at + 1], 0):
            yield _TEN[word] + _UNIT[words[at + 1]], at + 2


def _up_to_9999(words: Sequence[str], at: int, stop: int) -> Iterator[tuple[int, int]]:
    """So many hundreds and a rest: 100 to 9,999, but no ten hundred and the like."""
    heads = list(_up_to_99(words, at, stop))
    if words[at] == "a":
        heads.append((1, at + 1))
    for hundreds, end in heads:
        if end < stop and words[end] == "hundred" and (hundreds < 10 or hundreds % 10):
            yield 100 * hundreds, end + 1
            for rest, after in _rest(words, end + 1, stop):
                yield 100 * hundreds + rest, after


def _rest(words: Sequence[str], at: int, stop: int) -> Iterator[tuple[int, int]]:
    """1 to 99 behind hundreds or thousands, with "and" or without."""
    if at < stop and words[at] == "and":
        at += 1
    yield from _up_to_99(words, at, stop)


def _thousands(words: Sequence[str], at: int, stop: int) -> Iterator[tuple[int, int]]:
    """So many thousands and a rest: 1,000 to 999,999."""
    heads = [*_up_to_99(words, at, stop), *(way for way in _up_to_9999(words, at, stop) if way[0] < 1000)]
    if words[at] == "a":
        heads.append((1, at + 1))
    for thousands, end in heads:
        if end < stop and words[end] == "thousand":
            yield 1000 * thousands, end + 1
            rests = list(_rest(words, end + 1, stop))
            if end + 1 < stop:
                first = end + 2 if words[end + 1] == "and" and end + 2 < stop else end + 1
                rests += [way for way in _up_to_9999(words, first, stop) if way[0] < 1000]
            for rest, after in rests:
                yield 1000 * thousands + rest, after
