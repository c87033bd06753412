import gzip
import json
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from sutja.data.sets.crops import (
    StrokeRecord,
    draw_strokes,
    read_boxed_pages,
    read_crops,
    read_malaysian_receipts,
    read_pen_digits,
)
from sutja.data.split.fixed import RULES, is_test
from sutja.errors import DataError

BOXES = "file,x1,y1,x2,y2,text,kind\n"


def write(root, name, text, file="labels.csv"):
    (root / name).mkdir(exist_ok=True)
    (root / name / file).write_text(text, encoding="utf-8")


def test_a_column_gives_the_group(tmp_path):
    write(tmp_path, "registers", "file,text,digits,group\na.jpg,22|50,2250,0073\n")
    (record,) = read_crops(tmp_path, "registers")
    assert record.path == tmp_path / "registers" / "a.jpg"
    assert (record.text, record.digits, record.group, record.date) == ("22|50", "2250", "0073", None)


def test_dates_keep_the_month_that_the_text_lacks(tmp_path):
    write(tmp_path, "parish-dates", "file,text,date,group\na.jpg,1944 2,19440502,K2722\n")
    (record,) = read_crops(tmp_path, "parish-dates")
    assert (record.text, record.digits, record.date) == ("1944 2", "19442", "19440502")


@pytest.mark.parametrize(
    ("name", "file", "group"),
    [
        ("meter-digits", "1_red1_19700109-014344.jpg", "red"),
        ("meter-digits", "NaN_D8_2020-08-14_23-41-03.jpg", "d"),
        ("meter-digits", "0-1.jpg", ""),
        ("lcd-digits", "00_00010361.jpg", "10"),
        ("lcd-digits", "11_00000475.jpg", "0"),
    ],
)
def test_the_file_name_gives_the_group_where_no_column_does(tmp_path, name, file, group):
    write(tmp_path, name, f"file,text\n{file},\n")
    (record,) = read_crops(tmp_path, name)
    assert (record.text, record.digits, record.group) == ("", "", group)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("registers", "file,text\na.jpg,1\n"),
        ("lcd-digits", "file,text\nclock.jpg,1\n"),
        ("births", "file,text,group\na.jpg,1\n"),
    ],
)
def test_damaged_tables(tmp_path, name, text):
    write(tmp_path, name, text)
    with pytest.raises(DataError, match=r"labels\.csv"):
        read_crops(tmp_path, name)


@pytest.mark.parametrize(
    ("name", "file", "group"),
    [
        ("registers-pages", "FRAN_0025_0227_L-1.jpg", "0227"),
        ("registers-pages", "DAFANCH96_048MIC07655_L-0.jpg", "dufour"),
        ("volunteers-pages", "imp_wikitexte_0172.jpg", "0172"),
        ("volunteers-pages", "wikitexte_0126_1.jpg", "0126"),
        ("results-id", "12.jpg", "12"),
    ],
)
def test_pages_with_lines(tmp_path, name, file, group):
    write(tmp_path, name, f"{BOXES}{file},1,2,30,40,412,number\n{file},5,6,70,80,Nos,text\n", "boxes.csv")
    (page,) = read_boxed_pages(tmp_path, name)
    assert (page.path, page.group) == (tmp_path / name / file, group)
    assert [(line.box, line.text, line.kind) for line in page.lines] == [
        ((1, 2, 30, 40), "412", "number"),
        ((5, 6, 70, 80), "Nos", "text"),
    ]


@pytest.mark.parametrize("text", [f"{BOXES}a.jpg,1,2,x,4,7,number\n", "file,text\na.jpg,7\n"])
def test_damaged_boxes(tmp_path, text):
    write(tmp_path, "results-id", text, "boxes.csv")
    with pytest.raises(DataError, match=r"boxes\.csv: is no table of boxes"):
        read_boxed_pages(tmp_path, "results-id")


@pytest.mark.parametrize("total", ["9.00", "RM9.00", "RM 9.00", "$9.00"])
def test_receipts_with_their_total(tmp_path, total):
    write(tmp_path, "receipts-my", f"{BOXES}000.jpg,1,2,3,4,TOTAL,line\n", "boxes.csv")
    write(tmp_path, "receipts-my", f"file,total,date,company\n000.jpg,{total},25/12/2018,A SHOP\n")
    (receipt,) = read_malaysian_receipts(tmp_path)
    assert (receipt.total, receipt.date, receipt.company) == (Decimal("9.00"), "25/12/2018", "A SHOP")
    assert receipt.page.lines[0].text == "TOTAL"


@pytest.mark.parametrize("row", ["001.jpg,9.00,d,c", "000.jpg,nine,d,c"])
def test_receipts_without_a_label(tmp_path, row):
    write(tmp_path, "receipts-my", f"{BOXES}000.jpg,1,2,3,4,TOTAL,line\n", "boxes.csv")
    write(tmp_path, "receipts-my", f"file,total,date,company\n{row}\n")
    with pytest.raises(DataError, match=r"labels\.csv: has no total, date and company of 000\.jpg"):
        read_malaysian_receipts(tmp_path)


def write_strokes(root, *rows):
    (root / "pen-digits").mkdir(exist_ok=True)
    packed = gzip.compress("".join(f"{row}\n" for row in rows).encode())
    (root / "pen-digits" / "strokes.jsonl.gz").write_bytes(packed)


def test_strokes(tmp_path):
    write_strokes(
        tmp_path, json.dumps({"text": "4", "writer": "w1", "strokes": [[[0, 9], [1, 8]], [[5, 5]]]})
    )
    (record,) = read_pen_digits(tmp_path)
    assert (record.text, record.group) == ("4", "w1")
    assert [stroke.tolist() for stroke in record.strokes] == [[[0, 9], [1, 8]], [[5, 5]]]


