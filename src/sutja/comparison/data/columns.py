"""Tables with words and empty cells become numbers, by scikit-learn's own transformers.

They are fitted on the items to learn from alone. Letters: n items, F columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.labels import show_some
from sutja.errors import ComparisonError

MOST_CATEGORIES = 32  # of a column of words; rarer ones become one
_MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "?", "<na>", "nat", ".", "-", "–", "—"))
_MANY_WORDS = 0.5  # of the items: a column with as many different words names the items


def is_missing(cell: Any) -> bool:
    """Tell if a cell is empty: None, NaN, or a word for it."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return True
    return str(cell).strip().lower() in _MISSING


def needs_encoding(array: NDArray[Any]) -> bool:
    """Tell if rows of features hold words or empty cells."""
    if array.ndim != 2 or not array.size:
        return False
    if array.dtype.kind == "f":
        return bool(np.isnan(array).any())
    return array.dtype.kind in "OUS"


def encode_columns(
    arrays: Sequence[NDArray[Any]], train: NDArray[np.int64], names: Sequence[str], source: str
) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Encode words as numbers, and fill empty cells.

    A number that is missing becomes the median of its column, and a column of its own tells where that was.
    Words become a column for each of the commonest; a column of which nearly every cell is another word is
    left out.

    Parameters
    ----------
    arrays : Sequence[NDArray[Any]]
        Items to learn from, (n, F), and perhaps those of a test part.
    train : NDArray[int64]
        Rows of the first array that the transformers are fitted on.
    names : Sequence[str]
        Names of the F columns.
    source : str
        Name of the data in messages.

    Returns
    -------
    list[NDArray[float32]], list[str]
        The arrays as numbers, and what was done to them, a line each.

    Raises
    ------
    ComparisonError
        No column is left.
    """
    tables = [_to_cells(array) for array in arrays]
    first = tables[0]
    numbers, words, left_out = [], [], []
    for column in range(first.shape[1]):
        cells = [cell for table in tables for cell in table[:, column].tolist() if not is_missing(cell)]
        if not cells:
            left_out.append(column)
        elif all(_is_number(cell) for cell in cells):
            numbers.append(column)
        elif len(set(map(str, cells))) > max(MOST_CATEGORIES, _MANY_WORDS * len(cells)):
            left_out.append(column)
        else:
            words.append(column)
    if not numbers and not words:
        raise ComparisonError(
            "has no column to learn from: each cell is empty or another word",
            where=source,
            remedy="give columns of numbers, or of categories",
        )
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    parts: list[list[NDArray[np.float32]]] = [[] for _ in tables]
    if numbers:
        values = [_to_floats(table[:, numbers]) for table in tables]
        fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        fill.fit(values[0][train])
        for part, value in zip(parts, values, strict=True):
            part.append(np.asarray(fill.transform(value), np.float32))
    if words:
        texts = [_to_words(table[:, words]) for table in tables]
        encode = OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=MOST_CATEGORIES, sparse_output=False
        )
        encode.fit(texts[0][train])
        for part, text in zip(parts, texts, strict=True):
            part.append(np.asarray(encode.transform(text), np.float32))
    encoded = [np.ascontiguousarray(np.concatenate(part, axis=1)) for part in parts]
    return encoded, _describe(tables, names, numbers, words, left_out)


def _describe(
    tables: Sequence[NDArray[Any]],
    names: Sequence[str],
    numbers: Sequence[int],
    words: Sequence[int],
    left_out: Sequence[int],
) -> list[str]:
    """Describe what was done, a line each."""
    notes = []
    empty = {
        column: sum(is_missing(cell) for table in tables for cell in table[:, column].tolist())
        for column in (*numbers, *words)
    }
    if holes := [column for column, count in empty.items() if count]:
        notes.append(
            f"{sum(empty.values()):,} empty cells in {show_some([names[column] for column in holes])}: "
            "numbers are filled with the median of the items to learn from, and marked (scikit-learn's "
            "SimpleImputer); an empty word is a category"
        )
    if words:
        notes.append(
            f"words in {show_some([names[column] for column in words])}: a column for each of the "
            f"{MOST_CATEGORIES} commonest (scikit-learn's OneHotEncoder)"
        )
    if left_out:
        some = show_some([_show_cell(names[column], tables[0][:, column]) for column in left_out])
        notes.append(
            f"left out: {some}, since nearly every cell is empty or another word; "
            "write numbers plainly, such as 1234.5"
        )
    return notes


def _show_cell(name: str, cells: NDArray[Any]) -> str:
    """Show the name of a column and its first cell that is not empty."""
    first = next((str(cell).strip() for cell in cells.tolist() if not is_missing(cell)), "")
    return f"{name} ({first:.30})" if first else name


def _to_cells(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.dtype.kind == "O" else array.astype(object)


def _to_floats(cells: NDArray[Any]) -> NDArray[np.float64]:
    return np.array([[np.nan if is_missing(cell) else float(cell) for cell in row] for row in cells.tolist()])


def _to_words(cells: NDArray[Any]) -> NDArray[Any]:
    return np.array(
        [["" if is_missing(cell) else str(cell).strip() for cell in row] for row in cells.tolist()], object
    )


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True
