"""Registration: scans and photos of a form are found again, and other pages are told apart."""

import cv2
import form_drawing as forms
import numpy as np
import pytest

from sutja.reading.page.geometry.transform import apply_homography
from sutja.reading.templates.registration.landmarks import find_corner_marks
from sutja.reading.templates.registration.registrar import MIN_FIT, PageView, Registrar
from sutja.types import Box

CORNERS = [(430, 200), (562, 200), (562, 444), (430, 444)]


@pytest.fixture(scope="module")
def registrar():
    return Registrar(forms.draw_form())


def filled():
    form = forms.draw_form()
    for name, text in {"yes": "X12", "no": "-40", "total": "052"}.items():
        forms.fill(form, name, text)
    return form


def test_a_photo_at_an_angle_is_laid_over(registrar):
    photo, matrix = forms.photograph(filled())
    found = registrar.register(PageView(photo))
    assert found is not None
    assert found.fit >= MIN_FIT
    there = apply_homography(found.to_picture, CORNERS)
    assert np.abs(there - apply_homography(matrix, CORNERS)).max() < 4


def test_a_scan_upside_down_and_larger(registrar):
    scan = cv2.resize(cv2.rotate(filled(), cv2.ROTATE_180), None, fx=1.6, fy=1.6)
    found = registrar.register(PageView(scan))
    assert found is not None
    assert found.fit >= MIN_FIT
    rows, columns = forms.SIZE
    expected = [(1.6 * (columns - x), 1.6 * (rows - y)) for x, y in CORNERS]
    assert np.abs(apply_homography(found.to_picture, CORNERS) - expected).max() < 4


def test_another_form_does_not_fit(registrar):
    found = registrar.register(PageView(forms.draw_other_form()))
    assert found is None or found.fit < MIN_FIT


@pytest.mark.parametrize("page", [np.full((900, 640), 250, np.uint8), np.zeros((40, 30), np.uint8)])
def test_a_page_of_nothing_does_not_fit(registrar, page):
    found = registrar.register(PageView(page))
    assert found is None or found.fit < MIN_FIT


def test_a_part_that_was_printed_elsewhere_is_located(registrar):
    page = filled()
    moved = page.copy()
    moved[180:260] = page[174:254]  # the first comb lies six pixels lower
    found = registrar.register(PageView(moved))
    assert found is not None
    matrix = registrar.locate(found, Box(430, 200, 562, 244))
    [(x, y)] = apply_homography(matrix, [(430, 200)])
    assert abs(x - 430) < 3
    assert abs(y - 206) < 3


def bend(form, matrix):
    """A photo of the form, sheet curled and creased: the picture, and where places of the form are in it."""

    def place(places):
        x, y = np.asarray(places, float).T
        bent_y = y + 14 * np.sin(x / 640 * 3.1) + 0.035 * np.maximum(0, y - 350)
        return apply_homography(matrix, np.column_stack([x + 9 * np.sin(y / 900 * 4.0), bent_y]))

    fine = np.mgrid[0:1150, 0:900]
    rows, columns = fine.astype(np.float32)
    flat = np.column_stack([columns.ravel(), rows.ravel()])
    back = apply_homography(np.linalg.inv(matrix), flat)
    found = back.copy()
    for _ in range(8):  # the way back, by fixed points
        found += back - apply_homography(np.linalg.inv(matrix), place(found))
    maps = found.reshape(1150, 900, 2).astype(np.float32)
    return cv2.remap(
        form, maps, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=95
    ), place


def test_fields_of_a_bent_sheet_are_located(registrar):
    _, matrix = forms.photograph(filled())
    photo, place = bend(filled(), matrix)
    found = registrar.register(PageView(photo))
    assert found is not None
    assert found.fit >= MIN_FIT
    for x, y, n in forms.COMBS.values():
        corners = [(x, y), (x + n * forms.SIDE, y), (x + n * forms.SIDE, y + forms.SIDE), (x, y + forms.SIDE)]
        box = Box(x, y, x + n * forms.SIDE, y + forms.SIDE)
        there = apply_homography(registrar.locate(found, box), corners)
        assert np.abs(there - place(corners)).max() < 5


def test_corner_marks():
    page = np.full((800, 600), 250, np.uint8)
    assert find_corner_marks(page) is None
    for x, y in ((20, 20), (560, 24), (556, 760), (24, 756)):
        cv2.rectangle(page, (x, y), (x + 16, y + 16), 10, -1)
    corners = find_corner_marks(page)
    assert corners is not None
    assert np.abs(corners - [(28, 28), (568, 32), (564, 768), (32, 764)]).max() < 1.5
