"""Quantities as people say them: decimals, money, measures, large numbers, years, ranks, times of the day.

Each function gives words in a row, with "," where the speaker takes a breath.
"""

from __future__ import annotations

import numpy as np

from sutja.grammar.number_words import (
    CORRECTION,
    HALF,
    PAUSE,
    POINT,
    SIGNS,
    UNITS,
    spell_cardinal,
    spell_digits,
    spell_ordinal,
    spell_pairs,
)

_ZEROS, _ZERO_PARTS = ("zero", "oh", "nought"), (0.6, 0.3, 0.1)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_RANKED = ("floor", "street", "birthday", "chapter", "row", "place", "time", "day", "century", "page")
_MONEY = (("dollars", "cents"), ("dollars", "cents"), ("pounds", "pence"), ("euros", "cents"))
_SINGLES = {"dollars": "dollar", "pounds": "pound", "euros": "euro", "cents": "cent", "pence": "penny"}
_MEASURED = ("percent", "percent", "degrees", "degrees")
_OTHER_UNITS = (
    "meters",
    "miles",
    "kilos",
    "hours",
    "minutes",
    "people",
    "grams",
    "liters",
    "years",
    "points",
)
_PARTS_OF_HOURS = ("half past", "quarter past", "quarter to", "ten past", "five to", "twenty to")


def say_quantity(rng: np.random.Generator) -> list[str]:
    """A quantity of any kind."""
    kinds = (say_decimal, say_money, say_measure, say_large, say_year, say_rank, say_time, say_with_unit)
    return kinds[int(rng.choice(len(kinds), p=[0.2, 0.22, 0.14, 0.16, 0.08, 0.11, 0.03, 0.06]))](rng)


def say_decimal(rng: np.random.Generator) -> list[str]:
    """A decimal, with a sign now and then: "minus one point five", "three and a half"."""
    sign = [str(rng.choice(SIGNS))] if rng.random() < 0.3 else []
    whole = _say_whole(rng)
    if rng.random() < 0.12:
        return [*sign, *whole, "and", "a", HALF]
    if sign and rng.random() < 0.35:
        return [*sign, *whole]
    zero = str(rng.choice(_ZEROS, p=_ZERO_PARTS))
    whole = [zero] if rng.random() < 0.2 else [] if rng.random() < 0.05 else whole
    count = int(rng.choice([1, 2, 3, 4], p=[0.5, 0.35, 0.1, 0.05]))
    decimals = "".join(str(digit) for digit in rng.integers(0, 10, count))
    as_pair = count == 2 and decimals[0] != "0" and rng.random() < 0.3
    spoken = spell_pairs(decimals) if as_pair else spell_digits(decimals, zero, repeats=False)
    return [*sign, *whole, POINT, *_split(spoken)]


def say_money(rng: np.random.Generator) -> list[str]:
    """A sum of money: "twelve thirty four pounds fifty six", "twenty five dollars and thirty cents"."""
    unit, part = _MONEY[int(rng.integers(len(_MONEY)))]
    if rng.random() < 0.1:
        return _say_counted(int(rng.integers(1, 100)), part)
    if rng.random() < 0.12:
        return [*say_decimal(rng), unit]
    whole, size = int(rng.integers(1, 100)), rng.random()
    if size < 0.45:
        whole = int(rng.integers(1, 10 ** int(rng.integers(3, 6))))
    if 1000 < whole < 10_000 and whole % 100 > 9 and rng.random() < 0.3:
        words = [*_split(spell_pairs(str(whole))), unit]
    else:
        words = _say_counted(whole, unit)
    if size < 0.2 and rng.random() < 0.3:
        words = [*_say_round(rng), unit]
    if rng.random() < 0.55:
        cents = int(rng.integers(1, 100))
        joint = ["and"] if rng.random() < 0.5 else []
        words += [*joint, *(_say_counted(cents, part) if rng.random() < 0.6 else _spell(cents))]
    return words


def say_measure(rng: np.random.Generator) -> list[str]:
    """A percentage or a temperature."""
    number = say_decimal(rng) if rng.random() < 0.4 else _say_whole(rng)
    if number[-2:] == ["a", HALF] or rng.random() < 0.9:
        return [*number, str(rng.choice(_MEASURED))]
    return [*number, "degree"]


def say_large(rng: np.random.Generator) -> list[str]:
    """A number of millions, billions or trillions, round in most cases."""
    if rng.random() < 0.55:
        return _say_round(rng)
    number = int(10 ** rng.uniform(6, 12))
    keep = int(rng.integers(1, 7))
    number = round(number, keep - len(str(number)))
    return _spell(number, "and" if rng.random() < 0.6 else "")


