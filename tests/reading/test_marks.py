"""The marks of an answer: its text and value are those that most of its texts have."""

import numpy as np
import pytest

from sutja.charset import CHARSET
from sutja.confidence import Calibrator
from sutja.reading.decode import Hypothesis, decode
from sutja.reading.judge import Judge
from sutja.reading.marks import settle_marks
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import normalise

ALPHABET = ("", *CHARSET)


def answer(*frames):
    """Decode frames that give each symbol a probability, with blanks between them."""
    log_probs = np.full((2 * len(frames), len(ALPHABET)), -18.0, np.float32)
    log_probs[1::2, 0] = 0.0
    for row, symbols in zip(log_probs[::2], frames, strict=True):
        for symbol, p in symbols.items():
            row[ALPHABET.index(symbol)] = np.log(p)
    return decode(log_probs[None], ALPHABET)[0]


SURE = answer({"1": 1.0}, {"4": 1.0}, {".": 0.98, "": 0.02}, {"0": 1.0}, {"9": 1.0})
UNSURE = answer({"1": 1.0}, {"4": 1.0}, {".": 0.3, "": 0.7}, {"0": 1.0}, {"9": 1.0})


def test_a_sure_mark_keeps_its_value():
    settled = settle_marks(SURE[0], [SURE])
    assert settled.hypothesis.text == "14.09"
    assert settled.agreement == pytest.approx(0.98, abs=1e-3)


def test_an_unsure_mark_is_told():
    settled = settle_marks(UNSURE[0], [UNSURE])
    assert settled.hypothesis.text == "1409"
    assert settled.agreement == pytest.approx(0.7, abs=1e-3)


def test_two_readers_are_surer_than_one():
    settled = settle_marks(UNSURE[0], [UNSURE, SURE])
    assert settled.hypothesis.text == "14.09"
    assert settled.agreement > 0.9


def test_texts_of_the_same_value_are_added_up():
    either = answer({"1": 1.0}, {",": 0.5, ".": 0.5}, {"5": 1.0})
    assert settle_marks(either[0], [either]).agreement == pytest.approx(1.0, abs=1e-3)


def test_without_frames_the_hypothesis_stays():
    best = Hypothesis("12", 0.9)
    assert settle_marks(best, []).hypothesis is best


def test_a_gap_before_the_cents_is_no_other_value():
    text = [{symbol: 1.0} for symbol in "1.234,"] + [{" ": 0.4, "": 0.6}, {"5": 1.0}, {"0": 1.0}]
    gapped = answer(*text)
    settled = settle_marks(gapped[0], [gapped])
    assert settled.hypothesis.text == "1.234,50"
    assert settled.agreement == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("share", "value", "confidence"), [(0.94, "14.09", 0.94**0.5), (0.8, None, 1.0), (1.0, "14.09", 1.0)]
)
def test_a_value_counts_with_half_the_doubt_of_its_marks(share, value, confidence):
    picture = Picture(np.where(np.arange(60) % 12 < 4, 0, 255).astype(np.uint8)[None].repeat(40, 0), "")
    answers = answer({"1": 1.0}, {"4": 1.0}, {".": share, "": 1.0 - share + 1e-9}, {"0": 1.0}, {"9": 1.0})
    judge = Judge(Calibrator(()), Calibrator(()), threshold=0.95, doubt_of_marks=0.5)
    number = judge.make_number(answers, normalise(picture.pixels), picture, [answers])
    assert (number.digits, number.value, number.accepted) == ("1409", value, True)
    assert number.confidence == pytest.approx(confidence, abs=1e-3)
