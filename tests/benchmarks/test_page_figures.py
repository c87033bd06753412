"""The figures of pages count what they say: amounts by place, cells by their order, grids by their cells."""

import importlib
import json
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from sutja.data.sets.fields import ChequeRecord, SudokuRecord

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """The folder on the path, as it is for `python benchmarks/X.py`."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def script(name):
    return importlib.import_module(name)


def seen(text, box=(0, 0, 10, 10), accepted=True, row=None, column=None, value=None):
    table = None if row is None else 1
    return script("_page_readers").ReadNumber(text, value, 0.9, accepted, box, row, column, table)


def test_an_amount_is_found_where_it_is():
    cheques = script("cheques")
    numbers = [seen("12", (0, 0, 40, 10)), seen("34", (100, 100, 190, 120))]
    assert cheques.find_amount(numbers, (100, 100, 200, 120)).text == "34"
    assert cheques.find_amount(numbers, (150, 100, 250, 120)) is None
    record = ChequeRecord(Path("a"), (), "5,35,000/-", "535000")
    assert cheques.has_value(seen("5,35,000/-", value="535000"), record)
    assert cheques.has_value(seen("5,35,000/-"), record)
    assert cheques.has_value(seen("535000.00", value="535000.00"), record)
    assert not cheques.has_value(seen("535000", value="53500"), record)


def test_a_total_has_its_cents():
    says = script("receipts").has_value
    assert says(seen("24,23", value="24.23"), Decimal("24.23"))
    assert not says(seen("2423", value="2423"), Decimal("24.23"))
    assert not says(seen("x"), Decimal("24.23"))


def test_cells_are_counted_though_rows_are_lost():
    alignment = script("_table_alignment")
    cells = [["day", "1", "2"], ["3", "", "4"], ["5", "6", "7"]]
    true = alignment.list_true_rows(cells)
    assert true == [["1", "2"], ["3", "4"], ["5", "6", "7"]]
    assert alignment.count_right_cells(true, true) == 7
    assert alignment.count_right_cells(true, [["9"], ["1", "2"], ["5", "8", "7"]]) == 4
    placed = [
        seen(t, row=i + 2, column=j + 1)
        for i, row in enumerate(cells)
        for j, t in enumerate(row)
        if t.isdigit()
    ]
    assert alignment.count_cells_in_place(cells, placed) == 7
    assert alignment.read_rows(placed) == true
    loose = [seen("2", (50, 2, 60, 12)), seen("1", (0, 0, 10, 10)), seen("3", (0, 30, 10, 40))]
    assert alignment.read_rows(loose) == [["1", "2"], ["3"]]


def test_a_grid_may_begin_anywhere():
    grids = script("grids")
    digits = tuple(tuple((i * 3 + i // 3 + j) % 9 + 1 for j in range(9)) for i in range(9))
    record = SudokuRecord(Path("a"), digits, None)
    numbers = [seen(str(digits[i][j]), row=i + 3, column=j + 2) for i in range(9) for j in range(9)]
    assert grids.count_right_cells(record, [seen("77", row=1, column=4), *numbers]) == 81
    assert grids.count_right_cells(record, numbers[:-1]) == 80
    assert grids.count_right_cells(record, []) == 0


def test_peers_lines_are_taken_apart():
    pieces = script("_page_readers")._split_numbers(
        [("Total 12 3,50", 0.95, [0, 0, 130, 10]), ("none", 0.9, [0, 0, 1, 1])]
    )
    assert [(p.text, [round(x) for x in p.box]) for p in pieces] == [
        ("Total 12 3,50", [0, 0, 130, 10]), ("12", [60, 0, 80, 10]), ("3,50", [90, 0, 130, 10]),
    ]  # fmt: skip


def test_the_letter_is_a4(tmp_path):
    from PIL import Image

    pages = script("pages")
    with Image.open(pages.write_letter(tmp_path / "a.png")) as image:
        assert image.size == (1654, 2339)
        assert np.asarray(image).min() < 60
    assert pages.measure_resident_mb() > 10


def test_fields_are_counted_where_their_ink_is():
    forms, filled = script("forms"), script("_filled_pages")
    there = (("12", (0, 0, 20, 10)), ("7", (50, 0, 60, 10)))
    page = filled.FilledPage("envelope", np.zeros((9, 9), np.uint8), there)
    numbers = [seen("12", (0, 0, 20, 12)), seen("4", (50, 0, 61, 10)), seen("99", (200, 0, 220, 10))]
    got = forms.count_fields(page, script("_page_readers").PageAnswer(numbers, 1.0))
    assert got == {"fields": 2, "found": 2, "read": 1, "accepted": 2, "wrong": 1}
    nothing = forms.count_fields(page, script("_page_readers").PageAnswer([], 1.0))
    assert nothing == {"fields": 2, "found": 0, "read": 0, "accepted": 0, "wrong": 0}


def test_filled_pages_hold_ink_where_they_say(data_root):
    filled = script("_filled_pages")
    pages = list(filled.make_pages(data_root, "validation", 2 * len(filled.LAYOUTS)))
    assert {page.layout for page in pages} == set(filled.LAYOUTS)
    assert np.array_equal(pages[0].pixels, next(filled.make_pages(data_root, "validation", 1)).pixels)
    for page in pages:
        rows, columns = page.pixels.shape
        assert page.fields
        for digits, (x0, y0, x1, y1) in page.fields:
            assert digits.isdigit()
            assert 0 <= x0 < x1 <= columns
            assert 0 <= y0 < y1 <= rows
            inside = page.pixels[int(y0) : int(y1), int(x0) : int(x1)]
            assert int(inside.max()) - int(inside.min()) > 60


def test_what_was_measured_of_others_is_kept_with_its_date(tmp_path):
    machine = script("_machine")
    file = tmp_path / "cheques.json"
    assert machine.list_kept_rows(file, ["sutja"]) == []
    rows = [
        {"reader": "sutja", "n": 1},
        {"reader": "other", "n": 2},
        {"date": "1998", "reader": "old", "n": 3},
    ]
    file.write_text(json.dumps({"date": "2026", "rows": rows}))
    assert machine.list_kept_rows(file, ["sutja"]) == [
        {"date": "2026", "reader": "other", "n": 2},
        {"date": "1998", "reader": "old", "n": 3},
    ]


def test_what_was_measured_of_a_peer_stands_behind_its_set(tmp_path):
    file = tmp_path / "listening.json"
    before = [{"set": name, "reader": reader} for name in "cba" for reader in ("peer", "sutja, old")]
    file.write_text(json.dumps({"date": "2026", "rows": before}))
    rows = [{"set": "b", "reader": "sutja"}, {"set": "a", "reader": "sutja"}]
    kept = script("_machine").keep_peer_rows(file, rows)
    assert [(row["set"], row["reader"], row.get("date")) for row in kept] == [
        ("b", "sutja", None),
        ("b", "peer", "2026"),
        ("a", "sutja", None),
        ("a", "peer", "2026"),
    ]
