"""Views of items on a disk, from which a network learns, read and made whenever a batch needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar, overload, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.sharded_files import Log, Progress
from sutja.data.labelled.sharded_texts import StreamedItems

View = TypeVar("View")
Item = TypeVar("Item")
Key = TypeVar("Key")
Made = TypeVar("Made")
Classes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StreamedViews(Sequence[View], Generic[View]):
    """Views of items in tar shards: all items in the first way, all in the second, and so on.

    Attributes
    ----------
    items : StreamedItems[Any]
        The n items.
    ways : tuple[Callable[[Any, tuple[int, ...]], View], ...]
        The k ways to make a view of an item and of the classes of its label.
    label : Callable[[int], tuple[int, ...]]
        Gives the classes of the label of the item at a place.
    lengths : NDArray[int64]
        (k n,) Length of each view; more where the views are repeated.
    """

    items: StreamedItems[Any]
    ways: tuple[Callable[[Any, Classes], View], ...]
    label: Callable[[int], Classes]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, place: int) -> View: ...
    @overload
    def __getitem__(self, place: slice) -> list[View]: ...
    def __getitem__(self, place: int | slice) -> View | list[View]:
        """Make a view, or some in their order; raises `DataError` where an item cannot be read any more."""
        if isinstance(place, slice):
            return self.make_some(range(len(self))[place])
        return self.make_some([range(len(self))[place]])[0]

    def repeat(self, times: int) -> StreamedViews[View]:
        """Repeat the views, as a list is repeated."""
        return replace(self, lengths=np.tile(self.lengths, times))

    def list_classes(self) -> list[Classes]:
        """List the classes of each label; nothing is read."""
        return [self.label(place % len(self.items)) for place in range(len(self))]

    def make_some(self, places: Iterable[int]) -> list[View]:
        """Make the views at some places, in that order; raises `DataError` likewise."""
        n, k = len(self.items), len(self.ways)
        pairs = [divmod(place, n) for place in places]
        items = self.items.read_some([row for _, row in pairs])
        return [
            self.ways[way % k](item, self.label(row)) for (way, row), item in zip(pairs, items, strict=True)
        ]


def pick(views: Sequence[View], places: Sequence[int]) -> list[View]:
    """Take some views, in that order; those of items on a disk are made."""
    if isinstance(views, StreamedViews):
        return views.make_some(places)
    return [views[place] for place in places]


@runtime_checkable
class _Labelled(Protocol):
    @property
    def classes(self) -> Classes: ...


def list_classes(views: Sequence[_Labelled]) -> list[Classes]:
    """List the classes of each label; of items on a disk none is read."""
    return views.list_classes() if isinstance(views, StreamedViews) else [view.classes for view in views]


def repeat(views: Sequence[View], times: int) -> Sequence[View]:
    """Repeat views."""
    return views.repeat(times) if isinstance(views, StreamedViews) else [*views] * times


def measure_items(
    items: Sequence[Item], measure: Callable[[Item], Sequence[int]], noun: str, log: Log
) -> NDArray[np.int64]:
    """Measure each item once, in the order of the disk.

    Parameters
    ----------
    items : Sequence[Item]
        n items.
    measure : Callable[[Item], Sequence[int]]
        Gives the k measures of an item.
    noun : str
        What they are called in lines of progress, in the plural.
    log : Log
        Takes a line of progress every ten seconds.

    Returns
    -------
    NDArray[int64]
        (n, k)
    """
    progress, rows = Progress("lengths", noun, log), []
    for item in items:
        rows.append(np.array(measure(item), np.int64))
        progress.tell(len(rows), len(rows) / len(items))
    return np.stack(rows)


def read_ahead(read: Callable[[Key], Made], keys: Iterable[Key]) -> Iterator[Made]:
    """Yield what is read for each key, while a thread reads the next."""
    with ThreadPoolExecutor(1) as reader:
        coming = None
        for key in keys:
            ready, coming = coming, reader.submit(read, key)
            if ready is not None:
                yield ready.result()
                del ready
        if coming is not None:
            yield coming.result()
