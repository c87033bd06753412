"""Splitting a person's own data: drawn by seed, whole groups where groups are known, each class in its share.

Letters: n items, K classes, G groups.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.data.split.fixed import TEST_SHARE, VALIDATION_SHARE
from sutja.errors import DataError

_DRAWS = 8  # of groups, of which the best is taken


def hold_out(
    labels: NDArray[np.integer[Any]], groups: NDArray[Any] | None, share: float, seed: int = 0
) -> NDArray[np.bool_]:
    """Draw the items to hold out, so that each class is there in its share, and no group on both sides.

    Parameters
    ----------
    labels : NDArray[integer[Any]]
        Int array (n,) of classes, from 0.
    groups : NDArray[Any] | None
        Array (n,): writer, speaker, document, … of each item, or None. Groups of one item each are as good as
        none.
    share : float
        Share of the items, above 0 and below 1. With groups it is met as well as whole groups allow.
    seed : int
        The same seed and data, the same answer.

    Returns
    -------
    bool array (n,)
        True for what is held out: at least one item, never all. A class of one item is not held out where
        groups leave the choice.

    Raises
    ------
    DataError
        There are fewer than two items, or only one group.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share to hold out lies between 0 and 1, not at {share}")
    if len(labels) < 2:
        raise DataError(f"{len(labels)} items cannot be split", remedy="label more")
    rng = np.random.default_rng(seed)
    if groups is not None:
        names, group_of = np.unique(groups, return_inverse=True)
        if len(names) == 1:
            raise DataError(
                f"all {len(labels):,} items are of one group, {names[0]}, which cannot be split",
                remedy="add items of others, or leave the groups out",
            )
        if len(names) < len(labels):
            return _hold_out_groups(labels, group_of, share, rng)
    return _hold_out_items(labels, share, rng)


def split_three_ways(
    labels: NDArray[np.integer[Any]],
    groups: NDArray[Any] | None,
    *,
    validation: float = VALIDATION_SHARE,
    test: float = TEST_SHARE,
    seed: int = 0,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the items to train on, to choose by, and to test on at the end, each in rising order.

    The shares are of all items; see `hold_out` for the rest. The test part depends on the seed alone, not on
    the share for validation.
    """
    if validation + test >= 1:
        raise ValueError(f"shares of {validation} and {test} leave nothing to train on")
    chosen = hold_out(labels, groups, test, seed)
    rest = np.flatnonzero(~chosen)
    inner = hold_out(labels[rest], None if groups is None else groups[rest], validation / (1 - test), seed)
    return rest[~inner], rest[inner], np.flatnonzero(chosen)


def _hold_out_items(
    labels: NDArray[np.integer[Any]], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The share of each class, rounded so that the whole has its share too."""
    counts = np.bincount(labels)
    wanted = counts * share
    taken = np.floor(wanted).astype(np.int64)
    n_chosen = min(max(round(len(labels) * share), 1), len(labels) - 1)
    spare = counts - 1 - taken  # each class keeps an item to learn from, while that is possible
    order = np.argsort(-(wanted - taken) + np.where(spare > 0, 0, 2), kind="stable")
    taken[order[: max(0, n_chosen - int(taken.sum()))]] += 1
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    place = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = np.zeros(len(labels), bool)
    chosen[by_class[place < np.repeat(taken, counts)]] = True
    return chosen


def _hold_out_groups(
    labels: NDArray[np.integer[Any]], group_of: NDArray[np.intp], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Whole groups, drawn a few times: the draw is taken whose classes come nearest to their share."""
    n_groups, n_classes = int(group_of.max()) + 1, int(labels.max()) + 1
    counts = np.bincount(group_of * n_classes + labels, minlength=n_groups * n_classes)
    table = counts.reshape(n_groups, n_classes).astype(np.float64)
    table /= np.sqrt(np.maximum(table.sum(axis=0), 1))  # so that distances weigh small classes fairly
    draws = [_draw_groups(table, share, rng) for _ in range(_DRAWS)]
    return min(draws, key=lambda draw: draw[0])[1][group_of]


def _draw_groups(
    table: NDArray[np.float64], share: float, rng: np.random.Generator
) -> tuple[float, NDArray[np.bool_]]:
    """Groups in random order, each taken if that brings the sum of (G, K) rows nearer to its share."""
    lacking = table.sum(axis=0) * share
    distance = float(lacking @ lacking)
    taken = np.zeros(len(table), bool)
    for group in rng.permutation(len(table)):
        nearer = lacking - table[group]
        if (found := float(nearer @ nearer)) < distance:
            lacking, distance, taken[group] = nearer, found, True
    if not taken.any():  # even the smallest is more than the share
        taken[int(np.argmin(((lacking - table) ** 2).sum(axis=1)))] = True
    if taken.all():
        taken[int(np.argmin(table.sum(axis=1)))] = False
    return distance, taken
