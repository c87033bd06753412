"""English words to numbers.

An utterance is a row of groups whose digits are written one after the other: "fifty six thirty two" is 5632,
"nineteen oh five" 1905, "double oh seven" 007. Of several ways to group the words the one with the fewest
groups counts, so that "one hundred two thousand" is 102000 and not 100 and 2000. A row may have a sign before
it, decimals, a half, a power of a thousand and a unit behind it, and its last word may be a rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sutja.grammar.number_words.groups import Group, join_fewest, parse_below_100, parse_groups
from sutja.grammar.number_words.vocabulary import (
    CURRENCIES,
    DIGIT_VALUES,
    HALF,
    HUNDREDTHS,
    ORDINAL_VALUES,
    POINT,
    SCALE_VALUES,
    SIGNS,
    SPELLINGS,
    UNIT_SIGNS,
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
    sign : str | None
        "-" where "minus" or "negative" is said.
    unit : str | None
        "$", "£", "€", "¢", "p", "%" or "°".
    """

    digits: str
    value: str | None
    start: int
    stop: int
    sign: str | None = None
    unit: str | None = None

    @property
    def key(self) -> str:
        """Text that tells it from others: "3.5" and "35" have the same digits, "5" and "5 %" the same value.

        >>> [parse_words(words).key for words in ("double oh seven", "seven percent", "minus two point five")]
        ['007', '7 %', '-2.5']
        """
        plain = self.sign is None and (self.value is None or "." not in self.value)
        text = self.digits if plain else self.value or f"-{self.digits}"
        return f"{text} {self.unit}" if self.unit else text


@dataclass(frozen=True, slots=True)
class _Amount:
    """Worth of a row of words up to `stop`; `is_open` if decimals, powers and cents may follow."""

    digits: str
    value: str | None
    stop: int
    unit: str | None = None
    is_open: bool = False


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
    >>> parse_words("minus one point five").value, parse_words("two and a half million").value
    ('-1.5', '2500000')
    >>> parse_words("twelve thirty four pounds fifty six").value, parse_words("the second")
    ('1234.56', None)
    >>> parse_words("yes")
    """
    words = split_words(text) if isinstance(text, str) else list(text)
    if not words or len(words) > _MAX_WORDS or not VOCABULARY.issuperset(words):
        return None
    return _parse_number(words, 0, len(words), whole=True)


def find_numbers(text: str | Sequence[str]) -> list[ParsedNumber]:
    """Find the numbers among the words of an utterance, in order.

    An "oh" alone is no number, nor are "a" and "and".

    Parameters
    ----------
    text : str | Sequence[str]
        A text, or its words as `split_words` gives them.

    >>> [(number.value, number.start, number.stop) for number in find_numbers("pay a hundred and six now")]
    [('106', 1, 5)]
    >>> [number.value for number in find_numbers("may twenty first nineteen eighty four")]
    ['21', '1984']
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


def ends_number(word: str) -> bool:
    """Tell whether a number ends with a word, whatever follows: with a rank, or a unit but a currency."""
    word = SPELLINGS.get(word, word)
    return word in ORDINAL_VALUES or (word in UNIT_SIGNS and word not in CURRENCIES)


def _find_between(words: Sequence[str], start: int, stop: int) -> Iterator[ParsedNumber]:
    """Find the numbers among words that are all of the vocabulary, each as long as it can be."""
    groups = {i: list(parse_groups(words, i, stop)) for i in range(start, stop)}
    while start < stop:
        number = _parse_number(words, start, stop, groups=groups)
        if number is not None and words[start : number.stop] not in (["oh"], ["o"]):
            yield number
        start = max(start + 1, number.stop if number else 0)


def _parse_number(
    words: Sequence[str],
    start: int,
    stop: int,
    whole: bool = False,
    groups: Mapping[int, Sequence[Group]] | None = None,
) -> ParsedNumber | None:
    """Parse the longest number that begins at `start`; with `whole` only one that ends at `stop`."""
    if groups is None:
        groups = {i: list(parse_groups(words, i, stop)) for i in range(start, stop)}
    first = start + 1 if words[start] in SIGNS else start
    candidates = _parse_amounts(words, first, stop, groups)
    amounts = [amount for amount in candidates if not whole or amount.stop == stop]
    if not amounts:
        return None
    amount = max(amounts, key=lambda amount: amount.stop)
    value = f"-{amount.value}" if first > start and amount.value is not None else amount.value
    return ParsedNumber(amount.digits, value, start, amount.stop, "-" if first > start else None, amount.unit)


def _parse_amounts(
    words: Sequence[str], i: int, stop: int, groups: Mapping[int, Sequence[Group]]
) -> Iterator[_Amount]:
    """Parse every amount that begins at `i`: rows, with decimals, ranks and units."""
    plain = [*_parse_rows(i, stop, groups), *_parse_decimals(words, i, stop, groups)]
    halves = [half for amount in plain if amount.is_open and (half := _add_half(words, amount, stop))]
    scaled = [scaled for amount in (*plain, *halves) if (scaled := _scale(words, amount, stop)) is not None]
    for amount in (*plain, *halves, *scaled):
        yield amount
        yield from _add_unit(words, amount, stop)
    yield from _parse_ranks(words, i, stop)


