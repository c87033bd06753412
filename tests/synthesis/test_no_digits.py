"""Pictures of no digit: as many as asked for, of every sort, the same by the same seed."""

import numpy as np

from sutja.signals.preprocessing.ink_centring import InkPlace, is_centred
from sutja.synthesis import no_digits

PLACE = InkPlace(28, 28, 20)
RNG = np.random.default_rng(0)
DIGITS = np.zeros((3, 28, 28), np.uint8)
DIGITS[:, 5:23, 12:16] = 255


def test_pictures_lie_as_digits_would():
    made = no_digits.draw_no_digits(60, DIGITS, PLACE, 3)
    assert (made.shape, made.dtype) == ((60, 28, 28), np.uint8)
    inked = [picture for picture in made if picture.any()]
    assert len(inked) >= 55
    assert np.mean([is_centred(picture, PLACE) for picture in inked]) > 0.7
    assert len({picture.tobytes() for picture in inked}) > 50  # some of several equal bars are equal


def test_a_seed_gives_the_same_pictures_and_another_gives_others():
    first, again, other = (no_digits.draw_no_digits(20, DIGITS, PLACE, seed) for seed in (1, 1, [1, 2]))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_letters_have_ink_within_the_drawing():
    for _ in range(60):
        letter = no_digits.draw_letter(RNG)
        assert letter.max() > 150
        border = np.concatenate([letter[0], letter[-1], letter[:, 0], letter[:, -1]])
        assert (border > 128).mean() < 0.2


def test_no_letter_that_may_be_a_digit_is_drawn():
    drawn = {name for name in (*no_digits.LETTERS, *no_digits.PEN_LETTERS) if len(name) == 1}
    assert not set("OoSsIlZzBbqgQi0123456789") & drawn
