"""The table of fits: each is on the disk as soon as it is done, and is there whole or not at all.

A row's answers are written before the row, so that a row that can be read has them. What a kill left of a
line is cut off when the table is opened again.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.atomic import write_atomic
from sutja.errors import ComparisonError

RESULTS, TUNING, ANSWERS = "results.csv", "tuning.csv", "answers"
DONE, FAILED, SLOW, PASSED_OVER = "done", "failed", "too slow", "passed over"
TIMINGS = ("fit_seconds", "predict_seconds", "memory_mb")  # what another run measures otherwise

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One fit.

    Attributes
    ----------
    learner, labels, seed : str or int
        What was fitted, on how many labels, drawn and begun by which seed.
    status : str
        "done", "failed", "too slow" (stopped at its limit) or "passed over" (not begun: it would have been
        too slow, or too large for the memory).
    error : float | None
        Share of the test items it got wrong.
    fit_seconds, predict_seconds : float | None
        To learn, and to answer all test items; of a stack the share of one.
    memory_mb : float | None
        Most memory that the fit took beyond what its process had before; of a stack all of it.
    fit_operations, predict_operations : float | None
        See `sutja.comparison.learners.operations`; the latter for one item.
    parameters : int | None
        Numbers that are kept to answer.
    together : int
        How many networks were trained as one stack.
    device : str
        "cpu" or "cuda".
    settings : str
        What tuning chose, as text.
    note : str
        Why it is not done.
    """

    learner: str
    labels: int
    seed: int
    status: str
    error: float | None = None
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    memory_mb: float | None = None
    fit_operations: float | None = None
    predict_operations: float | None = None
    parameters: int | None = None
    together: int = 1
    device: str = "cpu"
    settings: str = ""
    note: str = ""

    @property
    def key(self) -> Key:
        """What sets it apart from the other rows."""
        return self.learner, self.labels, self.seed

    def texts(self) -> list[str]:
        """Its cells."""
        return [_text(value) for value in asdict(self).values()]

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Row:
        """The row with these cells.

        Raises
        ------
        ValueError
            They are none of a row.
        """
        if len(texts) != len(COLUMNS):
            raise ValueError(f"{len(texts)} cells")
        values: dict[str, Any] = dict(zip(COLUMNS, texts, strict=True))
        for name in ("labels", "seed", "together"):
            values[name] = int(values[name])
        for name in ("error", *TIMINGS, "fit_operations", "predict_operations"):
            values[name] = float(values[name]) if values[name] else None
        values["parameters"] = int(values["parameters"]) if values["parameters"] else None
        return cls(**values)


COLUMNS = tuple(field.name for field in fields(Row))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.7g}" if isinstance(value, float) else re.sub(r"[\r\n]+", " ", str(value))


class Table:
    """Rows in a file of a folder, and the answers of each.

    Parameters
    ----------
    folder : Path
        Where the files are.
    name : str
        Of the table.
    """

    def __init__(self, folder: Path, name: str = RESULTS) -> None:
        self._path, self._answers = folder / name, folder / ANSWERS
        self.rows: dict[Key, Row] = {}
        self._repair()
        self._file = self._path.open("ab", buffering=0)

    def _repair(self) -> None:
        """Read what is there, and cut off what a kill left of a line."""
        header = _lines([COLUMNS])
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        if not data.startswith(header):
            if data and not header.startswith(data):
                raise ComparisonError(
                    "is no table of a comparison", where=str(self._path), remedy="name another folder"
                )
            write_atomic(self._path, header)
            return
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        for texts in list(csv.reader(io.StringIO(whole.decode())))[1:]:
            with contextlib.suppress(ValueError):
                row = Row.from_texts(texts)
                self.rows[row.key] = row

    def add(self, rows: Iterable[Row], answers: dict[Key, NDArray[np.int64]] | None = None) -> None:
        """Put rows at the end, at one stroke, their answers before them."""
        added = [Row.from_texts(row.texts()) for row in rows]  # as they will be read again
        for key, some in (answers or {}).items():
            self._answers.mkdir(exist_ok=True)
            out = io.BytesIO()
            np.save(out, some.astype(np.min_scalar_type(int(some.max(initial=0)))))
            write_atomic(self._answers_of(key), out.getvalue())
        self._append(_lines(row.texts() for row in added))
        self.rows.update({row.key: row for row in added})

    def _append(self, data: bytes) -> None:
        """Put bytes at the end, all or none of them: half a line would spoil the next."""
        end = os.fstat(self._file.fileno()).st_size
        try:
            done = 0
            while done < len(data):
                done += self._file.write(data[done:])
            os.fsync(self._file.fileno())
        except OSError:  # the disk is full
            with contextlib.suppress(OSError):
                self._file.truncate(end)
            raise

    def forget(self, keys: Iterable[Key]) -> None:
        """Take rows out."""
        for key in keys:
            self.rows.pop(key, None)
        self.write_sorted()

    def write_sorted(self) -> None:
        """Write the table anew, in the order of learners, labels and seeds."""
        self._file.close()
        rows = [self.rows[key] for key in sorted(self.rows)]
        write_atomic(self._path, _lines([COLUMNS, *(row.texts() for row in rows)]))
        self._file = self._path.open("ab", buffering=0)

    def answers(self, key: Key) -> NDArray[np.int64]:
        """(m,) what a fit answered."""
        return np.asarray(np.load(self._answers_of(key), allow_pickle=False), np.int64)

    def has_answers(self, key: Key) -> bool:
        """Whether the answers of a fit are there, and can be read."""
        try:
            return self.answers(key).ndim == 1
        except (OSError, ValueError, EOFError):
            return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _answers_of(self, key: Key) -> Path:
        name = re.sub(r"[^a-z0-9_.-]+", "_", key[0])[:80]
        if name != key[0]:  # two names of a person's own may become one
            name += f"-{zlib.crc32(key[0].encode()):08x}"
        return self._answers / f"{name}-{key[1]}-{key[2]}.npy"


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
