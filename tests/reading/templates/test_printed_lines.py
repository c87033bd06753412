"""Lines of a field's box among other ink."""

import numpy as np
import pytest

from sutja.reading.templates.printed_lines import find_printed_lines
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
