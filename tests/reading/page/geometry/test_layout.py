"""How a page lies, and how high its writing is."""

import cv2
import numpy as np
import pytest
from finding import draw_page
from hypothesis import given
from hypothesis import strategies as st

from sutja.reading.page.geometry.layout import binarise, measure_layout


def lines(points=30, size=(900, 700)):
    """A page with lines of numbers."""
    step = points * 2
    return draw_page(
        [(60, y, "102 584 7763 20 391 885") for y in range(60, size[1] - 80, step)], size, points
    )


def turned(page, degrees, paper=255):
    """The page turned counter-clockwise about its centre."""
    rows, columns = page.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    return cv2.warpAffine(page, matrix, (columns, rows), borderValue=paper)


@pytest.mark.parametrize("degrees", [-9.0, -3.3, -1.0, 0.0, 0.5, 2.0, 7.5, 12.0])
def test_skew_is_found(degrees):
    assert measure_layout(turned(lines(), degrees)).skew == pytest.approx(degrees, abs=0.25)


def test_skew_is_found_where_lines_run_down():
    page = np.ascontiguousarray(np.rot90(turned(lines(size=(900, 900)), 4.0)))
    assert measure_layout(page).skew == pytest.approx(4.0, abs=0.25)


@pytest.mark.parametrize("points", [16, 30, 60, 120])
def test_the_height_of_the_writing(points):
    found = measure_layout(lines(points, (1400, 1000)))
    assert found.character_height == pytest.approx(
        0.72 * points, rel=0.15
    )  # figures are lower than the type's size
    assert found.large_height is None


def test_dust_is_no_writing():
    page = lines(40, (1400, 1000)).copy()
    clean = measure_layout(page)
    rng = np.random.default_rng(0)
    for y, x in zip(rng.integers(3, 997, 900), rng.integers(3, 1397, 900), strict=True):
        page[y : y + 3, x : x + 3] = np.minimum(page[y : y + 3, x : x + 3], 60)
    assert measure_layout(page).character_height == pytest.approx(clean.character_height, rel=0.1)
    specks = np.full((400, 400), 255, np.uint8)
    specks[20::40, 20::40] = specks[21::40, 20::40] = specks[22::40, 20::40] = 0
    specks[20::40, 21::40] = specks[21::40, 21::40] = specks[22::40, 21::40] = 0
    assert measure_layout(specks).character_height == pytest.approx(3, abs=0.5)  # nothing else is there


def test_writing_much_larger_than_the_print_is_told_apart():
    page = lines(20).copy()
    page[400:700] = 255
    page[400:520] = draw_page([(60, 0, "4850219")], (900, 120), 90)
    found = measure_layout(page)
    assert found.character_height == pytest.approx(14.4, rel=0.15)
    assert found.large_height == pytest.approx(65, rel=0.15)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_blank_page_has_no_height(level):
    found = measure_layout(np.full((300, 200), level, np.uint8))
    assert (found.character_height, found.large_height, found.skew, found.n_characters) == (
        None,
        None,
        0.0,
        0,
    )


def test_uneven_light_is_no_ink():
    page = lines().astype(float)
    shade = np.linspace(0.25, 1.0, page.shape[1])[None, :]
    found = measure_layout((page * shade).astype(np.uint8))
    assert found.character_height == pytest.approx(21.6, rel=0.15)
    assert binarise((page * shade).astype(np.uint8)).mean() < 0.1


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
def test_any_picture_has_a_layout(rows, columns, seed):
    noise = np.random.default_rng(seed).integers(0, 256, (rows, columns), np.uint8)
    found = measure_layout(noise)
    assert found.ink.shape == noise.shape
    assert -15.5 <= found.skew <= 15.5
