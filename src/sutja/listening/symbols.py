"""A sign for each word, so that what was said is a string that CTC decoding can search.

Letters: K classes with blank.
"""

from __future__ import annotations

from collections.abc import Sequence

from sutja.errors import ModelFileError
from sutja.grammar.number_words import JOINTS, OTHER, TEENS, TENS, UNITS, ZEROS

_SIGNS = {
    **dict(zip(UNITS, "0123456789", strict=True)),
    **dict(zip(ZEROS, "on", strict=True)),
    **dict(zip(TEENS, "ABCDEFGHIJ", strict=True)),
    **dict(zip(TENS, "KLMNOPQR", strict=True)),
    **dict(zip(JOINTS, "ht&dx", strict=True)),
    "a": "a",
    OTHER: OTHER,
}
_WORDS = {sign: word for word, sign in _SIGNS.items()}
_ZEROS = str.maketrans(dict.fromkeys((_SIGNS[word] for word in ZEROS), "0"))


def alphabet_of(words: Sequence[str]) -> list[str]:
    """The K symbols of a network that says these K - 1 words, the first for the blank.

    Raises
    ------
    ModelFileError
        If there is a word that this version does not know.
    """
    unknown = [word for word in words if word not in _SIGNS]
    if unknown:
        raise ModelFileError(
            f"says words that this version does not know: {', '.join(unknown)}", remedy="update sutja"
        )
    return ["", *(_SIGNS[word] for word in words)]


def signs(words: Sequence[str]) -> str:
    """Words as signs.

    >>> signs(["twenty", "one", "□"])
    'K1□'
    """
    return "".join(_SIGNS[word] for word in words)


def words_of_signs(text: str) -> list[str]:
    """The words that signs stand for.

    >>> words_of_signs("5h&6")
    ['five', 'hundred', 'and', 'six']
    """
    return [_WORDS[sign] for sign in text]


def says_number(text: str) -> bool:
    """Whether there is any word of a number among the signs; "and" and "a" are none.

    >>> says_number("□&"), says_number("□&5")
    (False, True)
    """
    return any(sign not in "□&a" for sign in text)


def said_alike(text: str) -> str:
    """What of the signs tells one number from another: words for 0 are one, and so is a run of other words.

    >>> said_alike("□□5o□")
    '□50□'
    """
    return join(text.translate(_ZEROS), "")


def join(start: str, part: str) -> str:
    """Two texts of `said_alike` in a row, as one."""
    whole = start + part
    while OTHER + OTHER in whole:
        whole = whole.replace(OTHER + OTHER, OTHER)
    return whole
