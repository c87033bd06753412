"""From what a person has to items, classes and parts, with a clear word about what is odd.

Letters: n items, F features, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.checks import look_at_classes, look_at_values
from sutja.data.labelled.labels import encode_labels, show_some
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, three_parts
from sutja.errors import ComparisonError
from sutja.memory import free_memory

LEAST_ITEMS = 40
MOST_TEST, MOST_HELD = 10_000, 2_000  # items: more make the intervals little narrower, and the fits slower
_TEST_BYTES, _HELD_BYTES = 1e9, 2e8  # of items to test on and to choose by, as numbers of 4 bytes
_LEAST_ASKED = 200  # of each, however large an item is


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a comparison works on.

    Attributes
    ----------
    arrays : tuple[NDArray[Any], ...]
        One array of items, or two where test items come apart.
    parts : dict[str, tuple[int, NDArray[int64], NDArray[int64]]]
        For "learn", "held" and "test": the array, its rows, and their classes.
    groups : NDArray[Any] | None
        Of the items to learn from, or None.
    classes : tuple[str, ...]
        Names of the K classes.
    pictures : bool
        Whether items are pictures.
    source : str
        What data these are.
    notes : tuple[str, ...]
        What the person should know, a line each.
    """

    arrays: tuple[NDArray[Any], ...]
    parts: dict[str, tuple[int, NDArray[np.int64], NDArray[np.int64]]]
    groups: NDArray[Any] | None
    classes: tuple[str, ...]
    pictures: bool
    source: str
    notes: tuple[str, ...]


def prepare(
    X: Any,
    y: Any,
    groups: Any = None,
    test: tuple[Any, Any] | None = None,
    *,
    classes: Sequence[str] | None = None,
    source: str = "X",
    notes: Sequence[str] = (),
) -> Inputs:
    """Check items and classes, and split them in three.

    Parameters
    ----------
    X : Any
        (n, F) numbers, or pictures (n, H, W), (n, H, W, 3), uint8 or from 0 to 1. A memory-mapped array stays
        where it is.
    y : Any
        (n,) classes: whole numbers, text or booleans; numbers from 0 where `classes` is given.
    groups : Any
        (n,) writer, document, … of each item: none is on two sides of a split.
    test : tuple[Any, Any] | None
        Items and classes to test on; without, a fifth of the items is set aside.
    classes : Sequence[str] | None
        Their names, where y is their numbers.
    source : str
        What to call the data in a message.
    notes : Sequence[str]
        Lines to put first.

    Raises
    ------
    ComparisonError, DataError
        Nothing can be compared on these.
    """
    items, pictures = _items(X, source)
    labels, names = _classes(y, len(items), source, classes)
    told = [*notes]
    if len(items) < LEAST_ITEMS:
        raise ComparisonError(
            f"has {len(items)} examples, too few to tell learners apart: with so few to test on, an error is "
            f"known to within 30 points or so",
            where=source,
            remedy=f"label {LEAST_ITEMS} at least, better some hundred; for so few, k-NN or a person will do",
        )
    parts, group_rows = _parts(items, labels, groups, test, names, pictures, source)
    arrays = [items]
    told += look_at_classes(parts, names)
    told += look_at_values(items, pictures, source, len(parts["test"][1]))
    if test is not None:
        arrays.append(_items(test[0], f"{source}, test")[0])
        look_at_values(arrays[1], pictures, f"{source}, test", 0)
    return Inputs(tuple(arrays), parts, group_rows, names, pictures, source, tuple(told))


def _items(X: Any, source: str) -> tuple[NDArray[Any], bool]:
    """The array of items, and whether they are pictures."""
    array: NDArray[Any] = X if isinstance(X, np.ndarray) else _as_array(X, source)
    if isinstance(array, np.ma.MaskedArray):
        raise ComparisonError(
            "is a masked array", where=source, remedy="fill what is masked, or leave those items out"
        )
    if array.dtype.kind in "OUS":
        array = _as_numbers(array, source)
    if array.dtype.kind not in "fiub" or array.ndim not in (2, 3, 4) or 0 in array.shape:
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
        array = _as_bytes(array, source)
    if not pictures and array.dtype.kind == "b":
        array = array.view(np.uint8)
    return array, pictures


def _as_array(X: Any, source: str) -> NDArray[Any]:
    if hasattr(X, "toarray"):
        raise ComparisonError(
            "is a sparse matrix", where=source, remedy="give X.toarray(), or fewer columns as numbers"
        )
    try:
        return np.asarray(X)
    except ValueError as error:  # rows of several lengths
        raise ComparisonError(
            f"is no table ({error})", where=source, remedy="give as many numbers for each item"
        ) from error


