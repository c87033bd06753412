"""The folder of a run: the model, its card, and the files that show how it came to be.

Every file appears whole or not at all; the folder is proved to be writable before the work begins.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sutja.atomic import write_atomic
from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.model_file import Card, ModelFile, format_card, read_model

MODEL, CARD, RESULTS, COMMAND = "model.onnx", "card.json", "results.csv", "command.txt"
README = "README.md"
_USES = {
    "classify": ("read --crop --model model.onnx PICTURES", "Classifier"),
    "transcribe": ("read --crop --model model.onnx PICTURES", "Reader"),
    "detect": ("detect --model model.onnx PICTURES", "Detector"),
    "listen": ("listen --model model.onnx RECORDINGS", "Listener"),
}  # by task: the command, and the class
_LEAST_FREE = 64_000_000  # bytes: a model, two checkpoints and a few pictures


@dataclass(frozen=True)
class Run:
    """A complete run: its folder, and in it the model with what was measured.

    Attributes
    ----------
    folder : Path
        The folder.
    """

    folder: Path

    @cached_property
    def model(self) -> ModelFile:
        """The model, read from the folder when it is first asked for.

        Raises
        ------
        ModelFileError
            There is none: the run is not complete.
        """
        return read_model(self.folder / MODEL)

    @property
    def results(self) -> list[dict[str, Any]]:
        """The figures on the card, a mapping for each part that was measured."""
        return [dict(result) for result in self.model.card.results]


def check_free(path: Path, resume: bool) -> None:
    """Refuse a folder with a run in it.

    Parameters
    ----------
    path : Path
        The folder.
    resume : bool
        True if there may be a run in it.

    Raises
    ------
    TrainingError
        There is a run in it and none is to be resumed.
    """
    if not resume and (path / COMMAND).exists():
        raise TrainingError(
            "there is a run in this folder",
            where=str(path),
            remedy="resume it (--resume), or name another folder (--out)",
        )


class RunFolder:
    """A folder that a run writes to.

    Parameters
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
            The folder.
        command : str
            The exact command, stored beside the results.
        resume : bool
            True if there may be a run in it.

        Raises
        ------
        TrainingError
            There is a run in it and none is to be resumed, or it cannot be written to.
        """
        run = cls(path)
        check_free(path, resume)
        try:
            path.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(path).free
        except OSError as error:
            raise _unwritable(path, error.strerror or str(error)) from error
        if free < _LEAST_FREE:
            raise _unwritable(path, f"less than {_LEAST_FREE // 1_000_000} MB are free")
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
        """Write `results.csv`, one row an epoch."""
        text = io.StringIO()
        if rows:
            names = list(dict.fromkeys(name for row in rows for name in row))
            table = csv.DictWriter(text, names, lineterminator="\n")
            table.writeheader()
            table.writerows({name: f"{value:.7g}" for name, value in row.items()} for row in rows)
        self.write(RESULTS, text.getvalue())

    def write_card(self, card: Card) -> None:
        """Write `card.json`: the card that is in the model file, for people."""
        self.write(CARD, json.dumps(json.loads(format_card(card)), ensure_ascii=False, indent=2) + "\n")

    def finish(self, card: Card, log: Callable[[str], None]) -> Run:
        """Write the card beside the model that carries it, and log its results."""
        self.write_card(card)
        command = (self.path / COMMAND).read_text(encoding="utf-8").strip()
        self.write(README, describe_run(card, command))
        for result in card.results:
            log(describe_result(result))
        return Run(self.path)


def describe_run(card: Card, command: str) -> str:
    """Describe a run folder for whoever finds it: what it has learnt from, how good it is, how to use it.

    Parameters
    ----------
    card : Card
        Card of the model.
    command : str
        The command that made it.
    """
    verb, kind = _USES[card.task]
    learnt = [f"- learnt from {data.name}: {data.items:,} items; {data.terms}" for data in card.training_data]
    measured = [f"- {describe_result(result)}" for result in card.results] or ["- nothing was measured"]
    return "\n".join(
        [
            f"# {card.name}",
            "",
            f"A model to {card.task}, made by sutja with",
            "",
            f"    {command}",
            "",
            *learnt,
            *measured,
            "",
            "Use it:",
            "",
            f"    sutja {verb}",
            "    sutja card model.onnx",
            "",
            f"    from sutja import {kind}",
            f'    model = {kind}("model.onnx")',
            "",
            "`model.onnx` needs nothing else: its card, with preprocessing, training data, calibration",
            "and results, is in the file. `card.json` is the same for people, `results.csv` has a row an",
            "epoch, `command.txt` the exact command, which `--resume` takes up. `docs/onnx.md` of sutja",
            "says how to run the file without it.",
            "",
        ]
    )


def _unwritable(path: Path, why: str) -> TrainingError:
    return TrainingError(
        f"cannot be written to ({why})",
        where=str(path),
        remedy="free some space, or name another folder (--out)",
    )


def describe_result(result: Mapping[str, Any]) -> str:
    """Describe a result of the card in a line: the error, or the average precision of a detector."""
    if "ap" in result:
        return (
            f"{result['part']}: AP {_percent(result['ap'])}, at IoU 0.5 {_percent(result['ap50'])}, "
            f"at IoU 0.75 {_percent(result['ap75'])}; {result['things']:,} objects in "
            f"{result['pictures']:,} pictures"
        )
    low, high = result["error_95"]
    wrong = f"{format_percent(result['error'])} wrong of {result['n']:,}"
    return f"{result['part']}: {wrong} (95 % interval: {100 * low:.2f} to {format_percent(high)})"


def _percent(part: float | None) -> str:
    return "–" if part is None else format_percent(part)


def choose_folder(data: str | Path | None, kind: str) -> Path:
    """Choose a new folder in ``runs``, named after the data and the kind of run."""
    stem = re.sub(r"[^\w.-]+", "-", Path(data).resolve().stem) if data else "digits"
    return find_free(Path("runs"), f"{stem}-{kind}")


def find_free(parent: Path, name: str) -> Path:
    """Find a name for a new folder: ``parent/name-1``, or the first number after it that is not taken."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def read_results(path: Path) -> list[dict[str, float]]:
    """Read the rows of a run folder's `results.csv`."""
    with (path / RESULTS).open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]
