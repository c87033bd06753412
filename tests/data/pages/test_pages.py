"""Real pages: boxes on the ink of numbers, what is not labelled ignored, and no part in another."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.data.pages.cheques import find_labelled_fields
from sutja.data.pages.grids import find_grid_fields
from sutja.data.pages.pages import (
    CLASSES,
    HANDWRITTEN,
    PARTS,
    PRINTED,
    VALIDATION_FOLDS,
    in_part,
    load_real_pages,
)
from sutja.data.pages.real_page import scale_page
from sutja.data.pages.tables import find_cell_boxes, load_table_pages, measure_body
from sutja.data.sets.fields import ChequeRecord, SudokuRecord
from sutja.data.sets.readers import read_cheques, read_sudoku, read_weather_tables
from sutja.data.split import fixed


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=20), st.sampled_from(sorted(VALIDATION_FOLDS)))
def test_an_item_is_in_one_part_and_the_test_part_is_that_of_the_project(key, dataset):
    (part,) = [part for part in PARTS if in_part(dataset, key, part)]
    assert (part == "test") == fixed.is_test(dataset, key)


def test_unknown_parts_and_sets_are_told():
    with pytest.raises(ValueError, match="no part 'all' of 'sudoku'"):
        in_part("sudoku", "1", "all")
    with pytest.raises(ValueError, match="no part 'train' of 'mnist'"):
        in_part("mnist", "1", "train")


def test_boxes_are_scaled_with_their_page():
    page = scale_page(np.zeros((100, 200), np.uint8), 0.5, [(10, 20, 30, 40)], [PRINTED], [False])
    assert page.pixels.shape == (50, 100)
    assert page.boxes.tolist() == [[5, 10, 15, 20]]


def cheque(name, *boxes):
    class Named(ChequeRecord):
        key = name

    return Named(None, boxes, None, None)


def test_fields_of_cheques():
    boxes = [
        ("CAR", (0, 0, 50, 20)),
        ("Lar", (0, 30, 90, 50)),
        ("Date", (60, 0, 160, 20)),
        ("MICR", (0, 60, 90, 80)),
    ]
    found, labels, ignore = find_labelled_fields(cheque("X_999_jpeg", *boxes))
    assert len(found) == 3
    assert labels == [HANDWRITTEN, HANDWRITTEN, PRINTED]
    assert ignore == [False] * 3
    assert found[0] == (0, 0, 50, 20)
    assert found[1][0] > 60  # without the comb's frame
    _, labels, ignore = find_labelled_fields(cheque("X_010_jpeg", *boxes))
    assert labels == [PRINTED] * 3
    assert ignore == [False, True, False]  # its month is in letters
    found, _, _ = find_labelled_fields(cheque("X_047_jpeg", *boxes))
    assert len(found) == 2  # boxes for a date that nobody filled in


def drawn_grid(path):
    """A grid whose printed digits are grey and all alike, the written ones red, smaller and each another."""
    rng = np.random.default_rng(8)
    side, start = 40, 30
    photo = np.full((9 * side + 60, 9 * side + 60, 3), 215, np.uint8)
    digits, printed, boxes = np.zeros((9, 9), int), np.zeros((9, 9), bool), {}
    for row in range(9):
        for column in range(9):
            digit = (row * 3 + row // 3 + column) % 9 + 1
            digits[row, column], printed[row, column] = digit, rng.random() < 0.4
            x, y = start + column * side, start + row * side
            one = np.zeros((side, side), np.uint8)
            if printed[row, column]:
                cv2.putText(one, str(digit), (12, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
                colour = (110, 110, 110)
            else:
                points = rng.integers(12, 28, (5, 2)).astype(np.int32)
                cv2.polylines(one, [points], False, 255, 2, cv2.LINE_AA)
                colour = (40, 40, 200)
            photo[y : y + side, x : x + side][one > 100] = colour
            ys, xs = np.nonzero(one > 100)
            boxes[row, column] = (x + xs.min(), y + ys.min(), x + xs.max() + 1, y + ys.max() + 1)
    for i in range(10):
        at = start + i * side
        cv2.line(photo, (at, start), (at, start + 9 * side), (60, 60, 60), 2 if i % 3 else 3)
        cv2.line(photo, (start, at), (start + 9 * side, at), (60, 60, 60), 2 if i % 3 else 3)
    cv2.imwrite(str(path), photo)
    corners = np.array(
        [[start, start], [start + 360, start], [start + 360, start + 360], [start, start + 360]], np.float32
    )
    return SudokuRecord(path, tuple(tuple(int(d) for d in row) for row in digits), corners), printed, boxes


def test_the_cells_of_a_grid(tmp_path):
    record, printed, truth = drawn_grid(tmp_path / "grid.png")
    boxes, labels, ignore = find_grid_fields(record)
    assert len(boxes) == len(labels) == len(ignore) == 81
    assert sum(ignore) <= 8
    right = close = 0
    for index, (box, label, unsure) in enumerate(zip(boxes, labels, ignore, strict=True)):
        row, column = divmod(index, 9)
        if not unsure:
            right += label == (PRINTED if printed[row, column] else HANDWRITTEN)
            close += np.abs(np.subtract(box, truth[row, column])).max() <= 4
    assert right >= 0.95 * (81 - sum(ignore))
    assert close >= 0.9 * (81 - sum(ignore))


def drawn_table(rows, columns, drop=0.0, bend=0.0):
    """Blocks as large as the cells of a table, on lines that bend."""
    rng = np.random.default_rng(2)
    page = np.full((120 + rows * 36, 120 + columns * 95), 190, np.uint8)
    middles = np.empty((rows, columns, 2))
    for row in range(rows):
        for column in range(columns):
            x = 100 + column * 95
            y = 90 + row * 36 + bend * ((column - columns / 2) / columns) ** 2
            middles[row, column] = x, y
            if rng.random() >= drop:
                for digit in range(5):
                    left = round(x - 38 + digit * 16)
                    page[round(y - 12) : round(y + 12), left : left + 12] = 40
    return page, middles


@settings(max_examples=4)
@given(drop=st.floats(0, 0.3), bend=st.floats(0, 40))
def test_every_cell_of_a_table_gets_a_box_whether_its_ink_was_found_or_not(drop, bend):
    page, middles = drawn_table(16, 12, drop, bend)
    boxes = find_cell_boxes(page, 16, 12)
    assert boxes is not None
    found = (boxes[..., :2] + boxes[..., 2:]) / 2
    assert np.abs(found - middles).max() < 6
    assert np.abs(boxes[..., 2] - boxes[..., 0] - 78).max() < 5


def test_a_table_of_another_size_is_left_out():
    page, _ = drawn_table(14, 10)
    assert find_cell_boxes(page, 15, 10) is None
    assert find_cell_boxes(page, 14, 12) is None
    assert find_cell_boxes(np.full((300, 300), 200, np.uint8), 14, 10) is None


def test_the_validation_part_of_each_set(data_root):
    pages = list(load_real_pages(data_root, "validation"))
    sets = {page.source.split("/")[0] for page in pages}
    assert sets == set(VALIDATION_FOLDS)
    for page in pages:
        height, width = page.page.pixels.shape
        real = page.page.boxes[~page.page.ignore]
        assert len(page.page.boxes) == len(page.page.labels) == len(page.page.ignore)
        assert set(page.page.labels.tolist()) <= set(range(len(CLASSES)))
        assert (real[:, :2] >= -2).all()
        assert (real[:, 2:] <= [width + 2, height + 2]).all()
        assert (real[:, 2:] > real[:, :2]).all()
        short = np.minimum(real[:, 2] - real[:, 0], real[:, 3] - real[:, 1])
        assert (short > 2).all()


def test_parts_share_no_cheque_no_grid_no_table(data_root):
    keys = {
        "cheques": {r.key for r in read_cheques(data_root)},
        "sudoku": {r.key for r in read_sudoku(data_root)},
        "weather-tables": {r.path.stem for r in read_weather_tables(data_root)},
    }
    for name, all_keys in keys.items():
        parts = {part: {k for k in all_keys if in_part(name, k, part)} for part in PARTS}
        assert all(parts.values())
        assert sum(map(len, parts.values())) == len(all_keys)


def test_tables_of_the_training_part_are_laid_out(data_root):
    records = [r for r in read_weather_tables(data_root) if in_part("weather-tables", r.path.stem, "train")]
    pages = list(load_table_pages(data_root, "train"))
    assert len(pages) == len(records)
    for record, page in zip(records, pages, strict=True):
        rows, columns = measure_body(record)
        cells = int((~page.page.ignore).sum())
        assert rows * (columns - 1) - 2 <= cells <= rows * columns
