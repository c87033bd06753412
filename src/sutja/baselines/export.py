"""From a fitted baseline to a model file, checked against scikit-learn. Letters: n, C, H, W, F, K."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from sutja.baselines.graph import LEAST, to_onnx
from sutja.errors import ModelFileError
from sutja.model_file import Card, ModelFile, read_model, write_model
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams
from sutja.training.export.network import TOLERANCE, ParityError, check_log_probs

_BLOCK = 256  # pictures at a time
_TIE = 1e-4  # of a distance: two neighbours nearer to each other than this may change places in float32


def export_baseline(pipeline: Pipeline, card: Card, path: Path, images: NDArray[np.float32]) -> ModelFile:
    """Write a model file, and prove that it answers as the pipeline does.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted on pixels (n, F) and class numbers 0 to K - 1, in the order of the card's classes.
    card : Card
        For the task "classify", with the preprocessing "pixels".
    path : Path
        Path of the file; one that exists is replaced as a whole, or not at all.
    images : NDArray[float32]
        Pictures (n, C, H, W) to compare on, as the preprocessing makes them; some that it was not trained on.

    Raises
    ------
    ModelFileError
        The pipeline does not fit the card, or cannot be written.
    ParityError
        Some answer of the file differs from the pipeline's. Nothing is written then.
    """
    shape = _shape(pipeline, card, images)
    data = to_onnx(pipeline, shape).SerializeToString()
    session = Session(ModelFile(card, data, str(path)))
    n_decided = 0
    for start in range(0, len(images), _BLOCK):
        block = np.ascontiguousarray(images[start : start + _BLOCK], np.float32)
        flat = block.reshape(len(block), -1)
        decided = _find_decided(pipeline, flat)
        n_decided += int(decided.sum())
        wanted = np.log(np.clip(pipeline.predict_proba(flat), LEAST, 1)).astype(np.float32)
        found = session.run(block)
        if found.shape != wanted.shape:
            raise ParityError(f"the exported model answers {found.shape}, the pipeline {wanted.shape}")
        check_log_probs(wanted[decided], found[decided], TOLERANCE)
    if 2 * n_decided < len(images):
        raise ParityError("most of the pictures to compare on have two neighbours equally near")
    write_model(path, data, card)
    return read_model(path)


def _shape(pipeline: Pipeline, card: Card, images: NDArray[np.float32]) -> tuple[int, int, int]:
    """(C, H, W) by the card, once everything fits."""
    if card.task != "classify" or card.preprocessing.name != "pixels":
        raise ModelFileError(
            f"its card is for {card.task} by {card.preprocessing.name}",
            remedy="give one to classify by pixels",
        )
    shape = PixelsParams(**card.preprocessing.params).shape
    if images.ndim != 4 or images.shape[1:] != shape or len(images) == 0:
        raise ModelFileError(f"the pictures to compare on are {images.shape}, not (n, {shape})")
    if pipeline.n_features_in_ != np.prod(shape):
        raise ModelFileError(
            f"the pipeline was fitted on {pipeline.n_features_in_} features, its card has {np.prod(shape)}",
            remedy="fit it on pictures of the card's size",
        )
    if not np.array_equal(pipeline.classes_, np.arange(len(card.classes))):
        raise ModelFileError(
            f"the pipeline was fitted on the classes {pipeline.classes_.tolist()}, its card has "
            f"{len(card.classes)}",
            remedy="fit it on numbers from 0, all of which occur",
        )
    return shape


def _find_decided(pipeline: Pipeline, X: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the rows whose answer does not depend on the rounding of a distance."""
    model = pipeline[-1]
    if not isinstance(model, KNeighborsClassifier) or model.n_neighbors >= model.n_samples_fit_:
        return np.ones(len(X), bool)
    before = pipeline[:-1]
    distances, _ = model.kneighbors(before.transform(X) if len(before) else X, model.n_neighbors + 1)
    return np.asarray(distances[:, -1] - distances[:, -2] > _TIE * distances[:, -1])
