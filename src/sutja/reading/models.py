"""Which model: by path, by the name of a bundled one, or the default; and what it is for."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from sutja.errors import ModelFileError
from sutja.model_file import ModelFile, read_model

DEFAULT_MODEL = "numbers"
Model: TypeAlias = "str | os.PathLike[str] | ModelFile | None"
DEFAULT_CLASSIFIER = "digits"
DEFAULT_DETECTOR = "pages"
_MADE_BY = {"transcribe": "Reader", "classify": "Classifier", "detect": "detection.Detector"}


def model_path(model: str | os.PathLike[str] | None) -> Path:
    """The file of a model given by path or by the name of a bundled one; None is the default model."""
    weights = Path(str(resources.files("sutja"))) / "weights"
    if model is None:
        return weights / f"{DEFAULT_MODEL}.onnx"
    path = Path(model)
    bundled = weights / f"{path}.onnx"
    return bundled if path.name == str(model) and not path.suffix and bundled.is_file() else path


def load_model(model: Model, task: str | None = None) -> ModelFile:
    """A checked model; one that was read before is passed on.

    Parameters
    ----------
    model
        A path to a model file, the name of a bundled model, a model that was read, or None for the default
        of the task.
    task
        What it must be for; None for anything.

    Raises
    ------
    ModelFileError
        If it cannot be read, or is for another task.
    """
    file = model if isinstance(model, ModelFile) else _read(model, task)
    if task is not None and file.card.task != task:
        made = file.card.task
        raise ModelFileError(
            f"is a model to {made}, not to {task}", where=f"model {file.source}",
            remedy=f"use it with sutja.{_MADE_BY[made]}, or pass another",
        )  # fmt: skip
    return file


def _read(model: str | os.PathLike[str] | None, task: str | None) -> ModelFile:
    if model == DEFAULT_DETECTOR and not model_path(model).is_file():
        raise ModelFileError(
            "no detector of number fields comes with this version", where=f"model {model}",
            remedy="cut the numbers out and read them as crops, or name a detector's model file",
        )  # fmt: skip
    if model is not None or task != "classify":
        return read_model(model_path(model))
    path = model_path(DEFAULT_CLASSIFIER)
    if not path.is_file():
        raise ModelFileError(
            "no classifier comes with this version", where=f"model {DEFAULT_CLASSIFIER}",
            remedy="train one with: sutja train classify mnist --out RUN, and pass RUN/model.onnx",
        )  # fmt: skip
    return read_model(path)
