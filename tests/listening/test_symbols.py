"""A sign for each word, and what of them tells numbers apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.errors import ModelFileError
from sutja.grammar.number_words import OTHER, VOCABULARY, WORDS
from sutja.listening.symbols import alphabet_of, join, said_alike, says_number, signs, words_of_signs

ALPHABET = alphabet_of(WORDS)
TEXTS = st.text(alphabet="".join(ALPHABET), max_size=8)


def test_every_word_has_a_sign_of_its_own():
    assert len(set(ALPHABET)) == len(WORDS) + 1
    assert all(len(sign) == 1 for sign in ALPHABET[1:])
    assert words_of_signs(signs(WORDS)) == list(WORDS)


def test_every_word_of_a_number_can_be_read():
    assert set(WORDS) - {OTHER} <= VOCABULARY


def test_a_word_of_a_newer_version_is_named():
    with pytest.raises(ModelFileError, match="gazillion"):
        alphabet_of(["one", "gazillion"])


@given(TEXTS, TEXTS)
def test_what_tells_numbers_apart_can_be_joined_from_its_parts(a, b):
    assert join(said_alike(a), said_alike(b)) == said_alike(a + b)


@given(TEXTS)
def test_words_for_nought_are_one(text):
    alike = said_alike(text)
    assert not set(alike) & set(signs(["oh", "nought"]))
    assert OTHER + OTHER not in alike
    assert says_number(alike) == says_number(text)
