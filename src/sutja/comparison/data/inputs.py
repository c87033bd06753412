"""Turn a person's arrays into items, classes and parts; refuse or warn of what is wrong with them.

Letters: n items, F features, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.arrays import Part
from sutja.comparison.data.checks import check_classes, check_values
from sutja.comparison.data.columns import encode_columns, needs_encoding
from sutja.data.labelled.labels import encode_labels, show_some
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, split_three_ways
from sutja.errors import ComparisonError
from sutja.memory import measure_free_memory

LEAST_ITEMS = 40
MOST_TEST, MOST_VALIDATION = 10_000, 2_000  # items: more narrow the intervals little, and slow the fits
_TEST_BYTES, _VALIDATION_BYTES = 1e9, 2e8  # of the items of a part as float32, at most
_LEAST_SAMPLED = 200  # items of a part are kept, however large an item is


@dataclass(frozen=True, slots=True)
class Inputs:
    """Items, classes and parts of a comparison.

    Attributes
    ----------
    arrays : tuple[NDArray[Any], ...]
        One array of items, or two if the test items were given apart.
    parts : dict[str, Part]
        For "train", "validation" and "test": the number of the array, its rows, and their classes.
    groups : NDArray[Any] | None
        Groups of the items to learn from, or None.
    classes : tuple[str, ...]
        Names of the K classes.
    pictures : bool
        True if items are pictures.
    source : str
        Name of the data.
    notes : tuple[str, ...]
        Warnings about the data, a line each.
    """

    arrays: tuple[NDArray[Any], ...]
    parts: dict[str, Part]
    groups: NDArray[Any] | None
    classes: tuple[str, ...]
    pictures: bool
    source: str
    notes: tuple[str, ...]


def prepare_inputs(
    X: Any,
    y: Any,
    groups: Any = None,
    test: tuple[Any, Any] | None = None,
    *,
    classes: Sequence[str] | None = None,
    source: str = "X",
    notes: Sequence[str] = (),
    columns: Sequence[str] | None = None,
) -> Inputs:
    """Check items and classes, and split them into the train, validation and test parts.

    Parameters
    ----------
    X : Any
        (n, F) numbers, words and empty cells, or pictures (n, H, W), (n, H, W, 3), uint8 or from 0 to 1. A
        memory-mapped array is not copied.
    y : Any
        (n,) classes: whole numbers, text or booleans; numbers from 0 if `classes` is given.
    groups : Any
        (n,) writer, document, … of each item; all items of a group go to the same part.
    test : tuple[Any, Any] | None
        Items and classes of the test part; None sets a fifth of the items aside.
    classes : Sequence[str] | None
        Names of the classes, if y holds their numbers.
    source : str
        Name of the data in messages.
    notes : Sequence[str]
        Lines to put before the warnings.
    columns : Sequence[str] | None
        Names of the F columns; None takes those of a DataFrame, or their numbers.

    Raises
    ------
    ComparisonError, DataError
        Nothing can be compared on these data.
    """
    items, pictures = _check_items(X, source)
    if columns is None and hasattr(X, "columns"):
        columns = [str(name) for name in X.columns]
    labels, names = _check_labels(y, len(items), source, classes)
    if len(items) < LEAST_ITEMS:
        raise ComparisonError(
            f"has {len(items)} examples, too few to compare learners: with so few to test on, an error is "
            f"known to within 30 points or so",
            where=source,
            remedy=f"label {LEAST_ITEMS} at least, better some hundred; for so few, k-NN or a person will do",
        )
    parts, group_rows = _split(items, labels, groups, test, names, pictures, source)
    arrays = [items]
    if test is not None:
        arrays.append(_check_items(test[0], f"{source}, test")[0])
    warnings = check_classes(parts, names)
    if any(map(needs_encoding, arrays)):
        columns = columns or [f"column {i}" for i in range(1, items.shape[1] + 1)]
        encoded, said = encode_columns(arrays, parts["train"][1], columns, source)
        arrays, warnings = list(encoded), [*said, *warnings]
    warnings += check_values(arrays[0], pictures, source, len(parts["test"][1]))
    if test is not None:
        check_values(arrays[1], pictures, f"{source}, test", 0)
    return Inputs(tuple(arrays), parts, group_rows, names, pictures, source, (*notes, *warnings))


def _check_items(X: Any, source: str) -> tuple[NDArray[Any], bool]:
    """Return the array of items, and True if they are pictures."""
    array: NDArray[Any] = X if isinstance(X, np.ndarray) else _to_array(X, source)
    if isinstance(array, np.ma.MaskedArray):
        raise ComparisonError(
            "is a masked array", where=source, remedy="fill what is masked, or leave those items out"
        )
    if array.dtype.kind in "OUS" and array.ndim != 2:
        array = _to_numbers(array, source)
    if array.dtype.kind not in "fiubOUS" or array.ndim not in (2, 3, 4) or 0 in array.shape:
        raise ComparisonError(
            f"has items of the shape {array.shape} and type {array.dtype}",
            where=source,
            remedy="give numbers: rows of features (n, F), or pictures (n, H, W) or (n, H, W, 3)",
        )
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 4 and array.shape[3] != 3:
        if array.shape[1] not in (1, 3):
            raise ComparisonError(
                f"has pictures of the shape {array.shape}",
                where=source,
                remedy="give (n, H, W) or (n, H, W, 3)",
            )
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    pictures = array.ndim > 2
    if pictures and array.dtype != np.uint8:
        array = _to_uint8(array, source)
    if not pictures and array.dtype.kind == "b":
        array = array.view(np.uint8)
    return array, pictures


def _to_array(X: Any, source: str) -> NDArray[Any]:
    if hasattr(X, "toarray"):
        raise ComparisonError(
            "is a sparse matrix", where=source, remedy="give X.toarray(), or fewer columns as numbers"
        )
    try:
        return np.asarray(X)
    except ValueError as error:  # rows of several lengths
        raise ComparisonError(
            f"is not a table ({error})", where=source, remedy="give as many numbers for each item"
        ) from error


def _to_numbers(array: NDArray[Any], source: str) -> NDArray[np.float32]:
    try:
        return array.astype(np.float32)
    except (ValueError, TypeError):
        raise ComparisonError(
            "has text where numbers should be", where=source, remedy="give rows of numbers"
        ) from None


def _to_uint8(array: NDArray[Any], source: str) -> NDArray[np.uint8]:
    """Convert pictures with values from 0 to 1, or from 0 to 255."""
    from sutja.signals.pixel_conversion import to_uint8

    if isinstance(array, np.memmap) and 4 * array.nbytes > measure_free_memory():
        raise ComparisonError(
            f"has pictures of {array.dtype} that do not fit in memory",
            where=source,
            remedy="save them as uint8 (0 to 255), which is not copied",
        )
    try:
        return to_uint8(np.asarray(array))
    except Exception as error:
        raise ComparisonError(
            f"has arrays that are not pictures ({error})",
            where=source,
            remedy="give uint8, or numbers from 0 to 1",
        ) from error


def _check_labels(
    y: Any, n: int, source: str, classes: Sequence[str] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class number of each item, and the names of the classes."""
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind == "O":  # a missing label must not become the class "None"
        labels = np.array(["" if _is_missing(value) else str(value) for value in labels.ravel()]).reshape(
            labels.shape
        )
    if labels.shape != (n,):
        raise ComparisonError(
            f"has {n:,} items and labels of the shape {labels.shape}",
            where=source,
            remedy="give each item one class",
        )
    if n and len(np.unique(labels)) == 1:
        raise ComparisonError(
            f"has one class only, {labels[0]}: every learner would be right by always answering it",
            where=source,
            remedy="add items of another class",
        )
    if classes is not None:
        return labels.astype(np.int64), tuple(classes)
    return encode_labels(labels, source)


