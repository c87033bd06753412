"""From labelled pictures to a run folder: split, leak guard, training, calibration, model file, figures.

Letters: n pictures, C channels, H rows, W columns, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.confidence import scale
from sutja.data.labelled.labels import show_some
from sutja.data.labelled.leak import find_leaks
from sutja.data.labelled.load import AnyLabelled, are_shards, load_labelled, stream_labelled
from sutja.data.labelled.shards import ShardedPictures
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, split_three_ways
from sutja.errors import DataError, TrainingError
from sutja.metrics import format_percent
from sutja.nets.named import make_net
from sutja.runs import cards, plots
from sutja.runs.folder import MODEL, Run, RunFolder
from sutja.runs.inputs.pictures import INKS, choose_params
from sutja.runs.none_output import add_other_hands, is_teachable, teach_none
from sutja.runs.parts import LEAKS, Log, Parts, describe_rare_classes, log_leaks
from sutja.runs.tensorboard import EventFile
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training import distributed
from sutja.training.classify.checks import check_memory
from sutja.training.classify.fit import ClassifyConfig, FittedClassifier, fit_classifier, predict_log_proba
from sutja.training.classify.streamed import StreamedPixels
from sutja.training.export.network import export

KIND = "convnet"  # the network where none is named; its name is in that of a run's folder
_PARITY_PICTURES = 256  # on which the file must answer as the network does
_COPIES = 3  # of the pictures in memory at once, as float32: at rest, permuted, changed

_WIDTH = 16  # neurons a layer that the perceptron's learning rate was chosen for
_LEAST_STEPS, _MOST_EPOCHS = 1500, 200  # of a recipe, where there are few pictures

# How each network is trained where nothing else is chosen.
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
    """A plan to train a classifier.

    Parameters
    ----------
    net : str
        A name in `sutja.nets.named.NETS`.
    hidden : tuple[int, ...]
        Neurons of the hidden layers of "mlp".
    size : str
        Size of "convnet" and "inknet".
    config : ClassifyConfig
        Configuration of the training; `RECIPES` has one for each network.
    name : str
        Name of the model.
    tensorboard : bool
        Also write TensorBoard's file of events.
    ink : str
        One of `INKS`: whether the character in a picture is found, scaled and centred.
    """

    net: str = KIND
    hidden: tuple[int, ...] = (16, 16)
    size: str = "s"
    config: ClassifyConfig = field(default_factory=lambda: RECIPES[KIND])
    name: str = "classifier"
    tensorboard: bool = False
    ink: str = "auto"


def load_parts(
    data: str | Path | None, log: Log, folder: Path | None = None, *, resize: tuple[int, int] | None = None
) -> Parts[AnyLabelled]:
    """Load and split data, and log what stands on both sides of the split.

    Parameters
    ----------
    data : str, Path or None
        As for `sutja.data.labelled.load.load_labelled`; or tar shards, as for
        `sutja.data.labelled.sharded_files.find_shards`, whose pictures are not held in memory.
    log : Log
        Takes lines of progress.
    folder : Path | None
        Folder of the run, in which the index of shards is kept, and what was found in them.
    resize : tuple[int, int] | None
        (H, W) to bring every picture to.

    Raises
    ------
    DataError
        As `sutja.data.labelled.load.load_labelled` says, or a class has no picture in the training part.
    """
    streamed = are_shards(data)
    load: Callable[..., AnyLabelled] = load_labelled
    if streamed:
        load = partial(stream_labelled, folder=folder, log=log)
    train = load(data, "train", resize)
    if train.parted:
        test = load(data, "test", resize).in_classes(train.classes)
        held_out = hold_out(train.labels, train.groups, VALIDATION_SHARE)
        parts = Parts(train.take(np.flatnonzero(~held_out)), train.take(np.flatnonzero(held_out)), test)
    else:
        indices = split_three_ways(train.labels, train.groups)
        parts = Parts(*(train.take(some) for some in indices))
    for note in (*train.notes, *(parts.test.notes if train.parted else ())):
        log(note)
    log(f"{train.source}: {len(train.classes)} classes, {parts.describe_sizes()}")
    lost = [name for i, name in enumerate(train.classes) if not (parts.train.labels == i).any()]
    if lost:
        raise DataError(
            f"no picture of {show_some(lost)} is left to learn from",
            where=train.source,
            remedy="add pictures of it; where the data name groups, of two groups or more",
        )
    for line in describe_rare_classes(parts):
        log(line)
    log_leaks(find_leaks, parts, log, folder / LEAKS if streamed and folder is not None else None)
    return parts


def make_plan(
    parts: Parts[AnyLabelled],
    name: str,
    *,
    net: str = KIND,
    hidden: Sequence[int] = (16, 16),
    size: str = "s",
    epochs: int | None = None,
    budget: float | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    augment: str | None = None,
    device: str | None = None,
    dtype: str | None = None,
    threads: int = 0,
    seed: int = 0,
    tensorboard: bool = False,
    ink: str = "auto",
) -> Plan:
    """Make a plan from what a person chose; None leaves a choice to the network's recipe.

    Parameters
    ----------
    parts : Parts[AnyLabelled]
        The data.
    name : str
        Name of the model.
    net, hidden, size, tensorboard, ink : str, Sequence[int], str, bool, str
        As for `Plan`.
    epochs, batch_size, lr, device, dtype, threads, seed : int, float or str
        As for `sutja.training.classify.fit.ClassifyConfig`.
    budget : float | None
        Seconds to train, instead of epochs.
    augment : str | None
        A name in `sutja.training.classify.augment.AUGMENTS`, or "none".

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """
    if net not in RECIPES:
        raise TrainingError(f"{net!r} is no network", where="net", remedy=f"name one of {', '.join(RECIPES)}")
    if ink not in INKS:
        raise TrainingError(f"{ink!r} is no choice", where="ink", remedy=f"name one of {', '.join(INKS)}")
    if parts.train.clips and augment is None:
        augment = "shift"  # a word that comes sooner is the same word; one turned over is none
    config = make_config(
        net,
        len(parts.train),
        hidden,
        epochs=epochs,
        seconds=budget,
        batch_size=batch_size,
        lr=lr,
        augment=augment,
        device=device,
        dtype=dtype,
        threads=threads,
        seed=seed,
    )
    return Plan(net, tuple(hidden), size, config, name, tensorboard, ink)


def make_config(net: str, n: int, hidden: Sequence[int] = (), **choices: Any) -> ClassifyConfig:
    """Adapt the recipe of a network to the data and to what was chosen.

    With few pictures, n, the recipe makes more epochs, so that there are steps enough. A perceptron wider
    than 16 learns with smaller steps.

    Parameters
    ----------
    net : str
        A name in `RECIPES`.
    n : int
        Pictures to train on.
    hidden : Sequence[int]
        Neurons of the hidden layers of "mlp".
    choices : Any
        Fields of the configuration; None stands for no choice.
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


