"""A symbol for each word, and what of them tells numbers apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.errors import ModelFileError
from sutja.grammar.number_words import CORRECTION, OTHER, VOCABULARY, WORDS
from sutja.listening.symbols import (
    canonicalise,
    decode_words,
    encode_words,
    has_number_word,
    join_canonical,
    make_alphabet,
)

ALPHABET = make_alphabet(WORDS)
TEXTS = st.text(alphabet="".join(ALPHABET), max_size=8)


def test_every_word_has_a_symbol_of_its_own():
    assert len(set(ALPHABET)) == len(WORDS) + 1
    assert all(len(symbol) == 1 for symbol in ALPHABET[1:])
    assert decode_words(encode_words(WORDS)) == list(WORDS)


def test_every_word_of_a_number_can_be_read():
    assert set(WORDS) - {OTHER, CORRECTION} <= VOCABULARY


def test_a_word_of_a_newer_version_is_named():
    with pytest.raises(ModelFileError, match="gazillion"):
        make_alphabet(["one", "gazillion"])


@given(TEXTS, TEXTS)
def test_what_tells_numbers_apart_can_be_joined_from_its_parts(a, b):
    assert join_canonical(canonicalise(a), canonicalise(b)) == canonicalise(a + b)


@given(TEXTS)
def test_words_for_zero_are_one(text):
    canonical = canonicalise(text)
    assert not set(canonical) & set(encode_words(["oh", "nought"]))
    assert OTHER + OTHER not in canonical
    assert has_number_word(canonical) == has_number_word(text)
