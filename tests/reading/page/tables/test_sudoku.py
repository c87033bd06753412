"""Filled grids: what was in doubt is settled by the rule, what was sure is left, mistakes and all."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.tables.ruled_cells import RuledCells
from sutja.reading.page.tables.structure import locate_cells
from sutja.reading.page.tables.sudoku import correct_grids, note_corrections
from sutja.reading.page.tables.unread_cells import find_unread
from sutja.types import Alternative, Box, Number

DIGITS = [[(3 * i + i // 3 + j) % 9 + 1 for j in range(9)] for i in range(9)]


def cell(i, j, text, confidence=0.99, *others):
    """A cell as it was read."""
    return Number(
        text,
        text,
        text,
        "number",
        confidence,
        confidence > 0.9,
        Box(j, i, j + 1, i + 1),
        alternatives=tuple(Alternative(t, p) for t, p in others),
        row=i + 1,
        column=j + 1,
        table=1,
    )


def grid(changes=None):
    """A right grid, but for some cells."""
    changes = changes or {}
    return [cell(i, j, *changes.get((i, j), (str(DIGITS[i][j]), 0.99))) for i in range(9) for j in range(9)]


def said(numbers):
    return [[numbers[9 * i + j].digits for j in range(9)] for i in range(9)]


TRUE = [[str(digit) for digit in row] for row in DIGITS]


def test_a_doubt_is_settled_and_said():
    wrong = "1" if TRUE[4][4] != "1" else "2"
    found = correct_grids(grid({(4, 4): (wrong, 0.5, (TRUE[4][4], 0.3))}))
    assert said(found) == TRUE
    changed = found[40]
    assert not changed.accepted
    assert changed.confidence <= 0.5
    assert changed.alternatives[0].text == wrong


def test_a_grid_that_fits_is_left_as_it_is():
    numbers = grid({(2, 3): (TRUE[2][3], 0.4)})
    assert correct_grids(numbers) == numbers


def test_a_sure_mistake_of_the_person_is_left_as_it_is():
    numbers = grid({(0, 0): (TRUE[0][1], 0.999), (0, 1): (TRUE[0][1], 0.999)})
    assert correct_grids(numbers) == numbers


def test_a_sure_cell_gets_the_digit_that_the_reader_named():
    wrong = "1" if TRUE[4][4] != "1" else "2"
    found = correct_grids(grid({(4, 4): (wrong, 0.992, (TRUE[4][4], 0.006))}))
    assert said(found) == TRUE
    assert not found[40].accepted


def test_cells_without_writing_and_with_several_digits_keep_no_other_from_being_settled():
    wrong = "1" if TRUE[4][4] != "1" else "2"
    changes = {(4, 4): (wrong, 0.6, (TRUE[4][4], 0.2)), (7, 1): (f"{TRUE[7][1]}0", 0.7)}
    found = correct_grids(without(grid(changes), (8, 0)))
    assert {number.digits for number in found if (number.row, number.column) == (5, 5)} == {TRUE[4][4]}
    assert {number.digits for number in found if (number.row, number.column) == (8, 2)} == {TRUE[7][1]}
    assert len(found) == 80


def test_what_the_reader_never_thought_of_is_not_put_in_many_cells():
    rng = np.random.default_rng(0)
    noise = {(i, j): (str(rng.integers(1, 10)), 0.9) for i in range(9) for j in range(9)}
    numbers = grid(noise)
    assert correct_grids(numbers) == numbers


def unread(i, j):
    """A cell whose writing was not read."""
    return replace(cell(i, j, "", 0.0), value=None, accepted=False)


def without(numbers, *places):
    return [number for number in numbers if (number.row - 1, number.column - 1) not in places]


@pytest.mark.parametrize("place", [(0, 0), (4, 4), (8, 8)])
def test_writing_that_was_not_read_gets_the_only_digit_that_is_left(place):
    numbers = without(grid(), place)
    found = correct_grids(numbers, [unread(*place)])
    assert said(found) == TRUE
    filled = found[9 * place[0] + place[1]]
    assert (filled.row - 1, filled.column - 1) == place
    assert not filled.accepted
    assert filled.confidence <= 0.5
    assert note_corrections(numbers, found) == ("1 cell in doubt settled by the rule of the puzzle",)


def test_what_the_rule_leaves_open_is_not_filled_in():
    rows = [
        "382917546",
        "157864932",
        "946325781",
        "835496217",
        "479132865",
        "621578493",
        "214783659",
        "563249178",
        "798651324",
    ]
    numbers = [cell(i, j, digit) for i, row in enumerate(rows) for j, digit in enumerate(row)]
    either = [(0, 0), (0, 3), (2, 0), (2, 3)]  # 3 and 9, or 9 and 3
    kept = without(numbers, *either)
    assert correct_grids(kept, [unread(*place) for place in either]) == kept
    found = correct_grids(without(numbers, *either[:2]), [unread(*place) for place in either[:2]])
    assert found[0].digits + found[3].digits == "39"


def test_a_grid_of_which_much_was_not_read_is_left_as_it_is():
    places = [(0, j) for j in range(9)]
    numbers = without(grid(), *places)
    assert correct_grids(numbers, [unread(*place) for place in places]) == numbers


@pytest.fixture(scope="module")
def photographed():
    """A grid of 40 pixels a cell; one cell holds a scribble, another nothing; both have no number."""
    page = np.full((440, 440), 230, np.uint8)
    for i in range(10):
        cv2.line(page, (40, 40 + 40 * i), (400, 40 + 40 * i), 90, 2)
        cv2.line(page, (40 + 40 * i, 40), (40 + 40 * i, 400), 90, 2)
    cv2.line(page, (212, 215), (226, 228), 40, 2)
    layout = Layout(np.zeros((2, 2), np.uint8), 1.0, 20.0, None, 0.0, 81, 1.0)
    return RuledCells(PageTransform.identity(page), layout)


def test_an_empty_cell_stays_empty(photographed):
    places = [(i, j) for i in range(9) for j in range(9) if (i, j) not in {(4, 4), (6, 2)}]
    boxes = [Box(54 + 40 * j, 50 + 40 * i, 68 + 40 * j, 70 + 40 * i) for i, j in places]
    ((position, box),) = find_unread(boxes, locate_cells(boxes), photographed)
    assert (position.row, position.column) == (5, 5)
    assert box.x0 < 215 < 225 < box.x1
    few = [box for box, (i, _) in zip(boxes, places, strict=True) if i > 1]
    assert find_unread(few, locate_cells(few), photographed) == []


@settings(max_examples=10)
@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=6), st.integers(0, 999))
def test_a_few_doubts_at_once(places, seed):
    rng = np.random.default_rng(seed)
    doubts = {}
    for i, j in places:
        wrong = str(rng.choice([d for d in range(10) if str(d) != TRUE[i][j]]))
        doubts[i, j] = (wrong, 0.6, (TRUE[i][j], 0.2))
    assert said(correct_grids(grid(doubts))) == TRUE


@pytest.mark.parametrize("numbers", [[], grid()[:80], [cell(0, 0, "12")], grid({(1, 1): ("12", 0.9)})])
def test_what_is_no_grid_stays_as_it_was(numbers):
    assert correct_grids(numbers) == numbers
