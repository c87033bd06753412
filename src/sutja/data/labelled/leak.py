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
from sutja.data.labelled.load import Labelled
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


def find_leaks(train: Labelled, test: Labelled, min_correlation: float = MIN_CORRELATION) -> Leaks:
    """Find what a held-out part has in common with the training part.

    Every pair of pictures is judged, 10,000 with 60,000 in a second or so: exact copies by their bytes, the
    others by `sutja.data.split.near_duplicates.find_look_alikes`. Blank pictures are passed over.

    Parameters
    ----------
    train, test : Labelled
        With classes by the same names; the pictures may be of two sizes.
    min_correlation : float
        From which two pictures count as the same, above 0 and up to 1.
    """
    place_train, place_test = _first_places(train.images), _first_places(test.images)
    same_size = train.images.shape[1:] == test.images.shape[1:]
    twins = {key: place_train[key] for key in place_test if same_size and key in place_train}
    unique_train = np.fromiter(place_train.values(), np.intp, len(place_train))
    rest = np.array([place for key, place in place_test.items() if key not in twins], np.intp)
    alike = find_look_alikes(test.images[rest], train.images[unique_train], min_correlation=min_correlation)
    twin_of = {int(rest[pair.a]): (int(unique_train[pair.b]), pair.correlation) for pair in alike}
    copies, near = [], []
    for i, image in enumerate(test.images):
        key = image.tobytes()
        if key in twins:
            if np.ptp(image) > 0:
                copies.append(NearDuplicate(i, twins[key], 1.0))
        elif (found := twin_of.get(place_test[key])) is not None:
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
        examples=tuple(f"{test.names[pair.a]} and {train.names[pair.b]}" for pair in pairs[:10]),
        classes=tuple(Counter(test.classes[test.labels[pair.a]] for pair in near).most_common()),
    )


def _first_places(images: NDArray[np.uint8]) -> dict[bytes, int]:
    """Index of the first copy of each different picture."""
    places: dict[bytes, int] = {}
    for index, image in enumerate(images):
        places.setdefault(image.tobytes(), index)
    return places


def _shared_groups(train: Labelled, test: Labelled) -> tuple[str, ...]:
    if train.groups is None or test.groups is None:
        return ()
    shared: NDArray[Any] = np.intersect1d(train.groups, test.groups)
    return tuple(map(str, shared))
