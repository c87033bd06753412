"""English words to numbers.

An utterance is a row of groups whose digits are written one after the other: "fifty six thirty two" is 5632,
"nineteen oh five" 1905, "double oh seven" 007. Of several ways to group the words the one with the fewest
groups counts, so that "one hundred two thousand" is 102000 and not 100 and 2000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sutja.grammar.number_words.vocabulary import (
    DIGIT_VALUES,
    REPEATS,
    TEEN_VALUES,
    TEN_VALUES,
    UNIT_VALUES,
    VOCABULARY,
    split_words,
)

_MAX_WORDS = 400  # of one utterance; a longer one is no number


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A number in words.

    Attributes
    ----------
    digits : str
        The digits, leading zeros kept.
    value : str | None
        A decimal string; None where whole numbers stand in a row ("one hundred, two hundred"), which may be
        one number or several.
    start, stop : int
        Position of its words among those of the utterance, [start, stop).
    """

    digits: str
    value: str | None
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Words up to `stop` that are a number on their own; `whole` if it is one of a hundred or more."""

    digits: str
    stop: int
    whole: bool


def parse_words(text: str | Sequence[str]) -> ParsedNumber | None:
    """Parse an utterance that is a number from its first word to its last; None where it is none.

    Parameters
    ----------
    text : str | Sequence[str]
        A text, or its words as `split_words` gives them.

    >>> parse_words("five hundred and six").value, parse_words("double oh seven").digits
    ('506', '007')
    >>> parse_words("twenty-one hundred").value, parse_words("fifty six thirty two").digits
    ('2100', '5632')
    >>> parse_words("yes")
    """
    words = split_words(text) if isinstance(text, str) else list(text)
    if not words or len(words) > _MAX_WORDS or not VOCABULARY.issuperset(words):
        return None
    groups = {i: list(_parse_groups(words, i, len(words))) for i in range(len(words))}
    return _join_fewest(groups, 0, len(words))


def find_numbers(text: str | Sequence[str]) -> list[ParsedNumber]:
    """Find the numbers among the words of an utterance, in order.

    An "oh" alone is no number, nor are "a" and "and".

    Parameters
    ----------
    text : str | Sequence[str]
        A text, or its words as `split_words` gives them.

    >>> [(number.value, number.start, number.stop) for number in find_numbers("pay a hundred and six now")]
    [('106', 1, 5)]
    """
    words = split_words(text) if isinstance(text, str) else list(text)
    numbers: list[ParsedNumber] = []
    start = 0
    while start < len(words):
        stop = start
        while stop < len(words) and stop - start < _MAX_WORDS and words[stop] in VOCABULARY:
            stop += 1
        numbers += _find_between(words, start, stop)
        start = stop + 1 if stop - start < _MAX_WORDS else stop
    return numbers


def extract_digits(text: str) -> str:
    """Return the digits of all numbers in a text, in words or digits.

    >>> extract_digits("call double five one please"), extract_digits("2125551234"), extract_digits("stop")
    ('551', '2125551234', '')
    """
    if any(character.isdigit() for character in text):
        return "".join(character for character in text if character.isdigit())
    return "".join(number.digits for number in find_numbers(text))


def _find_between(words: Sequence[str], start: int, stop: int) -> Iterator[ParsedNumber]:
    """Find the numbers among words that are all of the vocabulary, each as long as it can be."""
    groups = {i: list(_parse_groups(words, i, stop)) for i in range(start, stop)}
    while start < stop:
        reached = {start}
        for i in range(start, stop):
            if i in reached:
                reached.update(group.stop for group in groups[i])
        end = max(reached)
        number = _join_fewest(groups, start, end)
        if number is not None and words[start:end] not in (["oh"], ["o"]):
            yield number
        start = max(start + 1, end)


def _join_fewest(groups: Mapping[int, Sequence[_Group]], start: int, stop: int) -> ParsedNumber | None:
    """Join the fewest groups that cover the words from `start` to `stop`, the longest first.

    Parameters
    ----------
    groups : Mapping[int, Sequence[_Group]]
        The groups that begin at each word.
    """
    count, following = {stop: 0}, {}
    for i in range(stop - 1, start - 1, -1):
        candidates = [group for group in groups[i] if group.stop in count]
        if candidates:
            following[i] = min(candidates, key=lambda group: (count[group.stop], -group.stop))
            count[i] = 1 + count[following[i].stop]
    if start not in following:
        return None
    chosen, i = [], start
    while i < stop:
        chosen.append(following[i])
        i = following[i].stop
    digits = "".join(group.digits for group in chosen)
    is_plain = len(chosen) == 1 or not any(group.whole for group in chosen)
    return ParsedNumber(digits, digits if is_plain else None, start, stop)


def _parse_groups(words: Sequence[str], i: int, stop: int) -> Iterator[_Group]:
    """Parse every number that the words from `i` on, not beyond `stop`, may be on their own."""
    word = words[i]
    if word in REPEATS and i + 1 < stop and words[i + 1] in DIGIT_VALUES:
        yield _Group(str(DIGIT_VALUES[words[i + 1]]) * REPEATS[word], i + 2, whole=False)
    if word in DIGIT_VALUES:
        yield _Group(str(DIGIT_VALUES[word]), i + 1, whole=False)
    for value, end in _parse_up_to_99(words, i, stop):
        if value > 9:
            yield _Group(str(value), end, whole=False)
    for value, end in _parse_hundreds(words, i, stop):
        yield _Group(str(value), end, whole=True)
    for value, end in _parse_thousands(words, i, stop):
        yield _Group(str(value), end, whole=True)


# Each of these yields (value, end) for every number that the words from `i` on may begin with.


def _parse_up_to_99(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse 1 to 99."""
    if i >= stop:
        return
    word = words[i]
    unit = UNIT_VALUES.get(word, 0)
    if unit or word in TEEN_VALUES:
        yield unit or TEEN_VALUES[word], i + 1
    if word in TEN_VALUES:
        yield TEN_VALUES[word], i + 1
        if i + 1 < stop and UNIT_VALUES.get(words[i + 1], 0):
            yield TEN_VALUES[word] + UNIT_VALUES[words[i + 1]], i + 2