def _parse_rows(i: int, stop: int, groups: Mapping[int, Sequence[Group]]) -> Iterator[_Amount]:
    """Parse the rows of groups that begin at `i`."""
    reached = {i}
    for place in range(i, stop):
        if place in reached:
            reached.update(group.stop for group in groups.get(place, ()))
    for end in sorted(reached - {i}):
        chosen = join_fewest(groups, i, end)
        if chosen is not None:
            digits = "".join(group.digits for group in chosen)
            is_plain = len(chosen) == 1 or not any(group.whole for group in chosen)
            yield _Amount(digits, digits if is_plain else None, end, is_open=is_plain)


def _parse_decimals(
    words: Sequence[str], i: int, stop: int, groups: Mapping[int, Sequence[Group]]
) -> Iterator[_Amount]:
    """Parse rows with digits behind a point; nothing before it counts as 0."""
    small = {place: [group for group in some if not group.whole] for place, some in groups.items()}
    heads = [amount for amount in _parse_rows(i, stop, groups) if amount.is_open]
    for head in [_Amount("", "0", i), *heads]:
        if head.stop < stop and words[head.stop] == POINT:
            for decimals in _parse_rows(head.stop + 1, stop, small):
                value = f"{int(head.value or 0)}.{decimals.digits}"
                yield _Amount(head.digits + decimals.digits, value, decimals.stop)


def _add_half(words: Sequence[str], amount: _Amount, stop: int) -> _Amount | None:
    """Add "and a half"."""
    for tail in (("and", "a", HALF), ("and", HALF)):
        end = amount.stop + len(tail)
        if end <= stop and tuple(words[amount.stop : end]) == tail:
            return _Amount(f"{amount.digits}5", f"{int(amount.digits)}.5", end)
    return None


def _scale(words: Sequence[str], amount: _Amount, stop: int) -> _Amount | None:
    """Multiply a decimal by the power of a thousand behind it: "two point three million"."""
    if amount.value is None or "." not in amount.value or amount.stop >= stop:
        return None
    scale = SCALE_VALUES.get(words[amount.stop])
    if scale is None:
        return None
    value = f"{(Decimal(amount.value) * scale).normalize():f}"
    return _Amount(value.replace(".", ""), value, amount.stop + 1)


def _add_unit(words: Sequence[str], amount: _Amount, stop: int) -> Iterator[_Amount]:
    """Add a unit, and what follows it of a sum of money: "dollars and thirty cents"."""
    if amount.stop >= stop:
        return
    word = SPELLINGS.get(words[amount.stop], words[amount.stop])
    if word not in UNIT_SIGNS:
        return
    unit, end = UNIT_SIGNS[word], amount.stop + 1
    yield _Amount(amount.digits, amount.value, end, unit)
    if word in CURRENCIES and amount.value is not None and "." not in amount.value:
        for cents, after in _parse_hundredths(words, end, stop):
            yield _Amount(f"{amount.digits}{cents:02}", f"{int(amount.value)}.{cents:02}", after, unit)


def _parse_hundredths(words: Sequence[str], i: int, stop: int) -> Iterator[tuple[int, int]]:
    """Parse what stands behind a currency: "fifty six", "and thirty cents", "oh five"."""
    first = i + 1 if i + 1 < stop and words[i] == "and" else i
    found = list(parse_below_100(words, first, stop))
    if first + 1 < stop and DIGIT_VALUES.get(words[first], -1) == 0 and DIGIT_VALUES.get(words[first + 1], 0):
        found.append((DIGIT_VALUES[words[first + 1]], first + 2))
    for cents, end in found:
        has_name = end < stop and SPELLINGS.get(words[end], words[end]) in HUNDREDTHS
        if has_name:
            yield cents, end + 1
        elif cents > 9 or end - first == 2:  # "five dollars six" is no sum
            yield cents, end


def _parse_ranks(words: Sequence[str], i: int, stop: int) -> Iterator[_Amount]:
    """Parse the rank that begins at `i`, the words up to the first ordinal: "one hundred and first"."""
    last = next((j for j in range(i, stop) if words[j] in ORDINAL_VALUES), stop)
    if last == stop:
        return
    cardinal = [*words[:last], *_CARDINALS[words[last]]]
    for group in parse_groups(cardinal, i, len(cardinal)) if i < len(cardinal) else ():
        if group.stop == len(cardinal):
            yield _Amount(group.digits, group.digits, last + 1)
            return


def _list_cardinals() -> dict[str, list[str]]:
    """List the words of the whole number of each rank."""
    from sutja.grammar.number_words.spelling import spell_cardinal

    return {
        word: ["hundred"] if value == 100 else spell_cardinal(value).split()
        for word, value in ORDINAL_VALUES.items()
    }


_CARDINALS = _list_cardinals()
