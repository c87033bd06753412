"""What was said besides numbers is marked, from one pause to the next."""

from sutja.decoding.ctc import Segment
from sutja.listening.segments import SpeechSegment
from sutja.listening.speech_marks import SpeechMarks
from sutja.types import Speech, SpokenNumber

FRAME = 0.04  # seconds


def mark(*spans):
    """Make the marks of segments (start, end, what they say)."""
    marks = SpeechMarks()
    for start, end, best in spans:
        frames = [(0.0, [])] * round((end - start) / FRAME)
        marks.push(SpeechSegment(Segment(0, frames), start, FRAME, best, 0.0))
    return marks


def number(start, end):
    return SpokenNumber("five", "5", "5", 0.9, True, start, end)


def test_words_with_short_pauses_are_marked_together():
    marks = mark((1.0, 2.0, "□"), (2.4, 3.0, "□"), (5.0, 6.0, "□"))
    assert marks.find_between([]) == (Speech(1.0, 3.0), Speech(5.0, 6.0))


def test_numbers_are_no_other_speech():
    marks = mark((1.0, 4.0, "□5□"), (8.0, 8.4, "5"))
    assert marks.find_between([number(2.0, 3.0), number(7.9, 8.5)]) == (Speech(1.0, 2.0), Speech(3.0, 4.0))


def test_breaths_and_silence_are_not_marked():
    assert mark((0.0, 0.12, "□"), (3.0, 4.0, "")).find_between([]) == ()
