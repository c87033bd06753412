"""Items and classes that are odd: told before the fits begin, or refused. Letters: n items, K classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja import memory
from sutja.data.labelled.labels import show_some
from sutja.errors import ComparisonError

_FEW = 400  # items; below, the intervals are wide
_FEW_A_CLASS = 10
_MANY_CLASSES = 200
_BLOCK_BYTES = 2e7  # looked at at once


def look_at_classes(
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
    unlearnt = np.flatnonzero((counts > 0) & (np.bincount(parts["learn"][2], minlength=k) == 0))
    if len(unlearnt):
        told.append(
            f"no item of {show_some([names[i] for i in unlearnt])} is left to learn from, since all are, or "
            f"all their groups, in the parts to choose by and to test on: every learner gets "
            f"{counts[unlearnt].sum():,} of {n_test:,} test items wrong for that"
        )
    if 2 * counts.max() > n_test and k > 2:
        name = names[int(counts.argmax())]
        told.append(f"{100 * counts.max() / n_test:.0f} % of the test items are {name}: chance is that good")
    return told


def look_at_values(items: NDArray[Any], pictures: bool, source: str, n_test: int) -> list[str]:
    """What is odd about the values, looked at a block of rows at a time."""
    told = []
    item_bytes, free = 4 * math.prod(items.shape[1:]), memory.free_memory()
    n_bytes = item_bytes * len(items)
    fit = memory.labels_that_fit(item_bytes, n_test)
    if fit < len(items):
        told.append(
            f"as numbers the items take {n_bytes / 1e9:.1f} GB, and {free / 1e9:.1f} GB of memory are free: "
            f"subsets up to about {fit:,.0f} labels are learnt from, larger ones are passed over"
        )
    least = most = None
    rows = max(1, int(_BLOCK_BYTES / item_bytes))
    step = rows if n_bytes < free / 8 else max(rows, len(items) // 64 // rows * rows)
    largest = float(np.finfo(np.float32).max)
    for start in range(0, len(items), step):
        block = np.asarray(items[start : start + rows])
        low, high = block.min(0), block.max(0)
        if block.dtype.kind == "f" and not (np.isfinite(low).all() and np.isfinite(high).all()):
            row = start + int(np.flatnonzero(~np.isfinite(block.reshape(len(block), -1)).all(1))[0])
            raise ComparisonError(
                f"has NaN or infinite values, the first in row {row + 1}",
                where=source,
                remedy="fill them (sklearn.impute.SimpleImputer) or leave those items out",
            )
        if max(-float(low.min()), float(high.max())) > largest:
            raise ComparisonError(
                f"has values beyond {largest:.2g}, the first between rows {start + 1} and "
                f"{start + len(block)}",
                where=source,
                remedy="give them in larger units, or their logarithm",
            )
        least = low if least is None else np.minimum(least, low)
        most = high if most is None else np.maximum(most, high)
    assert least is not None
    assert most is not None
    constant = int((least == most).sum())
    if constant == least.size:
        raise ComparisonError(
            "has items that are all the same",
            where=source,
            remedy="check how they were saved: there is nothing to tell the classes by",
        )
    if constant and not pictures:
        told.append(f"{constant:,} of {least.size:,} columns are constant, and tell nothing")
    return told
