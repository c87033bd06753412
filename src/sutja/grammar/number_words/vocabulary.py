"""The one vocabulary of English number words, and the classes that an acoustic model tells apart.

Spelling variants are one class ("naught" is "nought", "treble" is "triple", "zeros" is "zero"). "a" has no
class, since a schwa is heard everywhere: "a hundred" is recognised as "hundred". The letter O is heard as
"oh".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
MULTIPLIERS = ("hundred", "thousand")
CONNECTORS = (*MULTIPLIERS, "and", "double", "triple")  # number words without a value of their own
OTHER = "□"  # any other words and letters; several in a row may be one class or several
PAUSE = ","  # a breath between words

# Class i + 1 of the network is word i; class 0 is the CTC blank.
WORDS = (*UNITS, *ZEROS, *TEENS, *TENS, *CONNECTORS, OTHER)

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
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def _add_spellings(values: dict[str, int]) -> dict[str, int]:
    return values | {variant: values[word] for variant, word in SPELLINGS.items() if word in values}


UNIT_VALUES = _add_spellings({word: value for value, word in enumerate(UNITS)})
DIGIT_VALUES = _add_spellings(UNIT_VALUES | dict.fromkeys(ZEROS, 0))
TEEN_VALUES = _add_spellings({word: value for value, word in enumerate(TEENS, start=10)})
TEN_VALUES = _add_spellings({word: 10 * value for value, word in enumerate(TENS, start=2)})
REPEATS = _add_spellings({"double": 2, "triple": 3, "quadruple": 4})

VOCABULARY = frozenset([*DIGIT_VALUES, *TEEN_VALUES, *TEN_VALUES, *REPEATS, *MULTIPLIERS, "and", "a"])


def classify_word(word: str) -> int:
    """Return the network's class of a word in small letters, 1 to len(WORDS); other words are `OTHER`.

    >>> classify_word("zero"), WORDS[classify_word("treble") - 1], WORDS[classify_word("cheese") - 1]
    (1, 'triple', '□')
    """
    return _CLASSES.get(SPELLINGS.get(word, word), _CLASSES[OTHER])


def label_words(words: Sequence[str]) -> list[int]:
    """Return the classes that words in a row are recognised as; neighbouring other words are one.

    "and" belongs to a number only after "hundred" or "thousand" and before a number word. "a" before
    "hundred" or "thousand" has no class.

    >>> label_words("call a hundred and five and go".split())
    [36, 31, 33, 6, 36]
    """
    spoken = [word for word in words if word != PAUSE]
    classes: list[int] = []
    for i, word in enumerate(spoken):
        before, after = spoken[i - 1] if i else "", spoken[i + 1] if i + 1 < len(spoken) else ""
        if word == "a" and after in MULTIPLIERS:
            continue
        connects = word == "and" and before in MULTIPLIERS and after in _NUMBER_WORDS
        label = classify_word(word) if word != "and" or connects else _CLASSES[OTHER]
        if label != _CLASSES[OTHER] or classes[-1:] != [label]:
            classes.append(label)
    return classes


def split_words(text: str) -> list[str]:
    """Split a text into words in small letters, at hyphens too.

    >>> split_words("Twenty-one hundred, please")
    ['twenty', 'one', 'hundred', 'please']
    """
    return _TOKEN.findall(text.lower())
