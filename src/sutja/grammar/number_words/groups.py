"""Groups: words in a row that are one whole number on their own.

Letters of the functions: words in a row, `i` the first word of a group, `stop` the end of the words that may
belong to it. Those that yield pairs yield (value, end) for every number that the words from `i` on may begin
with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sutja.grammar.number_words.vocabulary import (
    DIGIT_VALUES,
    MULTIPLIERS,
    REPEATS,
    SCALE_VALUES,
    SIGNS,
    TEEN_VALUES,
    TEN_VALUES,
    UNIT_VALUES,
    VOCABULARY,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Words up to `stop` that are a number on their own; `whole` if it is one of a hundred or more."""

    digits: str
    stop: int
    whole: bool


def parse_groups(words: Sequence[str], i: int, stop: int) -> Iterator[Group]:
    """Parse every number that the words from `i` on, not beyond `stop`, may be on their own."""
    word = words[i]
    if word in REPEATS and i + 1 < stop and words[i + 1] in DIGIT_VALUES:
        yield Group(str(DIGIT_VALUES[words[i + 1]]) * REPEATS[word], i + 2, whole=False)
    if word in DIGIT_VALUES:
        yield Group(str(DIGIT_VALUES[word]), i + 1, whole=False)
    for value, end in parse_below_100(words, i, stop):
        if value > 9:
            yield Group(str(value), end, whole=False)
    for value, end in _parse_hundreds(words, i, stop):
        yield Group(str(value), end, whole=True)
    for value, end in _parse_scaled(words, i, stop, max(SCALE_VALUES.values()) + 1):
        yield Group(str(value), end, whole=True)


def join_fewest(groups: Mapping[int, Sequence[Group]], start: int, stop: int) -> list[Group] | None:
    """Join the fewest groups that cover the words from `start` to `stop`, the longest first.

    Parameters
    ----------
    groups : Mapping[int, Sequence[Group]]
        The groups that begin at each word.
    start, stop : int
        The words, [start, stop).
    """
    count, following = {stop: 0}, {}
    for i in range(stop - 1, start - 1, -1):
        candidates = [group for group in groups.get(i, ()) if group.stop in count]
        if candidates:
            following[i] = min(candidates, key=lambda group: (count[group.stop], -group.stop))
            count[i] = 1 + count[following[i].stop]
    if start not in following:
        return None
    chosen, i = [], start
    while i < stop:
        chosen.append(following[i])
        i = following[i].stop
    return chosen


def parse_below_100(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
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


def _parse_ones(words: Sequence[str], i: int) -> list[tuple[int, int]]:
    """Parse a one that is not said: "a hundred", and "hundred" where no number word stands before it."""
    if words[i] == "a":
        return [(1, i + 1)]
    is_first = i == 0 or words[i - 1] in (*SIGNS, "and") or words[i - 1] not in VOCABULARY
    return [(1, i)] if words[i] in MULTIPLIERS and is_first else []


def _parse_hundreds(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse 100 to 9,999, as so many hundreds and a rest; "ten hundred" and the like are none."""
    for hundreds, end in [*parse_below_100(words, i, stop), *_parse_ones(words, i)]:
        if end < stop and words[end] == "hundred" and (hundreds < 10 or hundreds % 10):
            yield 100 * hundreds, end + 1
            for rest, after in parse_below_100(words, _skip_and(words, end + 1, stop), stop):
                yield 100 * hundreds + rest, after


def _parse_below_1000(words: Sequence[str], i: int, stop: int) -> list[tuple[int, int]]:
    """Parse 1 to 999."""
    hundreds = [found for found in _parse_hundreds(words, i, stop) if found[0] < 1000] if i < stop else []
    return [*parse_below_100(words, i, stop), *hundreds]


def _parse_scaled(words: Sequence[str], i: int, stop: int, limit: int) -> Iterator[tuple[int, int]]:
    """Parse 1,000 and more, as so many thousands or a higher power below `limit`, and a rest."""
    if i >= stop:
        return
    for count, end in [*_parse_below_1000(words, i, stop), *_parse_ones(words, i)]:
        scale = SCALE_VALUES.get(words[end], limit) if end < stop else limit
        if scale >= limit:
            continue
        yield count * scale, end + 1
        first = _skip_and(words, end + 1, stop)
        for rest, after in _parse_below_1000(words, first, stop):
            yield count * scale + rest, after
        for rest, after in _parse_scaled(words, first, stop, scale):
            yield count * scale + rest, after


def _skip_and(words: Sequence[str], i: int, stop: int) -> int:
    return i + 1 if i + 1 < stop and words[i] == "and" else i
