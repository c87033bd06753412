"""Sound to numbers: an acoustic model recognises words, and words become numbers with a confidence."""

from sutja.grammar.number_words import (
    VOCABULARY,
    ParsedNumber,
    find_numbers,
    parse_words,
    spell_cardinal,
    spell_digits,
    spell_pairs,
)
from sutja.listening.listener import Listener

__all__ = [
    "VOCABULARY",
    "Listener",
    "ParsedNumber",
    "find_numbers",
    "parse_words",
    "spell_cardinal",
    "spell_digits",
    "spell_pairs",
]
