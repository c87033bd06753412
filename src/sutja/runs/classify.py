"""From labelled pictures to a run folder: split, leak guard, training, calibration, model file, figures.

Letters: n pictures, C channels, H rows, W columns, K classes.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from sutja.confidence import RiskTable, fit_temperature, scale
from sutja.data.labelled.labels import show_some
from sutja.data.labelled.leak import find_leaks
from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.split.fingerprint import make_fingerprint
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, three_parts
from sutja.errors import DataError, ThresholdError, TrainingError
from sutja.metrics import clopper_pearson, expected_calibration_error, percent
from sutja.model_file import Card, ModelFile, Preprocessing, Scaling, TrainingSet
from sutja.nets.named import NETS, make_net
from sutja.runs import plots
from sutja.runs.folder import MODEL, RunFolder, result_line
from sutja.runs.tensorboard import EventFile
from sutja.signals.pixels_input import PixelsParams, batch_to_pixels
from sutja.signals.spectrogram import PREPROCESSING as CLIP
from sutja.training import checkpoint, distributed
from sutja.training.classify.checks import check_memory
from sutja.training.classify.fit import ClassifyConfig, Fitted, fit_classifier, predict_log_proba
from sutja.training.export import export

MAX_ERROR = 0.01  # of accepted answers: what the default threshold kept on validation data
_PARITY_PICTURES = 256  # on which the file must answer as the network does
_COPIES = 3  # of the pictures in memory at once, as float32: at rest, permuted, changed

_WIDTH = 16  # neurons a layer that the perceptron's learning rate was chosen for
_LEAST_STEPS, _MOST_EPOCHS = 1500, 200  # of a recipe, where there are few pictures

# What each network is trained with when nobody says otherwise.
RECIPES: Mapping[str, ClassifyConfig] = MappingProxyType(
    {
        "mlp": ClassifyConfig(epochs=20, lr=2e-2, weight_decay=0.05, batch_size=128),
        "convnet": ClassifyConfig(epochs=20, lr=4e-3, weight_decay=0.02, batch_size=128, augment="light"),
        "inknet": ClassifyConfig(epochs=20, lr=4e-3, weight_decay=0.02, batch_size=128, augment="light"),
        "lenet5": ClassifyConfig(epochs=20, lr=2e-3, weight_decay=1e-3, batch_size=128, augment="light"),
        "lecun1989": ClassifyConfig(
            epochs=23, lr=4e-3, weight_decay=1e-2, batch_size=32, loss="squared_error"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train.

    Parameters
    ----------
    net : str
        A name in `sutja.nets.named.NETS`.
    hidden : tuple[int, ...]
        Neurons of the hidden layers of "mlp".
    size : str
        Of "convnet" and "inknet".
    config : ClassifyConfig
        How; `RECIPES` has one for each network.
    name : str
        Of the model.
    tensorboard : bool
        Also write TensorBoard's file of events.
    """

    net: str = "convnet"
    hidden: tuple[int, ...] = (16, 16)
    size: str = "s"
    config: ClassifyConfig = field(default_factory=lambda: RECIPES["convnet"])
    name: str = "classifier"
    tensorboard: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """One data set in three: to learn from, to choose by, and to test on once."""

    train: Labelled
    validation: Labelled
    test: Labelled


def load_parts(data: str | Path | None, resize: tuple[int, int] | None, say: Callable[[str], None]) -> Parts:
    """Load and split data, and tell what stands on both sides of the split.

    Raises
    ------
    DataError
        As `sutja.data.labelled.load.load_labelled` says, or a class has no picture in the training part.
    """
    train = load_labelled(data, "train", resize)
    if train.parted:
        test = load_labelled(data, "test", resize).in_classes(train.classes)
        held = hold_out(train.labels, train.groups, VALIDATION_SHARE)
        parts = Parts(train.take(np.flatnonzero(~held)), train.take(np.flatnonzero(held)), test)
    else:
        indices = three_parts(train.labels, train.groups)
        parts = Parts(*(train.take(some) for some in indices))
    for note in (*train.notes, *(parts.test.notes if train.parted else ())):
        say(note)
    sizes = (
        f"{len(parts.train):,} to train, {len(parts.validation):,} to validate, {len(parts.test):,} to test"
    )
    say(f"{train.source}: {len(train.classes)} classes, {sizes}")
    lost = [name for i, name in enumerate(train.classes) if not (parts.train.labels == i).any()]
    if lost:
        raise DataError(
            f"no picture of {show_some(lost)} is left to learn from",
            where=train.source,
            remedy="add pictures of it; where the data name groups, of two groups or more",
        )
    for side in ("validation", "test"):
        for line in find_leaks(parts.train, getattr(parts, side)).tell(side):
            say(line)
    return parts


