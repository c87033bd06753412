"""Single printed boxes are holes that lines enclose; combs and words are none."""

import cv2
import numpy as np

from sutja.reading.printed_boxes import find_single_boxes
from sutja.reading.templates.proposal import propose_boxes


def make_form():
    """A page with two boxes for numbers, one for words, a comb of four, and some print."""
    page = np.full((800, 1000), 240, np.uint8)
    for x0, y0, x1, y1 in ((100, 100, 260, 140), (600, 300, 720, 336), (100, 500, 900, 540)):
        cv2.rectangle(page, (x0, y0), (x1, y1), 40, 2)
    for i in range(4):
        cv2.rectangle(page, (300 + 36 * i, 600), (336 + 36 * i, 636), 40, 2)
    for y in (80, 280, 480, 580):
        cv2.putText(page, "Label of this field", (100, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1, cv2.LINE_AA)
    cv2.putText(page, "427", (620, 328), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2, cv2.LINE_AA)
    return page


def test_boxes_for_numbers():
    found = sorted(box.to_list() for box in find_single_boxes(make_form()) if box.width > 100)
    assert np.allclose(found, [[100, 100, 260, 140], [600, 300, 720, 336]], atol=5)


def test_a_proposal_has_combs_and_single_boxes():
    proposed = sorted(propose_boxes(make_form()), key=lambda field: field.box.y0)
    assert [field.n_cells for field in proposed] == [1, 1, 4]


def test_plain_paper_has_none():
    assert find_single_boxes(np.full((300, 300), 240, np.uint8)) == []
    assert propose_boxes(np.full((300, 300), 240, np.uint8)) == []
