"""Letters behind a number that look like digits."""

import numpy as np
import pytest

from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.second.suffixes import deny_digits, ends_in_letters, may_end_in_letters, stands_upright
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import Normalised


def write(text, probability=0.99):
    return tuple(Glyph(c, probability, 10 * i, 10 * i + 2) for i, c in enumerate(text))


def draw(*rows):
    """Draw bars, 16 columns apart, each between two rows; a reader sees a character in the middle of each."""
    array = np.zeros((32, 16 * len(rows) + 8), np.float32)
    for i, (top, bottom) in enumerate(rows):
        array[top:bottom, 16 * i + 4 : 16 * i + 14] = 1
    return Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)


def ask(text, *rows):
    glyphs = [Glyph(c, 1.0, 8 * i + 4, 8 * i + 5) for i, c in enumerate(text)]
    return may_end_in_letters(glyphs, draw(*rows))


FULL, LOW, HANGING = (4, 24), (10, 24), (10, 31)


@pytest.mark.parametrize("last", [LOW, HANGING])
def test_a_last_digit_that_stands_otherwise_may_be_a_letter(last):
    assert ask("239", FULL, FULL, last)


@pytest.mark.parametrize("text", ["78", "110", "25"])
def test_a_last_digit_like_a_capital_may_be_one(text):
    assert ask(text, *[FULL] * len(text))


@pytest.mark.parametrize("text", ["79", "8", "12345", "123"])
def test_other_numbers_have_no_letters(text):
    assert not ask(text, *[FULL] * len(text))


def test_letters_in_place_of_the_last_digits():
    answers = [Hypothesis("78", 0.99)]
    assert ends_in_letters(answers, Written(write("7B")))
    assert not ends_in_letters(answers, Written(write("78")))
    assert not ends_in_letters(answers, Written(write("7B", 0.5)))
    assert not ends_in_letters(answers, Written(write("7.-")))
    assert not ends_in_letters(answers, Written(write("8B")))
    assert ends_in_letters([Hypothesis("3245", 0.99)], Written(write("324"), behind=write(" S")))


def test_denied_digits_stand_behind_the_number_and_are_not_sure():
    answers = [Hypothesis("78", 0.99), Hypothesis("73", 0.01)]
    denied = deny_digits(answers, [Hypothesis("7", 0.9), Hypothesis("78", 0.1)], Written(write("7B")))
    assert [hypothesis.digits for hypothesis in denied] == ["7", "78", "73"]
    assert max(hypothesis.probability for hypothesis in denied) <= 0.5


def test_a_sure_line_with_letters_stands_upright():
    assert stands_upright(Written(write("8th")))
    assert not stands_upright(Written(write("8th", 0.8)))
    assert not stands_upright(Written(write("478")))
