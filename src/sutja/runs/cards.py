"""Cards of models that were just trained."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sutja.confidence import scale
from sutja.data.boxes.boxed_pictures import BoxedSet
from sutja.data.labelled.load import AnyLabelled
from sutja.data.split.fingerprint import join_hashes
from sutja.data.stacks import PictureStack
from sutja.metrics import clopper_pearson, expected_calibration_error
from sutja.model_file import Card, Preprocessing, Scaling, TrainingSet
from sutja.runs.calibration import calibrate_classifier
from sutja.signals.preprocessing.pixels_input import PixelsParams
from sutja.signals.spectrogram import PREPROCESSING as CLIP
from sutja.training.classify.fit import FittedClassifier

VALIDATION = "validation, which chose temperature and threshold"  # name of the part on a card


def make_card(
    task: str,
    name: str,
    preprocessing: Preprocessing,
    data: AnyLabelled | BoxedSet,
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
    data : AnyLabelled | BoxedSet
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


def make_validated_card(
    name: str,
    params: PixelsParams,
    train: AnyLabelled,
    validation: AnyLabelled,
    fitted: FittedClassifier,
    log_probs: NDArray[np.float32],
    none: NDArray[np.float32] | None = None,
) -> Card:
    """Make the card of a network that no test part was held up to yet.

    Parameters
    ----------
    name : str
        Name of the model.
    params, train, validation, fitted : PixelsParams, AnyLabelled, AnyLabelled, FittedClassifier
        The parameters of the pictures, the data, and the trained network.
    log_probs : NDArray[float32]
        (n, K) log-probabilities of the validation part, which choose temperature and threshold.
    none : NDArray[float32] | None
        (m, K + 1) of pictures of none of the classes; those of the validation part have K + 1 too then.
    """
    chosen = calibrate_classifier(log_probs, validation.labels, none)
    preprocessing = Preprocessing(CLIP if train.clips else "pixels", params.to_json())
    return replace(
        make_card("classify", name, preprocessing, train, fitted.config.seed, fitted.versions),
        thresholds=chosen.table.counts,
        threshold=chosen.threshold,
        scaling=chosen.scaling,
        none_output=none is not None,
        results=(measure(validation, log_probs, chosen.scaling, VALIDATION),),
        fingerprint=join_hashes(train.hash_pictures(), _shape(train.images)).to_text(),
    )


def _shape(images: PictureStack) -> tuple[int, int, int]:
    """(H, W, C) of the pictures of a stack."""
    return images.shape[1], images.shape[2], 1 if images.ndim == 3 else 3


def measure(data: AnyLabelled, log_probs: NDArray[np.float32], scaling: Scaling, part: str) -> dict[str, Any]:
    """Make the figures for the card: n, the error with its 95 % interval, the calibration error.

    Parameters
    ----------
    data : AnyLabelled
        n labelled pictures.
    log_probs : NDArray[float32]
        (n, K) log-probabilities of the network; what follows these, for none of the classes, is left out.
    scaling : Scaling
        The temperature that goes with them.
    part : str
        Name of the part, for the card.
    """
    probabilities = np.exp(scale(log_probs, scaling))[:, : len(data.classes)]
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


def get_time() -> str:
    """Get the time of now for a card: ISO 8601, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
