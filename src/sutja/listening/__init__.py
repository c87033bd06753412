"""Sound to numbers: what spoken words mean, for now."""

from sutja.listening.spoken import VOCABULARY, Spoken, cardinal, in_pairs, read_words, spell, spoken_numbers

__all__ = ["VOCABULARY", "Spoken", "cardinal", "in_pairs", "read_words", "spell", "spoken_numbers"]
