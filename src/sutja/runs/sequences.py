"""Parts that runs of readers and of listeners share: plan, data parts, calibration, model file."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import nn

from sutja.data.labelled.tables import Texts
from sutja.data.split.hold_out import split_three_ways
from sutja.evaluation import Answers, evaluate
from sutja.model_file import Calibration, Card, ModelFile, TrainingSet, write_model
from sutja.model_file.bundled import Model, open_model
from sutja.runs import cards
from sutja.runs.calibration import calibrate_reader
from sutja.runs.folder import MODEL, RunFolder
from sutja.runs.parts import Log, Parts, check_enough, read_items
from sutja.training import checkpoint, loop
from sutja.training.ctc import CtcConfig
from sutja.training.job import check_settings, get_versions

Item = TypeVar("Item")
Net = TypeVar("Net", bound=nn.Module)

LR_FROM_BASE, LR_FROM_SCRATCH = 3e-4, 3e-3  # peak learning rates where nobody names one
_REMEDY = "check the column path"


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


@dataclass(frozen=True, slots=True)
class TextSet(Generic[Item]):
    """Items with texts.

    Attributes
    ----------
    items : tuple[Item, ...]
        The items.
    source : str
        Name of the data, for the card.
    checksum : str
        SHA-256 of the items and texts of the table's training part, before it was split.
    """

    items: tuple[Item, ...]
    source: str
    checksum: str

    def __len__(self) -> int:
        return len(self.items)


def read_parts(
    texts: Texts,
    test: Texts | None,
    read: Callable[[Path, str], Item],
    to_bytes: Callable[[Item], bytes],
    *,
    where: Path,
    noun: str,
    log: Log,
) -> Parts[TextSet[Item]]:
    """Read the items that a table names, and split them: items of one group stay on one side.

    Parameters
    ----------
    texts : Texts
        Items to train on, to validate and, where there is no test part, to test on.
    test : Texts | None
        The table's own test part.
    read : Callable[[Path, str], Item]
        Makes an item of a file and its text; raises `PictureError` or `SoundError` where it cannot be read.
    to_bytes : Callable[[Item], bytes]
        The bytes of an item that go into the checksum.
    where : Path
        The data, for messages.
    noun : str
        Name of the items, in the plural.
    log : Log
        Takes lines of progress.

    Raises
    ------
    DataError
        Too few can be read.
    """
    items, indices = _read(texts, read, log)
    check_enough(len(items), len(texts), noun, where=str(where), remedy=_REMEDY)
    groups = None if texts.groups is None else texts.groups[indices]
    train, validation, rest = split_three_ways(np.zeros(len(items), np.int64), groups)
    if test is None:
        test_items = [items[i] for i in rest]
    else:
        train, validation = np.concatenate([train, validation]), rest
        test_items, _ = _read(test, read, log)
        check_enough(
            len(test_items), len(test), f"{noun} of the test part", where=str(where), remedy=_REMEDY, least=1
        )
    digest = hashlib.sha256()
    for item in items:
        digest.update(to_bytes(item))

    def text_set(some: Sequence[Item]) -> TextSet[Item]:
        return TextSet(tuple(some), texts.source, digest.hexdigest())

    return Parts(
        text_set([items[i] for i in train]), text_set([items[i] for i in validation]), text_set(test_items)
    )


def _read(texts: Texts, read: Callable[[Path, str], Item], log: Log) -> tuple[list[Item], list[int]]:
    pairs = zip(texts.paths, texts.texts, strict=True)
    return read_items(pairs, lambda pair: read(*pair), log)


def list_facts(config: CtcConfig, data: TextSet[Any], base: ModelFile | None) -> dict[str, Any]:
    """List what a resumed run must have in common with the one that began."""
    began_with = base.card.name + base.card.created if base else None
    return {**asdict(config), "data": data.checksum, "base": began_with}


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
    answer: Callable[[ModelFile, Sequence[Item]], Answers],
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
    answer : Callable[[ModelFile, Sequence[Item]], Answers]
        The model's answers to items.
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
    card = calibrate_reader(card, answer(raw, parts.validation.items), plan.base is not None, log)
    model = replace(raw, card=card)
    validation, test = (answer(model, part.items) for part in (parts.validation, parts.test))
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
