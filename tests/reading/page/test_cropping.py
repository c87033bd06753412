"""Cuts of fields: lines and neighbours are gone, the number's own ink is not, and boxes find the way back."""

import cv2
import numpy as np
import pytest
from finding import Blocks, draw_page
from hypothesis import given
from hypothesis import strategies as st

from sutja.reading.page.cropping import CROP_METHODS, CropMethod, crop_field, remove_foreign_ink
from sutja.reading.page.geometry.transform import PageTransform
from sutja.types import Box

CLEAN, AS_IT_IS = CropMethod(0.3, True), CropMethod(0.3, False)


def number(text="48302", points=40):
    """A page with one number, and the box of its ink."""
    page = draw_page([(150, 120, text)], (150 + 4 * points + 200, 300), points).copy()
    [detection] = Blocks(gap=points).detect_arrays([page])[0]
    return page, detection.box


def dark(pixels):
    """How many pixels are ink."""
    return int((pixels < 128).sum())


@pytest.mark.parametrize("method", CROP_METHODS)
def test_paper_about_a_number_changes_nothing(method):
    page, box = number()
    found = crop_field(PageTransform.identity(page), box, method)
    assert found.scale == pytest.approx(1.0, abs=0.02)
    assert dark(found.pixels) == dark(page)


def test_the_lines_of_a_box_are_painted_over():
    page, box = number()
    plain = dark(page)
    cv2.rectangle(page, (int(box.x0) - 9, int(box.y0) - 8), (int(box.x1) + 9, int(box.y1) + 8), 0, 2)
    transform = PageTransform.identity(page)
    assert dark(crop_field(transform, box, AS_IT_IS).pixels) > plain + 100
    assert dark(crop_field(transform, box, CLEAN).pixels) == pytest.approx(plain, abs=0.03 * plain)


def test_an_underline_is_painted_over_and_a_stroke_is_not():
    page, box = number("1111")
    plain = dark(page)
    page[int(box.y1) + 5 : int(box.y1) + 7] = 0
    assert dark(crop_field(PageTransform.identity(page), box, CLEAN).pixels) == pytest.approx(
        plain, abs=0.05 * plain
    )


def test_neighbours_are_painted_over():
    page, box = number()
    plain = dark(page)
    full = draw_page([(150, 120, "48302"), (150, 87, "99999"), (150, 153, "66666")], (510, 300), 40)
    transform = PageTransform.identity(full)
    assert dark(crop_field(transform, box, AS_IT_IS).pixels) > 1.05 * plain
    assert dark(crop_field(transform, box, CLEAN).pixels) == pytest.approx(plain, abs=0.03 * plain)


def test_light_ink_is_left_alone():
    page, box = number()
    found = crop_field(PageTransform.identity(255 - page), box, CLEAN)
    assert (found.pixels == 255 - crop_field(PageTransform.identity(page), box, CLEAN).pixels).all()


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 10_000))
def test_any_cut_can_be_cleaned(rows, columns, seed):
    noise = np.random.default_rng(seed).integers(0, 256, (rows, columns), np.uint8)
    cleaned = remove_foreign_ink(noise, Box(columns / 4, rows / 4, columns * 3 / 4, rows * 3 / 4))
    assert cleaned.shape == noise.shape


@given(
    st.floats(0, 490),
    st.floats(0, 290),
    st.floats(0.5, 400),
    st.floats(0.5, 200),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(-5, 5),
    st.sampled_from(CROP_METHODS),
)
def test_boxes_of_a_crop_map_back(x, y, width, height, degrees, angle, method):
    transform = PageTransform.identity(number()[0]).rotate(angle).turn(degrees)
    field = Box(x, y, x + width, y + height)
    found = crop_field(transform, field, method)
    rows, columns = found.pixels.shape
    back = found.map_box(Box(0, 0, columns, rows))
    # A pixel of the cut, as far as rounding may be off.
    slack = 2.0 / found.scale
    assert back.x0 <= field.x0 + slack
    assert back.y0 <= field.y0 + slack
    assert back.x1 >= field.x1 - slack
    assert back.y1 >= field.y1 - slack


def test_fine_scans_are_cut_smaller():
    page, box = number(points=200)
    found = crop_field(PageTransform.identity(page), box)
    assert found.pixels.shape[0] < 80
    assert found.scale < 0.6
