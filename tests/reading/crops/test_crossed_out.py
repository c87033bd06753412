"""Numbers that a stroke of another ink runs through: waves, lines, and what is no stroke."""

import cv2
import numpy as np
import pytest

from sutja.reading.crops.crossed_out import is_crossed_out
from sutja.types import Box

BLACK, RED = (20, 20, 20), (200, 40, 40)
BOX = Box(20.0, 18.0, 122.0, 48.0)


def draw(ink=BLACK):
    """Draw a number in one ink."""
    crop = np.full((66, 142, 3), 250, np.uint8)
    cv2.putText(crop, "2350", (18, 47), cv2.FONT_HERSHEY_SIMPLEX, 1.35, ink, 3)
    return crop


def wave(crop, ink, first=10, last=132):
    """Draw a wave through the number."""
    for x in range(first, last):
        y = round(33 + 8 * np.sin(x / 5))
        cv2.line(crop, (x, y), (x + 1, round(33 + 8 * np.sin((x + 1) / 5))), ink, 2)
    return crop


@pytest.mark.parametrize(("digits", "stroke"), [(BLACK, RED), (RED, BLACK)])
def test_a_wave_and_a_line_of_another_ink(digits, stroke):
    assert is_crossed_out(wave(draw(digits), stroke), BOX)
    line = draw(digits)
    cv2.line(line, (8, 40), (134, 26), stroke, 3)
    assert is_crossed_out(line, BOX)


def test_a_stroke_through_half_of_the_number():
    assert not is_crossed_out(wave(draw(), RED, last=70), BOX)


def test_frames_rules_and_letters_of_stamps():
    framed, ruled, stamped = draw(), draw(), draw()
    cv2.ellipse(framed, (71, 33), (66, 14), 0, 0, 360, RED, 2)
    cv2.line(ruled, (4, 56), (138, 56), RED, 3)
    cv2.putText(stamped, "PAID", (14, 46), cv2.FONT_HERSHEY_DUPLEX, 1.3, RED, 2)
    assert not any(is_crossed_out(crop, BOX) for crop in (framed, ruled, stamped))


def test_one_ink_alone_is_left_to_the_readers():
    assert not is_crossed_out(draw(), BOX)
    assert not is_crossed_out(wave(draw(), BLACK), BOX)
    assert not is_crossed_out(draw()[..., 0], BOX)
