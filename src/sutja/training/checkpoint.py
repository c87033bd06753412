"""Checkpoints: all that a run needs to go on as if it had never stopped, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.atomic import open_atomic
from sutja.errors import TrainingError

NAME = "checkpoint.pt"
# Names of settings in checkpoints of earlier versions, and their names now.
_EARLIER_NAMES = {
    "looks": "evaluations",
    "chunks_a_round": "chunks_per_epoch",
    "uses": "epochs_per_chunk",
    "settle": "freeze_norms_after",
    "vary": "augment",
    "sounds": "phoneme_weight",
    "lines": "augment_channel",
}


def digest_of(*arrays: NDArray[Any]) -> str:
    """SHA-256 of arrays: their types, shapes and values."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def write(path: Path, parts: Mapping[str, Any]) -> None:
    """Write a checkpoint; what was there stays until the new one is whole.

    Raises
    ------
    TrainingError
        The folder cannot be written to, or the disk is full.
    """
    try:
        with open_atomic(path) as file:
            torch.save(dict(parts), file)
    except (OSError, RuntimeError) as error:
        raise TrainingError(
            f"the checkpoint cannot be written ({error})",
            where=str(path),
            remedy="make room, or choose another folder; the checkpoint before this one is still there",
        ) from error


def read(path: Path) -> dict[str, Any]:
    """Read the parts of a checkpoint. Nothing but tensors and plain values is ever unpickled.

    Raises
    ------
    TrainingError
        The file cannot be read, or is no checkpoint.
    """
    try:
        parts: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise TrainingError(
            f"is no checkpoint that can be read ({str(error).splitlines()[0][:200]})",
            where=str(path),
            remedy="begin again in another folder",
        ) from error
    if not isinstance(parts, dict):
        raise TrainingError("is no checkpoint", where=str(path), remedy="begin again in another folder")
    return parts


def check_same_run(path: Path, saved: str, now: Mapping[str, Any]) -> None:
    """Refuse to go on with other data or settings than those that the run began with.

    Parameters
    ----------
    path : Path
        Path of the checkpoint, for the message.
    saved : str
        Result of `identity` when the run began.
    now : Mapping[str, Any]
        Data and settings of the run now.

    Raises
    ------
    TrainingError
        Naming what differs.
    """
    before = {_EARLIER_NAMES.get(name, name): value for name, value in json.loads(saved).items()}
    here: dict[str, Any] = json.loads(identity(now))
    names = [name for name in {**before, **here} if before.get(name) != here.get(name)]
    if not names:
        return
    changes = ", ".join(f"{n}: {_short(before.get(n))} then, {_short(here.get(n))} now" for n in names)
    raise TrainingError(
        f"this run began with something else ({changes})",
        where=str(path),
        remedy="resume with what it began with, or begin again in another folder",
    )


def identity(facts: Mapping[str, Any]) -> str:
    """Plain facts as text that compares equal when they are equal."""
    return json.dumps(facts, sort_keys=True, default=str)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:16]}…"