def _parse_hundreds(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse 100 to 9,999, as so many hundreds and a rest; "ten hundred" and the like are none."""
    heads = list(_parse_up_to_99(words, i, stop))
    if words[i] == "a":
        heads.append((1, i + 1))
    for hundreds, end in heads:
        if end < stop and words[end] == "hundred" and (hundreds < 10 or hundreds % 10):
            yield 100 * hundreds, end + 1
            for rest, after in _parse_rest(words, end + 1, stop):
                yield 100 * hundreds + rest, after


def _parse_rest(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse 1 to 99 behind hundreds or thousands, with "and" or without."""
    if i < stop and words[i] == "and":
        i += 1
    yield from _parse_up_to_99(words, i, stop)


def _parse_thousands(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse 1,000 to 999,999, as so many thousands and a rest."""
    heads = [*_parse_up_to_99(words, i, stop), *_parse_below_1000(words, i, stop)]
    if words[i] == "a":
        heads.append((1, i + 1))
    for thousands, end in heads:
        if end < stop and words[end] == "thousand":
            yield 1000 * thousands, end + 1
            rests = list(_parse_rest(words, end + 1, stop))
            if end + 1 < stop:
                first = end + 2 if words[end + 1] == "and" and end + 2 < stop else end + 1
                rests += _parse_below_1000(words, first, stop)
            for rest, after in rests:
                yield 1000 * thousands + rest, after


def _parse_below_1000(words: Sequence[str], i: int, stop: int) -> list[tuple[int, int]]:
    """Parse 100 to 999."""
    return [found for found in _parse_hundreds(words, i, stop) if found[0] < 1000]