def train(
    parts: Parts[AnyLabelled], plan: Plan, folder: RunFolder, *, resume: bool = False, log: Log = print
) -> Run:
    """Train a classifier, calibrate it, measure it, and write the run folder.

    Parameters
    ----------
    parts : Parts[AnyLabelled]
        The data.
    plan : Plan
        The plan of the run.
    folder : RunFolder
        Folder that everything is written to.
    resume : bool
        Go on from the folder's checkpoint.
    log : Log
        Takes lines of progress.

    Returns
    -------
    Run
        In a process that only helps another one, the run is not complete yet.

    Raises
    ------
    TrainingError
        As `fit_classifier` says, or where the memory is too small.
    ParityError
        The file does not answer as the network does; no model is written then.
    """
    params = choose_params(plan.net, parts.train, plan.ink)
    if params.ink:
        log(
            f"the character in each picture is found, dark or light, scaled to {params.ink} pixels and "
            "centred (--ink whole leaves pictures as they are)"
        )
    train_pixels, validation_pixels, test_pixels = _make_pixels(parts, params)
    seed = plan.config.seed
    train_pixels, labels = add_other_hands(plan.net, params, parts.train, train_pixels, seed, log)
    torch.manual_seed(seed)
    try:
        net = make_net(plan.net, params.shape, len(parts.train.classes), plan.hidden, plan.size)
    except ValueError as error:
        raise TrainingError(str(error), where="net", remedy="choose other sizes") from error
    shape = "×".join(map(str, params.shape[1:])) + (" grey" if params.channels == 1 else " colour")
    log(f"{plan.net}: {sum(p.numel() for p in net.parameters()):,} parameters, {shape} pictures")
    events = EventFile(folder.path) if plan.tensorboard and distributed.rank() == 0 else None

    def write_history(history: Sequence[Mapping[str, float]]) -> None:
        folder.write_results(history)
        if events is not None:
            row = dict(history[-1])
            events.add(int(row.pop("step")), row)

    fitted = fit_classifier(
        net,
        train_pixels,
        labels,
        plan.config,
        validation=(validation_pixels, parts.validation.labels),
        folder=folder.path,
        resume=resume,
        log=log,
        on_epoch=write_history,
    )
    if distributed.rank():
        return Run(folder.path)
    net, none = fitted.net, None
    if is_teachable(plan.net, params, parts.train.classes):
        net, none = teach_none(net, params, parts, seed, log)
    validation, test = (predict_log_proba(net, x) for x in (validation_pixels, test_pixels))
    card = cards.make_validated_card(
        plan.name, params, parts.train, parts.validation, fitted, validation, none
    )
    card = cards.add_drawn(card, len(labels) - len(parts.train))
    card = replace(card, results=(*card.results, cards.measure(parts.test, test, card.scaling, "test")))
    export(net, card, folder.path / MODEL, [train_pixels[:_PARITY_PICTURES], validation_pixels[:1]])
    _draw(folder, fitted, parts, scale(test, card.scaling)[:, : len(card.classes)])
    return folder.finish(card, log)


