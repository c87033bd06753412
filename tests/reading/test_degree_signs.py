"""A degree sign read as a last 0 is told by its size and place; small cents and small digits are not."""

import pytest

from sutja.reading.degree_signs import ends_in_degree_sign
from sutja.types import Box


def line(text, *raised, height=40.0):
    """Boxes of characters on a line of digits; those at the places given are small and raised."""
    return [
        Box(30.0 * i, 10.0, 30.0 * i + 24, 10.0 + (0.5 if i in raised else 1.0) * height)
        for i in range(len(text))
    ]


def test_a_small_raised_zero_behind_digits_is_a_degree_sign():
    assert ends_in_degree_sign("300", line("300", 2))
    assert ends_in_degree_sign("50", line("50", 1))


@pytest.mark.parametrize(
    ("text", "raised"), [("300", ()), ("25.00", (3, 4)), ("306", (2,)), ("0", (0,)), ("", ())]
)
def test_other_digits_are_digits(text, raised):
    assert not ends_in_degree_sign(text, line(text, *raised))


def test_a_small_zero_on_the_line_is_a_digit():
    boxes = line("30")
    small = Box(boxes[1].x0, 32.0, boxes[1].x1, 50.0)
    assert not ends_in_degree_sign("30", [boxes[0], small])
