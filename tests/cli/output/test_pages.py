"""The printed forms: nothing in a name or a number can break a line."""

import csv
import io
import json

import click
import pytest

from sutja.cli.output.pages import CSV_COLUMNS, PAGE_ENDINGS, FieldRows, PageTable
from sutja.cli.output.rows import RowsCsv
from sutja.cli.output.writer import JsonLines, choose_format, printable
from sutja.types import Box, Number, Page

NUMBER = Number("1,5", "15", None, "number", 0.99996, True, Box(1, 2, 3, 4))
PAGES = [
    Page("a.png", 1, 60, 40, (NUMBER,)),
    Page('odd "name", 1.png', 1, 60, 40),
    Page("\x1b[31mred\n.png", 2, None, None, error="\x1b[31mred\n.png: is empty"),
    Page("caf\udce9.png", 1, 60, 40, (NUMBER,)),  # a file name that is no UTF-8
]


def test_json_lines():
    text = "".join(JsonLines().write(page) for page in PAGES)
    assert [json.loads(line) for line in text.splitlines()] == [page.to_dict() for page in PAGES]
    text.encode()  # can be written anywhere


def test_csv():
    writer = RowsCsv(CSV_COLUMNS)
    text = writer.begin() + "".join(writer.write(page) for page in PAGES)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["source"] for row in rows] == [page.source for page in PAGES]
    assert rows[0] == {
        "source": "a.png",
        "page": "1",
        "text": "1,5",
        "digits": "15",
        "value": "",
        "kind": "number",
        "confidence": "0.999960",
        "accepted": "true",
        "x0": "1",
        "y0": "2",
        "x1": "3",
        "y1": "4",
        "error": "",
        "written": "",
        "table": "",
        "row": "",
        "column": "",
        "country": "",
        "standard": "",
        "sign": "",
        "unit": "",
        "relation": "",
        "name": "",
    }
    assert rows[1]["digits"] == rows[1]["error"] == ""
    assert "is empty" in rows[2]["error"]


def test_the_table_obeys_no_file_name():
    table = PageTable([page.source for page in PAGES])
    lines = [table.write(page) for page in PAGES]
    assert all(line.count("\n") == 1 for line in lines)
    assert "\x1b[31mred" not in lines[2]
    assert "31mred\\n.png [2]" in lines[2]
    lines[3].encode()


def test_confidence_is_not_rounded_up_to_certainty():
    assert "0.999" in PageTable(["a.png"]).write(PAGES[0])
    assert "1.000" not in PageTable(["a.png"]).write(PAGES[0])


def test_long_names_keep_their_end():
    line = PageTable(["x" * 90 + "end.png"]).write(Page("x" * 90 + "end.png", 1, 1, 1))
    assert line.startswith("…x")
    assert "end.png  " in line


@pytest.mark.parametrize(
    ("name", "out", "expected"),
    [
        (None, None, "table"),
        (None, "a.csv", "csv"),
        (None, "a.JSONL", "jsonl"),
        (None, "a.json", "json"),
        (None, "a.xlsx", "xlsx"),
        (None, "a.hocr", "hocr"),
        (None, "a.xml", "page-xml"),
        (None, "a.txt", "table"),
        (None, "a.tsv", "tsv"),
        (None, "-", "table"),
        (None, "/dev/null", "table"),
        ("csv", "-", "csv"),
        ("csv", "a.log", "csv"),
        ("csv", "a.csv", "csv"),
    ],
)
def test_the_name_of_the_file_says_the_format(name, out, expected):
    assert choose_format(name, out, PAGE_ENDINGS) == expected


@pytest.mark.parametrize(
    ("name", "out", "why"),
    [(None, "a.docx", r"no format ends in \.docx"), ("csv", "a.jsonl", r"--format csv does not go with")],
)
def test_an_ending_that_is_unknown_or_another_is_refused(name, out, why):
    with pytest.raises(click.UsageError, match=why):
        choose_format(name, out, PAGE_ENDINGS)


def test_cells_are_parted_by_tabs():
    assert RowsCsv(CSV_COLUMNS, "\t").begin() == "\t".join(CSV_COLUMNS) + "\n"


def test_printable():
    assert printable("é □ \t\x07") == "é □ \\t\\x07"


def test_one_row_a_page_with_its_named_numbers():
    def number(text, name, confidence, accepted):
        return Number(text, text, text, "amount", confidence, accepted, Box(0, 0, 1, 1), name=name)

    page = Page("a.png", 1, 10, 10, (number("5.00", "total", 0.99, True), number("7", None, 0.9, True)))
    lost = Page("b.png", 1, None, None, error="b.png: no such file")
    writer = FieldRows(["total", "date"])
    rows = list(csv.reader(io.StringIO(writer.begin() + writer.write(page) + writer.write(lost))))
    assert rows[0] == [
        "source",
        "page",
        "to_check",
        "error",
        "total",
        "total_confidence",
        "date",
        "date_confidence",
    ]
    assert rows[1] == ["a.png", "1", "date", "", "5.00", "0.990000", "", ""]
    assert rows[2] == ["b.png", "1", "total; date", "b.png: no such file", "", "", "", ""]
