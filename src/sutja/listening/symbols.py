"""A symbol for each word, so that an utterance is a string that CTC decoding can search.

Letters: K classes with blank.
"""

from __future__ import annotations

from collections.abc import Sequence

from sutja.errors import ModelFileError
from sutja.grammar.number_words import CONNECTORS, CORRECTION, OTHER, TEENS, TENS, UNITS, WORDS, ZEROS

_SYMBOLS = {
    **dict(zip(UNITS, "0123456789", strict=True)),
    **dict(zip(ZEROS, "on", strict=True)),
    **dict(zip(TEENS, "ABCDEFGHIJ", strict=True)),
    **dict(zip(TENS, "KLMNOPQR", strict=True)),
    **dict(zip(CONNECTORS, "ht&dx", strict=True)),
    "a": "a",
    OTHER: OTHER,
}
_OTHERS = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ"  # of words without a sign of their own
)
_SYMBOLS |= dict(zip((word for word in WORDS if word not in _SYMBOLS), _OTHERS, strict=False))
_WORDS = {symbol: word for word, symbol in _SYMBOLS.items()}
_NO_NUMBER = frozenset(_SYMBOLS[word] for word in (OTHER, "and", "a", CORRECTION))
_ZEROS = str.maketrans(dict.fromkeys((_SYMBOLS[word] for word in ZEROS), "0"))


def make_alphabet(words: Sequence[str]) -> list[str]:
    """Make the K symbols of a network that knows these K - 1 words, the first for the blank.

    Raises
    ------
    ModelFileError
        If there is a word that this version does not know.
    """
    unknown = [word for word in words if word not in _SYMBOLS]
    if unknown:
        raise ModelFileError(
            f"says words that this version does not know: {', '.join(unknown)}", remedy="update sutja"
        )
    return ["", *(_SYMBOLS[word] for word in words)]


def encode_words(words: Sequence[str]) -> str:
    """Write words as symbols.

    >>> encode_words(["twenty", "one", "□"])
    'K1□'
    """
    return "".join(_SYMBOLS[word] for word in words)


def decode_words(symbols: str) -> list[str]:
    """Return the words that symbols stand for.

    >>> decode_words("5h&6")
    ['five', 'hundred', 'and', 'six']
    """
    return [_WORDS[symbol] for symbol in symbols]


def has_number_word(symbols: str) -> bool:
    """Tell whether there is a word of a number among the symbols; "and", "a" and "sorry" are none.

    >>> has_number_word("□&"), has_number_word("□&5")
    (False, True)
    """
    return any(symbol not in _NO_NUMBER for symbol in symbols)


def canonicalise(symbols: str) -> str:
    """Keep of the symbols what tells numbers apart: all words for 0 are one, and so are other words in a row.

    >>> canonicalise("□□5o□")
    '□50□'
    """
    return join_canonical(symbols.translate(_ZEROS), "")


def join_canonical(start: str, part: str) -> str:
    """Join two texts of `canonicalise`."""
    whole = start + part
    while OTHER + OTHER in whole:
        whole = whole.replace(OTHER + OTHER, OTHER)
    return whole
