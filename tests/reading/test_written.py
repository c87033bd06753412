"""Numbers as they are written: letters, units and signs, and serials."""

import pytest

from sutja.grammar import keep_digits
from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.written import (
    agree_with,
    find_written,
    has_signs,
    is_in_doubt,
    is_line_of_words,
    is_serial,
    merge_written,
    misses_fraction,
)


def line(text, probability=0.9):
    return [Glyph(symbol, probability, i, i + 1) for i, symbol in enumerate(text)]


class Answer(Hypothesis):
    """A hypothesis whose glyphs are its text."""

    def list_glyphs(self):
        return line("".join(self.parts))


def answer(text, digits):
    return Answer(digits, 0.9, parts=[text])


@pytest.mark.parametrize(
    ("own", "digits", "written", "text"),
    [
        ("0.01", "001", "<0.01", "<0.01"),
        ("45 □□", "45", "45℃", "45°C"),
        ("-20", "20", "~20", "~20"),
        ("=3.5", "35", "≈3.5", "≈3.5"),
        ("+0.5", "05", "±0.5", "±0.5"),
        ("99$", "99", "99¢", "99¢"),
        ("70", "70", "−70", "-70"),
        ("12,500/-", "12500", "12.500/", "12,500/-"),
        ("□□ 12", "12", "No 12", "12"),
        ("12", "12", "13kg", "12"),
    ],
)
def test_signs_come_from_the_line_and_digits_from_the_answer(own, digits, written, text):
    assert merge_written(answer(own, digits), find_written(line(written))).text == text


def test_a_line_that_is_not_sure_says_nothing():
    assert find_written(line("45℃", 0.2)) is None
    assert find_written(line("AB12", 0.5)) is None  # a serial takes more
    assert find_written(line("45℃", 0.5)).text == "45°C"


def test_a_digit_beside_known_letters_is_a_number():
    both = [Hypothesis(None, 0.9, parts=["1□□"]), Hypothesis("7", 0.1, parts=["7"])]
    assert [h.digits for h in agree_with(both, find_written(line("1st")))] == ["1", "7"]
    assert agree_with(both, find_written(line("2nd"))) == both
    assert agree_with(both, None) == both


def test_a_serial_is_believed_where_the_digits_agree_or_it_is_surer():
    serial = find_written(line("AB12 3CD"))
    assert is_serial(Hypothesis("123", 0.99), serial)
    assert is_serial(Hypothesis(None, 0.99), serial)
    assert is_serial(Hypothesis("8123", 0.5), serial)
    assert not is_serial(Hypothesis("8123", 0.99), serial)
    assert not is_serial(Hypothesis("12", 0.5), find_written(line("12kg")))


def test_nobody_is_asked_about_words():
    assert not is_in_doubt(Hypothesis(None, 0.95, parts=["□□□□ □□"]), 0.999)
    assert not has_signs(Hypothesis(None, 0.95, parts=["□□□□ □□"]))
    for text, probability in (("□", 0.95), ("□□□", 0.95), ("", 0.95), ("□□□□□□1", 0.95), ("□□□□□□", 0.8)):
        assert is_in_doubt(Hypothesis(None, probability, parts=[text]), 0.999)


def test_signs_that_only_fill_the_field_are_none():
    for text, signs in (("500/-", False), ("12.50 =", False), ("-500", True), ("12%", True), ("5□", True)):
        assert has_signs(Hypothesis(keep_digits(text), 0.9, parts=[text])) is signs


def test_a_stroke_between_digits_is_missed_where_only_one_reader_sees_it():
    own = merge_written(answer("1034", "1034"), None)
    assert misses_fraction(own, find_written(line("103/4")))
    assert not misses_fraction(own, find_written(line("1034/")))
    assert not misses_fraction(own, find_written(line("10/3")))
    assert not misses_fraction(own, None)
    assert not misses_fraction(merge_written(answer("103/4", "1034"), None), find_written(line("103/4")))


@pytest.mark.parametrize(
    ("hypotheses", "words"),
    [
        ([(None, 0.3, "□□□□□ □□□□, □□□□□")], True),
        ([(None, 0.3, "□□□□□ □□□□, □□□□□"), ("1", 0.005, "□□□□□ 1□□□")], True),
        ([(None, 0.3, "□□□□□ □□□□, □□□□□"), ("12", 0.02, "□□□□□ 12")], False),  # there may be a number
        ([(None, 0.9, "□□□□□ □□□□ 7 □□□□")], False),  # there is a digit
        ([(None, 0.9, "□□□□□□")], False),  # digits on their head, or of an old hand
        ([("12", 0.9, "12")], False),
        ([], False),
    ],
)
def test_lines_of_words(hypotheses, words):
    assert is_line_of_words([Hypothesis(d, p, parts=[text]) for d, p, text in hypotheses]) == words
