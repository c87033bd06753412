"""The table of fits on the disk: each row is written as soon as its fit is done, whole or not at all.

The answers of a fit are written before its row, so that every row that can be read has them. A line that a
kill left incomplete is cut off when the table is opened again.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.atomic import write_atomic
from sutja.comparison.learners.cost import Cost
from sutja.errors import ComparisonError

RESULTS, TUNING, ANSWERS = "results.csv", "tuning.csv", "answers"
TIMINGS = ("fit_seconds", "predict_seconds", "memory_mb")  # differ from run to run

Key = tuple[str, int, int]


class Status(StrEnum):
    """State of a fit; the value is what the table says."""

    DONE = "done"
    FAILED = "failed"
    TOO_SLOW = "too slow"  # stopped at its time limit, or when the budget ran out
    PASSED_OVER = "passed over"  # not started: it would have been too slow, or too large for the memory


@dataclass(frozen=True, slots=True)
class Row:
    """One fit.

    Attributes
    ----------
    learner : str
        Name of the learner.
    labels : int
        Number of labels that it learnt from.
    seed : int
        Seed of the subset and of the first weights; in the table of tuning the position of the candidate.
    status : Status
        State of the fit.
    error : float | None
        Share of the test items that it got wrong.
    cost : Cost
        Cost of the fit.
    settings : str
        Settings that tuning chose, as JSON.
    note : str
        Explanation of a fit that is not done.
    """

    learner: str
    labels: int
    seed: int
    status: Status
    error: float | None = None
    cost: Cost = field(default_factory=Cost)
    settings: str = ""
    note: str = ""

    @property
    def key(self) -> Key:
        """Learner, labels and seed, which identify the row."""
        return self.learner, self.labels, self.seed

    def to_dict(self) -> dict[str, Any]:
        """Return the values by the names of `COLUMNS`, in their order."""
        values = asdict(self)
        values |= values.pop("cost")
        return {name: values[name] for name in COLUMNS}

    def to_cells(self) -> list[str]:
        """Return the cells of the row, in the order of `COLUMNS`."""
        return [_to_cell(value) for value in self.to_dict().values()]

    @classmethod
    def from_cells(cls, cells: Sequence[str]) -> Row:
        """Make a row of its cells.

        Raises
        ------
        ValueError
            They are not the cells of a row.
        """
        if len(cells) != len(COLUMNS):
            raise ValueError(f"{len(cells)} cells")
        values: dict[str, Any] = dict(zip(COLUMNS, cells, strict=True))
        for name in ("labels", "seed", "together"):
            values[name] = int(values[name])
        for name in ("error", *TIMINGS, "fit_operations", "predict_operations"):
            values[name] = float(values[name]) if values[name] else None
        values["parameters"] = int(values["parameters"]) if values["parameters"] else None
        values["status"] = Status(values["status"])
        cost = Cost(**{name: values.pop(name) for name in _COST_COLUMNS})
        return cls(cost=cost, **values)


_COST_COLUMNS = tuple(each.name for each in fields(Cost))
COLUMNS = ("learner", "labels", "seed", "status", "error", *_COST_COLUMNS, "settings", "note")


def _to_cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.7g}" if isinstance(value, float) else re.sub(r"[\r\n]+", " ", str(value))


class Table:
    """Rows in a file of a folder, and the answers of each.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    name : str
        File name of the table.

    Raises
    ------
    ComparisonError
        The file is not a table of a comparison.
    """

    def __init__(self, folder: Path, name: str = RESULTS) -> None:
        self._path, self._answers = folder / name, folder / ANSWERS
        self.rows: dict[Key, Row] = {}
        self._repair()
        self._file = self._path.open("ab", buffering=0)

    def _repair(self) -> None:
        """Read the rows, and cut off a line that a kill left incomplete."""
        header = _to_lines([COLUMNS])
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        if not data.startswith(header):
            if data and not header.startswith(data):
                raise ComparisonError(
                    "is not a table of a comparison", where=str(self._path), remedy="name another folder"
                )
            write_atomic(self._path, header)
            return
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        for cells in list(csv.reader(io.StringIO(whole.decode())))[1:]:
            with contextlib.suppress(ValueError):
                row = Row.from_cells(cells)
                self.rows[row.key] = row

    def add(self, rows: Iterable[Row], answers: dict[Key, NDArray[np.int64]] | None = None) -> None:
        """Append rows in one write, after their answers."""
        added = [Row.from_cells(row.to_cells()) for row in rows]  # rounded, as they will be read again
        for key, some in (answers or {}).items():
            self._answers.mkdir(exist_ok=True)
            out = io.BytesIO()
            np.save(out, some.astype(np.min_scalar_type(int(some.max(initial=0)))))
            write_atomic(self._find_answers(key), out.getvalue())
        self._append(_to_lines(row.to_cells() for row in added))
        self.rows.update({row.key: row for row in added})

    def _append(self, data: bytes) -> None:
        """Append all of the bytes or none: half a line would spoil the next."""
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

    def remove(self, keys: Iterable[Key]) -> None:
        """Remove rows."""
        for key in keys:
            self.rows.pop(key, None)
        self.write_sorted()

    def write_sorted(self) -> None:
        """Write the table anew, in the order of learners, labels and seeds."""
        self._file.close()
        rows = [self.rows[key] for key in sorted(self.rows)]
        write_atomic(self._path, _to_lines([COLUMNS, *(row.to_cells() for row in rows)]))
        self._file = self._path.open("ab", buffering=0)

    def load_answers(self, key: Key) -> NDArray[np.int64]:
        """Load the answers of a fit, (n_test,) class numbers."""
        return np.asarray(np.load(self._find_answers(key), allow_pickle=False), np.int64)

    def has_answers(self, key: Key) -> bool:
        """Tell if the answers of a fit are there, and can be read."""
        try:
            return self.load_answers(key).ndim == 1
        except (OSError, ValueError, EOFError):
            return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _find_answers(self, key: Key) -> Path:
        name = re.sub(r"[^a-z0-9_.-]+", "_", key[0])[:80]
        if name != key[0]:  # two names of a person's own may become one
            name += f"-{zlib.crc32(key[0].encode()):08x}"
        return self._answers / f"{name}-{key[1]}-{key[2]}.npy"


def _to_lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
