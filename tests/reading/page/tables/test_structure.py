"""Rows and columns from boxes alone, and the order in which a page is read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.reading.page.tables.missing_cells import find_missing_cells
from sutja.reading.page.tables.structure import CellPosition, find_reading_order, locate_cells
from sutja.types import Box


def lattice(rows, columns, seed=0, *, jitter=0.0, skew=0.0, bend=0.0, pitch=(90.0, 34.0), aligned="right"):
    """Boxes of a full table, row by row, and their true places."""
    rng = np.random.default_rng(seed)
    boxes, true = [], []
    for i in range(rows):
        for j in range(columns):
            width = float(rng.uniform(18, 0.75 * pitch[0]))
            right = 60 + (j + 1) * pitch[0]
            x0 = right - width if aligned == "right" else right - pitch[0] / 2 - width / 2
            y0 = 80 + i * pitch[1]
            x0, y0 = x0 - skew * y0, y0 + skew * x0 + bend * np.sin(x0 / (columns * pitch[0]) * np.pi)
            dx, dy = rng.uniform(-jitter, jitter, 2)
            boxes.append(Box(x0 + dx, y0 + dy, x0 + dx + width, y0 + dy + 20))
            true.append((i + 1, j + 1))
    return boxes, true


def found(boxes):
    """(row, column) of each box; all of them in one table."""
    where = locate_cells(boxes)
    assert {place.table for place in where if place} <= {1}
    return [(place.row, place.column) if place else None for place in where]


@settings(max_examples=40)
@given(
    st.integers(2, 25),
    st.integers(2, 14),
    st.floats(0, 4),
    st.floats(-0.012, 0.012),
    st.sampled_from(["right", "middle"]),
    st.integers(0, 1000),
)
def test_rows_and_columns(rows, columns, jitter, skew, aligned, seed):
    if rows * columns < 6:
        return
    boxes, true = lattice(rows, columns, seed, jitter=jitter, skew=skew, aligned=aligned)
    order = np.random.default_rng(seed).permutation(len(boxes))
    assert found([boxes[i] for i in order]) == [true[i] for i in order]


@settings(max_examples=30)
@given(st.integers(5, 20), st.integers(4, 12), st.floats(0, 0.25), st.integers(0, 1000))
def test_missing_cells_move_no_other(rows, columns, missing, seed):
    boxes, true = lattice(rows, columns, seed, jitter=2.0, aligned="middle")
    rng = np.random.default_rng(seed)
    kept = [i for i in range(len(boxes)) if rng.random() >= missing or i % (columns + 1) == 0]
    left_rows, left_columns = ({true[i][k] for i in kept} for k in (0, 1))
    if len(left_rows) < rows or len(left_columns) < columns:
        return
    assert found([boxes[i] for i in kept]) == [true[i] for i in kept]


def test_a_thousand_cells_on_a_page_that_bends():
    boxes, true = lattice(45, 26, jitter=2.0, bend=14.0, pitch=(60.0, 30.0))
    assert len(boxes) == 1170
    assert found(boxes) == true


def test_two_tables_and_what_stands_about():
    upper, true = lattice(4, 3)
    lower, _ = lattice(5, 4, seed=1)
    lower = [Box(b.x0 + 15, b.y0 + 700, b.x1 + 15, b.y1 + 700) for b in lower]
    title, total = Box(300, 10, 380, 30), Box(700, 1500, 760, 1520)
    boxes = [total, *lower, title, *upper]
    where = locate_cells(boxes)
    assert where[0] is None
    assert where[len(lower) + 1] is None
    assert {place.table for place in where[1 : len(lower) + 1]} == {2}
    assert [(p.table, p.row, p.column) for p in where[len(lower) + 2 :]] == [(1, *t) for t in true]
    order = find_reading_order(boxes, where)
    assert order[0] == len(lower) + 1
    assert order[-1] == 0
    assert order[1:13] == list(range(len(lower) + 2, len(boxes)))


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [Box(0, 0, 50, 20)],
        [Box(100, 40 * i, 100 + 20 * (i % 3 + 1), 40 * i + 20) for i in range(10)],  # a list
        [Box(90 * i, 100, 90 * i + 50, 120) for i in range(10)],  # a line
        [Box(300 * (i % 3) + 97 * i, 230 * i, 300 * (i % 3) + 97 * i + 60, 230 * i + 20) for i in range(9)],
    ],
)
def test_what_is_no_table(boxes):
    assert locate_cells(boxes) == [None] * len(boxes)


def test_lines_are_read_from_left_to_right():
    boxes = [Box(300, 103, 360, 123), Box(50, 100, 120, 120), Box(40, 200, 80, 230), Box(400, 96, 430, 118)]
    assert find_reading_order(boxes, [None] * 4) == [1, 0, 3, 2]


@given(st.lists(st.tuples(*[st.floats(0, 2000)] * 4), max_size=40))
def test_every_number_is_read_once(corners):
    boxes = [Box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    where = locate_cells(boxes)
    assert sorted(find_reading_order(boxes, where)) == list(range(len(boxes)))
    assert all(place is None or min(place.table, place.row, place.column) >= 1 for place in where)


def test_gaps_are_where_the_cells_are_missing():
    boxes, true = lattice(8, 6, aligned="middle", jitter=1.0)
    gone = [9, 20, 33]
    kept = [box for i, box in enumerate(boxes) if i not in gone]
    missed = find_missing_cells(kept, locate_cells(kept))
    assert len(missed) == len(gone)
    for i, gap in zip(gone, missed, strict=True):
        assert gap.x0 <= (boxes[i].x0 + boxes[i].x1) / 2 <= gap.x1
        assert abs(gap.y0 - boxes[i].y0) < 5
    assert true[9] == (2, 4)


def test_a_table_half_empty_has_no_gaps():
    boxes, _ = lattice(8, 6, aligned="middle")
    kept = [box for i, box in enumerate(boxes) if i % 3]
    assert find_missing_cells(kept, locate_cells(kept)) == []


def test_where_another_number_stands_is_no_gap():
    boxes, _ = lattice(6, 6, aligned="middle")
    taken, *_ = boxes[15:16]
    kept = boxes[:15] + boxes[16:]
    where = [*locate_cells(kept), None]
    assert find_missing_cells([*kept, Box(taken.x0, taken.y0 + 3, taken.x1, taken.y1 + 3)], where) == []
    assert CellPosition(1, 1, 1) in where


def place_cells(rows, across=170.0, down=75.0, height=20.0):
    """Boxes of a table's cells that are aligned on the right, and their rows and columns."""
    boxes, positions = [], []
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if text:
                right = across * (j + 1)
                boxes.append(Box(right - 0.6 * height * len(text), down * i, right, down * i + height))
                positions.append((i + 1, j + 1))
    return boxes, positions


