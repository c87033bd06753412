"""Numbers among words: which words hold one."""

import pytest

from sutja.reading.page.text.lines import Word
from sutja.reading.page.text.numbers import find_number, find_numbers, mend_stroke
from sutja.types import Box

WIDTH, HEIGHT = 10.0, 20.0  # pixels of a character


def make_word(text, x=0.0, region=0, sure=0.9):
    """A word whose characters stand side by side."""
    boxes = tuple(Box(x + WIDTH * i, 0.0, x + WIDTH * (i + 1), HEIGHT) for i in range(len(text)))
    return Word(text, (sure,) * len(text), boxes, region)


def make_line(text, region=0):
    """The words of a line."""
    words, place = [], 0
    for part in text.split(" "):
        if part:
            words.append(make_word(part, WIDTH * place, region))
        place += len(part) + 1
    return words


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("12,", "12"),
        ("RM9.00", "9.00"),
        ("$12.50", "$12.50"),
        ("Oak3", "3"),
        ("1st", "1"),
        ("12kg", "12"),
        ("No.12", "12"),
        ("25/12/2018", "25/12/2018"),
        ("-35.50", "-35.50"),
        ("789417-W", "789417"),
        ("12%", "12%"),
        ("INV-20481", "20481"),
        ("A-2024-118", "2024-118"),
        ("RM-0.01", "-0.01"),
    ],
)
def test_letters_and_marks_on_one_side_do_not_belong_to_a_number(word, number):
    found = find_number(make_word(word))
    assert found is not None
    assert found.text == number
    assert found.box.width == pytest.approx(WIDTH * len(number))


@pytest.mark.parametrize("word", ["good", "H2O", "A4B7", "n/a", "l0", "-", "co2op"])
def test_words_with_letters_on_both_sides_hold_none(word):
    assert find_number(make_word(word)) is None


def test_digits_one_by_one_are_one_number_and_so_are_groups_of_three():
    assert [n.text for n in find_numbers(make_line("votes 0 1 2"))] == ["0 1 2"]
    assert [n.text for n in find_numbers(make_line("1 234 567 pieces"))] == ["1 234 567"]
    assert [n.text for n in find_numbers(make_line("12 45 rooms"))] == ["12", "45"]
    apart = [make_word("3"), make_word("4", 200.0)]
    assert [n.text for n in find_numbers(apart)] == ["3", "4"]
    assert [n.text for n in find_numbers([make_word("3"), make_word("4", 12.0, region=1)])] == ["3", "4"]


def test_a_number_is_as_sure_as_its_least_sure_digit():
    [first, second] = make_line("1 2")
    second = Word(second.text, (0.4,), second.boxes, 0)
    [number] = find_numbers([first, second])
    assert number.confidence == 0.4
    assert number.digits == "12"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("2,70,0001-", "2,70,000/-"),
        ("₹5,35,0001", "₹5,35,000/"),
        ("1,234", "1,234"),
        ("12341", "12341"),
        ("1,2341,000", "1,2341,000"),
    ],
)
def test_the_stroke_behind_an_amount_is_no_1(text, mended):
    assert mend_stroke(text) == mended
    number = find_number(make_word(text))
    assert number is not None
    assert number.text == mended
