"""Words tell which way up a page is; what is read badly tells nothing beside numbers that are read."""

from types import SimpleNamespace

import numpy as np
import pytest

from sutja.reading.page.orientation import UPRIGHT, UPSIDE_DOWN
from sutja.reading.page.text.orientation import find_orientation_by_text

LINE = np.arange(30)[:, None] + np.arange(200)[None]  # darkest at the top left corner


def is_turned(crop):
    return crop[0, 0] > crop[-1, -1]


def make_text(upright, turned):
    """A page of four lines: its text as it is and upside down, and the probability of its characters.

    A third value makes every second one less sure.
    """

    def read(crops):
        said = [(*(turned if is_turned(crop) else upright), 0.0)[:3] for crop in crops]
        return [
            SimpleNamespace(text=text, confidences=[sure / (1 + i % 2 * doubt) for i in range(len(text))])
            for text, sure, doubt in said
        ]

    return SimpleNamespace(
        regions=[SimpleNamespace(length=200.0, thickness=30.0, angle=0.0)] * 4,
        reader=SimpleNamespace(read_text=read),
        crop=lambda index: LINE,
        keep=lambda index, crop, read: None,
    )


@pytest.mark.parametrize("numbers_read", [False, True])
@pytest.mark.parametrize(
    ("upright", "turned", "found"),
    [
        (("Rechnung", 0.95), ("bunu", 0.5), UPRIGHT),
        (("bunu", 0.5), ("Rechnung", 0.95), UPSIDE_DOWN),
        (("bunu", 0.3), ("euyu", 0.3), None),
    ],
)
def test_words_that_are_read_surely_decide(upright, turned, found, numbers_read):
    assert find_orientation_by_text(make_text(upright, turned), numbers_read=numbers_read) == found


def test_scribbles_turn_no_page_whose_numbers_are_read():
    text = make_text(("--", 0.5), ("eeeeveeee", 0.85, 1.0))
    assert find_orientation_by_text(text) is not None
    assert find_orientation_by_text(text, numbers_read=True) is None
