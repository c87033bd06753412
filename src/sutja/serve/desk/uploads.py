"""Desks over what people have just read on the page: each in a folder that goes with the server."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from sutja.errors import DataError
from sutja.serve.api.uploads import Upload
from sutja.serve.desk.desk import Desk

MOST = 32  # desks at a time; the one that was left longest ago makes room
PAGES = "pages"  # folder of the files
_KEY_BYTES = 16


class UploadDesks:
    """Desks by keys that nobody guesses."""

    def __init__(self) -> None:
        self._desks: OrderedDict[str, tuple[Desk, tempfile.TemporaryDirectory[str]]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, results: str, files: Sequence[Upload]) -> str:
        """Open a desk over results and the files that they are of, and give its key.

        Raises
        ------
        DataError
            If a file's name is no name or is there twice, or the results name another file.
        """
        names = [file.name for file in files]
        for name in names:
            if Path(name).name != name or name in ("", ".", "..") or "\0" in name or names.count(name) > 1:
                raise DataError("is no name of one file", where=name, remedy="give each file its own name")
        folder = tempfile.TemporaryDirectory(prefix="sutja-desk-")
        try:
            place = Path(folder.name)
            (place / PAGES).mkdir()
            for file in files:
                (place / PAGES / file.name).write_bytes(file.data)
            (place / "results.jsonl").write_text(results, encoding="utf-8")
            desk = Desk(place / "results.jsonl", place / PAGES, place)
            if others := {page["source"] for page in desk.queue.iter_pages()} - set(names):
                desk.close()
                raise DataError("is not among the files", where=min(others), remedy="send every file along")
        except BaseException:
            folder.cleanup()
            raise
        key = secrets.token_urlsafe(_KEY_BYTES)
        with self._lock:
            self._desks[key] = desk, folder
            left = [self._desks.popitem(last=False)[1] for _ in range(len(self._desks) - MOST)]
        remove(left)
        return key

    def find(self, key: str) -> Desk | None:
        """Find a desk; None where there is none, or no longer."""
        with self._lock:
            if key not in self._desks:
                return None
            self._desks.move_to_end(key)
            return self._desks[key][0]

    def close(self) -> None:
        """Close all, and remove their folders."""
        with self._lock:
            left = list(self._desks.values())
            self._desks.clear()
        remove(left)


def remove(desks: Sequence[tuple[Desk, tempfile.TemporaryDirectory[str]]]) -> None:
    """Close desks and remove their folders."""
    for desk, folder in desks:
        desk.close()
        folder.cleanup()
