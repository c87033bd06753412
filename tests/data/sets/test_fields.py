import json

import cv2
import numpy as np
import pytest

from sutja.data.sets.fields import (
    MEASURED_OUTLINES,
    SudokuRecord,
    cut_sudoku_cells,
    read_cheques,
    read_orand_car,
    read_sudoku,
)
from sutja.data.sets.sudoku_mnist import extract_ink
from sutja.errors import DataError

GRID = tuple(tuple((3 * row + row // 3 + column) % 9 + 1 for column in range(9)) for row in range(9))


@pytest.fixture
def orand(tmp_path):
    folder = tmp_path / "orand-car"
    folder.mkdir()
    (folder / "labels.csv").write_text("file,text\r\na_1.jpg,85\r\na_2.jpg,60\r\na_3.jpg,7\r\n", newline="")
    coco = {
        "images": [{"id": 5, "file_name": "a_1.jpg"}, {"id": 6, "file_name": "a_2.jpg"}],
        "categories": [{"id": 3, "name": "5"}, {"id": 4, "name": "8"}],
        "annotations": [
            {"image_id": 5, "category_id": 3, "bbox": [20, 1, 5, 9]},
            {"image_id": 5, "category_id": 4, "bbox": [2, 3, 6, 7]},
            {"image_id": 6, "category_id": 4, "bbox": [0, 0, 6, 7]},
        ],
    }
    (folder / "boxes.coco.json").write_text(json.dumps(coco))
    return tmp_path


def test_orand_car_with_another_table(orand):
    (orand / "orand-car" / "labels.csv").write_text("path,text\na_1.jpg,85\n")
    with pytest.raises(DataError, match=r"labels\.csv: is no table of the columns file and text"):
        read_orand_car(orand)


def test_orand_car_boxes_go_from_left_to_right(orand):
    first, second, third = read_orand_car(orand)
    assert (first.key, first.text, first.path) == ("a_1", "85", orand / "orand-car" / "images" / "a_1.jpg")
    assert first.boxes == ((2, 3, 8, 10, 8), (20, 1, 25, 10, 5))
    assert first.consistent
    assert not second.consistent
    assert third.boxes == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"images": []}', '{"images": [{}]}'])
def test_orand_car_with_damaged_boxes(orand, content):
    (orand / "orand-car" / "boxes.coco.json").write_text(content)
    with pytest.raises(DataError, match=r"boxes\.coco\.json"):
        read_orand_car(orand)


def test_every_real_amount_agrees_with_its_boxes(data_root):
    records = read_orand_car(data_root)
    assert len(records) == 1080
    assert sum(len(record.boxes) for record in records) == 4898
    assert all(record.consistent and record.path.is_file() for record in records)


@pytest.fixture
def cheques(tmp_path):
    folder = tmp_path / "cheques"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for name in ("X_043_jpeg.rf.1", "X_045_jpeg.rf.2"):
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), np.zeros((100, 200, 3), np.uint8))
        (folder / "labels" / f"{name}.txt").write_text("0 0.5 0.5 0.1 0.2\n5 0.25 0.25 0.5 0.5\n")
    (folder / "amounts.csv").write_text('file,text,value\nX_043_jpeg.rf.1.jpg,"9,500.00",9500.00\n')
    return tmp_path


def test_cheques(cheques):
    first, second = read_cheques(cheques)
    assert [name for name, _ in first.boxes] == ["CAR", "check_no"]
    assert first.boxes[0][1] == pytest.approx((90, 40, 110, 60))
    assert first.boxes[1][1] == pytest.approx((0, 0, 100, 50))
    assert (first.text, first.value) == ("9,500.00", "9500.00")
    assert (second.text, second.value) == (None, None)
    assert first.key == second.key == "X_043_jpeg"


def test_cheques_without_the_amounts_have_the_same_keys(cheques):
    (cheques / "cheques" / "amounts.csv").unlink()
    assert [(record.key, record.text) for record in read_cheques(cheques)] == [("X_043_jpeg", None)] * 2


@pytest.mark.parametrize("content", ["0 0.5 0.5\n", "9 0.5 0.5 0.1 0.1\n", "CAR 0.5 0.5 0.1 0.1\n"])
def test_cheques_with_damaged_labels(cheques, content):
    (cheques / "cheques" / "labels" / "X_043_jpeg.rf.1.txt").write_text(content)
    with pytest.raises(DataError, match=r"X_043_jpeg\.rf\.1\.txt"):
        read_cheques(cheques)


def test_real_cheques(data_root):
    records = read_cheques(data_root)
    assert len(records) == 114
    assert sum(record.text is not None for record in records) == 108
    for record in records:
        assert all(x0 < x1 and y0 < y1 for _, (x0, y0, x1, y1) in record.boxes)