@pytest.mark.parametrize(
    "row", ["{", "[]", '{"text": "1"}', '{"text": "1", "writer": "w", "strokes": [[[1]]]}']
)
def test_damaged_strokes(tmp_path, row):
    write_strokes(tmp_path, row)
    with pytest.raises(DataError, match=r"strokes\.jsonl\.gz: cannot be read as strokes"):
        read_pen_digits(tmp_path)


def test_strokes_are_drawn_upright_and_in_the_middle():
    down = np.array([[0, 100], [0, 0]])  # y grows upwards
    foot = np.array([[0, 0], [100, 0]])
    picture = draw_strokes(StrokeRecord("", "w", (down, foot)), 28)
    assert picture.shape == (28, 28)
    rows, columns = np.nonzero(picture > 100)
    assert 2 <= rows.min() <= 4 <= 23 <= rows.max() <= 25
    assert 2 <= columns.min() <= 4 <= 23 <= columns.max() <= 25
    assert picture[23, 14] > 200 > 0 == picture[4, 14]
    large = draw_strokes(StrokeRecord("", "w", (down, foot)), 56)
    assert abs(float(large.mean()) - float(picture.mean())) < 4


def test_a_dot_can_be_drawn():
    assert draw_strokes(StrokeRecord("1", "w", (np.array([[7, 7]]),))).max() > 0


@pytest.mark.parametrize(
    "read", [read_malaysian_receipts, read_pen_digits, lambda root: read_crops(root, "births")]
)
def test_a_set_that_is_not_there(tmp_path, read):
    with pytest.raises(DataError, match="not there; `sutja data get`"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "items", "groups", "test_items"),
    [
        ("registers", 2117, 19, 668),
        ("births", 202, 16, 53),
        ("parish-rows", 1553, 36, 276),
        ("parish-dates", 1369, 38, 228),
        ("volunteers", 702, 158, 144),
        ("volunteers-lines", 249, 166, 52),
        ("no-numbers", 123, 100, 29),
        ("meter-digits", 1044, 181, 304),
        ("lcd-digits", 132, 38, 28),
    ],
)
def test_real_crops(data_root, name, items, groups, test_items):
    records = read_crops(data_root, name)
    assert (len(records), len({record.group for record in records})) == (items, groups)
    assert all(record.path.is_file() for record in records)
    test = [record for record in records if is_test(name, record.group)]
    assert len(test) == test_items
    assert not {r.group for r in test} & {r.group for r in records if not is_test(name, r.group)}


def test_rows_of_crops_by_hand(data_root):
    registers = {record.path.name: record for record in read_crops(data_root, "registers")}
    assert registers["FRAN_0025_0073_L-0_213.jpg"].text == '25.""'
    assert registers["FRAN_0025_0073_L-0_213.jpg"].digits == "25"
    rows = {record.path.name: record.text for record in read_crops(data_root, "parish-rows")}
    assert rows["born_K2697_0126a-FM_row_id_3.jpg"] == "39c"
    assert not any(record.digits for record in read_crops(data_root, "no-numbers"))
    assert sum(not record.text for record in read_crops(data_root, "meter-digits")) == 102
    assert sum(not record.text for record in read_crops(data_root, "lcd-digits")) == 12
    for record in read_crops(data_root, "parish-dates"):
        assert record.date is not None
        assert record.text == f"{record.date[:4]} {int(record.date[6:])}"


@pytest.mark.parametrize(
    ("name", "pages", "lines", "test_pages"),
    [
        ("registers-pages", 10, 1779, 2),
        ("volunteers-pages", 10, 183, 4),
        ("results-id", 18, 134, 4),
        ("results-id2", 5, 69, 3),
        ("receipts-my", 84, 4504, 15),
    ],
)
def test_real_pages_with_lines(data_root, name, pages, lines, test_pages):
    records = read_boxed_pages(data_root, name)
    assert (len(records), sum(len(page.lines) for page in records)) == (pages, lines)
    assert sum(is_test(name, page.group) for page in records) == test_pages
    for page in records:
        with Image.open(page.path) as picture:
            width, height = picture.size
        for line in page.lines:
            x0, y0, x1, y1 = line.box
            assert 0 <= x0 < x1 <= width, (page.path, line)
            assert 0 <= y0 < y1 <= height, (page.path, line)


def test_sums_of_the_real_forms_agree(data_root):
    checked = 0
    for page in read_boxed_pages(data_root, "results-id"):
        values = {line.kind: int(line.text) for line in page.lines if line.text.isdecimal()}
        if {"votes1", "votes2", "valid"} <= set(values):
            assert values["votes1"] + values["votes2"] == values["valid"], page.path
            checked += 1
    assert checked >= 10


def test_real_receipts(data_root):
    receipts = read_malaysian_receipts(data_root)
    assert (len(receipts), sum(receipt.total for receipt in receipts)) == (84, Decimal("13348.50"))
    assert (receipts[0].total, receipts[0].date) == (Decimal("9.00"), "25/12/2018")


def test_real_strokes(data_root):
    records = read_pen_digits(data_root)
    assert (len(records), len({record.group for record in records})) == (7494, 30)
    assert sum(is_test("pen-digits", record.group) for record in records) == 749
    assert records[0].strokes[0][0].tolist() == [267, 333]


def test_nobody_is_in_the_test_part_of_one_set_and_learnt_from_in_another():
    shared = {
        "registers": ["registers-pages"],
        "parish-rows": ["parish-dates"],
        "volunteers": ["volunteers-lines", "volunteers-pages", "no-numbers"],
    }
    for name, others in shared.items():
        for other in others:
            assert RULES[other].hashed_as == name
            assert all(is_test(name, key) == is_test(other, key) for key in range(200))