def say_year(rng: np.random.Generator) -> list[str]:
    """A year: "nineteen eighty four", "twenty oh six", "two thousand and six"."""
    year = int(rng.integers(1700, 2060))
    if year >= 2000 and rng.random() < 0.3:
        return _spell(year, "and" if rng.random() < 0.6 else "")
    if year % 100 == 0:
        return _spell(year) if year == 2000 else [*_spell(year // 100), "hundred"]
    return _split(spell_pairs(str(year)))


def say_rank(rng: np.random.Generator) -> list[str]:
    """A rank, a date in most cases: "the twenty first of march", "may third twenty oh six"."""
    kind = rng.random()
    month = str(rng.choice(_MONTHS))
    day = _split(spell_ordinal(int(rng.integers(1, 32))))
    year = say_year(rng) if rng.random() < 0.5 else []
    if kind < 0.3:
        return ["the", *day, "of", month, *year]
    if kind < 0.5:
        return [month, *day, *year]
    if kind < 0.8:
        rank = int(rng.integers(1, 101)) if rng.random() < 0.85 else int(rng.integers(101, 200))
        return [
            "the",
            *_split(spell_ordinal(rank)),
            *([str(rng.choice(_RANKED))] if rng.random() < 0.6 else []),
        ]
    return _split(spell_ordinal(int(rng.integers(1, 101))))


def say_time(rng: np.random.Generator) -> list[str]:
    """A time of the day: "half past ten", "ten thirty"."""
    hour = _spell(int(rng.integers(1, 13)))
    if rng.random() < 0.6:
        return [*str(rng.choice(_PARTS_OF_HOURS)).split(), *hour]
    return [*hour, *_spell(int(rng.integers(10, 60)))]


def say_with_unit(rng: np.random.Generator) -> list[str]:
    """A whole number before a word that is no part of it: "ten meters"."""
    return [*_say_whole(rng), str(rng.choice(_OTHER_UNITS))]


def say_corrected(rng: np.random.Generator, number: list[str]) -> list[str]:
    """A string of digits of which the speaker says a part again: "five five six, sorry, five five seven".

    Parameters
    ----------
    rng : random.Generator
        Makes the choices.
    number : list[str]
        The number as it was meant.
    """
    words = [word for word in number if word != PAUSE]
    count = int(rng.integers(1, 1 + min(4, len(words))))
    wrong = [str(rng.choice(UNITS)) if rng.random() < 0.5 else word for word in words[-count:]]
    return [*words[:-count], *wrong, PAUSE, CORRECTION, PAUSE, *words[-count:]]


def _say_round(rng: np.random.Generator) -> list[str]:
    """A few words for a large number: "two point three million", "a billion"."""
    scale = str(rng.choice(["million", "million", "billion", "billion", "trillion", "thousand"]))
    kind = rng.random()
    if kind < 0.15:
        return [str(rng.choice(["a", "one"])), scale]
    if kind < 0.4:
        return [*_spell(int(rng.integers(1, 100))), POINT, UNITS[int(rng.integers(1, 10))], scale]
    if kind < 0.47:
        return [*_spell(int(rng.integers(1, 20))), "and", "a", HALF, scale]
    head = int(rng.integers(1, 20)) if rng.random() < 0.5 else int(rng.integers(1, 1000))
    words = [*_spell(head), scale]
    lower = {"trillion": "billion", "billion": "million", "million": "thousand"}.get(scale)
    if lower and rng.random() < 0.5:
        words += [*_spell(int(rng.integers(1, 10)) * int(rng.choice([1, 10, 100]))), lower]
    return words


def _say_whole(rng: np.random.Generator) -> list[str]:
    """A whole number, small in most cases."""
    number = int(
        rng.integers(
            *[(1, 20), (1, 100), (100, 1000), (1000, 100_000)][int(rng.choice(4, p=[0.4, 0.35, 0.2, 0.05]))]
        )
    )
    return _spell(number, "and" if rng.random() < 0.6 else "")


def _say_counted(number: int, unit: str) -> list[str]:
    return [*_spell(number), _SINGLES[unit] if number == 1 else unit]


def _spell(number: int, conjunction: str = "and") -> list[str]:
    return _split(spell_cardinal(number, conjunction))


def _split(text: str) -> list[str]:
    return text.replace("-", " ").split()
