"""The folder of a run: the model, its card, and what shows how it came to be.

Every file appears whole or not at all; the folder is proved to be writable before the work begins.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sutja.atomic import write_atomic
from sutja.errors import TrainingError
from sutja.metrics import percent
from sutja.model_file import Card, format_card

MODEL, CARD, RESULTS, COMMAND = "model.onnx", "card.json", "results.csv", "command.txt"
_LEAST_ROOM = 64_000_000  # bytes: a model, two checkpoints and a few pictures


class RunFolder:
    """A folder for one run.

    Parameters
    ----------
    path : Path
        Of the folder.

    Attributes
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path, command: str, resume: bool = False) -> RunFolder:
        """Make a folder, or take up the one of a run that was stopped.

        Parameters
        ----------
        path : Path
            Of the folder.
        command : str
            The exact command, kept beside the results.
        resume : bool
            Whether a run may be in it.

        Raises
        ------
        TrainingError
            There is a run in it and none is to be resumed, or it cannot be written to.
        """
        run = cls(path)
        if not resume and (path / COMMAND).exists():
            raise TrainingError(
                "there is a run in this folder",
                where=str(path),
                remedy="--resume goes on with it; or name another folder with --out",
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(path).free
        except OSError as error:
            raise _unwritable(path, error.strerror or str(error)) from error
        if free < _LEAST_ROOM:
            raise _unwritable(path, f"less than {_LEAST_ROOM // 1_000_000} MB are free")
        run.write(COMMAND, command + "\n")
        return run

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder; what was there stays until the new one is whole.

        Raises
        ------
        TrainingError
            It cannot be written.
        """
        data = content.encode() if isinstance(content, str) else content
        target = self.path / name
        try:
            write_atomic(target, data)
        except OSError as error:
            raise _unwritable(self.path, f"{name}: {error.strerror or error}") from error
        return target

    def write_results(self, rows: Sequence[Mapping[str, float]]) -> None:
        """`results.csv`, one row an epoch."""
        text = io.StringIO()
        if rows:
            names = list(dict.fromkeys(name for row in rows for name in row))
            table = csv.DictWriter(text, names, lineterminator="\n")
            table.writeheader()
            table.writerows({name: f"{value:.7g}" for name, value in row.items()} for row in rows)
        self.write(RESULTS, text.getvalue())

    def write_card(self, card: Card) -> None:
        """`card.json`: the card that is in the model file, for people."""
        self.write(CARD, json.dumps(json.loads(format_card(card)), ensure_ascii=False, indent=2) + "\n")


def _unwritable(path: Path, why: str) -> TrainingError:
    return TrainingError(
        f"cannot be written to ({why})",
        where=str(path),
        remedy="make room, or name another folder with --out",
    )


def result_line(result: Mapping[str, Any]) -> str:
    """A result of the card for people."""
    low, high = result["error_95"]
    wrong = f"{percent(result['error'])} wrong of {result['n']:,}"
    return f"{result['part']}: {wrong} (95 % interval: {100 * low:.2f} to {percent(high)})"


def next_free(parent: Path, name: str) -> Path:
    """``parent/name-1``, or the first number after it that is not taken."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def read_results(path: Path) -> list[dict[str, float]]:
    """The rows of a run folder's `results.csv`."""
    with (path / RESULTS).open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]