def test_empty_cells_do_not_split_a_table():
    rows = [
        ["1200", "", "1250", "2450"],
        ["-35.50", "", "", "-35.50"],
        ["12%", "", "8%", ""],
        ["", "88.10", "91.75", "179.85"],
        ["", "", "7", "7"],
    ]
    boxes, positions = place_cells(rows)
    found = locate_cells(boxes)
    assert {cell.table for cell in found if cell} == {1}
    assert [(cell.row, cell.column) if cell else None for cell in found] == positions


def test_a_lone_cell_shares_its_row_with_one_part_and_its_column_with_another():
    rows = [
        ["120", "", "131", "251"],
        ["44.50", "", "", "44.50"],
        ["", "88.10", "91.75", "179.85"],
        ["", "", "7", "7"],
        ["35", "", "8", "43"],
    ]
    boxes, positions = place_cells(rows)
    found = locate_cells(boxes)
    assert [(cell.row, cell.column) if cell else None for cell in found] == positions


def test_a_column_far_away_belongs_to_its_table():
    rows = [[str(10 + i), str(200 + i), str(3 * i + 1)] for i in range(5)]
    boxes, positions = place_cells(rows)
    far = [
        Box(b.x0 + 500, b.y0, b.x1 + 500, b.y1) if p[1] == 3 else b
        for b, p in zip(boxes, positions, strict=True)
    ]
    found = locate_cells(far)
    assert [(cell.row, cell.column) if cell else None for cell in found] == positions


def test_two_tables_one_below_the_other_stay_two():
    upper, positions = place_cells([["10", "20", "30"], ["41", "52", "63"], ["75", "86", "97"]])
    lower = [Box(b.x0 + 60, b.y0 + 900, b.x1 + 60, b.y1 + 900) for b in upper]
    found = locate_cells([*upper, *lower])
    assert [cell.table for cell in found if cell] == [1] * 9 + [2] * 9
    assert [(cell.row, cell.column) for cell in found[9:] if cell] == positions


def test_cells_at_the_end_of_a_line_that_curls_are_of_that_line():
    boxes, true = [], []
    for i in range(9):
        for j in range(9):
            x, y = (
                50 * j,
                50 * i + (0.8 * (j - 6) ** 2 if j > 6 else 0.0) + (12.0 if (i, j) == (2, 0) else 0.0),
            )
            boxes.append(Box(x, y, x + 14, y + 20))
            true.append(CellPosition(1, i + 1, j + 1))
    assert locate_cells(boxes) == true


def test_a_note_below_a_cell_is_no_cell_of_its_line():
    boxes = [Box(50 * j, 50 * i, 50 * j + 14, 50 * i + 20) for i in range(9) for j in range(9)]
    note = Box(150, 114, 164, 134)
    assert len(set(locate_cells([*boxes, note]))) == 82