def params_of(net: str, train: Labelled) -> PixelsParams:
    """How pictures are made fit for a network: its own size and scale, or else those of the data."""
    wants = NETS[net]
    height, width = (wants.side, wants.side) if wants.side else train.images.shape[1:3]
    channels = 1 if wants.grey or train.images.ndim == 3 else 3
    mean, std = wants.mean, wants.std
    if mean is None or std is None:
        means, stds = cv2.meanStdDev(train.images.reshape(len(train), -1))
        mean, std = (round(float(figure[0, 0]) / 255, 4) for figure in (means, stds))
        std = std or 1.0
    return PixelsParams(int(height), int(width), channels, mean, std)


def train_classifier(
    parts: Parts, plan: Plan, folder: RunFolder, *, resume: bool = False, say: Callable[[str], None] = print
) -> ModelFile | None:
    """Train a network, and write everything that a run folder holds.

    Parameters
    ----------
    parts : Parts
        The data.
    plan : Plan
        What to train.
    folder : RunFolder
        Where everything goes.
    resume : bool
        Go on from the folder's checkpoint.
    say : Callable[[str], None]
        Takes lines of progress.

    Returns
    -------
    ModelFile, or None in a process that only helps another one.

    Raises
    ------
    TrainingError
        As `fit_classifier` says, or where the memory is too small.
    ParityError
        The file does not answer as the network does; no model is written then.
    """
    params = params_of(plan.net, parts.train)
    n_pictures = len(parts.train) * _COPIES + len(parts.validation) + len(parts.test)
    check_memory(n_pictures * int(np.prod(params.shape)) * 4, "use smaller pictures with --resize HxW")
    seen, held, last = (batch_to_pixels(part.images, params) for part in _all(parts))
    torch.manual_seed(plan.config.seed)
    try:
        net = make_net(plan.net, params.shape, len(parts.train.classes), plan.hidden, plan.size)
    except ValueError as error:
        raise TrainingError(str(error), where="net", remedy="choose other sizes") from error
    shown = "×".join(map(str, params.shape[1:])) + (" grey" if params.channels == 1 else " colour")
    say(f"{plan.net}: {sum(p.numel() for p in net.parameters()):,} parameters, {shown} pictures")
    if resume and not (folder.path / checkpoint.NAME).exists():
        say(f"there is no run in {folder.path} to go on with: one begins")
    events = EventFile(folder.path) if plan.tensorboard and distributed.rank() == 0 else None

    def look(history: Sequence[Mapping[str, float]]) -> None:
        folder.write_results(history)
        if events is not None:
            row = dict(history[-1])
            events.add(int(row.pop("step")), row)

    fitted = fit_classifier(
        net,
        seen,
        parts.train.labels,
        plan.config,
        validation=(held, parts.validation.labels),
        folder=folder.path,
        resume=resume,
        say=say,
        look=look,
    )
    if distributed.rank():
        return None
    log_probs = predict_log_proba(fitted.net, held), predict_log_proba(fitted.net, last)
    card = make_card(plan, params, parts, fitted, *log_probs)
    model = export(fitted.net, card, folder.path / MODEL, [seen[:_PARITY_PICTURES], held[:1]])
    folder.write_card(card)
    _draw(folder, fitted, parts, scale(log_probs[1], card.scaling))
    for result in card.results:
        say(result_line(result))
    return model


def _all(parts: Parts) -> tuple[Labelled, Labelled, Labelled]:
    return parts.train, parts.validation, parts.test


