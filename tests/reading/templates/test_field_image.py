"""Pictures of fields: boxes found by their lines, lines painted over, crosses and dashes told."""

import cv2
import form_drawing as forms
import numpy as np
import pytest

from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.templates.field_image import cut_field, fit_box
from sutja.reading.templates.strokes import is_dash, measure_cross
from sutja.types import Box


def cut(name, text, off=(0, 0)):
    form = forms.draw_form()
    forms.fill(form, name, text)
    x, y, n = forms.COMBS[name]
    box = Box(x + off[0], y + off[1], x + n * forms.SIDE + off[0], y + forms.SIDE + off[1])
    return cut_field(PageTransform.identity(form), box, n)


@pytest.mark.parametrize("off", [(0, 0), (5, -6), (-6, 5)])
def test_boxes_are_where_their_lines_are(off):
    image = cut("yes", "X 7", off)
    assert [image.has_ink(cell) for cell in image.cells] == [True, False, True]
    assert all(abs(cell.width - forms.SIDE) < 4 for cell in image.cells)
    assert abs(image.cells[0].height - forms.SIDE) < 4


@pytest.mark.parametrize("drawn", [(-8, -9, 8, 9), (-3, -18, 3, -18), (4, 15, 4, 15)])
def test_a_box_drawn_by_hand_is_fitted_to_its_lines(drawn):
    x, y, n = forms.COMBS["yes"]
    x1, y1 = x + n * forms.SIDE, y + forms.SIDE
    left, top, right, bottom = drawn
    fitted = fit_box(
        PageTransform.identity(forms.draw_form()), Box(x + left, y + top, x1 + right, y1 + bottom), n
    )
    off = np.abs(np.subtract((fitted.x0, fitted.y0, fitted.x1, fitted.y1), (x, y, x1, y1)))
    assert off.max() < 3


@pytest.mark.parametrize("share", [0.35, 0.65])
def test_a_crease_through_a_field_is_no_edge_of_it(share):
    form = forms.draw_form()
    forms.fill(form, "yes", "147")
    x, y, n = forms.COMBS["yes"]
    crease = round(y + share * forms.SIDE)
    form[crease : crease + 2] = np.minimum(form[crease : crease + 2], 150)
    image = cut_field(PageTransform.identity(form), Box(x, y, x + n * forms.SIDE, y + forms.SIDE), n)
    assert abs(image.cells[0].height - forms.SIDE) < 4


def test_an_empty_field_has_no_ink():
    image = cut("no", "   ")
    assert not image.ink.any()
    assert int(image.pixels.min()) > 200


def test_a_one_beside_the_edge_is_kept():
    form = forms.draw_form()
    x, y, n = forms.COMBS["yes"]
    cv2.line(form, (x + 7, y + 9), (x + 7, y + 36), 20, 2)
    image = cut_field(PageTransform.identity(form), Box(x, y, x + n * forms.SIDE, y + forms.SIDE), n)
    assert image.has_ink(image.cells[0])


def test_erased_cells_are_paper():
    image = cut("yes", "X47")
    rest = image.erase(image.cells[:1])
    assert [rest.has_ink(cell) for cell in rest.cells] == [False, True, True]
    assert [image.has_ink(cell) for cell in image.cells] == [True, True, True]


def test_pale_ink_beside_heavy_print_is_seen():
    form = forms.draw_form()
    x, y, n = forms.COMBS["yes"]
    cv2.rectangle(form, (x, y - 14), (x + n * forms.SIDE, y - 3), 0, -1)
    cv2.line(form, (x + 60, y + 10), (x + 64, y + 36), 170, 2)
    image = cut_field(PageTransform.identity(form), Box(x, y, x + n * forms.SIDE, y + forms.SIDE), n)
    assert [image.has_ink(cell) for cell in image.cells] == [False, True, False]


def test_crosses_and_dashes_have_their_shapes():
    image = cut("yes", "X-4")
    cross, dash, four = (image.crop_ink(cell) for cell in image.cells)
    assert measure_cross(cross) > 0.6
    assert measure_cross(four) < 0.5
    assert is_dash(dash)
    assert not is_dash(cross)
    assert not is_dash(four)
    assert measure_cross(np.zeros((20, 20), np.uint8)) == 0.0
    assert not is_dash(np.zeros((20, 20), np.uint8))
