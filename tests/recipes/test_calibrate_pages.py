"""The recipe that weighs pages: what was read comes back, no source outweighs others, combs count alone."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sutja.model_file import FieldConfidence
from sutja.reading.combs.comb_reader import FOUND
from sutja.reading.page.labels import Case, Label
from sutja.types import Box, Number, Page

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


def load(name: str) -> ModuleType:
    """A script of recipes/, with those that it shares."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(FOLDER))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module


@pytest.fixture(scope="module")
def recipe():
    return load("calibrate_pages")


@pytest.fixture(scope="module")
def page_cases(recipe):
    return sys.modules["_page_cases"]


def number(digits="12", x=0.0, **more):
    """A number at a place."""
    given = {"detection_confidence": 0.9, "reading_confidence": 0.8, **more}
    return Number(digits, digits, digits, "number", 0.9, True, Box(x, 0, x + 50, 20), **given)


class OnePage:
    """A reader that sees one number, and counts the pages that it was asked."""

    asked = 0

    def read(self, picture):
        self.asked += 1
        return Page("p.png", 1, 500, 500, (number(text_confidence=0.7, row=1),))


def test_pages_that_were_read_are_not_read_again(page_cases, tmp_path, monkeypatch):
    def match(page):
        return [
            Case(Label("", 1, "12", Box(0, 0, 5, 5)), page.numbers[0]),
            Case(None, number()),
            Case(Label("", 1, "3"), None),
        ]

    pages = [page_cases.KnownPage("a.png", Path("a.png"), match)] * 2
    monkeypatch.setattr(page_cases, "list_sources", lambda root, composed: {"some": iter(pages)})
    reader = OnePage()
    first = page_cases.read_sources(reader, tmp_path, 0, tmp_path / "kept")
    assert page_cases.read_sources(reader, tmp_path, 0, tmp_path / "kept") == first
    assert reader.asked == 2
    assert [case.right for case in first["some"][1].cases] == [True, False, False]
    page_cases.read_sources(reader, tmp_path, 0, None)
    assert reader.asked == 4  # nothing was kept to be found


def test_a_source_is_taken_evenly(recipe):
    many = [Case(None, number(str(i))) for i in range(5 * recipe.MOST)]
    few = [Case(None, number()), Case(Label("", 1, "1"), None)]
    taken = recipe.take_most({"many": many, "few": few}, lambda case: case.acceptable)
    assert taken["few"] == few
    assert len(taken["many"]) == recipe.MOST
    assert taken["many"][0] == many[0]
    assert taken["many"][-1] == many[-1]
    assert many[: recipe.MOST] != taken["many"]


def test_combs_have_a_threshold_of_their_own(recipe):
    fields = FieldConfidence(threshold=0.6, comb_threshold=0.95)
    comb = Case(Label("", 1, "12"), number(detection_confidence=FOUND))
    assert recipe.accepts(fields, Case(None, number()))  # 0.72 of detection and reading
    assert not recipe.accepts(fields, comb)
    assert recipe.accepts(replace(fields, comb_threshold=0.9), comb)
    assert recipe.count_accepted([comb, Case(None, number())], replace(fields, comb_threshold=0.9)) == (2, 1)


def test_cells_are_found_where_the_table_stands(page_cases):
    cells = [["1", "2"], ["3", ""], ["5", "6"]]
    numbers = [
        number(text, row=i + 2, column=j + 1, table=1)
        for i, row in enumerate(cells)
        for j, text in enumerate(row)
        if text and text != "6"
    ]
    cases = page_cases.match_cells(Page("p.png", 1, 500, 500, tuple(numbers)), cells)
    assert [case.right for case in cases] == [True, True, True, True, False]
    assert cases[-1].number is None
    assert page_cases.match_cells(Page("p.png", 1, 500, 500, tuple(numbers[:2])), cells) == []
