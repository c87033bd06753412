"""From what a person has to items, classes and parts, with a clear word about what is odd.

Letters: n items, F features, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.faults import ComparisonError
from sutja.data.class_labels import encode_labels, show_some
from sutja.data.hold_out import hold_out, three_parts
from sutja.data.memory import memory_limit
from sutja.data.split import VALIDATION_SHARE

LEAST_ITEMS = 40
_FEW = 400  # items; below, the intervals are wide
_FEW_A_CLASS = 10
_MANY_CLASSES = 200
MOST_TEST, MOST_HELD = 10_000, 2_000  # items: more make the intervals little narrower, and the fits slower
_BLOCK = 4096  # rows looked at at once


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a comparison works on.

    Attributes
    ----------
    arrays : one array of items, or two where test items come apart.
    parts : for "learn", "held" and "test": the array, its rows, and their classes.
    groups : of the items to learn from, or None.
    classes : names of the K classes.
    pictures : whether items are pictures.
    source : what data these are.
    notes : what the person should know, a line each.
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
    X : (n, F) numbers, or pictures (n, H, W), (n, H, W, 3), uint8 or from 0 to 1. A memory-mapped array
        stays where it is.
    y : (n,) classes: whole numbers, text or booleans; numbers from 0 where `classes` is given.
    groups : (n,) writer, document, … of each item: none is on two sides of a split.
    test : items and classes to test on; without, a fifth of the items is set aside.
    classes : their names, where y is their numbers.
    source : what to call the data in a message.
    notes : lines to put first.

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
            f"known to within 30 points or so", where=source,
            remedy=f"label {LEAST_ITEMS} at least, better some hundred; for so few, k-NN or a person will do",
        )  # fmt: skip
    parts, group_rows = _parts(items, labels, groups, test, names, pictures, source)
    arrays = (items,) if test is None else (items, _items(test[0], f"{source}, test")[0])
    told += _look_at_classes(parts, names)
    told += _look_at_values(items, pictures, source)
    return Inputs(arrays, parts, group_rows, names, pictures, source, tuple(told))


def _items(X: Any, source: str) -> tuple[NDArray[Any], bool]:
    """The array of items, and whether they are pictures."""
    array = X if isinstance(X, np.ndarray) else _as_array(X, source)
    if array.dtype.kind in "OUS":
        array = _as_numbers(array, source)
    if array.dtype.kind not in "fiub" or array.ndim not in (2, 3, 4) or 0 in array.shape:
        raise ComparisonError(
            f"has items of the shape {array.shape} and type {array.dtype}", where=source,
            remedy="give numbers: rows of features (n, F), or pictures (n, H, W) or (n, H, W, 3)",
        )  # fmt: skip
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 4 and array.shape[3] != 3:
        if array.shape[1] not in (1, 3):
            raise ComparisonError(
                f"has pictures of the shape {array.shape}", where=source,
                remedy="give (n, H, W) or (n, H, W, 3)",
            )  # fmt: skip
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    pictures = array.ndim > 2
    if pictures and array.dtype != np.uint8:
        array = _as_bytes(array, source)
    if not pictures and array.dtype.kind == "b":
        array = array.astype(np.uint8)
    return array, pictures


def _as_array(X: Any, source: str) -> NDArray[Any]:
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
    from sutja.signals.pixels import to_uint8

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
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    if labels.shape != (n,):
        raise ComparisonError(
            f"has {n:,} items and labels of the shape {labels.shape}", where=source,
            remedy="give each item one class",
        )  # fmt: skip
    if n and len(np.unique(labels)) == 1:
        raise ComparisonError(
            f"has one class only, {labels[0]}: every learner would be right by always saying so",
            where=source, remedy="add items of another class",
        )  # fmt: skip
    if classes is not None:
        return labels.astype(np.int64), tuple(classes)
    return encode_labels(labels, source)


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
    group_of = None if groups is None else np.asarray(groups)
    if group_of is not None and group_of.shape != labels.shape:
        raise ComparisonError(
            f"has {len(labels):,} items and groups of the shape {group_of.shape}", where=source,
            remedy="name the group of each item",
        )  # fmt: skip
    if test is None:
        learn, held, asked = three_parts(labels, group_of)
        last, truth = 0, labels[asked]
    else:
        kept_apart = hold_out(labels, group_of, VALIDATION_SHARE)
        learn, held = np.flatnonzero(~kept_apart), np.flatnonzero(kept_apart)
        truth = _test_classes(test, items, names, pictures, source)
        asked, last = np.arange(len(truth)), 1
    held = held[_some(labels[held], MOST_HELD)]
    few = _some(truth, MOST_TEST)
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
            where=source, remedy="make them alike",
        )  # fmt: skip
    raw = np.asarray(test[1])
    if raw.shape != (len(there),):
        raise ComparisonError(
            f"has {len(there):,} test items and labels of the shape {raw.shape}", where=source,
            remedy="give each item one class",
        )  # fmt: skip
    place = {name: index for index, name in enumerate(names)}
    codes = np.array([place.get(_name(value), -1) for value in raw.tolist()], np.int64)
    if (codes < 0).any():
        unknown = sorted({str(value) for value in raw[codes < 0].tolist()})
        raise ComparisonError(
            f"has test items of classes that are not learnt: {show_some(unknown)}", where=source,
            remedy="leave them out, or add items of them to learn from",
        )  # fmt: skip
    return codes


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float | bool) and int(value) == value else str(value).strip()


def _some(labels: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    """Places of at most so many items, each class in its share."""
    if len(labels) <= most:
        return np.arange(len(labels))
    return np.flatnonzero(hold_out(labels, None, most / len(labels)))


def _look_at_classes(
    parts: dict[str, tuple[int, NDArray[np.int64], NDArray[np.int64]]], names: tuple[str, ...]
) -> list[str]:
    """What is odd about the numbers of items and classes."""
    n, n_test, k = len(parts["learn"][2]), len(parts["test"][2]), len(names)
    told = []
    if n < _FEW:
        told.append(
            f"{n} labels to learn from and {n_test} to test on are few: the intervals will be wide, and "
            f"small "
            f"differences will not show"
        )
    if n / k < _FEW_A_CLASS:
        told.append(
            f"{k:,} classes with {n / k:.1f} labels each: most learners can hardly begin; join classes, or "
            f"label more of each"
        )
    elif k > _MANY_CLASSES:
        told.append(
            f"{k:,} classes: learners that work class by class (boosting, logistic regression, linear SVM) "
            f"will take long, and are stopped at the limit"
        )
    counts = np.bincount(parts["test"][2], minlength=k)
    if 2 * counts.max() > n_test and k > 2:
        name = names[int(counts.argmax())]
        told.append(f"{100 * counts.max() / n_test:.0f} % of the test items are {name}: chance is that good")
    return told


def _look_at_values(items: NDArray[Any], pictures: bool, source: str) -> list[str]:
    """What is odd about the values, looked at a block of rows at a time."""
    told = []
    n_bytes, free = 4 * int(np.prod(items.shape)), memory_limit()
    if 3 * n_bytes > free:
        fit = int(free / 3 / (4 * np.prod(items.shape[1:])))
        told.append(
            f"as numbers the items take {n_bytes / 1e9:.1f} GB, and {free / 1e9:.1f} GB of memory are free: "
            f"subsets up to about {fit:,} labels are learnt from, larger ones are passed over"
        )
    least = most = None
    step = max(_BLOCK, len(items) // 64 // _BLOCK * _BLOCK)
    for start in range(0, len(items), step):
        block = np.asarray(items[start : start + (step if n_bytes < free / 8 else _BLOCK)])
        if block.dtype.kind == "f" and not np.isfinite(block).all():
            row = start + int(np.flatnonzero(~np.isfinite(block.reshape(len(block), -1)).all(1))[0])
            raise ComparisonError(
                f"has NaN or infinite values, the first in row {row + 1}", where=source,
                remedy="fill them (sklearn.impute.SimpleImputer) or leave those items out",
            )  # fmt: skip
        low, high = block.min(0), block.max(0)
        least = low if least is None else np.minimum(least, low)
        most = high if most is None else np.maximum(most, high)
    assert least is not None
    assert most is not None
    constant = int((least == most).sum())
    if constant == least.size:
        raise ComparisonError(
            "has items that are all the same", where=source,
            remedy="check how they were saved: there is nothing to tell the classes by",
        )  # fmt: skip
    if constant and not pictures:
        told.append(f"{constant:,} of {least.size:,} columns are constant, and tell nothing")
    return told
