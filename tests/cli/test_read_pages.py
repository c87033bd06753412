"""`sutja read` on whole pages as a person runs it: documents in; tables, hOCR, PAGE-XML and measures out."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from finding import Blocks, draw_page, draw_table
from PIL import Image

from sutja.cli import main
from sutja.cli.output.hocr import Hocr
from sutja.cli.output.page_xml import NAMESPACE, find_glyph_alternatives, to_page_xml
from sutja.cli.output.spreadsheet import Spreadsheet, fill_cells
from sutja.reading import page_opening
from sutja.types import Alternative, Box, Character, Number, Page

ROWS = [["10", "20", "30"], ["41", "", "63"], ["75", "86", "97"], ["18", "29", "36"]]
XHTML = "{http://www.w3.org/1999/xhtml}"
PAGE = f"{{{NAMESPACE}}}"


@pytest.fixture
def run(monkeypatch):
    """Run `sutja read` with a finder of blocks in place of the bundled detector."""
    monkeypatch.setattr(page_opening, "_open_detector", lambda *_: (Blocks(), None))
    return lambda *arguments: CliRunner().invoke(main, ["read", *map(str, arguments)])


@pytest.fixture
def papers(tmp_path, monkeypatch):
    """A folder with a PDF of two pages, a picture of a table, a blank page and a broken PDF."""
    monkeypatch.chdir(tmp_path)
    pages = [Image.fromarray(draw_page([(60, 60, text)])) for text in ("417", "52")]
    pages[0].save("letter.pdf", resolution=100, save_all=True, append_images=pages[1:])
    Image.fromarray(draw_table(ROWS)).save("table.png")
    Image.new("L", (300, 200), 255).save("blank.png")
    Path("broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    return tmp_path


def test_a_folder_of_documents(run, papers):
    done = run(".", "--format", "jsonl")
    assert done.exit_code == 1
    pages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(Path(page["source"]).name, page["page"], len(page["numbers"])) for page in pages] == [
        ("blank.png", 1, 0),
        ("broken.pdf", 1, 0),
        ("letter.pdf", 1, 1),
        ("letter.pdf", 2, 1),
        ("table.png", 1, 11),
    ]
    assert pages[2]["notes"] == ["drawn at 100 dpi"]
    assert (pages[2]["turned"], pages[2]["mirrored"], pages[2]["error"]) == (0, False, None)
    number = pages[2]["numbers"][0]
    assert (number["text"], number["written"], number["table"]) == ("417", "printed", None)
    cell = pages[4]["numbers"][4]
    assert (cell["text"], cell["table"], cell["row"], cell["column"]) == ("63", 1, 2, 3)
    assert "damaged PDF" in pages[1]["error"]
    assert "damaged PDF" in done.stderr


def test_the_table_of_pages(run, papers):
    done = run("letter.pdf", "blank.png")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["letter.pdf", "417"],
        ["letter.pdf", "[2]"],
        ["blank.png", "no"],
    ]
    assert "3 pages: 2 numbers, 2 of these accepted" in done.stderr


def test_csv_says_where_a_cell_stands(run, papers):
    rows = list(csv.DictReader(run("table.png", "--format", "csv").stdout.splitlines()))
    assert [(row["text"], row["table"], row["row"], row["column"]) for row in rows[:4]] == [
        ("10", "1", "1", "1"),
        ("20", "1", "1", "2"),
        ("30", "1", "1", "3"),
        ("41", "1", "2", "1"),
    ]
    assert {row["written"] for row in rows} == {"printed"}


def test_a_table_as_a_spreadsheet_opens_it(run, papers):
    done = run("table.png", "--format", "csv", "--table")
    assert list(csv.reader(done.stdout.splitlines())) == ROWS
    assert run("table.png", "--table").stdout == done.stdout
    run("table.png", "--table", "--out", "t.csv")
    assert Path("t.csv").read_text() == done.stdout


@pytest.mark.parametrize("name", ["table-ruled.png", "table-scanned.pdf"])
def test_a_table_keeps_its_empty_cells(name):
    path = Path(__file__).parents[1] / "reading" / "cases" / name
    done = CliRunner().invoke(main, ["read", str(path), "--table"])
    assert list(csv.reader(done.stdout.splitlines())) == [
        ["1,200", "", "1,250", "2,450"],
        ["-35.50", "", "", "-35.50"],
        ["12", "", "8", ""],
        ["", "88.10", "91.75", "179.85"],
        ["", "", "7", "7"],
    ]


def test_several_tables_are_told_apart(run, papers):
    Image.fromarray(draw_table(ROWS)).save("again.png")
    done = run("table.png", "letter.pdf", "again.png", "--table")
    rows = list(csv.reader(done.stdout.splitlines()))
    assert rows == [*ROWS, [], ["again.png", "page 1", "table 1"], *ROWS]
    assert "left out 2 numbers that belong to no table" in done.stderr


def make_number(text, box=Box(0, 0, 10, 10), accepted=True, **more):  # noqa: B008 - boxes are frozen
    return Number(text, text, None, "number", 0.9, accepted, box, **more)


def test_cells_that_a_spreadsheet_must_not_take_for_more():
    numbers = [
        make_number("12", table=1, row=1, column=1),
        make_number("+82 10", table=1, row=1, column=2),
        make_number("34", accepted=False, table=1, row=2, column=2),
        make_number("5", table=1, row=2, column=2),
    ]
    assert fill_cells(numbers) == [["12", "+82 10"], ["", "34? 5"]]
    assert Spreadsheet().write(Page("p", 1, 9, 9, tuple(numbers))) == "12,'+82 10\n,34? 5\n"
    assert Spreadsheet().write(Page("p", 1, 9, 9, (make_number("7"),))) == ""


def test_hocr_is_xhtml_with_pages_words_and_characters(run, papers):
    done = run("letter.pdf", "table.png", "broken.pdf", "--format", "hocr")
    root = ET.fromstring(done.stdout.encode())
    pages = root.findall(f".//{XHTML}div[@class='ocr_page']")
    assert [page.get("id") for page in pages] == ["page_1", "page_2", "page_3"]
    assert pages[1].get("title") == 'image "letter.pdf"; bbox 0 0 900 700; ppageno 1'
    metas = {meta.get("name"): meta.get("content") for meta in root.iter(f"{XHTML}meta")}
    assert metas["ocr-system"].startswith("sutja ")
    assert metas["ocr-capabilities"].split() == ["ocr_page", "ocr_line", "ocrx_word", "ocrx_cinfo"]
    words = pages[0].findall(f".//{XHTML}span[@class='ocrx_word']")
    assert ["".join(word.itertext()) for word in words] == ["417"]
    assert "x_wconf 9" in words[0].get("title")
    characters = words[0].findall(f"{XHTML}span[@class='ocrx_cinfo']")
    assert [c.text for c in characters] == list("417")
    assert all("x_conf" in c.get("title") and "x_bboxes" in c.get("title") for c in characters)
    lines = pages[2].findall(f".//{XHTML}span[@class='ocr_line']")
    assert [len(line) for line in lines] == [3, 2, 3, 3]  # the rows of the table
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        title = element.get("title") or ""
        if title.startswith("bbox"):
            x0, y0, x1, y1 = map(int, title.split(";")[0].split()[1:])
            assert 0 <= x0 < x1
            assert 0 <= y0 < y1


def test_hocr_of_names_and_texts_that_xml_cannot_hold():
    hocr = Hocr()
    page = Page('a"b\x07<&>\ud800.png', 1, 10, 10, (make_number("1<2"),))
    text = hocr.begin() + hocr.write(page) + hocr.write(Page("x", 1, None, None, error="--> no")) + hocr.end()
    root = ET.fromstring(text.encode())
    assert 'image "a\\"b' in root.find(f".//{XHTML}div").get("title")


def test_page_xml_has_the_structure_of_the_schema(run, papers):
    done = run("table.png", "--format", "page-xml")
    root = ET.fromstring(done.stdout)
    assert root.tag == f"{PAGE}PcGts"
    assert [child.tag for child in root] == [f"{PAGE}Metadata", f"{PAGE}Page"]
    assert [child.tag for child in root[0]] == [
        f"{PAGE}{name}" for name in ("Creator", "Created", "LastChange")
    ]
    page = root[1]
    assert (page.get("imageFilename"), page.get("imageWidth"), page.get("imageHeight")) == (
        "table.png",
        "490",
        "340",
    )
    region = page.find(f"{PAGE}TableRegion")
    assert (region.get("rows"), region.get("columns")) == ("4", "3")
    regions = region.findall(f"{PAGE}TextRegion")
    assert len(regions) == 11
    role = regions[4].find(f"{PAGE}Roles/{PAGE}TableCellRole")
    assert (role.get("rowIndex"), role.get("columnIndex")) == ("1", "2")
    assert [child.tag.removeprefix(PAGE) for child in regions[0]] == ["Coords", "Roles", "TextLine"]
    line = regions[0].find(f"{PAGE}TextLine")
    assert [child.tag.removeprefix(PAGE) for child in line] == ["Coords", "Word", "TextEquiv"]
    assert line.get("production") == "printed"
    word = line.find(f"{PAGE}Word")
    assert [child.tag.removeprefix(PAGE) for child in word][:4] == ["Coords", "Glyph", "Glyph", "TextEquiv"]
    assert word.find(f"{PAGE}TextEquiv/{PAGE}Unicode").text == "10"
    order = page.find(f"{PAGE}ReadingOrder/{PAGE}OrderedGroup")
    assert [ref.get("regionRef") for ref in order] == [region.get("id")]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for coords in root.iter(f"{PAGE}Coords"):
        points = [tuple(map(int, point.split(","))) for point in coords.get("points").split()]
        assert len(points) == 4
        assert min(x for point in points for x in point) >= 0


def test_page_xml_says_what_a_glyph_may_be_instead():
    box = Box(0, 0, 10, 10)
    number = make_number(
        "17",
        box,
        characters=(Character("1", 0.99, box), Character("7", 0.6, box)),
        written="handwritten",
        alternatives=(Alternative("11", 0.25), Alternative("1", 0.1), Alternative("14", 0.05)),
    )
    assert find_glyph_alternatives(number, 0) == []
    assert find_glyph_alternatives(number, 1) == [("1", 0.25), ("4", 0.05)]
    text = to_page_xml(
        Page("p.png", 1, 20, 20, (number,), notes=("a\x00b",)), datetime(2026, 1, 2, tzinfo=UTC)
    )
    root = ET.fromstring(text)
    assert root.find(f"{PAGE}Metadata/{PAGE}Created").text == "2026-01-02T00:00:00+00:00"
    second = root.findall(f".//{PAGE}Glyph")[1]
    found = [
        (e.get("index"), float(e.get("conf")), e.find(f"{PAGE}Unicode").text)
        for e in second.findall(f"{PAGE}TextEquiv")
    ]
    assert found == [("0", 0.6, "7"), ("1", 0.25, "1"), ("2", 0.05, "4")]
    assert root.find(f".//{PAGE}TextLine").get("production") == "handwritten-printscript"


def test_page_xml_of_several_pages_goes_into_a_folder(run, papers):
    done = run("letter.pdf", "table.png", "--format", "page-xml", "--out", "xml")
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in Path("xml").iterdir()) == [
        "letter-page2.xml",
        "letter.xml",
        "table.xml",
    ]
    done = run("letter.pdf", "--format", "page-xml", "--out", "one.xml")
    assert done.exit_code == 1
    assert "a PAGE-XML file holds one page, and here is another; name a folder" in done.stderr
    assert not Path("one.xml").exists()


def test_annotated_pages(run, papers):
    assert run("letter.pdf", "table.png", "--annotate", "drawn").exit_code == 0
    assert sorted(path.name for path in Path("drawn").iterdir()) == [
        "letter-page2.png",
        "letter.png",
        "table.png",
    ]
    with Image.open("drawn/table.png") as image:
        assert image.size[0] == 490
        assert image.size[1] > 340  # the legend below
        colours = {colour for _, colour in image.convert("RGB").getcolors(100_000)}
    assert (22, 128, 60) in colours


def test_one_s_own_documents_are_measured(run, papers):
    labels = "file,page,text\nletter.pdf,1,417\nletter.pdf,2,53\ntable.png,,10\nblank.png,,\nelse.png,,7\n"
    Path("labels.csv").write_text(labels)
    done = run("letter.pdf", "table.png", "blank.png", "--truth", "labels.csv")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "3 labelled numbers"
    assert lines[1].split() == ["read", "wrong", "rejected"]
    assert lines[2].split()[:4] == ["these", "pages", "66.7", "%"]
    assert lines[3].split() == ["break-even", "50", "%", "1", "%", "49", "%"]
    assert lines[4].startswith("wrong among the accepted: 33.3 %")
    assert lines[5] == "below break-even"
    assert lines[6] == "labels that do not count, since their pages were not among those to read: 1"


def test_the_labels_of_pages_that_cannot_be_read_count_as_rejected(run, papers):
    Path("broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    labels = "file,page,text\ntable.png,,10\nbroken.pdf,1,5\nbroken.pdf,2,6\nelse.pdf,2,7\n"
    Path("labels.csv").write_text(labels)
    done = run("table.png", "broken.pdf", "--truth", "labels.csv", "--format", "jsonl")
    assert done.exit_code == 1
    facts = json.loads(done.stdout)
    counts = [facts[name]["k"] for name in ("read", "wrong", "rejected")]
    assert (facts["labels"], counts, facts["labels_not_read"]) == (3, [1, 0, 2], 1)
    done = run("table.png", "broken.pdf", "--truth", "labels.csv")
    assert "1 of 2 pages could not be read; their labels count as rejected" in done.stdout


def test_the_files_of_the_labels_are_read_where_none_are_named(run, papers):
    Path("labels.csv").write_text("file,text\ntable.png,10\ntable.png,20\n")
    done = run("--truth", "labels.csv", "--format", "jsonl")
    facts = json.loads(done.stdout)
    assert (facts["labels"], facts["cases"], facts["read"]["k"], facts["wrong"]["k"]) == (2, 2, 2, 0)
    assert facts["pays"] == {"read": 0.5, "wrong": 0.01, "rejected": 0.49}
    every = json.loads(run("--truth", "labels.csv", "--every-number", "--format", "jsonl").stdout)
    assert (every["cases"], every["wrong"]["k"]) == (11, 9)
    done = run("--truth", "labels.csv", "--out", "n.csv")
    assert done.stdout.startswith("2 labelled numbers")
    assert len(Path("n.csv").read_text().splitlines()) == 12


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ([], "Missing argument 'PATH...'"),
        (["a.png", "--table", "--format", "jsonl"], "--table goes with --format csv"),
        (["a.png", "--every-number"], "--every-number goes with --truth"),
        (["a.png", "--truth", "none.csv"], "none.csv: cannot be read"),
        (["a.png", "--kind", "bill"], "--kind"),
        (["a.png", "--detector", "none.onnx"], "no such file"),
    ],
)
def test_wrong_usage_is_exit_2(papers, arguments, match):
    done = CliRunner().invoke(main, ["read", *arguments])
    assert done.exit_code == 2
    assert match in done.stderr
    assert done.stdout == ""
