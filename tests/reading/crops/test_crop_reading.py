"""The number of an untidy crop: which place is read, and how sure that is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sutja.reading import Reader
from sutja.reading.crops.crop_reading import (
    CUT,
    CropReading,
    choose_region,
    choose_whole,
    cut_small_number,
    make_number,
)
from sutja.reading.crops.crop_regions import Region
from sutja.reading.decode import Hypothesis
from sutja.reading.judge import Judge
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import find_ink, normalise
from sutja.types import Box, Character, Number


def reading(*hypotheses):
    pixels = np.zeros((4, 4), np.uint8)
    made = [Hypothesis(digits, p, parts=[digits or "□□"]) for digits, p in hypotheses]
    return CropReading(Picture(pixels, ""), find_ink(pixels), normalise(pixels), made or None)


def region(weight, cut=False, x0=7):
    return Region(np.zeros((4, 4), np.uint8), x0, 9, weight, cut)


def test_a_region_where_all_of_the_crop_shows_none():
    chosen = choose_region(reading((None, 0.9), ("1", 0.1)), [region(2.0)], [reading(("12", 0.95))])
    assert chosen.hypotheses[0].digits == "12"
    assert (chosen.x0, chosen.y0, chosen.sure) == (7, 9, 1.0)


def test_all_of_the_crop_where_it_is_surer():
    whole = reading(("125", 0.9))
    assert choose_region(whole, [region(0.5)], [reading(("25", 1.0))]) is whole


def test_a_lone_number_is_never_lost():
    whole = reading(("7", 0.3))
    assert choose_region(whole, [region(0.5), region(0.2)], [reading((None, 0.9)), reading()]) is whole
    blank = reading()
    assert choose_region(blank, [region(2.0)], [reading(("7", 0.8))]).hypotheses[0].digits == "7"


def test_others_words_and_cuts_make_it_less_sure():
    whole = reading((None, 0.9))
    alone = choose_region(whole, [region(1.0)], [reading(("12", 0.9))])
    beside_number = choose_region(
        whole, [region(1.0), region(0.8, x0=30)], [reading(("12", 0.9)), reading(("3", 0.9))]
    )
    beside_words = choose_region(
        whole, [region(1.0), region(0.8, x0=30)], [reading(("12", 0.9)), reading((None, 0.9))]
    )
    same = choose_region(
        whole, [region(1.0), region(0.8, x0=30)], [reading(("12", 0.9)), reading(("12", 0.9))]
    )
    assert alone.sure == same.sure == 1.0
    assert beside_number.sure == pytest.approx(0.9 / (0.9 + 0.5 * 0.72))
    assert beside_words.sure == pytest.approx(0.9 / (0.9 + 0.5 * 0.72))
    assert choose_region(whole, [region(1.0, cut=True)], [reading(("12", 0.9))]).sure == CUT


def test_what_a_region_holds_does_not_speak_against_it():
    inner = Region(np.zeros((40, 40), np.uint8), 0, 0, 0.8)
    chosen = choose_region(
        reading((None, 0.9)), [region(0.5), inner], [reading(("3", 0.9)), reading(("8", 0.9))]
    )
    assert (chosen.hypotheses[0].digits, chosen.sure) == ("8", 1.0)


def test_faint_evidence_is_not_taken():
    whole = reading((None, 0.9))
    assert choose_region(whole, [region(2.0)], [reading((None, 0.8), ("1", 0.15))]) is whole


def test_a_cell_from_end_to_end():
    cell = np.full((200, 130), 215, np.uint8)
    cv2.putText(cell, "27", (80, 110), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 60, 2, cv2.LINE_AA)
    cell[:, :45] = 10
    cell[:, -5:-3] = 50
    [number] = Reader(effort="fast").read(cell, crop=True).numbers
    assert number.digits == "27"
    assert 75 <= number.box.x0 <= 83
    assert 103 <= number.box.x1 <= 112
    assert 90 <= number.box.y0 <= 98
    assert 107 <= number.box.y1 <= 115
    assert number.characters[0].box.x1 <= number.characters[1].box.x0 + 3


def test_digits_that_a_second_reader_sees_within_a_longer_number_are_not_taken_alone():
    whole = reading((None, 0.9))
    part = choose_region(whole, [region(1.0)], [reading(("191", 0.9))])
    second = [Hypothesis("191", 0.8)]
    assert choose_whole(part, second, [Hypothesis("1912", 0.95)]) is whole
    chosen = choose_whole(part, second, [Hypothesis("1912", 0.6)])
    assert chosen.hypotheses == part.hypotheses
    assert chosen.sure == pytest.approx(part.sure * 0.4)
    for other in ([Hypothesis("84", 0.9)], [Hypothesis("191", 0.9)], []):
        assert choose_whole(part, second, other) is part


class SureJudge:
    """Accepts the number of three boxes, 30 pixels apart."""

    refuse = staticmethod(Judge.refuse)

    def make_number(self, *_):
        characters = tuple(Character("0", 1.0, Box(20 + 30 * i, 10, 40 + 30 * i, 40)) for i in range(3))
        return Number("000", "000", "000", "number", 1.0, True, Box(20, 10, 100, 40), characters)


@pytest.mark.parametrize("struck", [False, True])
def test_a_stroke_that_the_region_of_one_ink_lacks_strikes_out(struck):
    pixels = np.full((50, 120), 250, np.uint8)
    for character in SureJudge().make_number().characters:
        box = character.box
        cv2.rectangle(pixels, (int(box.x0) + 2, 12), (int(box.x1) - 2, 38), 20, 3)
    region_of_ink = CropReading(
        Picture(pixels.copy(), ""), find_ink(pixels), normalise(pixels), [Hypothesis("000", 1.0)]
    )
    if struck:
        cv2.line(pixels, (5, 26), (115, 24), 90, 3)
    all_of_it = CropReading(Picture(pixels, ""), find_ink(pixels), normalise(pixels))
    number = make_number(replace(region_of_ink, whole=all_of_it), SureJudge())
    assert number.accepted is not struck


def draw_photograph(text, corner, shape=(1200, 1800), scale=1.9):
    """A large sheet with a number of about 40 pixels on it."""
    sheet = np.full(shape, 225, np.uint8)
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, 40, 4, cv2.LINE_AA)
    grain = np.random.default_rng(1).normal(0.0, 3.0, shape)
    return np.asarray(np.clip(sheet + grain, 0, 255), np.uint8)


@pytest.mark.parametrize("corner", [(800, 620), (120, 200), (1500, 1150)])
def test_a_small_number_on_a_large_crop(corner):
    [number] = Reader().read_crops([draw_photograph("40813", corner)])
    assert (number.digits, number.accepted) == ("40813", True)
    assert abs(number.box.x0 - corner[0]) < 20
    assert abs(number.box.y1 - corner[1]) < 20


@pytest.mark.parametrize(
    "sheet",
    [
        draw_photograph("", (0, 0)),
        draw_photograph("1", (800, 620)),  # or a scratch
        draw_photograph("40813", (20, 150), (190, 420), 4.0),  # not small
        cv2.copyMakeBorder(draw_photograph("40813", (400, 320)), 0, 0, 90, 0, cv2.BORDER_CONSTANT, value=0),
    ],
    ids=["blank", "one stroke", "not small", "the edge of a page"],
)
def test_other_crops_stay_whole(sheet):
    picture = Picture(sheet, "")
    assert cut_small_number(picture) == (picture, (0, 0))


def test_two_lines_stay_together():
    sheet = draw_photograph("40813", (800, 620))
    cv2.putText(sheet, "9275", (800, 820), cv2.FONT_HERSHEY_SIMPLEX, 1.9, 40, 4, cv2.LINE_AA)
    assert cut_small_number(Picture(sheet, ""))[1] == (0, 0)