def make_card(
    plan: Plan,
    params: PixelsParams,
    parts: Parts,
    fitted: Fitted,
    held: NDArray[np.float32],
    last: NDArray[np.float32],
) -> Card:
    """The card: temperature and threshold from validation data, results from validation and test data.

    Parameters
    ----------
    held, last : NDArray[float32]
        (n, K) log-probabilities of the validation and the test part.
    """
    scaling = fit_temperature(held, parts.validation.labels)
    probabilities = np.exp(scale(held, scaling))
    right = probabilities.argmax(1) == parts.validation.labels
    table = RiskTable.measure(probabilities.max(1), right)
    try:
        threshold = table.choose(MAX_ERROR).threshold
    except ThresholdError:  # nothing it says is that sure
        threshold = 1.0
    train = parts.train
    return Card(
        "classify",
        plan.name,
        (),
        Preprocessing(CLIP if parts.train.clips else "pixels", params.to_json()),
        thresholds=table.counts,
        threshold=threshold,
        scaling=scaling,
        classes=train.classes,
        training_data=(TrainingSet(train.source, len(train), train.terms, train.checksum()),),
        open_terms=train.open_terms,
        seed=plan.config.seed,
        versions={**fitted.versions, "onnxruntime": onnxruntime.__version__},
        results=(
            measured(parts.validation, held, scaling, "validation, which chose temperature and threshold"),
            measured(parts.test, last, scaling, "test"),
        ),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        fingerprint=make_fingerprint(train.images).to_text(),
    )


def measured(data: Labelled, log_probs: NDArray[np.float32], scaling: Scaling, part: str) -> dict[str, Any]:
    """Figures for the card: n, the error with its 95 % interval (Clopper-Pearson), the calibration error."""
    probabilities = np.exp(scale(log_probs, scaling))
    right = probabilities.argmax(1) == data.labels
    n, wrong = len(right), int((~right).sum())
    low, high = clopper_pearson(wrong, n)
    return {
        "set": data.source,
        "part": part,
        "n": n,
        "error": round(wrong / n, 6),
        "error_95": [round(low, 6), round(high, 6)],
        "ece": round(expected_calibration_error(probabilities.max(1), right), 6),
    }


def _draw(folder: RunFolder, fitted: Fitted, parts: Parts, log_probs: NDArray[np.float64]) -> None:
    """The three pictures of a run."""
    test, answer = parts.test, log_probs.argmax(1)
    counts = plots.confusion_counts(test.labels, answer, len(test.classes))
    wrong = answer != test.labels
    title = f"test, {percent(wrong.mean())} wrong"
    folder.write("curves.png", plots.curves(fitted.history))
    folder.write("confusion.png", plots.confusion(counts, test.classes, title))
    surest = plots.surest(log_probs.max(1), wrong)
    names = [name[:10] for name in test.classes]
    captions = [
        f"{names[test.labels[i]]} → {names[answer[i]]}\n{percent(np.exp(log_probs[i].max()), 1)}"
        for i in surest
    ]
    pictures = [test.images[i] for i in surest]
    folder.write("mistakes.png", plots.mistakes(pictures, captions, int(wrong.sum()), len(test)))


def with_choices(net: str, n: int, hidden: Sequence[int] = (), **choices: Any) -> ClassifyConfig:
    """The recipe of a network with what the person chose; None stands for no choice.

    Of few pictures, n, the recipe makes more epochs, so that there are steps enough. A perceptron wider than
    16 learns with smaller steps.
    """
    recipe = RECIPES[net]
    if net == "mlp":
        recipe = replace(recipe, lr=recipe.lr * min(1.0, math.sqrt(_WIDTH / max(hidden, default=_WIDTH))))
    enough = math.ceil(_LEAST_STEPS * (choices.get("batch_size") or recipe.batch_size) / n)
    recipe = replace(recipe, epochs=max(recipe.epochs, min(enough, _MOST_EPOCHS)))
    chosen = {name: value for name, value in choices.items() if value is not None}
    if chosen.get("augment") == "none":
        chosen["augment"] = None
    return replace(recipe, **chosen)
