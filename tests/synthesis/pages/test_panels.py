"""Panels bring their numbers along, whichever way they lie; what a copy has eaten is not asked for."""

import numpy as np
import pytest

from sutja.synthesis.pages import degradation
from sutja.synthesis.pages.sheet import Sheet, paste_panel


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
