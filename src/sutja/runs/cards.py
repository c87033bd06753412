"""Cards of models that were just trained."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

import onnxruntime

from sutja.data.boxes.boxed_pictures import BoxedSet
from sutja.data.labelled.load import Labelled
from sutja.model_file import Card, Preprocessing, TrainingSet


def make_card(
    task: str,
    name: str,
    preprocessing: Preprocessing,
    data: Labelled | BoxedSet,
    seed: int,
    versions: Mapping[str, str],
) -> Card:
    """Make the card of a model with classes; it has no calibration and no results yet.

    Parameters
    ----------
    task, name : str
        Task and name of the model.
    preprocessing : Preprocessing
        Preprocessing of pictures.
    data : Labelled | BoxedSet
        Data that the model was trained on.
    seed : int
        Seed of the training.
    versions : Mapping[str, str]
        Versions of the packages of the training; that of onnxruntime is added.
    """
    return Card(
        task,
        name,
        (),
        preprocessing,
        classes=data.classes,
        training_data=(TrainingSet(data.source, len(data), data.terms, data.checksum()),),
        open_terms=data.open_terms,
        seed=seed,
        versions={**versions, "onnxruntime": onnxruntime.__version__},
        created=get_time(),
    )


def add_drawn(card: Card, n: int) -> Card:
    """Add n digits that were drawn by rule to the data that a card names; none for 0."""
    drawn = TrainingSet("digits drawn by rule (sutja.synthesis.drawn_digits)", n, "Apache-2.0")
    return replace(card, training_data=(*card.training_data, drawn)) if n else card


def get_time() -> str:
    """Get the time of now for a card: ISO 8601, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
