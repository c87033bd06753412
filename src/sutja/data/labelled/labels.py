"""Raw labels become class numbers, or an error that says why they cannot be classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import DataError

CLASS_LIMIT = 10_000
FEW_CLASSES = 20  # so many are never suspicious, however few the items
SHOWN = 5


def show_some(names: Sequence[Any], shown: int = SHOWN) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(str(name) for name in names[:shown]) + more


def encode_labels(
    labels: NDArray[Any], where: str, *, training: bool = True
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels as class numbers, and the names of the classes.

    Parameters
    ----------
    labels : NDArray[Any]
        Array (n,) of text, whole numbers or booleans Floats and text that all stand for whole numbers are
        taken as these, so 5, 5.0 and "5" are one class.
    where : str
        Name of the data in messages.
    training : bool
        True to ask for at least two classes, and for enough items of each.

    Returns
    -------
    int64 array (n,), tuple of K str
        Whole numbers in their order, other names in that of the alphabet.

    Raises
    ------
    DataError
        No items, labels that are missing or no classes, one class only, or as many as items.
    """
    if labels.ndim != 1:
        raise DataError(
            f"its labels have the shape {labels.shape}", where=where, remedy="give one class for each picture"
        )
    if len(labels) == 0:
        raise DataError("holds no items", where=where, remedy="add labelled pictures")
    names, numbers = np.unique(_plain(labels, where), return_inverse=True)
    _check_number(len(names), len(labels), where, training, names[:3].tolist())
    return numbers.astype(np.int64), tuple(str(name) for name in names)


def check_none_lost(wanted: NDArray[Any], left: NDArray[Any], where: str) -> None:
    """Refuse data of which a class is gone once the pictures that cannot be read are left out."""
    lost = sorted(set(wanted.tolist()) - set(left.tolist()))
    if lost:
        raise DataError(
            f"none of the pictures of {show_some(lost)} can be read",
            where=where,
            remedy="save them again, or take the class out",
        )


def _plain(labels: NDArray[Any], where: str) -> NDArray[Any]:
    """Labels as whole numbers if they are, else as text; missing ones are refused."""
    kind = labels.dtype.kind
    if kind in "iu":
        return labels
    if kind == "b":
        return labels.astype(np.int64)
    if kind == "f":
        missing = np.flatnonzero(~np.isfinite(labels))
        if len(missing):
            _refuse_missing(missing, where)
        odd = labels[~_is_whole(labels)]
        if len(odd):
            raise _make_measurements_error(odd[0], where)
        return labels.astype(np.int64)
    if kind != "U":
        raise DataError(f"its labels are {labels.dtype}", where=where, remedy="give whole numbers or text")
    text = np.char.strip(labels)
    missing = np.flatnonzero((text == "") | (np.char.lower(text) == "nan"))
    if len(missing):
        _refuse_missing(missing, where)
    _refuse_measurements(text, where)
    return _whole_numbers(text)


def _refuse_measurements(text: NDArray[np.str_], where: str) -> None:
    """Refuse text that is many decimal numbers: what would be predicted is a quantity, and no class."""
    if len(np.unique(text)) <= FEW_CLASSES:
        return
    try:
        values = text.astype(np.float64)
    except ValueError:
        return
    odd = text[np.isfinite(values) & ~_is_whole(values)]
    if len(odd):
        raise _make_measurements_error(odd[0], where)


def _make_measurements_error(value: Any, where: str) -> DataError:
    return DataError(
        f"its labels are measurements, such as {value}, not classes, and regression is not done here",
        where=where,
        remedy="give a whole number or a name for each class, such as low, middle and high",
    )


def _whole_numbers(text: NDArray[np.str_]) -> NDArray[Any]:
    """Text as whole numbers where all of it is, written the shortest way ("007" stays a name)."""
    try:
        values = text.astype(np.float64)
    except ValueError:
        return text
    if not np.all(_is_whole(values)):
        return text
    whole = values.astype(np.int64)
    padded = np.char.startswith(text, "0") & (whole != 0)
    return text if np.any(padded) else whole


def _is_whole(values: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Mask of whole numbers that a float holds exactly."""
    return np.asarray((np.abs(values) < 2**53) & (values == np.rint(values)), np.bool_)


def _refuse_missing(missing: NDArray[np.intp], where: str) -> None:
    raise DataError(
        f"labels are missing for {len(missing):,} items: {show_some([f'number {i + 1}' for i in missing])}",
        where=where,
        remedy="label them or take them out",
    )


def _check_number(n_classes: int, n: int, where: str, training: bool, examples: list[Any]) -> None:
    if training and n_classes == 1:
        raise DataError(
            f"all {n:,} items are of one class, {examples[0]!s}",
            where=where,
            remedy="nothing can be learnt from that: add items of another class",
        )
    crowded = training and n_classes > max(FEW_CLASSES, n // 2)
    if n_classes > CLASS_LIMIT or crowded:
        raise DataError(
            f"its {n:,} labels are of {n_classes:,} classes, such as {show_some(examples)}",
            where=where,
            remedy="each class needs several items: is it the wrong column? Name the right one label",
        )
