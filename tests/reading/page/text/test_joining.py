"""What the words of a page say about the numbers that were found on it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sutja.reading.page.text.joining import WordMap
from sutja.reading.page.text.lines import Word
from sutja.types import Box, Number

WIDTH, HEIGHT = 10.0, 20.0  # pixels of a character


def make_words(line, sure=0.99):
    """The words of a line, whose characters stand side by side."""
    words, place = [], 0
    for part in line.split(" "):
        boxes = tuple(
            Box(WIDTH * (place + i), 0.0, WIDTH * (place + i + 1), HEIGHT) for i in range(len(part))
        )
        words.append(Word(part, (sure,) * len(part), boxes, 0))
        place += len(part) + 1
    return WordMap(SimpleNamespace(words=words))


def judge(words, digits, start, length):
    """Judge a number that was read over some characters of the line."""
    box = Box(WIDTH * start, 0.0, WIDTH * (start + length), HEIGHT)
    return words.judge(box, Number(digits, digits, digits, "number", 0.99, True, box, (), ()))


@pytest.mark.parametrize(
    ("line", "digits", "start", "of_letters"),
    [
        ("he was ill and went home", "111", 7, True),
        ("and so they went home", "50", 4, True),
        ("he was ill and went home", "237", 7, False),  # no letters that look like these
        ("he was 111 and went home", "111", 7, False),
        ("ill 12 40", "111", 0, False),  # not prose
    ],
)
def test_letters_of_prose_that_look_like_digits(line, digits, start, of_letters):
    claim = judge(make_words(line), digits, start, len(digits))
    assert claim.of_letters is of_letters


def test_letters_that_are_not_sure_may_be_digits():
    claim = judge(make_words("he was ill and went home", sure=0.6), "111", 7, 3)
    assert not claim.of_letters


def test_a_part_of_a_number_is_told_from_the_whole():
    words = make_words("he sold 1,250 eggs")
    part = judge(words, "250", 10, 3)
    assert part.whole is not None
    assert part.whole.digits == "1250"
    assert part.replacement is not None or part.text < 0.1
    assert judge(words, "1250", 8, 5).whole is None


def test_regions_that_overlap_cut_a_number():
    left, right = make_words("12:3"), make_words("xx:30")
    other = [replace(word, region=1) for word in right.words]
    words = WordMap(SimpleNamespace(words=[*left.words, *other]))
    assert [words.is_cut(number) for number in words.numbers] == [True] * len(words.numbers)
    assert not any(left.is_cut(number) for number in left.numbers)


def test_words_name_the_letters_of_a_date_and_of_an_account():
    words = make_words("Datum: 5. März 2024 IBAN DE89 3704 0044 0532 0130 00")
    date = judge(words, "52024", 7, 12)
    assert date.replacement is not None
    assert date.replacement.text == "5 März 2024"
    account = judge(words, "3704004405320130", 30, 19)
    assert account.replacement is not None
    assert account.replacement.text == "DE89 3704 0044 0532 0130 00"
    assert account.ours > 0.98


def test_a_part_of_a_number_in_groups_speaks_for_the_whole():
    claim = judge(make_words("Phone 0113 496 0123"), "1134960123", 7, 12)
    assert claim.replacement is not None
    assert claim.replacement.digits == "01134960123"
    assert claim.ours > 0.8


def test_sums_side_by_side_are_no_number():
    assert judge(make_words("Widget 12.50 50.00"), "12505000", 7, 11).of_several
    assert not judge(make_words("sold 1 234.50"), "123450", 5, 8).of_several
    assert not judge(make_words("on 12.50 lines"), "1250", 3, 5).of_several


@pytest.mark.parametrize(("sure", "replaced"), [(0.99, False), (0.9, True)])
def test_where_both_are_certain_a_number_stays_as_it_was_read(sure, replaced):
    words = make_words("at 0.1860", sure=0.999)  # of the line above, too
    box = Box(3 * WIDTH, 0.0, 9 * WIDTH, HEIGHT)
    claim = words.judge(box, Number("0186", "0186", None, "number", sure, True, box, (), ()))
    assert (claim.replacement is not None) == replaced
    assert claim.text == pytest.approx(0.999 if replaced else 0.02)  # neither is accepted for that


def test_numbers_of_a_table_that_are_read_as_one_word_are_told_apart():
    words = make_words("rows 0.3840.386")
    assert words.numbers == []
    left, right = judge(words, "0384", 5, 5), judge(words, "0386", 10, 5)
    assert left.replacement is right.replacement is None
    assert left.text == right.text == pytest.approx(0.99)
    assert judge(words, "0884", 5, 5).text < 0.1
    others = ["1.250.000", "28.11.2026", "1,234,567.89"]
    assert [n.text for n in make_words(" and ".join(others)).numbers] == others
