"""Draw the subsets that learners learn from: they grow by doubling, each within the next.

Letters: n items, K classes, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import ComparisonError

MOST_SIZES = 12  # from 40 labels to 160,000
_LEAST_PER_CLASS = 4  # labels of a class in the smallest subset, on average
_LEAST = 30  # labels; with fewer an error tells nothing of a learner
_LEAST_GROUPS = 20  # that a subset is drawn from, if there are so many
_DRAWS = 8  # of groups; the one is taken whose classes come nearest to their shares


def make_doubling_sizes(n: int, n_classes: int) -> tuple[int, ...]:
    """Return n labels, half of them, a quarter, … in rising order.

    >>> make_doubling_sizes(1294, 10)
    (40, 80, 161, 323, 647, 1294)
    """
    least = max(_LEAST, _LEAST_PER_CLASS * n_classes)
    sizes = [n]
    while sizes[-1] // 2 >= least and len(sizes) < MOST_SIZES:
        sizes.append(sizes[-1] // 2)
    return tuple(sizes[::-1])


def check_sizes(sizes: Sequence[int], n: int) -> tuple[int, ...]:
    """Check the numbers of labels that a person asked for, and return them in rising order.

    Raises
    ------
    ComparisonError
        One is not a number of labels, or there are not so many.
    """
    for size in sizes:
        if not _is_whole(size) or size < 2 or size > n:
            raise ComparisonError(
                f"{size} is not a number of labels from 2 to {n:,}",
                where="sizes",
                remedy=f"these data have {n:,} labels to learn from, beside those of validation and test",
            )
    return tuple(sorted({int(size) for size in sizes}))


def _is_whole(size: Any) -> bool:
    """Tell if it is a whole number; booleans are not."""
    if isinstance(size, bool | np.bool_) or not isinstance(size, int | float | np.number):
        return False
    return bool(np.isreal(size)) and float(size).is_integer()


def draw_nested_subsets(
    labels: NDArray[np.integer[Any]], groups: NDArray[Any] | None, sizes: Sequence[int], seed: int
) -> dict[int, NDArray[np.int64]]:
    """Draw a subset of each size from the next larger one.

    Each class keeps its share. If groups are known, a smaller subset has fewer of them, all but the last one
    whole, as data grow in practice; once 20 groups are left, it has fewer items of each.

    Parameters
    ----------
    labels : NDArray[integer[Any]]
        (n,) classes from 0.
    groups : NDArray[Any] | None
        (n,) writer, document, … of each item, or None.
    sizes : Sequence[int]
        Numbers of labels, each at most n.
    seed : int
        Seed of the draws.

    Returns
    -------
    dict[int, NDArray[int64]]
        For each size the indices of its items, in rising order.
    """
    rng = np.random.default_rng([seed, 5])
    group_of = None
    if groups is not None:
        names, group_of = np.unique(groups, return_inverse=True)
        group_of = None if len(names) == len(labels) else group_of
    chosen = np.arange(len(labels))
    subsets = {}
    for size in sorted(sizes, reverse=True):
        if size < len(chosen):
            chosen = _draw_smaller(labels, group_of, chosen, size, rng)
        subsets[size] = np.sort(chosen)
    return {size: subsets[size] for size in sorted(subsets)}


@dataclass(frozen=True)
class SeededSubsets:
    """The nested subsets of each seed, drawn when they are first asked for.

    Attributes
    ----------
    labels, groups, sizes : NDArray[integer[Any]], NDArray[Any] | None, tuple[int, ...]
        As for `draw_nested_subsets`.
    """

    labels: NDArray[np.integer[Any]]
    groups: NDArray[Any] | None
    sizes: tuple[int, ...]
    _drawn: dict[int, Mapping[int, NDArray[np.int64]]] = field(default_factory=dict, init=False, repr=False)

    def __getitem__(self, seed: int) -> Mapping[int, NDArray[np.int64]]:
        """Return for each size the indices of the items of a seed."""
        if seed not in self._drawn:
            self._drawn[seed] = draw_nested_subsets(self.labels, self.groups, self.sizes, seed)
        return self._drawn[seed]


def _draw_smaller(
    labels: NDArray[np.integer[Any]],
    group_of: NDArray[np.intp] | None,
    chosen: NDArray[np.int64],
    size: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw so many of the chosen items."""
    if group_of is not None:
        present = np.unique(group_of[chosen])
        if len(present) * size / len(chosen) >= _LEAST_GROUPS:
            draws = [_draw_by_groups(group_of[chosen], present, size, rng) for _ in range(_DRAWS)]
            whole = np.bincount(labels[chosen], minlength=int(labels.max()) + 1) / len(chosen)
            return chosen[min(draws, key=lambda some: _distance(labels[chosen[some]], whole))]
    return chosen[_draw_by_classes(labels[chosen], size, rng)]


def _draw_by_groups(
    group_of: NDArray[np.intp], present: NDArray[np.intp], size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw whole groups in random order, and of the last one as many items as are missing."""
    rank_of = np.empty(int(present.max()) + 1, np.int64)
    rank_of[rng.permutation(present)] = np.arange(len(present))
    order = np.lexsort((rng.random(len(group_of)), rank_of[group_of]))
    return order[:size]


def _draw_by_classes(
    labels: NDArray[np.integer[Any]], size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw each class in its share, and at least one item of each if there is room."""
    names, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = counts * size / len(labels)
    taken = np.floor(wanted).astype(np.int64)
    if size >= len(names):
        taken = np.maximum(taken, 1)
    for index in np.argsort(taken - wanted, kind="stable")[: max(0, size - int(taken.sum()))]:
        taken[index] += 1
    while taken.sum() > size:  # take from the largest what the smallest classes got above their share
        taken[np.argmax(taken)] -= 1
    order = np.lexsort((rng.random(len(labels)), class_of))
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(order[rank < np.repeat(taken, counts)])


def _distance(labels: NDArray[np.integer[Any]], whole: NDArray[np.float64]) -> float:
    """Return the chi-square distance from the shares of the classes, plus 1 for each missing class."""
    share = np.bincount(labels, minlength=len(whole)) / len(labels)
    missing = int(((share == 0) & (whole > 0)).sum())
    return missing + float(((share - whole) ** 2 / np.maximum(whole, 1e-12)).sum())
