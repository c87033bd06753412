"""Texts: every label is in the charset and says what was drawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.charset import CHARSET, LETTER
from sutja.synthesis.crops import texts

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@settings(max_examples=300, deadline=None)
@given(seeds, st.integers(1, 24))
def test_numbers_are_in_the_charset(rng, most):
    text = texts.make_number(rng, most)
    assert 1 <= len(text) <= most
    assert set(text) <= set(CHARSET) - {LETTER}


@given(seeds, st.integers(1, 20))
def test_so_many_digits(rng, length):
    text = texts.make_digits(rng, length)
    assert len(text) == length
    assert text.isdigit()


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_labels_keep_length_and_stay_in_the_charset(rng):
    text = texts.add_words(rng, texts.make_number(rng, 10))
    label = texts.make_label(text, CHARSET)
    assert len(label) == len(text)
    assert set(label) <= set(CHARSET)


def test_a_letter_or_a_strange_sign_stands_for_some_letter():
    assert texts.make_label("20°C ½", CHARSET) == f"20{LETTER}{LETTER} {LETTER}"


def test_a_minus_of_print_is_a_minus():
    assert texts.make_label("−3.2", CHARSET) == "-3.2"


@given(seeds)
def test_words_hold_no_digit(rng):
    assert not any(c.isdigit() for c in texts.make_words(rng))
