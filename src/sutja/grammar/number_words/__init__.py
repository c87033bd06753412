"""English number words: the one vocabulary, digits to words, and words back to digits."""

from sutja.grammar.number_words.parsing import ParsedNumber, extract_digits, find_numbers, parse_words
from sutja.grammar.number_words.spelling import MAX_CARDINAL, spell_cardinal, spell_digits, spell_pairs
from sutja.grammar.number_words.vocabulary import (
    CONNECTORS,
    MULTIPLIERS,
    OTHER,
    PAUSE,
    SPELLINGS,
    TEENS,
    TENS,
    UNITS,
    VOCABULARY,
    WORDS,
    ZEROS,
    classify_word,
    label_words,
    split_words,
)

__all__ = [
    "CONNECTORS",
    "MAX_CARDINAL",
    "MULTIPLIERS",
    "OTHER",
    "PAUSE",
    "SPELLINGS",
    "TEENS",
    "TENS",
    "UNITS",
    "VOCABULARY",
    "WORDS",
    "ZEROS",
    "ParsedNumber",
    "classify_word",
    "extract_digits",
    "find_numbers",
    "label_words",
    "parse_words",
    "spell_cardinal",
    "spell_digits",
    "spell_pairs",
    "split_words",
]
