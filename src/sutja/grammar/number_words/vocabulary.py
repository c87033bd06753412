"""The one vocabulary of English number words, and the classes that an acoustic model tells apart.

Spelling variants are one class ("naught" is "nought", "treble" is "triple", "dollar" is "dollars"). "a" has
no class, since a schwa is heard everywhere: "a hundred" is recognised as "hundred". The letter O is heard as
"oh".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

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
SCALES = ("thousand", "million", "billion", "trillion")  # 10³, 10⁶, 10⁹, 10¹²
MULTIPLIERS = ("hundred", *SCALES)
CONNECTORS = ("hundred", "thousand", "and", "double", "triple")  # number words without a value of their own
POINT, HALF = "point", "half"
SIGNS = ("minus", "negative")
CURRENCIES = ("dollars", "pounds", "euros")
HUNDREDTHS = ("cents", "pence")  # of a currency
MEASURES = ("percent", "degrees")
ORDINAL_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ORDINAL_TEENS = (
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
)
ORDINAL_TENS = (
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
)
ORDINAL_HUNDRED = "hundredth"
ORDINALS = (*ORDINAL_UNITS, *ORDINAL_TEENS, *ORDINAL_TENS, ORDINAL_HUNDRED)
CORRECTION = "sorry"  # what was said before it is taken back
OTHER = "□"  # any other words and letters; several in a row may be one class or several
PAUSE = ","  # a breath between words

# Class i + 1 of the network is word i; class 0 is the CTC blank.
WORDS = (
    *(*UNITS, *ZEROS, *TEENS, *TENS, *CONNECTORS),
    *(*SCALES[1:], POINT, HALF, *SIGNS, *CURRENCIES, *HUNDREDTHS, *MEASURES, *ORDINALS, CORRECTION),
    OTHER,
)

SPELLINGS = {
    "o": "oh",
    "naught": "nought",
    "fourty": "forty",
    "treble": "triple",
    "zeros": "zero",
    "zeroes": "zero",
    "dollar": "dollars",
    "pound": "pounds",
    "euro": "euros",
    "cent": "cents",
    "penny": "pence",
    "pennies": "pence",
    "degree": "degrees",
    "fourtieth": "fortieth",
}

_CLASSES = {word: i for i, word in enumerate(WORDS, start=1)}
_NUMBER_WORDS = frozenset(WORDS) - {OTHER, "and", CORRECTION} | frozenset(SPELLINGS)
_BEFORE_AND = frozenset([*MULTIPLIERS, *CURRENCIES])
_PER_CENT = re.compile(r"\bper\s+cent\b")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def _add_spellings(values: dict[str, int]) -> dict[str, int]:
    return values | {variant: values[word] for variant, word in SPELLINGS.items() if word in values}


UNIT_VALUES = _add_spellings({word: value for value, word in enumerate(UNITS)})
DIGIT_VALUES = _add_spellings(UNIT_VALUES | dict.fromkeys(ZEROS, 0))
TEEN_VALUES = _add_spellings({word: value for value, word in enumerate(TEENS, start=10)})
TEN_VALUES = _add_spellings({word: 10 * value for value, word in enumerate(TENS, start=2)})
REPEATS = _add_spellings({"double": 2, "triple": 3, "quadruple": 4})

SCALE_VALUES = {word: 1000**power for power, word in enumerate(SCALES, start=1)}
ORDINAL_VALUES = _add_spellings(
    {word: value for value, word in enumerate((*ORDINAL_UNITS, *ORDINAL_TEENS), start=1)}
    | {word: 10 * value for value, word in enumerate(ORDINAL_TENS, start=2)}
    | {ORDINAL_HUNDRED: 100}
)
UNIT_SIGNS = MappingProxyType(  # word → unit, as it is written
    {"dollars": "$", "pounds": "£", "euros": "€", "cents": "¢", "pence": "p", "percent": "%", "degrees": "°"}
)

VOCABULARY = _NUMBER_WORDS | {*REPEATS, "and", "a"}


def classify_word(word: str) -> int:
    """Return the network's class of a word in small letters, 1 to len(WORDS); other words are `OTHER`.

    >>> classify_word("zero"), WORDS[classify_word("treble") - 1], WORDS[classify_word("cheese") - 1]
    (1, 'triple', '□')
    """
    return _CLASSES.get(SPELLINGS.get(word, word), _CLASSES[OTHER])


def label_words(words: Sequence[str]) -> list[int]:
    """Return the classes that words in a row are recognised as; neighbouring other words are one.

    "and" belongs to a number only between "hundred", "thousand" and the like, or a unit, and a number word,
    and before "half". "a" before "hundred", "thousand" and the like, or "half", has no class.

    >>> [WORDS[c - 1] for c in label_words("call a hundred and five and go".split())]
    ['□', 'hundred', 'and', 'five', '□']
    >>> [WORDS[c - 1] for c in label_words("two and a half pounds and me".split())]
    ['two', 'and', 'half', 'pounds', '□']
    """
    spoken = [SPELLINGS.get(word, word) for word in words if word != PAUSE]
    spoken = [
        word for word, after in zip(spoken, [*spoken[1:], ""], strict=True) if not _is_article(word, after)
    ]
    classes: list[int] = []
    for before, word, after in zip(["", *spoken], spoken, [*spoken[1:], ""], strict=False):
        connects = word == "and" and _is_joined(before, after)
        label = classify_word(word) if word != "and" or connects else _CLASSES[OTHER]
        if label != _CLASSES[OTHER] or classes[-1:] != [label]:
            classes.append(label)
    return classes


def _is_article(word: str, after: str) -> bool:
    return word == "a" and (after in MULTIPLIERS or after == HALF)


def _is_joined(before: str, after: str) -> bool:
    """Tell whether an "and" between two words belongs to a number."""
    if after == HALF:
        return before in _NUMBER_WORDS
    return before in _BEFORE_AND and after in _NUMBER_WORDS


def split_words(text: str) -> list[str]:
    """Split a text into words in small letters, at hyphens too; "per cent" is one.

    >>> split_words("Twenty-one hundred, please"), split_words("five per cent")
    (['twenty', 'one', 'hundred', 'please'], ['five', 'percent'])
    """
    return _TOKEN.findall(_PER_CENT.sub("percent", text.lower()))
