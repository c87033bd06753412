"""Open models by path, by the name of a bundled one, or as the default of a task, and check their task."""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from sutja.errors import ModelFileError
from sutja.model_file.file import ModelFile, read_model

Model: TypeAlias = "str | os.PathLike[str] | ModelFile | None"

# The bundled model of a task where none is named.
DEFAULTS = MappingProxyType(
    {"transcribe": "numbers", "classify": "digits", "detect": "pages", "listen": "spoken"}
)
# In the place of a model's name: the one of the task that has learnt from data under open terms alone.
OPEN = "open"
OPEN_DEFAULTS = MappingProxyType(
    {"transcribe": "numbers-open", "classify": "digits", "listen": "spoken-open"}
)
_log = logging.getLogger(__name__)
_USE = {
    "transcribe": "use it with sutja.Reader or `sutja read`, or pass another",
    "classify": "use it with sutja.Classifier or `sutja read --crop`, or pass another",
    "detect": "use it with sutja.Detector or `sutja detect`, or pass another",
    "listen": "use it with sutja.Listener or `sutja listen`, or pass another",
}
_TRAIN = {
    "transcribe": "train one with: sutja train transcribe DATA --out RUN, and pass RUN/model.onnx",
    "classify": "train one with: sutja train classify mnist --out RUN, and pass RUN/model.onnx",
    "detect": "train one with: sutja train detect DATA --out RUN, and pass RUN/model.onnx",
    "listen": "train one with: sutja train transcribe RECORDINGS --out RUN, and pass RUN/model.onnx",
}
_WITHOUT_OPEN = {"detect": "read crops, or pass a detector of your own: sutja train detect DATA makes one"}


def bundled_path(name: str) -> Path:
    """Return the path of the bundled model of a name, if there is one or not."""
    return _find_folder() / f"{name}.onnx"


def _find_folder() -> Path:
    return Path(str(resources.files("sutja"))) / "weights"


def list_bundled() -> list[str]:
    """List the names of the bundled models."""
    return sorted(path.stem for path in _find_folder().glob("*.onnx"))


def find_model(model: str | os.PathLike[str], task: str = "transcribe") -> Path:
    """Find the file of a model by its path, by the name of a bundled one, or as the open one of a task.

    Parameters
    ----------
    model : str or path
        A path, the name of a bundled model, or `OPEN`.
    task : str
        Task that `OPEN` is asked for.

    Raises
    ------
    ModelFileError
        No bundled model of the task has learnt from data under open terms alone.
    """
    if str(model) == OPEN:
        if task not in OPEN_DEFAULTS:
            raise ModelFileError(
                f"no bundled model to {task} has learnt from data under open terms alone",
                where=f"model {OPEN}",
                remedy=_WITHOUT_OPEN[task],
            )
        return bundled_path(OPEN_DEFAULTS[task])
    path = Path(model)
    bundled = bundled_path(str(path))
    return bundled if path.name == str(model) and not path.suffix and bundled.is_file() else path


def open_model(model: Model, task: str | None = None) -> ModelFile:
    """Open a model and check it; one that was read before is passed on.

    Parameters
    ----------
    model : str, path, ModelFile or None
        A path to a model file, the name of a bundled model, a model that was read, `OPEN` for the one of the
        task that has learnt from data under open terms alone, or None for the default of the task.
    task : str, optional
        Task it must have: "transcribe", "classify", "detect" or "listen"; None for any, where the default is
        the transcriber.

    Raises
    ------
    ModelFileError
        If it cannot be read, or has another task; or there is no open one of the task.
    """
    if isinstance(model, ModelFile):
        file = model
    else:
        path = (
            _default_path(task or "transcribe") if model is None else find_model(model, task or "transcribe")
        )
        file = read_model(path, trusted=model is None or path.parent == _find_folder())
    if task is not None and file.card.task != task:
        made = file.card.task
        raise ModelFileError(
            f"is a model to {made}, not to {task}", where=f"model {file.source}", remedy=_USE[made]
        )
    if not file.card.open_terms and Path(file.source).parent == _find_folder():
        _log_terms(file.card.name)
    return file


def choose_beside(model: Model, other: Any) -> Any:
    """Choose a second model beside a first one: the open one beside an open one, unless another is named.

    Parameters
    ----------
    model : Model
        The first model, as for `open_model`.
    other : Any
        The second one; None where none is named.
    """
    is_open = isinstance(model, str | os.PathLike) and str(model) == OPEN
    return OPEN if other is None and is_open else other


@cache
def _log_terms(name: str) -> None:
    """Log once that a model has learnt from data that are not under open terms."""
    _log.info(
        "%s has learnt from data for research only too: sutja card %s; the model %r has not", name, name, OPEN
    )


def keep_model(model: Model, file: ModelFile) -> Model:
    """Return what opens a model again, elsewhere too: the name of a bundled one, or all of another's file.

    Parameters
    ----------
    model : Model
        As it was given to `open_model`.
    file : ModelFile
        What that opened.
    """
    if isinstance(model, ModelFile):
        return model
    return model if model is None or str(model) in (OPEN, *list_bundled()) else file


def _default_path(task: str) -> Path:
    path = bundled_path(DEFAULTS[task])
    if not path.is_file():
        raise ModelFileError(
            f"no model to {task} comes with this version",
            where=f"model {DEFAULTS[task]}",
            remedy=_TRAIN[task],
        )
    return path
