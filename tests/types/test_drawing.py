"""Labels cover no box, no other label, and are all there."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.boxes.rectangle import Box
from sutja.types import drawing
from sutja.types.drawing import ACCEPTED_LEGEND, AMBER, GREEN, Label, draw_labels

WIDTH, HEIGHT = 400, 300
CELLS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 9), st.integers(8, 48), st.integers(6, 28)),
    min_size=1,
    max_size=40,
    unique_by=lambda cell: cell[:2],
)


def make_boxes(cells):
    """Boxes that do not touch, one a cell of a grid."""
    return [
        Box(x * 50, y * 30, x * 50 + width - 8, y * 30 + height) for x, y, width, height in cells if width > 8
    ]


@given(CELLS)
@settings(max_examples=25)
def test_nothing_is_drawn_over_the_inside_of_a_box(cells):
    boxes = make_boxes(cells)
    pixels = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for index, box in enumerate(boxes):
        pixels[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 60 + index
    drawn = np.asarray(draw_labels(pixels, [Label.at_box(box, "12,345?", GREEN) for box in boxes]))
    for box in boxes:
        place = np.s_[int(box.y0) + 1 : int(box.y1) - 1, int(box.x0) + 1 : int(box.x1) - 1]
        assert np.array_equal(drawn[:HEIGHT, :WIDTH][place], np.repeat(pixels[place][..., None], 3, axis=2))


@given(CELLS)
@settings(max_examples=25)
def test_labels_do_not_cover_one_another(cells):
    boxes = make_boxes(cells)
    labels = [Label.at_box(box, "12,345", GREEN) for box in boxes]
    taken = np.zeros((2 * len(labels), 4))
    taken[: len(labels)] = [label.scale(1.0) for label in labels] if labels else taken
    placed = []
    for index, label in enumerate(labels, start=len(labels)):
        place = drawing._find_place(label, 1.0, (WIDTH, HEIGHT), taken[:index])
        if place is not None:
            taken[index] = place[2]
            placed.append(place[2])
    for index, one in enumerate(placed):
        for other in placed[:index]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_texts_without_room_stand_in_a_margin():
    pixels = np.full((60, 60), 255, np.uint8)
    crowded = draw_labels(pixels, [Label.at_box(Box(2, 2, 58, 58), "1,234,567.89", AMBER)])
    assert crowded.width > 60
    assert (np.asarray(crowded)[:, 60:] != 255).any()
    assert draw_labels(
        np.full((200, 200), 255, np.uint8), [Label.at_box(Box(50, 80, 150, 100), "1", AMBER)]
    ).size == (200, 200)


def test_the_legend_stands_below_and_fits_the_width():
    pixels = np.full((50, 90), 255, np.uint8)
    label = Label.at_box(Box(20, 20, 40, 30), "1", GREEN)
    drawn = draw_labels(pixels, [label], ACCEPTED_LEGEND)
    assert drawn.width == 90
    assert drawn.height > 50
    assert draw_labels(pixels, [], ACCEPTED_LEGEND).size == (90, 50)
