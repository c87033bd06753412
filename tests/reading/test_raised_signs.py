"""Raised points and a degree sign read as a last 0 are told by their size and place."""

import pytest

from sutja.reading.raised_signs import ends_in_raised_sign, write_raised_points
from sutja.types import Box


def line(text, *raised, height=40.0):
    """Boxes of characters on a line of digits; those at the places given are small and raised."""
    return [
        Box(30.0 * i, 10.0, 30.0 * i + 24, 10.0 + (0.5 if i in raised else 1.0) * height)
        for i in range(len(text))
    ]


def test_a_small_raised_zero_behind_digits_is_a_degree_sign():
    assert ends_in_raised_sign("300", line("300", 2))
    assert ends_in_raised_sign("50", line("50", 1))


def test_a_raised_digit_before_a_percent_sign_is_the_first_of_two_cents():
    assert ends_in_raised_sign("97%", line("97%", 1))
    assert ends_in_raised_sign("12 5%", line("12 5%", 3))


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("97%", ()),
        ("7%", (0,)),
        ("5 %", ()),
        ("12.50%", (3, 4)),
        ("300", ()),
        ("25.00", (3, 4)),
        ("306", (2,)),
        ("0", (0,)),
        ("", ()),
    ],
)
def test_other_digits_are_digits(text, raised):
    assert not ends_in_raised_sign(text, line(text, *raised))


def test_a_small_zero_on_the_line_is_a_digit():
    boxes = line("30")
    small = Box(boxes[1].x0, 32.0, boxes[1].x1, 50.0)
    assert not ends_in_raised_sign("30", [boxes[0], small])


def number(mark, top, bottom, width=8.0):
    """What is written for a mark between the digits of 0187, which are 40 pixels high."""
    boxes = [Box(30.0 * i, 10.0, 30.0 * i + 24, 50.0) for i in range(5)]
    boxes[1] = Box(40.0, 10.0 + top, 40.0 + width, 10.0 + bottom)
    return "".join(write_raised_points(["0", mark, "1", "8", "7"], boxes))


@pytest.mark.parametrize("mark", ["□", "'", ":", "-"])
def test_a_small_mark_half_as_high_as_the_digits_is_a_raised_point(mark):
    assert number(mark, 12, 20) == "0.187"


@pytest.mark.parametrize(
    ("mark", "top", "bottom", "width"),
    [
        ("'", 0, 12, 6),  # an apostrophe hangs from the top
        (":", 10, 36, 8),  # two points
        ("-", 18, 22, 16),  # a dash
        ("□", 0, 40, 20),  # a letter
        (",", 34, 44, 8),
        ("□", 12, 12, 0),  # no ink
    ],
)
def test_other_marks_stay(mark, top, bottom, width):
    assert number(mark, top, bottom, width) == f"0{mark}187"


def test_a_mark_at_the_end_or_beside_no_digit_stays():
    boxes = [Box(0, 0, 8, 8), Box(10, 0, 34, 40), Box(40, 14, 48, 22)]
    assert write_raised_points(["'", "7", "□"], boxes) == ["'", "7", "□"]
    assert write_raised_points([], []) == []
