import cv2
import numpy as np
import pytest

from sutja.data.sets import readers
from sutja.data.sets.sudoku_mnist import (
    CELL,
    compute_outline,
    extract_ink,
    find_pasted,
    load_mnist_rows_in_sudoku_test,
)
from sutja.data.split.fixed import is_test


def paste(digit, size, rng):
    """A cell with a digit in colour on noisy paper, blurred, with a grid line at its edge."""
    scaled = (
        cv2.resize(digit, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    )
    cell = 190 + rng.normal(0, 4, (CELL, CELL, 3)).astype(np.float32)
    cell[:, :2] = 90
    y, x = rng.integers(6, CELL - size - 4, 2)
    cell[y : y + size, x : x + size] += scaled * 0.8 * (np.float32([40, 40, 180]) - 190)
    return np.clip(cv2.GaussianBlur(cell, (0, 0), 0.9), 0, 255).astype(np.uint8)


def drawn_digits(count):
    rng = np.random.default_rng(0)
    images = np.zeros((count, 28, 28), np.uint8)
    for image in images:
        points = rng.integers(5, 23, (4, 1, 2))
        cv2.polylines(image, [points], False, 255, 2, cv2.LINE_AA)
    return images


def test_pasted_digits_are_found_again():
    rng = np.random.default_rng(1)
    images = drawn_digits(60)
    labels = np.zeros(60, np.int64)
    cells = [paste(images[n], int(rng.integers(28, 36)), rng) for n in range(12)]
    found = find_pasted(cells, [0] * 12, images, labels)
    assert sum(n in rows for n, rows in enumerate(found)) >= 11
    assert max(len(rows) for rows in found) < 6


def test_only_rows_with_the_same_digit_are_found():
    rng = np.random.default_rng(2)
    images = drawn_digits(10)
    (rows,) = find_pasted([paste(images[3], 30, rng)], [5], images, np.arange(10))
    assert 3 not in rows
    (none,) = find_pasted([paste(images[3], 30, rng)], [5], images, np.zeros(10, np.int64))
    assert len(none) == 0


def test_an_empty_cell_has_no_ink():
    assert extract_ink(np.full((CELL, CELL, 3), 200, np.uint8)) is None
    lines = np.full((CELL, CELL, 3), 200, np.uint8)
    lines[:3] = lines[:, :2] = 30
    assert extract_ink(lines) is None
    assert [len(rows) for rows in find_pasted([lines], [0], drawn_digits(3), np.zeros(3, np.int64))] == [0]


def test_an_outline_does_not_depend_on_place_or_size():
    image = np.zeros((28, 28), np.float32)
    image[8:20, 12:16] = 255
    moved = np.zeros((56, 56), np.float32)
    moved[20:44, 30:38] = 100
    assert np.linalg.norm(compute_outline(image)) == pytest.approx(1, abs=1e-5)
    assert float(compute_outline(image) @ compute_outline(moved)) > 0.99


def test_the_rows_to_leave_out_are_rows_of_the_train_part():
    rows = load_mnist_rows_in_sudoku_test()
    assert len(rows) == 5580
    assert (np.diff(rows) > 0).all()
    assert (rows.min() >= 0, rows.max() < 60_000) == (True, True)


def test_real_cells_are_mnist_digits(data_root):
    """The digits of one test photo, written in blue: their rows are among those that are left out."""
    record = next(r for r in readers.read_sudoku(data_root) if is_test("sudoku", r.key))
    train = readers.read_mnist(data_root, "train")
    cells, labels = sudoku_part(record)
    found = find_pasted(cells, labels, train.images, train.labels)
    assert sum(len(rows) > 0 for rows in found) >= 5
    left_out = set(load_mnist_rows_in_sudoku_test().tolist())
    best = [int(rows[0]) for rows in found if len(rows)]
    assert sum(row in left_out for row in best) >= 0.8 * len(best)


def sudoku_part(record):
    cells = readers.cut_sudoku_cells(record, CELL, 0.04)
    chosen = [n for n in range(81) if colourful(cells[n])][:8]
    return cells[chosen], [int(record.key[n]) for n in chosen]


def colourful(cell):
    away = cell.astype(float) - np.median(cell.reshape(-1, 3), axis=0)
    return np.ptp(away, axis=2).max() > 80
