"""The dataclasses: boxes keep their invariants, and the JSON is the promised one."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sutja
from sutja.types import Alternative, Box, Character, Detection, Number, Page

EDGE = st.floats(-1e6, 1e6)


@given(EDGE, EDGE, EDGE, EDGE)
def test_a_box_is_in_order_or_is_refused(x0, y0, x1, y1):
    if x0 <= x1 and y0 <= y1:
        box = Box(x0, y0, x1, y1)
        assert box.width >= 0
        assert box.height >= 0
        assert box.to_list() == [round(edge, 2) for edge in (x0, y0, x1, y1)]
    else:
        with pytest.raises(ValueError, match="end before it begins"):
            Box(x0, y0, x1, y1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_box_is_finite(bad):
    with pytest.raises(ValueError, match="finite"):
        Box(0, 0, bad, 1)


@pytest.mark.parametrize("bad", [-0.01, 1.01, math.nan])
def test_a_confidence_is_a_probability(bad):
    box = Box(0, 0, 1, 1)
    for make in (
        lambda: Character("1", bad, box),
        lambda: Alternative("1", bad),
        lambda: Detection("car", bad, box),
        lambda: Number("1", "1", "1", "number", bad, True, box),
    ):
        with pytest.raises(ValueError, match="confidence"):
            make()


def test_dataclasses_are_frozen():
    with pytest.raises(AttributeError):
        Box(0, 0, 1, 1).x0 = 5  # type: ignore[misc]


def test_the_json_of_a_page_is_the_promised_one():
    box = Box(1, 2.345678, 3, 4)
    number = Number(
        "1.5",
        "15",
        None,
        "number",
        0.87654321,
        False,
        box,
        (Character("1", 0.9, box),),
        (Alternative("7.5", 0.1),),
    )
    assert json.loads(json.dumps(Page("a.png", 1, 60, 40, (number,)).to_dict())) == {
        "source": "a.png",
        "page": 1,
        "width": 60,
        "height": 40,
        "numbers": [
            {
                "text": "1.5",
                "digits": "15",
                "value": None,
                "kind": "number",
                "confidence": 0.876543,
                "accepted": False,
                "box": [1, 2.35, 3, 4],
                "characters": [{"text": "1", "confidence": 0.9, "box": [1, 2.35, 3, 4]}],
                "alternatives": [{"text": "7.5", "confidence": 0.1}],
                "written": None,
                "table": None,
                "row": None,
                "column": None,
                "country": None,
                "standard": None,
                "sign": None,
                "unit": None,
                "relation": None,
                "name": None,
            }
        ],
        "error": None,
        "turned": 0,
        "mirrored": False,
        "notes": [],
    }
    assert Detection("car", 0.5, box).to_dict() == {"label": "car", "confidence": 0.5, "box": [1, 2.35, 3, 4]}


def test_the_tables_of_a_page_are_rows_with_none_for_an_empty_cell():
    def number(text, table, row, column):
        return Number(
            text, text, text, "number", 0.9, True, Box(0, 0, 1, 1), table=table, row=row, column=column
        )

    page = Page(
        "a.png",
        1,
        100,
        100,
        (number("1", 1, 1, 1), number("2", 1, 2, 3), number("9", None, None, None), number("4", 2, 1, 1)),
    )
    texts = [[[n.text if n else None for n in row] for row in table] for table in page.tables]
    assert texts == [[["1", None, None], [None, None, "2"]], [["4"]]]
    assert "tables" not in page.to_dict()


def test_a_page_comes_back_from_its_json():
    number = sutja.Number(
        "-1,5 %",
        "15",
        "-1.5",
        "number",
        0.25,
        True,
        sutja.Box(0, 1, 2.5, 3),
        (sutja.Character("1", 0.5, sutja.Box(0, 1, 1, 2)),),
        (sutja.Alternative("16", 0.125),),
        sign="-",
        unit="%",
    )
    page = sutja.Page("a.png", 2, 640, 480, (number,), notes=("turned",))
    assert sutja.Page.from_dict(json.loads(page.to_json())) == page
    assert sutja.Page.from_dict({**page.to_dict(), "of a newer version": 1}) == page
    recording = sutja.Recording("a.wav", 2.5, (sutja.SpokenNumber("one", "1", "1", 0.5, True, 0.0, 1.0),))
    assert sutja.Recording.from_dict(recording.to_dict()) == recording
    scene = sutja.Scene("a.png", 1, 9, 9, (sutja.Detection("bar", 0.5, sutja.Box(0, 0, 1, 1)),))
    assert sutja.Scene.from_dict(scene.to_dict()) == scene
