"""The leak guard: what stands on both sides of a split, found before training.

A model that has seen a test picture, or its writer, is tested on what it knows by heart. Letters: n items,
m of the other side.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.labels import show_some
from sutja.data.labelled.load import AnyLabelled
from sutja.data.split.near_duplicates import NearDuplicate, find_look_alikes

MIN_CORRELATION = 0.995  # a scan packed again stays above; of different writers' digits only plain strokes do


@dataclass(frozen=True, slots=True)
class Leaks:
    """Items that two sides of a split have in common.

    Attributes
    ----------
    n_items : int
        Items of the side that was to be kept apart.
    copies : tuple of NearDuplicate
        Those with the very same pixels on the training side: `a` is the place here, `b` there.
    near : tuple of NearDuplicate
        Those that look like one of the training side, the one most alike.
    contradicting : int
        Number of these with another label there.
    groups : tuple of str
        Groups with items on both sides.
    examples : tuple of str
        Names of some pairs.
    classes : tuple[tuple[str, int], ...]
        Tuple of (str, int) Classes of the near ones and how many, the most frequent first.
    """

    n_items: int
    copies: tuple[NearDuplicate, ...]
    near: tuple[NearDuplicate, ...]
    contradicting: int
    groups: tuple[str, ...]
    examples: tuple[str, ...]
    classes: tuple[tuple[str, int], ...]

    def __bool__(self) -> bool:
        return bool(self.copies or self.near or self.groups)

    @property
    def items(self) -> NDArray[np.intp]:
        """Places of the items that have a twin on the training side, in rising order."""
        return np.array(sorted(pair.a for pair in (*self.copies, *self.near)), np.intp)

    def describe(self, side: str = "test") -> tuple[str, ...]:
        """Warnings for the user, a line each; none where nothing was found."""
        lines = []
        if self.copies:
            lines.append(f"{len(self.copies):,} of {self.n_items:,} {side} items are in the training data")
        if self.near:
            kinds = ", ".join(f"{count} of class {name}" for name, count in self.classes[:3])
            lines.append(
                f"{len(self.near):,} of {self.n_items:,} {side} items look much like a training item "
                f"({kinds}): plain strokes of two people may, other pictures are likely the same"
            )
        if self.examples:
            lines.append(f"for instance {show_some(self.examples, 3)}")
        if self.contradicting:
            lines.append(f"{self.contradicting:,} of them have another label there: one of the two is wrong")
        if self.groups:
            lines.append(
                f"{len(self.groups):,} groups have items on both sides: {show_some(self.groups)}; "
                f"the {side} error will look better than it is"
            )
        return tuple(lines)


def find_leaks(train: AnyLabelled, test: AnyLabelled, min_correlation: float = MIN_CORRELATION) -> Leaks:
    """Find what a held-out part has in common with the training part.

    Every pair of pictures is judged, 10,000 with 60,000 in a second or so: exact copies by their hashes, the
    others by `sutja.data.split.near_duplicates.find_look_alikes`. Blank pictures are passed over.

    Parameters
    ----------
    train, test : AnyLabelled
        With classes by the same names; the pictures may be of two sizes.
    min_correlation : float
        From which two pictures count as the same, above 0 and up to 1.
    """
    keys, first_train = np.unique(train.hash_pictures(), return_index=True)
    test_keys, first_test, key_of = np.unique(test.hash_pictures(), return_index=True, return_inverse=True)
    twin = np.searchsorted(keys, test_keys)
    twin[twin == len(keys)] = 0
    is_copy = keys[twin] == test_keys
    unique_train, rest = np.sort(first_train), np.sort(first_test[~is_copy])
    alike = find_look_alikes(
        test.take(rest).images, train.take(unique_train).images, min_correlation=min_correlation
    )
    twin_of = {int(rest[pair.a]): (int(unique_train[pair.b]), pair.correlation) for pair in alike}
    blank = {int(one) for one in first_test[is_copy] if np.ptp(test.images[np.array([one])]) == 0}
    copies, near = [], []
    for i, key in enumerate(key_of.tolist()):
        first = int(first_test[key])
        if is_copy[key]:
            if first not in blank:
                copies.append(NearDuplicate(i, int(first_train[twin[key]]), 1.0))
        elif (found := twin_of.get(first)) is not None:
            near.append(NearDuplicate(i, *found))
    pairs = (*copies, *near)
    return Leaks(
        n_items=len(test),
        copies=tuple(copies),
        near=tuple(near),
        contradicting=sum(
            test.classes[test.labels[pair.a]] != train.classes[train.labels[pair.b]] for pair in pairs
        ),
        groups=_shared_groups(train, test),
        examples=tuple(f"{test.name(pair.a)} and {train.name(pair.b)}" for pair in pairs[:10]),
        classes=tuple(Counter(test.classes[test.labels[pair.a]] for pair in near).most_common()),
    )


def _shared_groups(train: AnyLabelled, test: AnyLabelled) -> tuple[str, ...]:
    if train.groups is None or test.groups is None:
        return ()
    shared: NDArray[Any] = np.intersect1d(train.groups, test.groups)
    return tuple(map(str, shared))
