"""From frames to answers: digits are summed over their texts, letters decide, separators do not."""

import numpy as np
import pytest

from sutja.grammar import canonicalise
from sutja.reading.decode import Hypothesis, _join_cores, average_views, decode

ALPHABET = ["", *"0123456789.,□ "]
BLANK = {"": 1.0}


def frames(*rows):
    """Log probabilities (1, T, K) from a dict of symbol to probability for each frame."""
    table = np.full((1, len(rows), len(ALPHABET)), 1e-12)
    for t, row in enumerate(rows):
        for symbol, p in row.items():
            table[0, t, ALPHABET.index(symbol)] = p
    return np.log(table / table.sum(axis=-1, keepdims=True)).astype(np.float32)


def written(text):
    """Frames that surely write `text`."""
    return frames(*(row for symbol in text for row in ({symbol: 1.0}, BLANK)))


def test_a_sure_text():
    [[answer]] = decode(written("12.50"), ALPHABET)
    assert (answer.digits, answer.text) == ("1250", "12.50")
    assert answer.probability == pytest.approx(1.0, abs=1e-4)
    assert [(glyph.first, glyph.last) for glyph in answer.list_glyphs()] == [
        (0, 1),
        (2, 3),
        (4, 5),
        (6, 7),
        (8, 9),
    ]


def test_separators_do_not_decide():
    rows = ({"1": 1.0}, BLANK, {".": 0.3, ",": 0.4, "": 0.3}, BLANK, {"2": 1.0})
    [[answer]] = decode(frames(*rows), ALPHABET)
    assert (answer.digits, answer.text) == ("12", "1,2")
    assert answer.probability == pytest.approx(1.0, abs=1e-4)
    assert [glyph.probability for glyph in answer.list_glyphs()] == pytest.approx([1.0, 0.4, 1.0], abs=1e-4)


def test_alternatives_differ_in_their_digits():
    rows = ({"1": 0.6, "7": 0.3, ".": 0.1}, BLANK, {"2": 0.9, "3": 0.1})
    [answers] = decode(frames(*rows), ALPHABET)
    assert [answer.digits for answer in answers] == ["12", "72", "2", "13", "73"]
    assert [answer.probability for answer in answers] == pytest.approx(
        [0.54, 0.27, 0.09, 0.06, 0.03], abs=1e-4
    )
    assert answers[2].text == ".2"


def test_nothing_is_no_number():
    [[answer]] = decode(frames(BLANK, BLANK), ALPHABET)
    assert (answer.digits, answer.text) == (None, "")
    assert answer.probability == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("text", ["□□□", "□□1", ".", "□", " "])
def test_words_and_signs_are_no_number(text):
    assert decode(written(text), ALPHABET)[0][0].digits is None


@pytest.mark.parametrize(
    ("text", "shown"), [("□12", "12"), ("□ 12 □", "12"), ("1□2", "1□2"), (" 1 2 ", "1 2"), (".5", ".5")]
)
def test_letters_around_are_dropped_and_letters_inside_stay(text, shown):
    answer = decode(written(text), ALPHABET)[0][0]
    assert answer.text == shown
    assert answer.digits == "".join(c for c in text if c.isdigit())


def test_no_number_gathers_all_ways_to_say_so():
    rows = ({"□": 0.5, "": 0.2, ".": 0.1, "4": 0.2},)
    [answers] = decode(frames(*rows), ALPHABET)
    assert [(a.digits, round(a.probability, 3)) for a in answers] == [(None, 0.8), ("4", 0.2)]


def test_a_character_more_or_less_does_not_count_against_its_neighbours():
    # no sure blank between them: one segment with the strings "12", "1.2" and "72"
    rows = ({"1": 0.8, "7": 0.2}, {".": 0.5, "": 0.5}, {"2": 1.0})
    answer = decode(frames(*rows), ALPHABET)[0][0]
    by_text = {glyph.text: glyph.probability for glyph in answer.list_glyphs()}
    assert by_text["1"] == pytest.approx(0.8, abs=1e-3)
    assert by_text["2"] == pytest.approx(1.0, abs=1e-3)


def test_items_are_answered_one_by_one():
    batch = np.concatenate([written("12"), written("34"), frames(BLANK, BLANK, BLANK, BLANK)])
    assert [answers[0].digits for answers in decode(batch, ALPHABET)] == ["12", "34", None]
    assert decode(batch[:0], ALPHABET) == []


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (["$", " ", "1,", "2□3", ".-"], "12□3 "),
        (["□□", "□.", "", "7"], "□□□ 7"),
        (["1", " ", "2", " ", "□"], "12 □"),
        (["□", "1"], "□1"),
    ],
)
def test_the_core_of_a_whole_is_joined_from_its_parts(parts, key):
    joined = ""
    for part in parts:
        joined = _join_cores(joined, canonicalise(part))
    assert joined == canonicalise("".join(parts)).lstrip() == key


def test_a_number_beside_a_word_is_a_number():
    """Ways that part digits and letters alike are one candidate, whatever signs they have between."""
    rows = [{"□": 1.0}, BLANK, {"□": 1.0}, BLANK, {"□": 1.0}, {" ": 0.5, ".": 0.4, "": 0.1}, {"7": 1.0}]
    answers = decode(frames(*rows), ALPHABET)[0]
    assert answers[0].digits == "7"
    assert answers[0].probability == pytest.approx(0.9, abs=1e-3)
    assert answers[0].text == "7"
    assert answers[1].digits is None  # "□□□7" is a word


def test_looks_are_averaged():
    first = [Hypothesis("1", 0.6, parts=["1."]), Hypothesis("7", 0.4, parts=["7"])]
    second = [Hypothesis("7", 0.7, parts=["7,"]), Hypothesis("1", 0.2, parts=["1"]), Hypothesis(None, 0.1)]
    answers = average_views([first, second])
    assert [(a.digits, round(a.probability, 3)) for a in answers] == [("7", 0.55), ("1", 0.4), (None, 0.05)]
    # the text, and with it the frames, come from the look that was surest
    assert [(a.text, a.view) for a in answers] == [("7,", 1), ("1.", 0), ("", 1)]
