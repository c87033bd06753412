"""`Desk`: hands out the numbers in doubt, one person never another's, and keeps every answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sutja.errors import PictureError, SutjaError
from sutja.grammar import keep_digits, parse_value
from sutja.serve.desk.journal import Journal
from sutja.serve.desk.labels import LabelFolder
from sutja.serve.desk.pictures import PageCache, Pixels, cut_around, cut_crop
from sutja.serve.desk.queue import Doubt, DoubtQueue

LEASE = 120.0  # seconds that a number is kept for who took it
LONGEST = 200  # characters of an answer


class ConflictError(SutjaError):
    """Another person has answered already."""


class Desk:
    """A queue of numbers in doubt, and the answers of those who check them.

    Parameters
    ----------
    path : Path
        JSON lines file of `sutja read`.
    pictures : Path | None
        Folder of the files that it names; None where their names are paths.
    out : Path
        Folder of the answers.

    Raises
    ------
    DataError
        If the file cannot be read, or the folder cannot be written.
    """

    def __init__(self, path: Path, pictures: Path | None, out: Path) -> None:
        self.queue = DoubtQueue(path)
        self.journal = Journal(out)
        self.labels = LabelFolder(out)
        self.pages = PageCache(pictures)
        self._leases: dict[int, tuple[str, float]] = {}
        self._answered = {
            self.queue.indices[key] for key in self.journal.answers if key in self.queue.indices
        }
        self._first = 0  # all before it are answered
        self._lock = threading.Lock()
        self.labels.rewrite(self._iter_rows())

    def _iter_rows(self) -> Iterator[list[object]]:
        for key, answer in self.journal.answers.items():
            if key in self.queue.indices and answer.text is not None:
                doubt = self.queue[self.queue.indices[key]]
                yield self.labels.make_row(doubt, answer.text, self.pages.find_file(doubt.source))

    def count(self) -> dict[str, int]:
        """Count the numbers, those that were answered, and those whose text was changed."""
        return {
            "total": len(self.queue),
            "done": len(self._answered),
            "changed": self.journal.changed,
            "skipped": self.queue.skipped,
        }

    def take(self, person: str, count: int) -> list[Doubt]:
        """Take the next numbers that nobody has answered or holds, and hold them for a while."""
        now = time.monotonic()
        with self._lock:
            while self._first < len(self.queue) and self._first in self._answered:
                self._first += 1
            taken: list[int] = []
            index = self._first
            while index < len(self.queue) and len(taken) < count:
                holder, until = self._leases.get(index, (person, 0.0))
                if index not in self._answered and (holder == person or until < now):
                    taken.append(index)
                    self._leases[index] = (person, now + LEASE)
                index += 1
        return [self.queue[index] for index in taken]

    def answer(self, index: int, text: str, person: str) -> None:
        """Keep an answer: in the journal, in the table, and its crop.

        Raises
        ------
        ConflictError
            If another person has answered already; their answer stays.
        SutjaError
            If there is no such number, or the text is too long.
        """
        doubt = self.find(index)
        text = text.strip()
        if len(text) > LONGEST or any(character in text for character in "\r\n\0"):
            raise SutjaError(
                "is no number", where="text", remedy=f"type one line of at most {LONGEST} characters"
            )
        crop = self.load_crop(doubt)
        with self._lock:
            before = self.journal.answers.get(doubt.key)
            if before is not None and before.person != person:
                raise ConflictError(f"was answered by {before.person} before: {before.text}", where="number")
            self.journal.write(doubt.key, text, is_changed(text, doubt.number["text"]), person)
            self._answered.add(index)
            self._leases.pop(index, None)
            if before is None:
                self.labels.append(doubt, text, self.pages.find_file(doubt.source), crop)
            else:
                self.labels.rewrite(self._iter_rows())

    def undo(self, person: str) -> Doubt | None:
        """Take the last answer of a person back, and give its number."""
        with self._lock:
            last = self.journal.find_last(person)
            if last is None or last.key not in self.queue.indices:
                return None
            index = self.queue.indices[last.key]
            self.journal.write(last.key, None, False, person)
            self._answered.discard(index)
            self._first = min(self._first, index)
            self._leases[index] = (person, time.monotonic() + LEASE)
            self.labels.rewrite(self._iter_rows())
        return self.queue[index]

    def find(self, index: int) -> Doubt:
        """Find a number by its place in the queue.

        Raises
        ------
        SutjaError
            If there is none.
        """
        if not 0 <= index < len(self.queue):
            raise SutjaError("there is no such number", where=f"number {index}")
        return self.queue[index]

    def load_crop(self, doubt: Doubt) -> Pixels | None:
        """Load the crop of a number; None where its picture cannot be read."""
        with suppress(PictureError):
            return cut_crop(self.pages.load(doubt.source, doubt.page), doubt)
        return None

    def load_around(self, doubt: Doubt) -> tuple[Pixels, list[float]]:
        """Load the surroundings of a number, and its box in them.

        Raises
        ------
        PictureError
            If the picture cannot be read.
        """
        return cut_around(self.pages.load(doubt.source, doubt.page), doubt)

    def iter_corrected(self) -> Iterator[dict[str, Any]]:
        """Iterate over the pages of the file, with the texts that people gave."""
        for page in self.queue.iter_pages():
            for place, number in enumerate(page["numbers"]):
                key = f"{place}\t{page['page']}\t{page['source']}"
                answer = self.journal.answers.get(key)
                number["checked"] = answer is not None
                if answer is not None and answer.text is not None:
                    number.update(
                        text=answer.text,
                        digits=keep_digits(answer.text),
                        value=parse_value(answer.text),
                        accepted=True,
                    )
            yield page

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()


def is_changed(text: str, read: str) -> bool:
    """Tell whether a person's text has other digits than the one that was read."""
    return (text != read and keep_digits(text) != keep_digits(read)) or bool(text) != bool(read)
