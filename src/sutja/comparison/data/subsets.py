"""Which items a learner is given: subsets that grow by doubling, each within the next.

Letters: n items, K classes, G groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import ComparisonError

MOST_SIZES = 12  # from 40 labels to 160,000
_A_CLASS = 4  # labels that the smallest subset has of a class, on average
_LEAST = 30  # labels; below, an error tells nothing of a learner
_SPREAD = 20  # groups that a subset is drawn from at least, where there are so many
_DRAWS = 8  # of groups, of which the one is taken whose classes come nearest to their shares


def doubling_sizes(n: int, n_classes: int) -> tuple[int, ...]:
    """All n labels, half of them, a quarter, … in rising order.

    >>> doubling_sizes(1294, 10)
    (40, 80, 161, 323, 647, 1294)
    """
    least = max(_LEAST, _A_CLASS * n_classes)
    sizes = [n]
    while sizes[-1] // 2 >= least and len(sizes) < MOST_SIZES:
        sizes.append(sizes[-1] // 2)
    return tuple(sizes[::-1])


def check_sizes(sizes: Sequence[int], n: int) -> tuple[int, ...]:
    """The sizes that a person asked for, in rising order.

    Raises
    ------
    ComparisonError
        One is none, or there are not so many labels.
    """
    for size in sizes:
        if not _is_whole(size) or size < 2 or size > n:
            raise ComparisonError(
                f"{size} is no number of labels from 2 to {n:,}",
                where="sizes",
                remedy=f"of these data {n:,} labels are there to learn from, the others choose and test",
            )
    return tuple(sorted({int(size) for size in sizes}))


def _is_whole(size: Any) -> bool:
    """Whether it is a whole number; True is none."""
    if isinstance(size, bool | np.bool_) or not isinstance(size, int | float | np.number):
        return False
    return bool(np.isreal(size)) and float(size).is_integer()


def nested_subsets(
    labels: NDArray[np.integer[Any]], groups: NDArray[Any] | None, sizes: Sequence[int], seed: int
) -> dict[int, NDArray[np.int64]]:
    """A subset of each size, drawn from the next larger one.

    Each class keeps its share. Where groups are known, a smaller subset has fewer of them, whole ones but for
    the last, as data grow in life; once 20 are left it has fewer items of each.

    Parameters
    ----------
    labels : NDArray[integer[Any]]
        (n,) classes from 0.
    groups : NDArray[Any] | None
        (n,) writer, document, … of each item, or None.
    sizes : Sequence[int]
        Numbers of labels, each at most n.
    seed : int
        Another seed, other subsets.

    Returns
    -------
    For each size the indices, in rising order.
    """
    rng = np.random.default_rng([seed, 5])
    group_of = None
    if groups is not None:
        names, group_of = np.unique(groups, return_inverse=True)
        group_of = None if len(names) == len(labels) else group_of
    chosen = np.arange(len(labels))
    found = {}
    for size in sorted(sizes, reverse=True):
        if size < len(chosen):
            chosen = _smaller(labels, group_of, chosen, size, rng)
        found[size] = np.sort(chosen)
    return {size: found[size] for size in sorted(found)}


def _smaller(
    labels: NDArray[np.integer[Any]],
    group_of: NDArray[np.intp] | None,
    chosen: NDArray[np.int64],
    size: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """So many of the chosen items."""
    if group_of is not None:
        there = np.unique(group_of[chosen])
        if len(there) * size / len(chosen) >= _SPREAD:
            draws = [_by_groups(group_of[chosen], there, size, rng) for _ in range(_DRAWS)]
            whole = np.bincount(labels[chosen], minlength=int(labels.max()) + 1) / len(chosen)
            return chosen[min(draws, key=lambda some: _distance(labels[chosen[some]], whole))]
    return chosen[_by_classes(labels[chosen], size, rng)]


def _by_groups(
    group_of: NDArray[np.intp], there: NDArray[np.intp], size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Whole groups in random order, of the last one as many items as are wanted."""
    place = np.empty(int(there.max()) + 1, np.int64)
    place[rng.permutation(there)] = np.arange(len(there))
    order = np.lexsort((rng.random(len(group_of)), place[group_of]))
    return order[:size]


def _by_classes(labels: NDArray[np.integer[Any]], size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Each class in its share, at least one item of it while that is possible."""
    names, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = counts * size / len(labels)
    taken = np.floor(wanted).astype(np.int64)
    if size >= len(names):
        taken = np.maximum(taken, 1)
    for index in np.argsort(taken - wanted, kind="stable")[: max(0, size - int(taken.sum()))]:
        taken[index] += 1
    while taken.sum() > size:  # the largest make room for the classes that got one item for nothing
        taken[np.argmax(taken)] -= 1
    order = np.lexsort((rng.random(len(labels)), class_of))
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(order[rank < np.repeat(taken, counts)])


def _distance(labels: NDArray[np.integer[Any]], whole: NDArray[np.float64]) -> float:
    share = np.bincount(labels, minlength=len(whole)) / len(labels)
    missing = int(((share == 0) & (whole > 0)).sum())
    return missing + float(((share - whole) ** 2 / np.maximum(whole, 1e-12)).sum())
