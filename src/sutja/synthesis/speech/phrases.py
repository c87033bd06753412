"""Phrases that people say: numbers digit by digit, in pairs, whole, in a sentence, and other words.

The words of a phrase stand in a row, with "," where the speaker takes a breath; its classes are what the
listener is to hear, without the blank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sutja.grammar.number_words import (
    MULTIPLIERS,
    OTHER,
    PAUSE,
    TEENS,
    TENS,
    UNITS,
    WORDS,
    ZEROS,
    classify_word,
    label_words,
    spell_cardinal,
)
from sutja.synthesis.speech.quantities import say_corrected, say_quantity
from sutja.synthesis.speech.sentences import LETTERS, SENTENCES, WORDS_ALONE

_ZEROS = (UNITS[0], *ZEROS)
_ZERO_PARTS = (0.52, 0.43, 0.05)
_CARRIERS = (
    ("my number is", ""),
    ("please call", "thank you"),
    ("you can reach me at", ""),
    ("it is", ""),
    ("the code is", ""),
    ("order number", "please"),
    ("the meter says", ""),
    ("call me on", "after lunch"),
    ("the postcode is", ""),
    ("that is", "right"),
    ("", "please"),
    ("room", ""),
    ("extension", "thanks"),
    ("hello this is maria my number is", "bye"),
    ("flight", "is late"),
    ("my phone number is", ""),
    ("enter", ""),
    ("rubout", ""),
    ("zip code", ""),
    ("account", "closed"),
    ("yes", ""),
    ("no it is", ""),
    ("pin", ""),
    ("and then", "okay"),
    ("um", ""),
    ("the number is uh", ""),
    ("reference", "got it"),
)
_BESIDE_ANY = 0.35  # part of the numbers in sentences that stand beside any word


class Phrase(NamedTuple):
    """Words as they are said, and the classes they are heard as."""

    words: tuple[str, ...]
    classes: tuple[int, ...]


PhraseMaker = Callable[[np.random.Generator], Phrase]  # what gives something to say


def make_phrase(rng: np.random.Generator) -> Phrase:
    """Something that somebody says, numbers in most cases."""
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    if kind == "sentence":  # its "no one" and "oh" are no numbers
        return Phrase(tuple(str(rng.choice(SENTENCES)).split()), (classify_word(OTHER),))
    if kind == "in a sentence":
        words = put_in_sentence(make_number(rng), rng)
    else:
        words = {
            "digits": say_digits,
            "pairs": say_pairs,
            "whole": say_whole,
            "alone": say_alone,
            "letters": spell_letters,
            "word": make_other_words,
            "quantity": say_quantity,
            "corrected": say_digits,
        }[kind](rng)
    if kind == "corrected":
        words = say_corrected(rng, words)
    return Phrase(tuple(words), tuple(label_words(words)))


_KINDS = {
    "digits": 0.26,
    "pairs": 0.06,
    "whole": 0.1,
    "alone": 0.09,
    "in a sentence": 0.1,
    "letters": 0.03,
    "sentence": 0.1,
    "word": 0.06,
    "quantity": 0.18,
    "corrected": 0.02,
}


def make_number(rng: np.random.Generator) -> list[str]:
    """A number, in one of the ways numbers are said."""
    ways = (say_digits, say_pairs, say_whole, say_quantity)
    return ways[int(rng.choice(4, p=[0.45, 0.1, 0.2, 0.25]))](rng)


def make_long_number(rng: np.random.Generator) -> Phrase:
    """A number that is read from paper in one go: long, with the same digit again and again in many."""
    if rng.random() < _READ_WHOLE:
        words = (say_pairs, say_whole)[int(rng.integers(2))](rng)
    else:
        repeats = float(rng.choice(_REPEATS, p=_REPEAT_PARTS))
        words = say_digits(rng, int(rng.choice(_LONG, p=_LONG_PARTS)), repeats, doubles=0.08)
        if rng.random() < 0.3:
            words = [word for word in words if word != PAUSE]
    if rng.random() < 0.1:
        words = put_in_sentence(words, rng)
    return Phrase(tuple(words), tuple(label_words(words)))


def make_quantity(rng: np.random.Generator) -> Phrase:
    """A quantity alone or in a sentence: decimals, money, measures, large numbers, years, ranks."""
    words = say_quantity(rng)
    if rng.random() < _QUANTITY_IN_SENTENCE:
        words = put_in_sentence(words, rng)
    return Phrase(tuple(words), tuple(label_words(words)))


def make_count(rng: np.random.Generator) -> Phrase:
    """A count of things in a sentence: "go forward ten meters", "there were a hundred people in the room"."""
    number = str(rng.choice(_ROUND, p=_ROUND_PARTS)).split()
    if number == ["_"]:
        number = _spell(int(rng.integers(1, 100)))
    elif number[0] == "_":
        number[0] = UNITS[int(rng.integers(1, 10))]
    before, things, after = (str(rng.choice(part)).split() for part in (_BEFORE, _THINGS, _AFTER))
    words = [*before, *number, *things, *after]
    return Phrase(tuple(words), tuple(label_words(words)))


_ROUND = ("ten", "a hundred", "a thousand", "one hundred", "one thousand", "_ hundred", "_ thousand", "_")
_ROUND_PARTS = (0.36, 0.2, 0.1, 0.05, 0.04, 0.07, 0.05, 0.13)
_BEFORE = (
    *("go forward", "there are", "there were about", "we need", "i have", "he saw", "more than", "less than"),
    *("at least", "only", "she is", "wait", "after", "within", "nearly", "almost", "up to", "they sold"),
    *("the last", "these", "move back", "give me", "it takes", "it is about", "just", "around", "buy", "for"),
    *("every", "put in", "read", "all", "", "", "", "over", "and then", "in", "some", "not even", "another"),
)
_THINGS = (
    *("meters", "people", "minutes", "years", "miles", "steps", "apples", "times", "days", "books", "men"),
    *("women", "houses", "hours", "weeks", "boxes", "eggs", "letters", "trees", "cars", "pages", "children"),
    *("points", "inches", "liters", "grams", "of them", "of these", "other things", "new ones", "horses"),
    *("bottles", "seats", "chairs", "students", "words", "tons", "ants", "keys", "oranges", "units", ""),
)
_AFTER = (
    *("", "", "", "", "ago", "please", "in the room", "a day", "later", "from here", "or so", "at most"),
    *(
        "before lunch",
        "and no more",
        "to the left",
        "last night",
        "a week",
        "old",
        "in all",
        "away",
        "by now",
    ),
    *("at the door", "on the table", "of water", "were there", "is enough", "per hour", "again", "today"),
)
_QUANTITY_IN_SENTENCE = 0.25  # part of them
_READ_WHOLE = 0.15  # part of them that are said as whole numbers or in pairs
_REPEATS, _REPEAT_PARTS = (0.1, 0.3, 0.6), (0.5, 0.3, 0.2)  # part of the digits that are those before them
_LONG, _LONG_PARTS = (3, 4, 5, 6, 7, 8, 10, 11, 12), (0.07, 0.12, 0.16, 0.1, 0.15, 0.1, 0.2, 0.06, 0.04)


def say_digits(
    rng: np.random.Generator, count: int | None = None, repeats: float = 0.12, doubles: float = 0.35
) -> list[str]:
    """Digits one by one, in groups, sometimes with "double" and "triple".

    Parameters
    ----------
    rng : random.Generator
        Makes the choices.
    count : int | None
        Number of digits; None for any.
    repeats : float
        Part of them that are those before; chance gives 0.1, and it is where mistakes are made.
    doubles : float
        Share of the numbers with "double" and "triple".
    """
    count = count or int(rng.choice([2, 3, 4, 5, 6, 7, 8, 10, 11], p=_COUNTS))
    digits = rng.integers(0, 10, count)
    for i in range(1, count):
        if rng.random() < repeats:
            digits[i] = digits[i - 1]
    zero = str(rng.choice(_ZEROS, p=_ZERO_PARTS))
    mixed, double = rng.random() < 0.15, rng.random() < doubles
    words, group, i = [], int(rng.choice([2, 3, 4, 5, 99])), 0
    since = 0
    while i < count:
        run = 1
        while double and run < 3 and i + run < count and digits[i + run] == digits[i]:
            run += 1
        word = UNITS[digits[i]] if digits[i] else str(rng.choice(_ZEROS[:2])) if mixed else zero
        words += [{2: "double", 3: "triple"}[run]] if run > 1 else []
        words.append(word)
        i, since = i + run, since + run
        if since >= group and i < count:
            words.append(PAUSE)
            since = 0
    return words


_COUNTS = (0.1, 0.15, 0.15, 0.15, 0.08, 0.13, 0.04, 0.16, 0.04)


def say_pairs(rng: np.random.Generator) -> list[str]:
    """Numbers below a hundred in a row: "twenty one thirty four", "nineteen oh five"."""
    words: list[str] = []
    for i in range(int(rng.integers(1, 5))):
        number = int(rng.integers(10, 100)) if rng.random() < 0.85 else int(rng.integers(1, 10))
        words += _spell(number) if i == 0 or number > 9 else ["oh", UNITS[number]]
        if rng.random() < 0.3:
            words.append(PAUSE)
    return words[:-1] if words[-1] == PAUSE else words


def say_whole(rng: np.random.Generator) -> list[str]:
    """A whole number from 1 to 999,999."""
    joint, article = rng.random() < 0.6, rng.random() < 0.3
    size = int(rng.choice(4, p=[0.3, 0.35, 0.2, 0.15]))
    number = int(rng.integers(*[(1, 100), (100, 1000), (1000, 10_000), (10_000, 1_000_000)][size]))
    if rng.random() < 0.35:  # round numbers are commoner than chance
        number = max(1, number // 10 ** (len(str(number)) - 1) * 10 ** (len(str(number)) - 1))
    words = _spell(number, "and" if joint else "")
    return (
        ["a", *words[1:]]
        if article and words[:1] == ["one"] and words[1:2] and words[1] in MULTIPLIERS
        else words
    )


def _spell(number: int, conjunction: str = "and") -> list[str]:
    return spell_cardinal(number, conjunction).replace("-", " ").split()


def say_alone(rng: np.random.Generator) -> list[str]:
    """One number word."""
    words = (
        *UNITS,
        *UNITS,
        *UNITS,
        "oh",
        "oh",
        *TEENS,
        *TENS,
        "nought",
        "hundred",
        "thousand",
        "double",
        "triple",
        *WORDS[classify_word("triple") : -1],  # point, units, ranks and the like
    )
    return [str(rng.choice(words))]


def put_in_sentence(number: list[str], rng: np.random.Generator) -> list[str]:
    """A number with words around it."""
    if rng.random() < _BESIDE_ANY:
        before, after = (str(word) if rng.random() < 0.6 else "" for word in rng.choice(WORDS_ALONE, 2))
    else:
        before, after = _CARRIERS[rng.integers(len(_CARRIERS))]
    words = [*before.split(), *([PAUSE] if rng.random() < 0.4 and before else []), *number]
    return [*words, *([PAUSE] if rng.random() < 0.4 and after else []), *after.split()]


def spell_letters(rng: np.random.Generator) -> list[str]:
    """Spelled letters, sometimes with digits behind."""
    spoken = [str(letter) for letter in rng.choice(LETTERS, int(rng.integers(1, 7)))]
    return [*spoken, *(say_digits(rng, int(rng.integers(1, 5))) if rng.random() < 0.4 else [])]


def choose_from(words: Sequence[str]) -> Callable[[np.random.Generator], Phrase]:
    """Says one of some words, none of which is a number's."""
    return lambda rng: Phrase((str(rng.choice(words)),), (classify_word(OTHER),))


def make_other_words(rng: np.random.Generator) -> list[str]:
    """One to three words that are no numbers, said alone."""
    spoken = rng.choice(WORDS_ALONE, int(rng.choice([1, 1, 1, 2, 3])))
    return [str(word) for word in spoken]
