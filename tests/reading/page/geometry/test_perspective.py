"""Perspective: found where a frame or a sheet shows it, taken out, and left alone where there is none."""

import cv2
import numpy as np
import pytest
from finding import draw_page, draw_table
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.reading.page.geometry.perspective import find_frame, find_sheet, remove_perspective
from sutja.reading.page.geometry.transform import PageTransform


def grid(cells=9, side=400, margin=60):
    """A page with a ruled grid, and its corners."""
    page = np.full((side + 2 * margin, side + 2 * margin), 235, np.uint8)
    for i in range(cells + 1):
        at = margin + round(i * side / cells)
        cv2.line(page, (margin, at), (margin + side, at), 30, 2)
        cv2.line(page, (at, margin), (at, margin + side), 30, 2)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float) * side + margin
    return page, corners


def askew(page, corners, offsets):
    """The page as a camera askew sees it, and where the corners are then."""
    rows, columns = page.shape
    before = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    after = before + np.array(offsets, np.float32) * (columns, rows)
    after -= after.min(axis=0)
    matrix = cv2.getPerspectiveTransform(before, after.astype(np.float32))
    width, height = np.ceil(after.max(axis=0)).astype(int)
    seen = cv2.warpPerspective(page, matrix, (int(width), int(height)), borderValue=200)
    return seen, cv2.perspectiveTransform(corners[None].astype(np.float32), matrix)[0]


OFFSETS = st.lists(st.tuples(st.floats(-0.07, 0.07), st.floats(-0.07, 0.07)), min_size=4, max_size=4)


@settings(max_examples=25)
@given(OFFSETS)
def test_the_corners_of_a_grid(offsets):
    seen, corners = askew(*grid(), offsets)
    found = find_frame(seen)
    assert found is not None
    assert np.abs(found - corners).max() < 0.012 * max(seen.shape)


@settings(max_examples=15)
@given(OFFSETS)
def test_a_grid_lies_flat_afterwards(offsets):
    seen, corners = askew(*grid(), offsets)
    transform = remove_perspective(PageTransform.identity(seen), find_frame(seen), seen)
    if transform is None:  # it lay nearly flat before
        offsets = np.abs(np.roll(corners, -1, axis=0) - corners).min(axis=1)
        assert offsets.max() < 0.03 * max(seen.shape)
        return
    flat = transform.map_from_picture(corners)
    sides = np.abs(np.roll(flat, -1, axis=0) - flat)
    assert sides.min(axis=1).max() < 0.02 * sides.max()


def test_a_sheet_on_a_dark_desk():
    page = draw_page([(80, 80 + 60 * i, "1234 5678") for i in range(8)], (500, 700), paper=240)
    desk = np.full((900, 800), 60, np.uint8)
    before = np.array([(0, 0), (500, 0), (500, 700), (0, 700)], np.float32)
    after = np.array([(120, 60), (690, 110), (720, 830), (80, 800)], np.float32)
    matrix = cv2.getPerspectiveTransform(before, after)
    seen = cv2.warpPerspective(page, matrix, (800, 900), dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    found = find_sheet(seen)
    assert found is not None
    assert np.abs(found - after).max() < 12
    transform = remove_perspective(PageTransform.identity(seen), find_frame(seen), seen)
    assert transform is not None
    assert np.ptp(transform.map_from_picture(after)[:2, 1]) < 12


@pytest.mark.parametrize(
    "page",
    [
        np.full((300, 200), 255, np.uint8),
        draw_page([(60, 60 * i, "12 345 6789") for i in range(1, 10)]),
        draw_table([["123", "45"], ["6", "7890"]]),
        np.random.default_rng(0).integers(0, 256, (300, 400), np.uint8),
        grid()[0],  # straight already
    ],
)
def test_nothing_is_bent_that_lies_flat(page):
    assert remove_perspective(PageTransform.identity(page), find_frame(page), page) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 7), (20, 20)])
def test_thumbnails(shape):
    noise = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert remove_perspective(PageTransform.identity(noise), find_frame(noise), noise) is None


def test_the_dark_head_of_a_table_is_no_inclined_side():
    page = np.full((560, 700), 235, np.uint8)
    for i in range(12):  # pale lines are lost beside the head
        cv2.line(page, (50, 100 + 40 * i), (650, 100 + 40 * i), 120, 1)
    for x in (50, 200, 400, 650):
        cv2.line(page, (x, 84), (x, 540), 120, 1)
    cv2.rectangle(page, (200, 54), (650, 78), 20, -1)
    cv2.line(page, (650, 54), (650, 84), 120, 2)
    found = find_frame(page)
    assert found is None or abs(found[0, 1] - found[1, 1]) < 6