def _is_missing(value: Any) -> bool:
    """Tell if it is None, NaN, or the equivalent of pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _check_groups(groups: Any, n: int, source: str) -> NDArray[Any]:
    """Return the group of each item, in a type that can be sorted."""
    group_of = np.asarray(groups)
    if group_of.shape != (n,):
        raise ComparisonError(
            f"has {n:,} items and groups of the shape {group_of.shape}",
            where=source,
            remedy="name the group of each item",
        )
    missing = [i + 1 for i, value in enumerate(group_of.tolist()) if _is_missing(value)]
    if missing:
        raise ComparisonError(
            f"has no group for {len(missing):,} items: {show_some([f'number {i}' for i in missing])}",
            where=source,
            remedy="name the group of each item, a group of its own where none is known",
        )
    return group_of.astype(str) if group_of.dtype.kind == "O" else group_of


def _split(
    items: NDArray[Any],
    labels: NDArray[np.int64],
    groups: Any,
    test: tuple[Any, Any] | None,
    names: tuple[str, ...],
    pictures: bool,
    source: str,
) -> tuple[dict[str, Part], NDArray[Any] | None]:
    """Return the three parts, and the groups of the items to learn from."""
    group_of = None if groups is None else _check_groups(groups, len(labels), source)
    least = 3 if test is None else 2
    if group_of is not None and (unique := np.unique(group_of)).size < least:
        counted = "one group" if unique.size == 1 else f"{unique.size} groups"
        raise ComparisonError(
            f"is of {counted}, {show_some(unique.tolist())}: one is needed to learn from, one to choose "
            f"settings{' and one to test on' if test is None else ''}, since no group is in two parts",
            where=source,
            remedy="add items of other groups, or leave the groups out",
        )
    if test is None:
        train, validation, tested = split_three_ways(labels, group_of)
        test_source, truth = 0, labels[tested]
    else:
        is_validation = hold_out(labels, group_of, VALIDATION_SHARE)
        train, validation = np.flatnonzero(~is_validation), np.flatnonzero(is_validation)
        truth = _check_test_labels(test, items, names, pictures, source)
        tested, test_source = np.arange(len(truth)), 1
    item_bytes = 4 * int(np.prod(items.shape[1:]))
    most_validation = min(MOST_VALIDATION, max(_LEAST_SAMPLED, int(_VALIDATION_BYTES / item_bytes)))
    validation = validation[_sample(labels[validation], most_validation)]
    sampled = _sample(truth, min(MOST_TEST, max(_LEAST_SAMPLED, int(_TEST_BYTES / item_bytes))))
    parts = {
        "train": (0, train.astype(np.int64), labels[train]),
        "validation": (0, validation.astype(np.int64), labels[validation]),
        "test": (test_source, tested[sampled].astype(np.int64), truth[sampled]),
    }
    return parts, None if group_of is None else group_of[train]


def _check_test_labels(
    test: tuple[Any, Any], items: NDArray[Any], names: tuple[str, ...], pictures: bool, source: str
) -> NDArray[np.int64]:
    """Return the class numbers of test items that were given apart."""
    X_test, are_pictures = _check_items(test[0], f"{source}, test")
    if X_test.shape[1:] != items.shape[1:] or are_pictures != pictures:
        raise ComparisonError(
            f"has items of the shape {items.shape[1:]} to learn from, and {X_test.shape[1:]} to test on",
            where=source,
            remedy="make them alike",
        )
    raw = np.asarray(test[1])
    if raw.shape != (len(X_test),):
        raise ComparisonError(
            f"has {len(X_test):,} test items and labels of the shape {raw.shape}",
            where=source,
            remedy="give each item one class",
        )
    index_of = {name: index for index, name in enumerate(names)}
    codes = np.array([index_of.get(_name_of(value), -1) for value in raw.tolist()], np.int64)
    if (codes < 0).any():
        unknown = sorted({str(value) for value in raw[codes < 0].tolist()})
        raise ComparisonError(
            f"has test items of classes that are not learnt: {show_some(unknown)}",
            where=source,
            remedy="leave them out, or add items of them to learn from",
        )
    return codes


def _name_of(value: Any) -> str:
    return str(int(value)) if isinstance(value, float | bool) and int(value) == value else str(value).strip()


def _sample(labels: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    """Draw the indices of at most so many items, stratified by class."""
    if len(labels) <= most:
        return np.arange(len(labels))
    return np.flatnonzero(hold_out(labels, None, most / len(labels)))
