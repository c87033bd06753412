"""Combs: digits in boxes of their own become one number; those of a grid stay apart."""

from sutja.reading.page.combs import NO_CROP, find_combs, join_combs
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.types import Box, Character, Number

WIDTH, HEIGHT = 14.0, 22.0  # pixels of a digit


def make_number(text, confidence, characters):
    """A number with the box of its characters."""
    digits = "".join(filter(str.isdigit, text))
    boxes = [character.box for character in characters]
    box = Box(
        min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
    )
    return Number(text, digits, digits, "number", confidence, True, box, tuple(characters))


def make_field(text, x, y, confidence=0.9, words=None, label="handwritten"):
    """A field of a number that begins at a place."""
    box = Box(x, y, x + WIDTH * len(text), y + HEIGHT)
    number = make_number(text, confidence, [Character(text, confidence, box)])
    return Field(number, DetectedField(label, 0.8, box), NO_CROP, words)


def texts(fields):
    """The digits of fields, sorted by their places."""
    return [f.number.digits for f in sorted(fields, key=lambda f: (f.ink_box.y0, f.ink_box.x0))]


def test_digits_in_the_boxes_of_a_form_are_one_number():
    fields = [make_field(digit, 700 + 38 * i, 200) for i, digit in enumerate("012")]
    fields += [make_field("115", 300, 200), make_field("7", 700, 400)]
    assert texts(join_combs(fields, make_number)) == ["115", "012", "7"]
    [joined] = [f for f in join_combs(fields, make_number) if f.number.digits == "012"]
    assert joined.number.text == "0 1 2"
    assert abs(joined.number.confidence - 0.729) < 1e-9
    assert joined.ink_box.to_list() == [700.0, 200.0, 790.0, 222.0]
    assert joined.text is None


def test_combs_side_by_side_stay_apart():
    fields = [
        make_field(digit, start + 38 * i, 200 + 45 * row)
        for row in range(3)
        for start in (500, 661, 830)
        for i, digit in enumerate("123")
    ]
    assert texts(join_combs(fields, make_number)) == ["123"] * 9


def test_the_digits_of_a_grid_stay_apart():
    given = [
        make_field(str(1 + (3 * i + j) % 9), 100 + 40 * j, 100 + 40 * i) for i in range(9) for j in range(9)
    ]
    some = [field for k, field in enumerate(given) if k % 3 != 1]
    assert texts(join_combs(some, make_number)) == texts(some)


def test_the_digits_of_a_photographed_grid_stay_apart():
    def find_place(row, column):  # lines that are nearer are longer, and further apart
        pitch = 30 + row
        return 200 + (column - 4) * pitch, 30 * row + 0.5 * row * row

    fields = [make_field(str(1 + row), *find_place(row, column)) for row in range(9) for column in range(9)]
    assert len(join_combs(fields, make_number)) == 81


def test_digits_below_the_printed_headings_of_a_table_stay_apart():
    marks = [make_field(digit, 100 + 50 * i, 200) for i, digit in enumerate("4989")]
    points = [make_field(text, 98 + 50 * i, 150, label="printed") for i, text in enumerate(("20", "12", "4"))]
    assert texts(join_combs([*marks, *points], make_number)) == ["20", "12", "4", *"4989"]
    alike = [
        make_field(digit, 100 + 50 * i, 150 - 30 * row, label="printed")
        for row, digit in enumerate("01")
        for i in range(4)
    ]
    assert texts(join_combs([*marks, *alike], make_number))[-1] == "4989"


def test_digits_far_apart_or_of_other_heights_are_no_comb():
    apart = [make_field("3", 100, 100), make_field("4", 100 + 3 * HEIGHT, 100)]
    assert find_combs([field.ink_box for field in apart], [0, 1]) == []
    low = Box(140, 112, 150, 120)
    assert find_combs([apart[0].ink_box, low], [0, 1]) == []


def test_words_speak_for_a_comb_if_they_speak_for_every_digit():
    fields = [make_field(digit, 700 + 38 * i, 200, words=0.9) for i, digit in enumerate("01")]
    [joined] = join_combs(fields, make_number)
    assert abs(joined.text - 0.81) < 1e-9
