"""Fields and sheets: boxes hold the ink, cuts are told, windows keep what they show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.synthesis.pages import degradation
from sutja.synthesis.pages.fields import WHOLE, Field, PageSample, clip_fields, crop_page
from sutja.synthesis.pages.sheet import Sheet, find_hull, paste_panel


def sheet(size=(120, 160)):
    return Sheet(np.random.default_rng(0), size)


def blob(height, width):
    """Ink on an empty margin of two pixels."""
    alpha = np.zeros((height + 4, width + 4), np.uint8)
    alpha[2:-2, 2:-2] = 255
    return alpha


@given(x=st.integers(-40, 170), y=st.integers(-40, 130), h=st.integers(3, 30), w=st.integers(3, 60))
def test_a_numbers_box_is_what_is_dark(x, y, h, w):
    page = sheet()
    page.draw_number(blob(h, w), x, y, 1.0, "1", "printed")
    dark = np.argwhere(page.plane < 128)
    if len(dark) == 0:
        assert not page.numbers
        return
    (field,) = page.fields()
    top, left = dark.min(axis=0)
    bottom, right = dark.max(axis=0) + 1
    assert field.box == (left, top, right, bottom)
    assert field.ignore == (len(dark) < WHOLE * h * w)


@given(angle=st.floats(-0.08, 0.08), shift=st.floats(0, 20))
def test_boxes_follow_the_picture_of_the_sheet(angle, shift):
    page = sheet()
    page.draw_number(blob(10, 60), 30, 40, 1.0, "1", "printed")
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin, shift], [sin, cos, shift], [0, 0, 1]])
    (field,) = page.fields(matrix)
    corners = np.array([[x, y, 1] for x in (32, 92) for y in (42, 52)]) @ matrix.T
    assert np.allclose(field.box[:2], corners[:, :2].min(axis=0), atol=1e-3)
    assert np.allclose(field.box[2:], corners[:, :2].max(axis=0), atol=1e-3)


def test_the_outline_of_no_ink_is_empty():
    assert find_hull(np.zeros((5, 5), np.uint8)).shape == (0, 2)
    page = sheet()
    page.draw_number(np.zeros((5, 5), np.uint8), 3, 3, 1.0, "1", "printed")
    assert page.fields() == ()


def test_lines_never_lighten_ink():
    page = sheet()
    page.draw_ink(blob(20, 20), 10, 10, 1.0)
    page.draw_line((0, 20), (159, 20), 3, 200)
    assert page.plane[20, 20] == 0
    assert page.plane[20, 100] == 200


def test_a_place_is_given_once_and_only_on_the_sheet():
    page = sheet()
    assert page.reserve((10, 10, 50, 30))
    assert not page.reserve((40, 20, 60, 40))
    assert page.reserve((50, 10, 60, 30))
    assert not page.reserve((150, 10, 170, 30))


def one_field(box, ignore=False):
    return PageSample(np.zeros((100, 100), np.uint8), (Field("7", box, "printed", "number", ignore),))


@pytest.mark.parametrize(
    ("window", "box", "ignore"),
    [
        ((0, 0, 100, 100), (20, 20, 60, 40), False),  # whole
        ((0, 0, 30, 100), (20, 20, 30, 40), True),  # cut in the middle
        ((20, 20, 100, 100), (0, 0, 40, 20), False),  # at the edge, whole
        ((0, 0, 59, 100), (20, 20, 59, 40), False),  # a sliver is missing
        ((0, 0, 21, 100), None, None),  # next to nothing left
        ((70, 70, 100, 100), None, None),
    ],
)
def test_windows_clip_fields(window, box, ignore):
    fields = clip_fields(one_field((20, 20, 60, 40)).fields, window)
    if box is None:
        assert fields == ()
    else:
        assert [(f.box, f.ignore) for f in fields] == [(box, ignore)]


@given(top=st.integers(-60, 120), left=st.integers(-60, 120), size=st.integers(1, 150))
def test_crops_have_their_size_and_boxes_lie_in_them(top, left, size):
    part = crop_page(one_field((20, 20, 60, 40), ignore=True), top, left, (size, size))
    assert part.pixels.shape == (size, size)
    for field in part.fields:
        x0, y0, x1, y1 = field.box
        assert 0 <= x0 < x1 <= size
        assert 0 <= y0 < y1 <= size
        assert field.ignore


def test_a_crop_shows_what_the_page_shows():
    rng = np.random.default_rng(3)
    page = PageSample(rng.integers(0, 256, (50, 80)).astype(np.uint8), ())
    assert np.array_equal(crop_page(page, 10, 20, (30, 40)).pixels, page.pixels[10:40, 20:60])
    beyond = crop_page(page, -5, -5, (60, 90)).pixels
    assert np.array_equal(beyond[5:55, 5:85], page.pixels)


def panel(rng):
    """A panel with one number, a bar of ink."""
    made = Sheet(rng, (40, 100))
    made.draw_number(np.full((10, 50), 255, np.uint8), 20, 15, 1.0, "77", "printed")
    return made


@pytest.mark.parametrize(("ground", "ink"), [(240, 10), (20, 230)])
def test_a_panel_brings_its_number_and_its_tones(ground, ink):
    rng = np.random.default_rng(0)
    sheet = Sheet(rng, (200, 300))
    paste_panel(sheet, panel(rng), 100, 60, ground=ground, ink=ink)
    [mark] = sheet.numbers
    assert mark.box == (120, 75, 170, 85)
    assert (mark.text, mark.ignore) == ("77", False)
    assert (sheet.plane[76:84, 121:169] == ink).all()
    assert sheet.plane[62, 110] == ground
    assert sheet.plane[50, 50] == 255


def test_a_panel_at_a_slant():
    rng = np.random.default_rng(0)
    sheet = Sheet(rng, (200, 300))
    paste_panel(sheet, panel(rng), 100, 60, ground=255, ink=0, angle=10)
    ys, xs = np.nonzero(sheet.plane < 128)
    x0, y0, x1, y1 = sheet.numbers[0].box
    assert abs(x0 - xs.min()) < 2
    assert abs(x1 - xs.max()) < 2
    assert abs(y0 - ys.min()) < 2
    assert abs(y1 - ys.max()) < 2


def test_a_panel_over_the_edge_is_cut():
    rng = np.random.default_rng(0)
    sheet = Sheet(rng, (100, 150))
    paste_panel(sheet, panel(rng), 100, 30)
    assert sheet.numbers[0].ignore


def test_what_cannot_be_seen_any_more_is_ignored():
    rng = np.random.default_rng(0)
    sheet = Sheet(rng, (100, 200))
    for x, text in ((20, "11"), (110, "22")):
        bars = np.zeros((14, 50), np.uint8)
        bars[:, ::6] = bars[:, 1::6] = 255
        sheet.draw_number(bars, x, 40, 1.0, text, "printed")
    noisy = rng.integers(0, 256, sheet.plane.shape).astype(np.uint8)
    seen = np.where(np.arange(200) < 90, sheet.plane, noisy).astype(np.uint8)
    left, right = degradation._legible(seen, sheet.plane, sheet.fields())
    assert (left.ignore, right.ignore) == (False, True)
    left, _ = degradation._legible(255 - seen, sheet.plane, sheet.fields())
    assert not left.ignore
