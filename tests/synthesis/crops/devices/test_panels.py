"""Photographed displays: their labels say what is lit, points and signs included."""

from sutja.charset import LETTER
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.sample import LabelMask
from sutja.synthesis.crops.sources import Sources


def compose(n=120):
    composer = Composer(Sources(), 4, {"panel": 1.0})
    return [composer.sample() for _ in range(n)]


def test_most_readings_have_a_point_or_a_colon():
    texts = [sample.text for sample in compose()]
    assert sum(any(mark in text for mark in ".,:") for text in texts) > 0.6 * len(texts)


def test_dark_places_are_not_in_the_label():
    assert not any("_" in sample.text for sample in compose())


def test_words_and_units_are_letters():
    texts = [sample.text for sample in compose()]
    assert any(LETTER in text and any(c.isdigit() for c in text) for text in texts)


def test_a_dark_display_has_no_number():
    empty = [sample for sample in compose(400) if not sample.text]
    assert empty
    assert all(sample.mask is LabelMask.NON_DIGITS for sample in empty)


def test_pictures_are_as_high_as_those_of_other_kinds():
    heights = sorted(sample.picture.shape[0] for sample in compose())
    assert heights[0] >= 6
    assert 20 < heights[len(heights) // 2] < 80