def write_sudoku(tmp_path, grid=GRID, number=7):
    """A photo of 400 by 300 pixels with a tilted grid whose cells tell their digits by their colour."""
    folder = tmp_path / "sudoku"
    folder.mkdir(exist_ok=True)
    flat = np.zeros((180, 180, 3), np.uint8)
    for row in range(9):
        for column in range(9):
            flat[20 * row : 20 * row + 20, 20 * column : 20 * column + 20] = (
                20 * grid[row][column],
                row,
                column,
            )
    corners = np.array([[60, 30], [330, 50], [350, 280], [40, 260]], np.float32)
    square = np.array([[0, 0], [180, 0], [180, 180], [0, 180]], np.float32)
    photo = cv2.warpPerspective(flat, cv2.getPerspectiveTransform(square, corners), (400, 300))
    path = folder / f"image{number}.png"
    cv2.imwrite(str(path), photo[..., ::-1])
    path = path.rename(path.with_suffix(".jpg"))  # readers go by content, and PNG keeps the colours
    rows = "\n".join(" ".join(map(str, row)) for row in grid)
    path.with_suffix(".dat").write_text(f"phone\n400x300:24 JPG\n{rows}\n\n")
    header = "filepath," + ",".join(f"p{i}_{axis}" for i in range(1, 5) for axis in "xy")
    line = ",".join(str(int(value)) for value in corners.ravel())
    (folder / "outlines.csv").write_text(f"{header}\n./images/image{number}.jpg,{line}\n")
    return corners


def test_sudoku(tmp_path):
    corners = write_sudoku(tmp_path)
    (record,) = read_sudoku(tmp_path)
    assert record.digits == GRID
    assert record.key[:9] == "123456789"
    assert len(record.key) == 81
    assert np.array_equal(record.outline, corners)


@pytest.mark.parametrize(("size", "margin"), [(32, 0.1), (8, 0.2), (56, 0.0)])
def test_sudoku_cells_are_rgb_upright_and_in_order(tmp_path, size, margin):
    write_sudoku(tmp_path)
    (record,) = read_sudoku(tmp_path)
    cells = cut_sudoku_cells(record, size, margin)
    assert cells.shape == (81, size, size, 3)
    middle = cells[:, size // 2, size // 2].astype(int)
    assert np.abs(middle[:, 0] - 20 * np.array([int(digit) for digit in record.key])).max() <= 4
    assert np.abs(middle[:, 1] - np.arange(81) // 9).max() <= 1
    assert np.abs(middle[:, 2] - np.arange(81) % 9).max() <= 1


def test_sudoku_without_corners(tmp_path):
    write_sudoku(tmp_path)
    outlines = tmp_path / "sudoku" / "outlines.csv"
    outlines.write_text(outlines.read_text().splitlines()[0] + "\n")
    (record,) = read_sudoku(tmp_path)
    assert record.outline is None
    with pytest.raises(DataError, match="corners of its grid are not known"):
        cut_sudoku_cells(record)


@pytest.mark.parametrize("text", ["phone\nsize\n1 2 3\n", "phone\n", "a\nb\n" + "1 2 3 4 5 6 7 8 x\n" * 9])
def test_sudoku_without_a_grid(tmp_path, text):
    write_sudoku(tmp_path)
    (tmp_path / "sudoku" / "image7.dat").write_text(text)
    with pytest.raises(DataError, match=r"image7\.dat"):
        read_sudoku(tmp_path)


def test_sudoku_with_a_broken_photo(tmp_path):
    record = SudokuRecord(tmp_path / "none.jpg", GRID, np.zeros((4, 2), np.float32))
    with pytest.raises(DataError, match="cannot be read as a picture"):
        cut_sudoku_cells(record)


def test_every_real_grid_is_a_solved_sudoku_inside_its_photo(data_root):
    records = read_sudoku(data_root)
    assert len(records) == 160
    assert set(MEASURED_OUTLINES) <= {record.path.stem for record in records}
    for record in records:
        grid = np.array(record.digits)
        boxes = grid.reshape(3, 3, 3, 3).transpose(0, 2, 1, 3).reshape(9, 9)
        assert all(sorted(line) == list(range(1, 10)) for line in (*grid, *grid.T, *boxes))
        height, width = cv2.imread(str(record.path)).shape[:2]
        assert record.outline is not None
        assert (record.outline >= 0).all()
        assert (record.outline <= (width, height)).all()
        top_left, top_right, bottom_right, bottom_left = record.outline
        assert top_left[0] < top_right[0]
        assert top_left[1] < bottom_left[1]
        assert bottom_left[0] < bottom_right[0]


def test_real_digits_stand_in_the_middle_of_their_cells(data_root):
    """A quarter of the photos, and all with measured corners; those of outlines.csv would fail here."""
    y, x = np.mgrid[:56, :56] / 56 - 0.5
    for record in read_sudoku(data_root):
        if record.path.stem not in MEASURED_OUTLINES and int(record.path.stem.removeprefix("image")) % 4:
            continue
        inks = [extract_ink(cell) for cell in cut_sudoku_cells(record, 56, -0.1)]
        found = [ink for ink in inks if ink is not None]
        assert len(found) >= 75, record.path
        off = [(abs((ink * x).sum()) / ink.sum(), abs((ink * y).sum()) / ink.sum()) for ink in found]
        assert np.median(off, axis=0).max() < 0.11, record.path
