"""Numbers in several words: telephone numbers, accounts, dates with a month's name."""

import pytest

from sutja.reading.page.text.groups import find_group
from sutja.reading.page.text.lines import Word
from sutja.reading.page.text.numbers import find_numbers
from sutja.types import Box

WIDTH, HEIGHT = 10.0, 20.0  # pixels of a character


def make_line(text, region=0):
    """The words of a line, each character in a box of its own."""
    words, place = [], 0
    for part in text.split(" "):
        if part:
            boxes = tuple(
                Box(WIDTH * (place + i), 0.0, WIDTH * (place + i + 1), HEIGHT) for i in range(len(part))
            )
            words.append(Word(part, (0.9,) * len(part), boxes, region))
        place += len(part) + 1
    return words


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("Phone 0113 496 0123", ["0113 496 0123"]),
        ("Tél. : 01 42 68 53 00", ["01 42 68 53 00"]),
        ("Tel:03-5191 8000, 12 rooms", ["03-5191 8000", "12"]),
        ("Tel 0711 / 998877", ["0711 / 998877"]),
        ("Fax: (03) 5191 8000", ["(03) 5191 8000"]),
        ("+49 89 123456 room 5", ["+49 89 123456", "5"]),
        ("Tel 03-5191 8000 012-345 6789", ["03-5191 8000", "012-345", "6789"]),
        ("Tel 12 rooms", ["12"]),
        ("rooms 0113 496 0123", ["0113", "496", "0123"]),
        ("IBAN: DE89 3704 0044 0532 0130 00.", ["DE89 3704 0044 0532 0130 00"]),
        ("IBAN:GB82 WEST 1234 5698 7654 32 12", ["GB82 WEST 1234 5698 7654 32", "12"]),
        ("DE88 3704 0044 0532 0130 00", ["88", "3704", "0044", "0532", "0130", "00"]),
        ("Date: 5. März 2024, 12.50", ["5 März 2024", "12.50"]),
        ("Invoice date 14 March 2024", ["14 March 2024"]),
        ("Date:05-Mar-2024 12:30", ["05-Mar-2024", "12:30"]),
        ("청구일: 2024년 3월 5일", ["2024년 3월 5일"]),
        ("5 March apples", ["5"]),
    ],
)
def test_numbers_in_groups(line, numbers):
    assert [number.text for number in find_numbers(make_line(line))] == numbers


def test_each_character_keeps_its_box_and_its_probability():
    [number] = find_numbers(make_line("Tel: 030 1234567"))
    assert len(number.text) == len(number.boxes) == len(number.confidences) == 11
    assert number.box == Box(50.0, 0.0, 160.0, HEIGHT)
    assert number.confidence == 0.9


def test_groups_stand_in_one_line_and_near_one_another():
    one, two = make_line("Tel 030")[1], make_line("1234567", region=1)[0]
    assert find_group([*make_line("Tel 030"), two], 1) is None
    far = Word("1234567", (0.9,) * 7, tuple(Box(500.0 + i, 0, 501.0 + i, HEIGHT) for i in range(7)), 0)
    assert find_group([make_line("Tel")[0], one, far], 1) is None
