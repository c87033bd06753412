"""Words and empty cells of tables become numbers, fitted on the items to learn from alone."""

import numpy as np
import pandas
import pytest

from sutja.comparison.data.columns import encode_columns, is_missing, needs_encoding
from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.data.sources import load_source
from sutja.errors import ComparisonError

RNG = np.random.default_rng(0)
TRAIN = np.arange(4)


@pytest.mark.parametrize("cell", [None, np.nan, "", " ", "NA", "n/a", "NaN", "null", "?", pandas.NA])
def test_an_empty_cell_is_known_however_it_is_written(cell):
    assert is_missing(cell)
    assert not is_missing(0)
    assert not is_missing("0")
    assert not is_missing("no")


def test_numbers_are_filled_with_the_median_of_the_training_part_and_marked():
    table = np.array([["1", "a"], ["", "b"], ["3", "a"], ["8", ""], ["1000", "c"], ["NA", "c"]], object)
    (encoded,), notes = encode_columns([table], TRAIN, ["size", "colour"], "t.csv")
    assert encoded[:, 0].tolist() == [1, 3, 3, 8, 1000, 3]
    assert encoded[:, 1].tolist() == [0, 1, 0, 0, 0, 1]  # where the number was missing
    words = encoded[:, 2:]
    assert words.shape[1] == 3  # a, b and the empty word; c is in no item to learn from
    assert words[4].sum() == words[5].sum() == 0
    assert words[3].sum() == 1
    assert "3 empty cells in size, colour" in notes[0]
    assert "OneHotEncoder" in notes[1]


def test_a_column_that_names_the_items_is_left_out():
    table = np.array([[str(n), f"name {n}"] for n in range(100)], object)
    (encoded,), notes = encode_columns([table], np.arange(80), ["size", "name"], "t.csv")
    assert encoded.shape == (100, 1)
    assert "left out: name" in notes[0]
    with pytest.raises(ComparisonError, match="no column to learn from"):
        encode_columns([table[:, 1:]], np.arange(80), ["name"], "t.csv")


def test_plain_numbers_are_left_alone():
    assert not needs_encoding(RNG.random((5, 3)))
    assert not needs_encoding(np.zeros((5, 3, 3)))
    assert needs_encoding(np.array([[1.0, np.nan]]))
    assert needs_encoding(np.array([["1", "red"]]))


def test_a_table_with_words_and_gaps_can_be_compared_on(tmp_path):
    path = tmp_path / "t.csv"
    lines = [f"{n if n % 7 else ''},{'red' if n % 2 else 'blue'},{'x' if n % 2 else 'y'}" for n in range(200)]
    path.write_text("\n".join(["size,colour,label", *lines]))
    source = load_source(str(path))
    inputs = prepare_inputs(
        source.X, source.y, source=source.name, notes=source.notes, columns=source.columns
    )
    assert inputs.arrays[0].dtype == np.float32
    assert any("empty cells in size" in note for note in inputs.notes)
    assert any("words in colour" in note for note in inputs.notes)


def test_a_data_frame_gives_its_names():
    frame = pandas.DataFrame({"size": RNG.random(100), "colour": ["red", "blue"] * 50})
    inputs = prepare_inputs(frame, np.array([0, 1] * 50))
    assert any("words in colour" in note for note in inputs.notes)
    apart = prepare_inputs(frame, np.array([0, 1] * 50), test=(frame[:20], np.array([0, 1] * 10)))
    assert [array.shape[1] for array in apart.arrays] == [3, 3]
