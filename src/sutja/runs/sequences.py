"""Parts that runs of readers and of listeners share: plan, data parts, calibration, model file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from sutja.evaluation import Answers, evaluate
from sutja.model_file import Calibration, Card, ModelFile, TrainingSet, write_model
from sutja.model_file.bundled import Model, open_model
from sutja.runs import cards
from sutja.runs.calibration import calibrate_reader
from sutja.runs.folder import MODEL, RunFolder
from sutja.runs.inputs.texts import TextSet
from sutja.runs.parts import Log, Parts
from sutja.training import checkpoint, loop
from sutja.training.ctc import CtcConfig
from sutja.training.job import check_settings, get_versions

Item = TypeVar("Item")
Net = TypeVar("Net", bound=nn.Module)

LR_FROM_BASE, LR_FROM_SCRATCH = 3e-4, 3e-3  # peak learning rates where nobody names one


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan to train on items with texts.

    Parameters
    ----------
    name : str
        Name of the model.
    base : ModelFile | None
        The model to begin with, or None to begin from nothing.
    epochs : int
        Passes over the data.
    lr : float | None
        Peak learning rate; None for 3e-4 with a base and 3e-3 without.
    seed, threads : int
        Seed of all random numbers, and number of threads; 0 threads leave their number as it is.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    name: str
    base: ModelFile | None
    epochs: int = 20
    lr: float | None = None
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        rules = {
            "epochs": self.epochs >= 1,
            "lr": self.lr is None or self.lr > 0,
            "seed": self.seed >= 0,
            "threads": self.threads >= 0,
        }
        check_settings(self, rules)

    @property
    def peak_lr(self) -> float:
        """The peak learning rate."""
        return self.lr or (LR_FROM_BASE if self.base else LR_FROM_SCRATCH)

    @property
    def base_path(self) -> Path | None:
        """The file of the base."""
        return Path(self.base.source) if self.base else None

    @property
    def threads_or_default(self) -> int:
        """The number of threads that was asked for, or the one that is set."""
        return self.threads or torch.get_num_threads()


def make_plan(task: str, name: str, base: Model, **choices: Any) -> Plan:
    """Make a plan to train for a task.

    Parameters
    ----------
    task : str
        "transcribe" or "listen".
    name : str
        Name of the model.
    base : Model
        The model to begin with: a path, or the name of a bundled model; None begins from nothing.
    choices : Any
        Other fields of the plan.

    Raises
    ------
    ModelFileError
        The base cannot be read, or is for another task.
    TrainingError
        A value that makes no sense.
    """
    return Plan(name, None if base is None else open_model(base, task), **choices)


def list_facts(config: CtcConfig, data: TextSet[Any], base: ModelFile | None) -> dict[str, Any]:
    """List what a resumed run must have in common with the one that began."""
    return {**asdict(config), "data": data.checksum, "base": name_base(base)}


def name_base(base: ModelFile | None) -> str | None:
    """Name the model that a training begins with, so that no other has the name; None where there is none."""
    return base.card.name + base.card.created if base else None


def prepare_checkpoint(folder: RunFolder, resume: bool) -> Path:
    """Return the path of the checkpoint; the one of an earlier run is removed unless that run is resumed."""
    path = folder.path / checkpoint.NAME
    if not resume:
        path.unlink(missing_ok=True)
    return path


def take_average(state: loop.State, folder: RunFolder, kind: type[Net]) -> Net:
    """Write the history of a training, and return the network with the averaged weights."""
    folder.write_results(state.history)
    net = state.flat.make_average().eval()
    assert isinstance(net, kind)
    return net


def extend_card(card: Card, plan: Plan, train: TextSet[Any]) -> Card:
    """Add this training to the card of the base, or to a fresh one; it is not calibrated anew."""
    mine = TrainingSet(train.source, len(train), "not stated", train.checksum)
    return replace(
        card,
        name=plan.name,
        training_data=(*card.training_data, mine),
        open_terms=False,
        seed=plan.seed,
        versions=get_versions(),
        results=(),
        guarantee=None,
        second_reader=None,
    )


def finish(
    card: Card,
    parts: Parts[TextSet[Item]],
    plan: Plan,
    folder: RunFolder,
    export: Callable[[Card, Path], ModelFile],
    answer: Callable[[ModelFile, TextSet[Item]], Answers],
    log: Log,
) -> tuple[Card, Answers]:
    """Export and calibrate a trained network, measure it, and write the model file.

    Parameters
    ----------
    card : Card
        A fresh card; with a base, that of the base is extended instead.
    parts : Parts[TextSet[Item]]
        The data.
    plan : Plan
        The plan of the run.
    folder : RunFolder
        The folder of the run.
    export : Callable[[Card, Path], ModelFile]
        Writes a model file with this card, once it is proved that the file answers as the network does.
    answer : Callable[[ModelFile, TextSet[Item]], Answers]
        The model's answers to the items of a part.
    log : Log
        Takes lines of progress.

    Returns
    -------
    The card that was written, and the answers to the test items.

    Raises
    ------
    ParityError
        The file does not answer as the network does; no model is written then.
    """
    base = replace(plan.base.card, classes=card.classes) if plan.base else card  # it may have learnt words
    card = extend_card(base, plan, parts.train)
    nothing = Calibration()
    uncalibrated = replace(card, calibration=nothing, long_calibration=nothing, threshold=0.0)
    with tempfile.TemporaryDirectory() as elsewhere:  # the model in the run folder is a calibrated one
        raw = export(uncalibrated, Path(elsewhere) / MODEL)
    card = calibrate_reader(card, answer(raw, parts.validation), plan.base is not None, log)
    model = replace(raw, card=card)
    validation, test = (answer(model, part) for part in (parts.validation, parts.test))
    results = (
        measure(validation, card.threshold, parts.train.source, "validation"),
        measure(test, card.threshold, parts.train.source, "test"),
    )
    card = replace(card, results=results, created=cards.get_time())
    write_model(folder.path / MODEL, raw.data, card)
    return card, test


def measure(answers: Answers, threshold: float, source: str, part: str) -> dict[str, Any]:
    """Make the figures for the card: the error with its interval, calibration, and what is accepted."""
    evaluation = evaluate(answers, threshold)
    return {
        "set": source,
        "part": part,
        "n": evaluation.error.n,
        "error": evaluation.error.rate,
        "error_95": [evaluation.error.low, evaluation.error.high],
        "ece": evaluation.calibration_error,
        "accepted": evaluation.accepted.rate,
        "accepted_wrong": evaluation.wrong_of_accepted.k,
    }
