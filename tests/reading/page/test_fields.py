"""Fields: looked for at the scale of the writing, each found once."""

import numpy as np
import pytest
from finding import Blocks, draw_page

from sutja.reading.page.fields import choose_scales, detect_fields
from sutja.reading.page.geometry.layout import measure_layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.types import Box, Detection


class Fixed:
    """Finds the same boxes on everything, in shares of the picture."""

    def __init__(self, *found):
        self.found = found

    def detect_arrays(self, arrays):
        return [
            [
                Detection(
                    "printed", p, Box(*(np.array(box) * (array.shape[1], array.shape[0]) * 1.0).ravel())
                )
                for p, box in self.found
            ]
            for array in arrays
        ]


def at(x0, y0, x1, y1):
    """A box as two corners."""
    return ((x0, y0), (x1, y1))


@pytest.mark.parametrize("points", [14, 30, 90])
def test_digits_are_as_high_as_the_detector_wants(points):
    page = draw_page([(40, 40 + 2 * points * i, "1720 583") for i in range(4)], (900, 900), points)
    finder = Blocks(gap=7)
    found = detect_fields(PageTransform.identity(page), choose_scales(measure_layout(page)), finder)
    heights = [field.box.height for field in found]
    assert np.median(heights) == pytest.approx(0.72 * points, rel=0.2)
    assert 10 <= np.median(heights) * finder.shapes[0][0] / 900 <= 24


def test_large_writing_beside_small_is_looked_for_apart():
    page = draw_page([(40, 40 + 40 * i, "1720 583") for i in range(6)], (900, 900), 20).copy()
    page[400:600] = draw_page([(40, 20, "4921 7")], (900, 200), 110)
    assert len(choose_scales(measure_layout(page))) == 2


def test_a_blank_page_is_not_looked_at():
    assert choose_scales(measure_layout(np.full((100, 100), 255, np.uint8))) == []
    assert (
        detect_fields(
            PageTransform.identity(np.full((100, 100), 255, np.uint8)), [], Fixed((0.9, at(0, 0, 1, 1)))
        )
        == []
    )


def test_each_field_is_found_once():
    page = np.full((100, 300), 255, np.uint8)
    finder = Fixed(
        (0.9, at(0.1, 0.1, 0.5, 0.3)),
        (0.8, at(0.11, 0.1, 0.5, 0.31)),  # the same
        (0.7, at(0.1, 0.1, 0.3, 0.3)),  # a part of it
        (0.6, at(0.6, 0.1, 0.9, 0.3)),  # another
    )
    found = detect_fields(PageTransform.identity(page), [1.0, 0.5], finder)
    assert [round(field.confidence, 2) for field in found] == [0.9, 0.6]
    assert found[0].box.to_list() == [30, 10, 150, 30]


def test_of_equally_sure_finds_the_whole_field_counts():
    finder = Fixed((0.9, at(0.1, 0.1, 0.3, 0.3)), (0.9, at(0.1, 0.1, 0.5, 0.3)))
    [field] = detect_fields(PageTransform.identity(np.full((100, 300), 255, np.uint8)), [1.0], finder)
    assert field.box.width == pytest.approx(120)
