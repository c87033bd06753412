"""Check items and classes before the fits start: warn of oddities, refuse what cannot be compared on.

Letters: n items, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja import memory
from sutja.comparison.data.arrays import Part
from sutja.data.labelled.labels import show_some
from sutja.errors import ComparisonError

_FEW = 400  # items; with fewer the intervals are wide
_FEW_PER_CLASS = 10
_RARE = 6  # items of a class, in all parts
_MANY_CLASSES = 200
_BLOCK_BYTES = 2e7  # checked at a time


def check_classes(parts: Mapping[str, Part], names: tuple[str, ...]) -> list[str]:
    """Check the numbers of items and classes.

    Parameters
    ----------
    parts : Mapping[str, Part]
        The parts "train", "validation" and "test".
    names : tuple[str, ...]
        Names of the K classes.

    Returns
    -------
    list[str]
        Warnings, a line each.
    """
    n, n_test, k = len(parts["train"][2]), len(parts["test"][2]), len(names)
    warnings = []
    if n < _FEW:
        warnings.append(
            f"{n} labels to learn from and {n_test} to test on are few: the intervals will be wide, and "
            f"small differences will not show"
        )
    if n / k < _FEW_PER_CLASS:
        warnings.append(
            f"{k:,} classes with {n / k:.1f} labels each: too few for most learners; join classes, or label "
            f"more of each"
        )
    elif k > _MANY_CLASSES:
        warnings.append(
            f"{k:,} classes: learners that work class by class (boosting, logistic regression, linear SVM) "
            f"will take long, and are stopped at the limit"
        )
    whole = np.sum([np.bincount(part[2], minlength=k) for part in parts.values()], axis=0)
    rare = np.flatnonzero(whole < _RARE)
    if len(rare):
        some = show_some([f"{names[i]} ({whole[i]})" for i in rare])
        warnings.append(
            f"too few items to learn or to measure a class: {some}; label more of it, or leave it out"
        )
    counts = np.bincount(parts["test"][2], minlength=k)
    unlearnt = np.flatnonzero((counts > 0) & (np.bincount(parts["train"][2], minlength=k) == 0))
    if len(unlearnt):
        warnings.append(
            f"no item of {show_some([names[i] for i in unlearnt])} is left to learn from: all of them, or "
            f"all of their groups, are in the validation and test parts. Every learner gets "
            f"{counts[unlearnt].sum():,} of {n_test:,} test items wrong for that"
        )
    if 2 * counts.max() > n_test and k > 2:
        share, name = counts.max() / n_test, names[int(counts.argmax())]
        warnings.append(f"{100 * share:.0f} % of the test items are {name}: chance is that good")
    return warnings


def check_values(items: NDArray[Any], pictures: bool, source: str, n_test: int) -> list[str]:
    """Check the values of items, a block of rows at a time.

    Parameters
    ----------
    items : NDArray[Any]
        Pictures or rows of features; of large data only some blocks are read.
    pictures : bool
        True if items are pictures.
    source : str
        Name of the data in messages.
    n_test : int
        Number of test items.

    Returns
    -------
    list[str]
        Warnings, a line each.

    Raises
    ------
    ComparisonError
        Values are NaN, infinite or too large for float32, or all items are the same.
    """
    warnings = []
    item_bytes, free = 4 * math.prod(items.shape[1:]), memory.measure_free_memory()
    n_bytes = item_bytes * len(items)
    most_labels = memory.count_labels_that_fit(item_bytes, n_test)
    if most_labels < len(items):
        warnings.append(
            f"as numbers the items take {n_bytes / 1e9:.1f} GB, and {free / 1e9:.1f} GB of memory are free: "
            f"subsets of up to about {most_labels:,.0f} labels are used, larger ones are passed over"
        )
    least = most = None
    rows = max(1, int(_BLOCK_BYTES / item_bytes))
    step = rows if n_bytes < free / 8 else max(rows, len(items) // 64 // rows * rows)
    for start in range(0, len(items), step):
        block = np.asarray(items[start : start + rows])
        low, high = _check_block(block, start, source)
        least = low if least is None else np.minimum(least, low)
        most = high if most is None else np.maximum(most, high)
    assert least is not None
    assert most is not None
    constant = int((least == most).sum())
    if constant == least.size:
        raise ComparisonError(
            "has items that are all the same",
            where=source,
            remedy="check how they were saved: nothing distinguishes the classes",
        )
    if constant and not pictures:
        warnings.append(f"{constant:,} of {least.size:,} columns are constant, and carry no information")
    return warnings


def _check_block(block: NDArray[Any], start: int, source: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the least and the greatest value of each column; refuse values that no learner can take."""
    low, high = block.min(0), block.max(0)
    if block.dtype.kind == "f" and not (np.isfinite(low).all() and np.isfinite(high).all()):
        row = start + int(np.flatnonzero(~np.isfinite(block.reshape(len(block), -1)).all(1))[0])
        raise ComparisonError(
            f"has NaN or infinite values, the first in row {row + 1}",
            where=source,
            remedy="fill them (sklearn.impute.SimpleImputer) or leave those items out",
        )
    largest = float(np.finfo(np.float32).max)
    if max(-float(low.min()), float(high.max())) > largest:
        raise ComparisonError(
            f"has values beyond {largest:.2g}, the first between rows {start + 1} and {start + len(block)}",
            where=source,
            remedy="give them in larger units, or their logarithm",
        )
    return low, high
