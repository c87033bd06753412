"""Lines of a field's box among other ink."""

import numpy as np
import pytest

from sutja.reading.templates.printed_lines import ON_PAGE, find_printed_lines
from sutja.types import Box

BOX = Box(60.0, 10.0, 80.0, 40.0)


@pytest.mark.parametrize("block", [(24, 90), (50, 80), (60, 100)])
@pytest.mark.parametrize("n_cells", [1, 2])
def test_a_block_of_ink_gives_no_edges_that_cross(block, n_cells):
    ink = np.zeros((50, 110), np.uint8)
    ink[:, slice(*block)] = 1
    lines = find_printed_lines(ink, BOX, n_cells)
    assert all(np.diff(lines.teeth) > 0)
    assert lines.teeth[-1] - lines.teeth[0] >= BOX.width / 3


def test_edges_are_those_of_the_lines():
    ink = np.zeros((50, 110), np.uint8)
    ink[8:42, [61, 81]] = 1
    assert find_printed_lines(ink, BOX, 1).teeth == pytest.approx((62.0, 81.0), abs=1.0)


def test_a_box_that_was_found_on_the_page_stays_there():
    ink = np.zeros((50, 110), np.uint8)
    ink[2, 60:80] = 1  # the line of a box above
    ink[26, 60:80] = 1  # level strokes of digits
    lines = find_printed_lines(ink, BOX, 1, ON_PAGE)
    assert (lines.top, lines.bottom) == (BOX.y0, BOX.y1)
