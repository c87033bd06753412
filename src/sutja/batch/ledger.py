"""The ledger: an SQLite file beside the results that says what became of each input, and keeps its lines.

A row is written in one transaction with its lines, so that an input is in the ledger wholly or not at all,
whenever the program or the machine is stopped. While a program has it open, the latest rows are in
`LEDGER-wal` (https://www.sqlite.org/wal.html), which is synchronised once for each transaction; SQLite's
other way does so three times.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sutja.errors import SutjaError

STATUSES = ("read", "rejected", "failed")
_VERSION = 2
_TABLE = """
CREATE TABLE IF NOT EXISTS inputs (
    name BLOB PRIMARY KEY, content BLOB, model TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    lines BLOB NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one input.

    Attributes
    ----------
    name : str
        Name of the input.
    content : bytes | None
        SHA-256 of its content; None if it may fare otherwise another time, and is to be tried again.
    status : str
        "read": every answer was accepted; "rejected": some answers are to be checked, or there is none;
        "failed": it could not be processed, or not wholly.
    reason : str
        Reason why it was rejected or failed.
    lines : str
        Its results, JSON lines.
    """

    name: str
    content: bytes | None
    status: str
    reason: str
    lines: str


def _pack(lines: str) -> bytes:
    """Compress lines: JSON takes a fifth, and a hundred million pages have many."""
    return zlib.compress(lines.encode(), 1)


class Ledger:
    """An open ledger; one program at a time has it.

    Parameters
    ----------
    path : Path
        SQLite file; made if there is none.
    model : str
        Key of the models and options that the results are made with.

    Raises
    ------
    SutjaError
        If it is no ledger, of another version, or another program has it open.
    """

    def __init__(self, path: Path, model: str) -> None:
        self._path, self._model = path, model
        self._database = sqlite3.connect(path, timeout=0.0)
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA journal_mode = WAL")  # where a file system has it
            with self._database:
                self._database.execute("BEGIN EXCLUSIVE")
                (version,) = self._database.execute("PRAGMA user_version").fetchone()
                if version not in (0, _VERSION):
                    raise sqlite3.DatabaseError(f"it has version {version}")
                self._database.execute(_TABLE)
                self._database.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.Error as error:
            self._database.close()
            raise self._explain(error) from error

    def close(self) -> None:
        """Close the file, which is then whole by itself and can be read where nothing may be written."""
        with contextlib.suppress(sqlite3.Error):
            self._database.execute("PRAGMA journal_mode = DELETE")
        self._database.close()

    def find_content(self, name: str) -> bytes | None:
        """Find the checksum of an input that these models have processed; None if it is to be processed."""
        row = self._database.execute(
            "SELECT content FROM inputs WHERE name = ? AND model = ?", (os.fsencode(name), self._model)
        ).fetchone()
        content: bytes | None = row[0] if row else None
        return content

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Add outcomes, all of them or none; what the ledger had of these inputs is replaced.

        Raises
        ------
        SutjaError
            If they cannot be written.
        """
        rows = [
            (os.fsencode(one.name), one.content, self._model, one.status, one.reason, _pack(one.lines))
            for one in outcomes
        ]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def iter_outcomes(self, names: Iterable[str]) -> Iterator[Outcome]:
        """Yield the outcome of each input that the ledger has, in the order of the names."""
        for name in names:
            row = self._database.execute(
                "SELECT content, status, reason, lines FROM inputs WHERE name = ? AND model = ?",
                (os.fsencode(name), self._model),
            ).fetchone()
            if row is not None:
                content, status, reason, packed = row
                yield Outcome(name, content, status, reason, zlib.decompress(packed).decode())

    def _explain(self, error: sqlite3.Error) -> SutjaError:
        if "locked" in str(error):
            return SutjaError(
                "another program has the ledger open",
                where=str(self._path),
                remedy="wait until it ends, or write to another file",
            )
        return SutjaError(
            f"cannot be used as a ledger ({error})",
            where=str(self._path),
            remedy="remove it to begin anew, or write to another file",
        )