def _make_pixels(
    parts: Parts[AnyLabelled], params: PixelsParams
) -> Sequence[NDArray[np.float32] | StreamedPixels]:
    """Make the network's input of each part: an array where the pictures are in memory."""
    each = (parts.train, parts.validation, parts.test)
    if isinstance(parts.train.images, ShardedPictures):
        return [StreamedPixels(part.images, part.hash_pictures(), params) for part in each]
    n_pictures = len(parts.train) * _COPIES + len(parts.validation) + len(parts.test)
    check_memory(
        n_pictures * int(np.prod(params.shape)) * 4,
        "use smaller pictures with --resize HxW, or put them in tar shards",
    )
    return [batch_to_pixels(part.images[:], params) for part in each]


def _draw(
    folder: RunFolder, fitted: FittedClassifier, parts: Parts[AnyLabelled], log_probs: NDArray[np.float64]
) -> None:
    """Draw the curves of a run, its confusions and its most confident mistakes."""
    test, answers = parts.test, log_probs.argmax(1)
    counts = plots.count_confusions(test.labels, answers, len(test.classes))
    wrong = answers != test.labels
    title = f"test, {format_percent(wrong.mean())} wrong"
    folder.write("curves.png", plots.draw_curves(fitted.history))
    folder.write("confusion.png", plots.draw_confusions(counts, test.classes, title))
    worst = plots.find_worst(log_probs.max(1), wrong)
    names, fonts = plots.fit_names([name[:10] for name in test.classes])
    captions = [
        f"{names[test.labels[i]]} → {names[answers[i]]}\n{format_percent(np.exp(log_probs[i].max()), 1)}"
        for i in worst
    ]
    pictures = list(test.images[np.array(worst, np.intp)])
    folder.write("mistakes.png", plots.draw_mistakes(pictures, captions, int(wrong.sum()), len(test), fonts))
