"""Filled grids: what was in doubt is settled by the rule, what was sure is left, mistakes and all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.reading.page.tables.sudoku import correct_grids
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
    numbers = grid({(0, 0): (TRUE[0][1], 0.99), (0, 1): (TRUE[0][1], 0.99)})
    assert correct_grids(numbers) == numbers


def test_what_the_reader_never_thought_of_is_not_put_in_many_cells():
    rng = np.random.default_rng(0)
    noise = {(i, j): (str(rng.integers(1, 10)), 0.9) for i in range(9) for j in range(9)}
    numbers = grid(noise)
    assert correct_grids(numbers) == numbers


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
