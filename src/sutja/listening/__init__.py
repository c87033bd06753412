"""Sound to numbers: what a network hears becomes words, and words become numbers that can be trusted."""

from sutja.grammar.number_words import (
    VOCABULARY,
    Spoken,
    cardinal,
    in_pairs,
    read_words,
    spell,
    spoken_numbers,
)
from sutja.listening.listener import Listener

__all__ = [
    "VOCABULARY",
    "Listener",
    "Spoken",
    "cardinal",
    "in_pairs",
    "read_words",
    "spell",
    "spoken_numbers",
]
