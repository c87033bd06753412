"""`train`: what other code calls. Nothing heavy is imported before it is called."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sutja.errors import TrainingError
from sutja.model_file import Card
from sutja.runs.folder import MODEL, Run, RunFolder, check_free, choose_folder
from sutja.runs.parts import Log, drop_line

TASKS = ("classify", "transcribe", "detect", "listen")
_USES = {
    "classify": ("read --crop", "PICTURE"),
    "transcribe": ("read --crop", "PICTURE"),
    "detect": ("detect", "PICTURE"),
    "listen": ("listen", "RECORDING"),
}


def train(
    data: str | Path | None = None,
    task: str = "classify",
    *,
    out: str | Path | None = None,
    resume: bool = False,
    seed: int = 0,
    epochs: int | None = None,
    budget: float | None = None,
    log: Log | None = print,
    command: Callable[[Path], str] | None = None,
    **options: Any,
) -> Run:
    """Train a network on labelled data, calibrate it, measure it, and write a run folder.

    Parameters
    ----------
    data : str, Path or None
        Labelled data, in any of the forms of docs/labelled-data.md: of pictures or short recordings with a
        class each ("classify"), crops with texts ("transcribe"), pictures with boxes ("detect") or recordings
        with texts ("listen"). None, for "classify" only, takes the digits that come with scikit-learn.
    task : str
        "classify", "transcribe", "detect" or "listen".
    out : str | Path | None
        Folder of the run; None takes a new one in the folder ``runs``.
    resume : bool
        Go on with the run in `out`, to the same weights.
    seed : int
        Seed of all random numbers.
    epochs : int | None
        Passes over the data; None leaves their number to the task.
    budget : float | None
        Seconds to train instead of epochs, for "classify" and "detect".
    log : Log | None
        Takes lines of progress; None is silent.
    command : Callable[[Path], str] | None
        Makes the command for the run folder's ``command.txt``, from the folder; None writes this call.
    options : Any
        Options of the task. All take ``name`` (of the model; by default that of the folder), ``lr`` (peak
        learning rate) and ``threads`` (0 chooses).

        - "classify": ``net`` ("mlp", "convnet", "inknet", "lenet5" or "lecun1989"), ``hidden`` (neurons of
          each layer of the mlp), ``size`` ("s", "m" or "l"), ``batch_size``, ``augment`` ("none", "shift",
          "light", "digits" or "strong"), ``ink`` ("auto", "find" or "whole": whether the character in each
          picture is found, scaled and centred), ``device``, ``dtype``, ``resize`` ((H, W)), ``tensorboard``.
        - "transcribe" and "listen": ``base`` (a model file or the name of a bundled model to begin with; None
          begins from nothing).
        - "detect": ``size``, ``batch_size``, ``longest`` (pixels of a picture's longer side), ``augment``
          ("none", "written", "upright" or "anyhow"), ``device``, ``dtype``, ``int8`` (also write the model in
          8-bit integers).

    Returns
    -------
    Run
        Its `model`, calibrated as those of ``sutja train`` are, its `results` and its `folder`.

    Raises
    ------
    SutjaError
        An unknown task or option, data that cannot be learnt from, or a run that cannot go on; the message
        says what is wrong and what to do.

    Examples
    --------
    >>> run = train("letters/", net="mlp", epochs=20)  # doctest: +SKIP
    >>> run.model.card.threshold, run.results[-1]["error"]  # doctest: +SKIP
    """
    chosen = {"seed": seed, **options}
    chosen |= {key: value for key, value in (("epochs", epochs), ("budget", budget)) if value is not None}
    _check_task(task, data)
    try:
        return _train(data, task, out, resume, chosen, log or drop_line, command)
    except ModuleNotFoundError as error:
        if (error.name or "sutja").partition(".")[0] == "sutja":
            raise
        raise TrainingError(
            f"this needs {error.name}, which is not installed",
            where="training",
            remedy="pip install 'sutja[train]'",
        ) from error


def _train(
    data: str | Path | None,
    task: str,
    out: str | Path | None,
    resume: bool,
    chosen: dict[str, Any],
    log: Log,
    command: Callable[[Path], str] | None,
) -> Run:
    """Load, plan and train, with options that are not checked yet."""
    from sutja.training import checkpoint, distributed
    from sutja.training.export.network import ParityError

    module = import_module(f"sutja.runs.{task}")
    _check_options(task, chosen, {*_options(module.load_parts), *_options(module.make_plan), "name"})
    with distributed.processes() as rank:
        if out is None and (resume or distributed.world_size() > 1):
            raise TrainingError("the folder of the run is not named", where="out", remedy="name it (--out)")
        if task != "classify" and distributed.world_size() > 1:
            raise TrainingError(
                f"a network to {task} is trained by one process",
                where="processes",
                remedy="start it without torchrun",
            )
        log = drop_line if rank else log
        call = _describe_call(data, task, chosen)
        loading = {name: chosen.pop(name) for name in _options(module.load_parts) if name in chosen}
        path = Path(out) if out else choose_folder(data, chosen.get("net", module.KIND))
        distributed.share(lambda: check_free(path, resume))
        if "folder" in inspect.signature(module.load_parts).parameters:
            loading["folder"] = path
        parts = module.load_parts(data, log, **loading)
        plan = module.make_plan(parts, chosen.pop("name", None) or path.name, **chosen)
        written = command(path) if command else call(path)
        folder = distributed.share(lambda: RunFolder.open(path, written, resume))
        if resume and not rank and not (path / checkpoint.NAME).exists():
            log(f"there is no run in {path} to go on with: one begins")
        try:
            run: Run = module.train(parts, plan, folder, resume=resume, log=log)
        except ParityError as error:
            raise TrainingError(
                f"no model was written, since it would not answer as the trained network does ({error})",
                where=str(path / MODEL),
                remedy="train with a smaller learning rate, or with float32 where there is a choice",
            ) from error
        if not rank:
            _log_use(path, run.model.card, log)
        return run


def _check_task(task: str, data: str | Path | None) -> None:
    if task not in TASKS:
        raise TrainingError(f"{task!r} is no task", where="task", remedy=f"name one of {', '.join(TASKS)}")
    if data is None and task != "classify":
        raise TrainingError("there are no data", where="data", remedy=f"name the data to {task}")


def _options(function: Callable[..., Any]) -> list[str]:
    """List the keyword-only parameters of a function."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY]


def find_text_task(data: str | Path) -> str:
    """Find the task of data with texts: "listen" where most files are recordings, else "transcribe"."""
    from sutja.data.labelled.recordings import are_recordings

    return "listen" if are_recordings(Path(data).expanduser()) else "transcribe"


def _check_options(task: str, chosen: Mapping[str, Any], known: set[str]) -> None:
    """Refuse options that a task does not have, and those that exclude one another."""
    unknown = sorted(set(chosen) - known)
    if unknown:
        raise TrainingError(
            f"there is no option {', '.join(unknown)} to {task}",
            where="options",
            remedy=f"it takes {', '.join(sorted(known))}",
        )
    if "epochs" in chosen and "budget" in chosen:
        raise TrainingError("epochs and budget exclude one another", where="options", remedy="give one")


def _describe_call(data: str | Path | None, task: str, chosen: Mapping[str, Any]) -> Callable[[Path], str]:
    """Describe a call of `train`, given the folder, as Python has it."""
    given = None if data is None else str(data)
    words = [f"{name}={value!r}" for name, value in chosen.items()]

    def describe(path: Path) -> str:
        return f"sutja.train({', '.join([repr(given), repr(task), f'out={str(path)!r}', *words])})"

    return describe


def _log_use(folder: Path, card: Card, log: Log) -> None:
    """Log the command that uses the model of a run."""
    verb, what = _USES[card.task]
    if card.preprocessing.name == "clip":
        what = "CLIP"
    log(f"the run is in {folder}; to use its model:")
    log(f"  sutja {verb} --model {shlex.quote(str(folder / MODEL))} {what}")
