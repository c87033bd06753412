"""Labels of a person's own pages, and the numbers that answer them."""

from pathlib import Path

import pytest

from sutja.errors import SutjaError
from sutja.reading.page.labels import Case, Label, PageLabels, compute_box_iou, match_labels, read_labels
from sutja.types import Box, Number, Page


def number(text, x=0.0, accepted=True, confidence=0.9):
    """A number at a place."""
    return Number(text, text, text, "number", confidence, accepted, Box(x, 0, x + 50, 20))


def page(*numbers):
    """A page with numbers."""
    return Page("p.png", 1, 500, 500, numbers)


def told(found):
    """What each case says: what was wanted, what was read, and whether it counts as read or as wrong."""
    return [
        (
            c.label and c.label.text,
            c.number and c.number.text,
            "read" if c.read else "wrong" if c.wrong else "rejected",
        )
        for c in found
    ]


def test_labels_with_boxes_are_answered_where_they_are():
    labels = [Label("p.png", 1, "12", Box(0, 0, 50, 20)), Label("p.png", 1, "12", Box(200, 0, 250, 20))]
    found = match_labels(page(number("12", 202), number("13", 3), number("99", 400)), labels)
    assert told(found) == [("12", "13", "wrong"), ("12", "12", "read")]
    every = match_labels(
        page(number("12", 202), number("13", 3), number("99", 400)), labels, every_number=True
    )
    assert told(every)[2:] == [(None, "99", "wrong")]


def test_labels_without_boxes_are_answered_by_the_same_text():
    labels = [Label("p.png", 1, text) for text in ("12", "4711", "12", "008")]
    answers = (number("4712", 10), number("12", 60), number("12", 120, accepted=False), number("777777", 180))
    assert told(match_labels(page(*answers), labels)) == [
        ("12", "12", "read"),
        ("4711", "4712", "wrong"),
        ("12", "12", "rejected"),
        ("008", None, "rejected"),
    ]


def test_a_page_labelled_to_have_no_number():
    nothing = [Label("p.png", 1, "")]
    assert match_labels(page(number("3")), nothing) == []
    assert told(match_labels(page(number("3"), number("4", accepted=False)), nothing, True)) == [
        (None, "3", "wrong"),
        (None, "4", "rejected"),
    ]


def test_a_letter_inside_is_never_accepted_by_any_threshold():
    assert not Case(None, number("1□2")).acceptable
    assert not Case(Label("p", 1, "1"), None).acceptable
    assert Case(None, number("12")).acceptable


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_labels_are_read(tmp_path, mark):
    path = tmp_path / "l.csv"
    lines = ["File,page,x0,y0,x1,y1,Text", "a.pdf,2,1,2,3,4,12", 'b.png,,,,,,"1 234"', ""]
    path.write_text("\n".join(lines).replace(",", mark), encoding="utf-8-sig")
    assert read_labels(path) == [Label("a.pdf", 2, "12", Box(1, 2, 3, 4)), Label("b.png", 1, "1 234")]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "lacks the columns file and text"),
        ("file,text\n", "has no labels"),
        ("file,what\na,1\n", "lacks the columns"),
        ("file,text\na\n", "line 2: has 1 values, the first line 2"),
        ("file,text\na,none\n", "line 2: has no file, or a text without a digit"),
        ("file,page,text\na,first,1\n", "line 2: has no valid page or box"),
        ("file,x0,y0,x1,y1,text\na,9,9,1,1,1\n", "line 2: has no valid page or box"),
    ],
)
def test_labels_that_make_no_sense_are_named(tmp_path, text, match):
    path = tmp_path / "l.csv"
    path.write_text(text)
    with pytest.raises(SutjaError, match=match):
        read_labels(path)


def test_labels_that_cannot_be_read(tmp_path):
    with pytest.raises(SutjaError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"file,text\n\xff\xfe,1")
    with pytest.raises(SutjaError, match="no UTF-8"):
        read_labels(tmp_path / "b.csv")


def test_labels_find_their_pages(tmp_path):
    labels = PageLabels(
        [Label("a/x.png", 1, "1"), Label("b/x.png", 1, "2"), Label("y.pdf", 2, "3")], tmp_path
    )
    assert labels.files == [str(tmp_path / name) for name in ("a/x.png", "b/x.png", "y.pdf")]

    def of(source, page=1):
        return [label.text for label in labels.get(Page(str(source), page, 1, 1))]

    assert of(tmp_path / "a" / "x.png") == ["1"]
    assert of("elsewhere/x.png") == []  # two files have this name
    assert of("elsewhere/y.pdf", 2) == ["3"]
    assert of("y.pdf", 1) == []
    missing = labels.find_missing([(str(tmp_path / "a" / "x.png"), 1)])
    assert [label.text for label in missing] == ["2", "3"]
    assert Path(labels.files[0]).is_absolute()


def test_overlap():
    assert compute_box_iou(Box(0, 0, 4, 4), Box(0, 0, 4, 4)) == 1.0
    assert compute_box_iou(Box(0, 0, 4, 4), Box(4, 0, 8, 4)) == 0.0
    assert compute_box_iou(Box(0, 0, 0, 0), Box(0, 0, 0, 0)) == 0.0
