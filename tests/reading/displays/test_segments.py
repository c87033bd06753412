"""Digits of a display look like seven segments; print and blank paper do not."""

import cv2
import numpy as np

from sutja.reading.displays.segments import measure_segments

SPANS = [(6 + 24 * i, 21 + 24 * i) for i in range(3)]


def test_segments(draw_display):
    normalised, _ = draw_display("258")
    fit = measure_segments("258", SPANS, normalised.array)
    assert fit.is_display
    assert fit.slant == 0.0


def test_slanted_segments(draw_display):
    normalised, _ = draw_display("258")
    lean = np.array([[1.0, -0.15, 4.5], [0.0, 1.0, 0.0]])
    slanted = cv2.warpAffine(normalised.array, lean, normalised.array.shape[::-1])
    fit = measure_segments("258", [(left, right + 5) for left, right in SPANS], slanted)
    assert fit.is_display
    assert fit.slant > 0


def test_print():
    canvas = np.zeros((32, 82), np.uint8)
    for digit, (left, _) in zip("258", SPANS, strict=True):
        cv2.putText(canvas, digit, (left, 27), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2, cv2.LINE_AA)
    fit = measure_segments("258", [(left - 2, right + 4) for left, right in SPANS], canvas / np.float32(255))
    assert not fit.is_display


def test_nothing_to_measure():
    blank = np.zeros((32, 60), np.float32)
    assert measure_segments("11", [(0, 20), (30, 50)], blank) is None
    assert not measure_segments("23", [(0, 20), (30, 50)], blank).is_display
