"""Inks of different colours on one crop."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sutja.reading import Reader
from sutja.reading.crops.ink_colours import part_inks

STAMPED = Path(__file__).parents[1] / "cases" / "stamp-4711.png"


def test_a_number_under_a_stamp():
    [number] = Reader(effort="fast").read_crops([np.asarray(Image.open(STAMPED).convert("RGB"))])
    assert number.digits == "4711"


def test_each_ink_is_left_alone():
    crop = np.full((40, 120, 3), 250, np.uint8)
    cv2.putText(crop, "12", (5, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, (20, 20, 20), 3)
    cv2.putText(crop, "34", (60, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, (30, 40, 200), 3)
    without_blue, without_black = part_inks(crop)
    assert without_blue.pixels[:, :55].min() < 50
    assert without_blue.pixels[:, 60:].min() > 150
    assert without_black.pixels[:, :55].min() > 200
    assert without_black.pixels[:, 60:].min() < 120


def test_one_ink_is_not_parted():
    crop = np.full((40, 120, 3), 250, np.uint8)
    cv2.putText(crop, "12", (5, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, (30, 40, 200), 3)
    assert part_inks(crop) == []
    assert part_inks(crop[..., 0]) == []
    assert part_inks(crop[:1]) == []
