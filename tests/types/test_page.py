"""Results at a Python prompt, in a notebook and as a table."""

import pickle

import numpy as np
import pandas
import polars
import pytest
from PIL import Image

import sutja
from sutja.errors import PictureError, SutjaError
from sutja.types import Classification, Form, FormField, frames
from sutja.types.page import NUMBER_COLUMNS


def make_number(text="12", accepted=True, x=10.0):
    return sutja.Number(text, text, text, "number", 0.9876, accepted, sutja.Box(x, 5, x + 20, 15))


PAGE = sutja.Page("a.png", 1, 80, 40, (make_number(), make_number("7", False, 50)))
SCENE = sutja.Scene("a.png", 2, 80, 40, (sutja.Detection("car", 0.5, sutja.Box(1, 2, 3, 4)),))
FIELD = FormField("total", "12", "12", "12", "amount", 0.9, True, False, sutja.Box(1, 2, 30, 14))
FORM = Form("a.png", 1, "invoice", 0.9, 80, 40, (FIELD,))
RECORDING = sutja.Recording("a.wav", 2.5, (sutja.SpokenNumber("one", "1", "1", 0.5, False, 0.0, 1.0),))


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (PAGE, "<Page 'a.png', 2 numbers: 12, 7?>"),
        (sutja.Page("a.png", 3, 1, 1), "<Page 'a.png' page 3, 0 numbers>"),
        (sutja.Page("a.png", 1, None, None, error="is empty"), "<Page 'a.png', error: is empty>"),
        (PAGE.numbers[0], "<Number '12' = 12, number, 0.987, accepted>"),
        (SCENE, "<Scene 'a.png' page 2, 1 object: car 0.50>"),
        (FORM, "<Form 'a.png', 1 field: total '12'>"),
        (RECORDING, "<Recording 'a.wav', 1 number: 1?>"),
        (RECORDING.numbers[0], "<SpokenNumber 'one' = 1, 0.0 to 1.0 s, 0.500, to check>"),
        (Classification("7", 0.5, False), "<Classification '7', 0.500, to check>"),
    ],
)
def test_a_result_is_short_at_the_prompt(result, text):
    assert repr(result) == text


def test_a_long_page_shows_its_first_numbers():
    page = sutja.Page("a.png", 1, 9, 9, tuple(make_number(str(n)) for n in range(900)))
    assert repr(page) == "<Page 'a.png', 900 numbers: 0, 1, 2, 3, 4, …>"
    assert "and 850 more" in page._repr_html_()


@pytest.mark.parametrize(("library", "module"), [(None, pandas), ("pandas", pandas), ("polars", polars)])
def test_results_become_tables_of_pandas_and_polars(library, module):
    frame = PAGE.to_df(library)
    assert isinstance(frame, module.DataFrame)
    assert list(frame.columns) == ["source", "page", *NUMBER_COLUMNS]
    assert list(frame["text"]) == ["12", "7"]
    assert list(frame["x0"]) == [10, 50]
    assert list(sutja.Page("b.png", 1, 9, 9).to_df(library).columns) == list(frame.columns)
    assert list(SCENE.to_df(library)["label"]) == ["car"]
    assert list(FORM.to_df(library)["name"]) == ["total"]
    assert list(RECORDING.to_df(library)["end"]) == [1.0]


def test_without_a_library_of_tables_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr(frames, "find_spec", lambda name: None)
    with pytest.raises(SutjaError, match=r"pandas or polars is not installed; pip install pandas"):
        PAGE.to_df()
    with pytest.raises(SutjaError, match="there is no 'numpy'; use pandas or polars"):
        PAGE.to_df("numpy")


@pytest.mark.parametrize("result", [PAGE, SCENE, FORM])
def test_a_notebook_shows_the_picture_and_the_rows(result, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "<img" not in result._repr_html_()  # there is no such file
    assert "<table>" in result._repr_html_()
    frames = [Image.new("L", (80, 40), 200)] * 2
    frames[0].save("a.png", format="TIFF", save_all=True, append_images=frames[1:])
    assert "<img" in result._repr_html_()


def test_names_of_files_and_texts_are_no_markup():
    page = sutja.Page("<b>.png", 1, 9, 9, (make_number("<i>"),))
    assert "<b>" not in page._repr_html_()
    assert "<i>" not in page._repr_html_()


def test_a_recording_is_drawn_on_a_line_of_time():
    assert "<img" in RECORDING._repr_html_()
    assert np.asarray(RECORDING.annotate()).std() > 0
    with pytest.raises(ValueError, match="length"):
        sutja.Recording("a.wav", None).annotate()


def test_a_page_is_drawn_into_what_it_was_read_from():
    pixels = np.full((40, 80), 255, np.uint8)
    kept = sutja.Page("<array>", 1, 80, 40, PAGE.numbers, picture=pixels)
    assert np.array_equal(np.asarray(kept.annotate()), np.asarray(PAGE.annotate(pixels)))
    assert kept == sutja.Page("<array>", 1, 80, 40, PAGE.numbers)
    assert "picture" not in kept.to_dict()
    back = pickle.loads(pickle.dumps(kept))  # noqa: S301
    assert back == kept
    assert np.array_equal(back.picture, pixels)
    with pytest.raises(PictureError, match=r"is not kept; give the picture: annotate\(picture\)"):
        sutja.Page("<array>", 1, 80, 40, PAGE.numbers).annotate()
    with pytest.raises(PictureError, match="has no such page"):
        sutja.Page("<array>", 2, 80, 40, PAGE.numbers).annotate(pixels)


def test_a_name_out_of_a_file_is_never_an_address():
    with pytest.raises(PictureError, match="there is no such file"):
        sutja.Page("http://127.0.0.1:9/a.png", 1, 80, 40).annotate()
