"""Memory that the parent and a child share: the child writes pixels once, and the parent maps them.

The memory has places, one a page. A place is written anew when nothing in the parent looks at it any more;
the first ones stay mapped on both sides, since mapping costs more than writing.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

_PLACES, _WARM_PLACES = 16, 2
MOST_PIXELS = 1 << 29  # bytes of a page, and from one place to the next; the file is sparse
_WARM = 1 << 25  # bytes of a page that stay mapped: A4 at 300 dpi in colour has 26 million


class ParentPixels:
    """The parent's side.

    Attributes
    ----------
    handle : int
        File descriptor, for the child to inherit; -1 once it is closed.
    """

    def __init__(self) -> None:
        self.handle = _make_file()
        self._maps: dict[int, mmap.mmap] = {}
        self._free = set(range(_PLACES))
        self._lost: set[int] = set()

    def choose(self) -> int:
        """Choose the place of the next page; the last one is for pages that are copied out of it."""
        return min(self._free, default=_PLACES)

    def take(self, place: int, size: int) -> NDArray[np.uint8]:
        """Take what the child has written.

        Parameters
        ----------
        place : int
            What `choose` gave.
        size : int
            Number of bytes, at most 2 ** 29.

        Returns
        -------
        NDArray[uint8]
            The bytes; the child leaves them alone while there is this array or a view of it.
        """
        warm = place < _WARM_PLACES and size <= _WARM
        if not warm:
            mapped = mmap.mmap(self.handle, size, offset=place * MOST_PIXELS)
        elif place in self._maps:
            mapped = self._maps[place]
        else:
            mapped = self._maps[place] = mmap.mmap(self.handle, _WARM, offset=place * MOST_PIXELS)
        pixels = np.frombuffer(mapped, np.uint8, size)
        if place == _PLACES:
            pixels = pixels.copy()
            self._discard(place, size)
            return pixels
        self._free.discard(place)
        weakref.finalize(pixels.base, self._release, place, 0 if warm else size).atexit = False
        return pixels

    def keep_all(self) -> None:
        """Write no place anew that is in use now: a forked process may look at it as long as it likes."""
        self._lost |= set(range(_PLACES)) - self._free

    def _release(self, place: int, size: int) -> None:
        if place not in self._lost:
            if size:
                self._discard(place, size)
            self._free.add(place)

    def _discard(self, place: int, size: int) -> None:
        """Give the memory of a place back."""
        if self.handle >= 0 and hasattr(mmap, "MADV_REMOVE"):
            with (
                suppress(OSError, ValueError),
                mmap.mmap(self.handle, size, offset=place * MOST_PIXELS) as mapped,
            ):
                mapped.madvise(mmap.MADV_REMOVE)

    def close(self) -> None:
        """Close the file; what was taken stays."""
        os.close(self.handle)
        self.handle = -1
        self._maps.clear()


class ChildPixels:
    """The child's side.

    Parameters
    ----------
    handle : int
        The file descriptor.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._maps: dict[int, mmap.mmap] = {}
        self._place = 0
        self._allocated: NDArray[np.uint8] | None = None

    def begin(self, place: int) -> None:
        """Begin a page, which goes to this place."""
        self._place, self._allocated = place, None

    def allocate(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """Allocate pixels where the parent will look for them, if they are the first of the page and fit."""
        size = int(np.prod(shape))
        if self._allocated is not None or self._place >= _WARM_PLACES or not 0 < size <= _WARM:
            return np.empty(shape, np.uint8)
        if self._place not in self._maps:
            self._maps[self._place] = mmap.mmap(self._handle, _WARM, offset=self._place * MOST_PIXELS)
        self._allocated = np.frombuffer(self._maps[self._place], np.uint8, size).reshape(shape)
        return self._allocated

    def put(self, pixels: NDArray[np.uint8]) -> None:
        """Put the page's pixels in their place, unless they were drawn there."""
        if pixels is self._allocated:
            return
        view, done, start = np.ascontiguousarray(pixels).reshape(-1).data, 0, self._place * MOST_PIXELS
        while done < len(view):  # a call writes 2 GB at most
            done += os.pwrite(self._handle, view[done:], start + done)


_child: ChildPixels | None = None  # of this process, if it is a child


def open_in_child(handle: int) -> ChildPixels:
    """Open the child's side, which `allocate` then uses."""
    global _child
    _child = ChildPixels(handle)
    return _child


def allocate(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Allocate the pixels of a page for a task to draw into, so that they need not be copied.

    Parameters
    ----------
    shape : tuple[int, ...]
        Shape of the array.

    Returns
    -------
    NDArray[uint8]
        Array without defined values, to be filled whole and given as it is.
    """
    return np.empty(shape, np.uint8) if _child is None else _child.allocate(shape)


def _make_file() -> int:
    """Make a file in memory that nobody else can name, and that the child cannot shorten under the parent."""
    size = (_PLACES + 1) * MOST_PIXELS
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryFile() as file:
            os.ftruncate(file.fileno(), size)
            return os.dup(file.fileno())
    import fcntl

    handle = os.memfd_create("sutja-pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(handle, size)
    with suppress(OSError, AttributeError):
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return handle
