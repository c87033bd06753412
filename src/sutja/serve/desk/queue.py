"""The queue of the desk: every number of a JSON lines file that was not accepted, read when it is needed."""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sutja.errors import DataError
from sutja.regular_files import open_regular
from sutja.structured_text import parse_json

_LONGEST_LINE = 100_000_000  # bytes
_MOST_PAGES = 10_000_000  # of a file
_LONGEST_NAME = 4096  # characters of a path
_FARTHEST = 1e7  # pixels


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that was not accepted.

    Attributes
    ----------
    index : int
        Place in the queue.
    source, page : str or int
        File and page that it stands on.
    place : int
        Place among the numbers of that page.
    number : dict[str, Any]
        The number as its line has it.
    """

    index: int
    source: str
    page: int
    place: int
    number: dict[str, Any]

    @property
    def key(self) -> str:
        """Name that stays the same when the file is read again."""
        return make_key(self.source, self.page, self.place)


def make_key(source: str, page: int, place: int) -> str:
    """Make the name of a number by its file, page and place."""
    return f"{place}\t{page}\t{source}"


class DoubtQueue:
    """The numbers of a JSON lines file that were not accepted; their lines stay in the file.

    Parameters
    ----------
    path : Path
        What `sutja read --format jsonl` wrote.

    Attributes
    ----------
    skipped : int
        Lines that are no pages.
    indices : dict[str, int]
        Place in the queue by key.

    Raises
    ------
    DataError
        If the file cannot be read, or no line of it is a page.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets, self._places = array("Q"), array("L")
        self.skipped = 0
        self.indices: dict[str, int] = {}
        n_pages = 0
        try:
            for offset, page in self._scan():
                n_pages += 1
                for place, number in enumerate(page["numbers"]):
                    if not number["accepted"] and "box" in number:
                        self.indices[make_key(page["source"], page["page"], place)] = len(self._offsets)
                        self._offsets.append(offset)
                        self._places.append(place)
        except OSError as error:
            raise DataError(f"cannot be read ({error.strerror})", where=str(path)) from error
        if n_pages == 0:
            raise DataError(
                "holds no page", where=str(path), remedy="pass what `sutja read --format jsonl` wrote"
            )

    def __len__(self) -> int:
        return len(self._offsets)

    def __getitem__(self, index: int) -> Doubt:
        with self._path.open("rb") as file:
            file.seek(self._offsets[index])
            page = parse_json(file.readline())
        place = self._places[index]
        return Doubt(index, page["source"], page["page"], place, page["numbers"][place])

    def iter_pages(self) -> Iterator[dict[str, Any]]:
        """Iterate over the pages of the file."""
        return (page for _, page in self._scan())

    def _scan(self) -> Iterator[tuple[int, dict[str, Any]]]:
        offset = 0
        self.skipped = 0
        with open_regular(self._path) as file:
            while line := file.readline(_LONGEST_LINE):
                page = _parse_page(line)
                if page is None:
                    self.skipped += bool(line.strip())
                else:
                    yield offset, page
                offset += len(line)


def _parse_page(line: bytes) -> dict[str, Any] | None:
    """Parse a line; None where it is no page with its numbers."""
    try:
        page = parse_json(line)
        source = page["source"]
        named = isinstance(source, str) and len(source) <= _LONGEST_NAME and "\0" not in source
        counted = isinstance(page["page"], int) and 0 < page["page"] <= _MOST_PAGES
        whole = all(map(_is_number, page["numbers"]))
        os.fsencode(source)  # half a character is in no name
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return page if named and counted and whole else None


def _is_number(number: dict[str, Any]) -> bool:
    """Tell whether an entry of a line is a number; the desk passes over one without a box."""
    box = number.get("box", [0, 0, 1, 1])
    x0, y0, x1, y1 = map(float, box)
    return (
        isinstance(number["text"], str)
        and isinstance(number["accepted"], bool)
        and math.isfinite(float(number["confidence"]))
        and all(isinstance(edge, int | float) and abs(edge) <= _FARTHEST for edge in box)
        and x0 < x1
        and y0 < y1
    )
