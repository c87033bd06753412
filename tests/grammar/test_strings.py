"""The string rules of the transcriber's answers: golden cases by hand, and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.grammar import is_number, keep_digits, locate_number, trim

TEXT = st.text(alphabet=CHARSET, max_size=24)


@given(TEXT)
def test_trimming_takes_nothing_from_the_number(text):
    trimmed = trim(text)
    assert trim(trimmed) == trimmed
    assert keep_digits(trimmed) == keep_digits(text)
    assert not trimmed or (trimmed[0] not in "□ " and trimmed[-1] not in "□ ")
    assert locate_number(text) == slice(0, 0) or text[locate_number(text)] == trimmed


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", True), ("□1", True), ("1□2", True), ("", False), ("□□1", False), ("□", False), (".-", False)],
)
def test_letters_may_not_outnumber_digits(text, number):
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("□□□□□ 23", True),
        ("□□.7", True),
        ("□□□: 1.234", True),
        ("4 □□□", True),
        ("4 □□□□", False),
        ("□□□ 7.04 □□□□", True),
        ("□□□ 1 □□□□", False),
        ("□□□1", False),
        ("1□□□ 2", False),
        ("2 □□□ 3", False),
        ("□□ □□1 □□", False),
    ],
)
def test_words_may_stand_beside_a_number(text, number):
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("□□.7", "7"),
        ("□□ .7", ".7"),
        ("□□□-46", "46"),
        ("□□□ -46", "-46"),
        ("□$ 18", "$ 18"),
        ("500/- □□□□.", "500/-"),
        (" 1 ", "1"),
        ("1□2", "1□2"),
        ("□□", ""),
        (".-", ".-"),
        ("", ""),
    ],
)
def test_what_is_shown_of_a_number_beside_words(text, own):
    assert trim(text) == own
