"""The journal of the desk: every answer is appended and on the disk before the next number is shown."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sutja.errors import DataError, make_unwritable_error

NAME = "answers.jsonl"


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer.

    Attributes
    ----------
    key : str
        Number that it is about (`sutja.serve.desk.queue.make_key`).
    text : str | None
        Text as it stands there; empty where there is no number; None takes an earlier answer back.
    changed : bool
        True if the text is another than the one that was read.
    person : str
        Person who answered.
    at : float
        Seconds since 1970.
    """

    key: str
    text: str | None
    changed: bool
    person: str
    at: float


class Journal:
    """Answers by key; the last one about a number counts.

    Parameters
    ----------
    folder : Path
        Folder that holds the journal; made if needed.

    Attributes
    ----------
    answers : dict[str, Answer]
        Answers that count.
    changed : int
        Number of them that changed the text.

    Raises
    ------
    DataError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.changed = 0
        self._order: dict[str, list[str]] = {}  # keys that a person answered, the latest last
        self._path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._replay()
            self._file = self._path.open("ab")
        except OSError as error:
            raise make_unwritable_error(DataError, folder, error, "name another folder") from error

    def _replay(self) -> None:
        """Read what was answered before; a last line that a power failure cut is dropped."""
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self._path.write_bytes(whole)
        for line in whole.splitlines():
            self._count(Answer(**json.loads(line)))

    def write(self, key: str, text: str | None, changed: bool, person: str) -> Answer:
        """Write an answer, and return once it is on the disk."""
        answer = Answer(key, text, changed, person, time.time())
        self._file.write(json.dumps(asdict(answer), ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._count(answer)
        return answer

    def find_last(self, person: str) -> Answer | None:
        """Find the last answer of a person that still counts."""
        order = self._order.get(person, [])
        while order and not self._is_of(order[-1], person):
            order.pop()
        return self.answers[order[-1]] if order else None

    def _is_of(self, key: str, person: str) -> bool:
        return key in self.answers and self.answers[key].person == person

    def _count(self, answer: Answer) -> None:
        before = self.answers.pop(answer.key, None)
        self.changed -= before is not None and before.changed
        if answer.text is not None:
            self.answers[answer.key] = answer
            self.changed += answer.changed
            self._order.setdefault(answer.person, []).append(answer.key)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