def _as_numbers(array: NDArray[Any], source: str) -> NDArray[np.float32]:
    try:
        return array.astype(np.float32)
    except (ValueError, TypeError):
        for column in range(array.shape[1] if array.ndim == 2 else 0):
            try:
                array[:, column].astype(np.float32)
            except (ValueError, TypeError):
                text = next(v for v in array[:, column].tolist() if not _is_number(v))
                raise ComparisonError(
                    f"has text where numbers should be: {str(text)[:40]!r} in column {column + 1}",
                    where=source,
                    remedy="encode words as numbers first (sklearn.preprocessing.OneHotEncoder), or leave "
                    "the column out",
                ) from None
        raise ComparisonError(
            "has text where numbers should be", where=source, remedy="give rows of numbers"
        ) from None


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def _as_bytes(array: NDArray[Any], source: str) -> NDArray[np.uint8]:
    """Pictures of 0 to 1, or of 0 to 255, as bytes."""
    from sutja.signals.pixel_conversion import to_uint8

    if isinstance(array, np.memmap) and 4 * array.nbytes > free_memory():
        raise ComparisonError(
            f"has pictures of {array.dtype} that do not fit in memory",
            where=source,
            remedy="save them as uint8 (0 to 255), which is read where it lies",
        )
    try:
        return to_uint8(np.asarray(array))
    except Exception as error:
        raise ComparisonError(
            f"has pictures that are none ({error})", where=source, remedy="give uint8, or numbers from 0 to 1"
        ) from error


def _classes(
    y: Any, n: int, source: str, classes: Sequence[str] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind == "O":  # a label that is missing is none of that name
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
            f"has one class only, {labels[0]}: every learner would be right by always saying so",
            where=source,
            remedy="add items of another class",
        )
    if classes is not None:
        return labels.astype(np.int64), tuple(classes)
    return encode_labels(labels, source)


def _is_missing(value: Any) -> bool:
    """None, NaN, and what pandas has for these, which is unlike itself or says so."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _groups(groups: Any, n: int, source: str) -> NDArray[Any]:
    """The group of each item, as something that can be sorted."""
    found = np.asarray(groups)
    if found.shape != (n,):
        raise ComparisonError(
            f"has {n:,} items and groups of the shape {found.shape}",
            where=source,
            remedy="name the group of each item",
        )
    missing = [i + 1 for i, value in enumerate(found.tolist()) if _is_missing(value)]
    if missing:
        raise ComparisonError(
            f"has no group for {len(missing):,} items: {show_some([f'number {i}' for i in missing])}",
            where=source,
            remedy="name the group of each item, a group of its own where none is known",
        )
    return found.astype(str) if found.dtype.kind == "O" else found


def _parts(
    items: NDArray[Any],
    labels: NDArray[np.int64],
    groups: Any,
    test: tuple[Any, Any] | None,
    names: tuple[str, ...],
    pictures: bool,
    source: str,
) -> tuple[dict[str, tuple[int, NDArray[np.int64], NDArray[np.int64]]], NDArray[Any] | None]:
    """The three parts, and the groups of what is learnt from."""
    group_of = None if groups is None else _groups(groups, len(labels), source)
    least = 3 if test is None else 2
    if group_of is not None and (there := np.unique(group_of)).size < least:
        named = "one group" if there.size == 1 else f"{there.size} groups"
        raise ComparisonError(
            f"is of {named}, {show_some(there.tolist())}: one is needed to learn from, one to choose settings"
            f"{' and one to test on' if test is None else ''}, since none is on two sides",
            where=source,
            remedy="add items of other groups, or leave the groups out",
        )
    if test is None:
        learn, held, asked = three_parts(labels, group_of)
        last, truth = 0, labels[asked]
    else:
        kept_apart = hold_out(labels, group_of, VALIDATION_SHARE)
        learn, held = np.flatnonzero(~kept_apart), np.flatnonzero(kept_apart)
        truth = _test_classes(test, items, names, pictures, source)
        asked, last = np.arange(len(truth)), 1
    large = 4 * int(np.prod(items.shape[1:]))  # an item, as numbers
    held = held[_some(labels[held], min(MOST_HELD, max(_LEAST_ASKED, int(_HELD_BYTES / large))))]
    few = _some(truth, min(MOST_TEST, max(_LEAST_ASKED, int(_TEST_BYTES / large))))
    parts = {
        "learn": (0, learn.astype(np.int64), labels[learn]),
        "held": (0, held.astype(np.int64), labels[held]),
        "test": (last, asked[few].astype(np.int64), truth[few]),
    }
    return parts, None if group_of is None else group_of[learn]


def _test_classes(
    test: tuple[Any, Any], items: NDArray[Any], names: tuple[str, ...], pictures: bool, source: str
) -> NDArray[np.int64]:
    """Class numbers of the test items that came apart."""
    there, are_pictures = _items(test[0], f"{source}, test")
    if there.shape[1:] != items.shape[1:] or are_pictures != pictures:
        raise ComparisonError(
            f"has items of the shape {items.shape[1:]} to learn from, and {there.shape[1:]} to test on",
            where=source,
            remedy="make them alike",
        )
    raw = np.asarray(test[1])
    if raw.shape != (len(there),):
        raise ComparisonError(
            f"has {len(there):,} test items and labels of the shape {raw.shape}",
            where=source,
            remedy="give each item one class",
        )
    place = {name: index for index, name in enumerate(names)}
    codes = np.array([place.get(_name(value), -1) for value in raw.tolist()], np.int64)
    if (codes < 0).any():
        unknown = sorted({str(value) for value in raw[codes < 0].tolist()})
        raise ComparisonError(
            f"has test items of classes that are not learnt: {show_some(unknown)}",
            where=source,
            remedy="leave them out, or add items of them to learn from",
        )
    return codes


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float | bool) and int(value) == value else str(value).strip()


def _some(labels: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    """Places of at most so many items, each class in its share."""
    if len(labels) <= most:
        return np.arange(len(labels))
    return np.flatnonzero(hold_out(labels, None, most / len(labels)))
