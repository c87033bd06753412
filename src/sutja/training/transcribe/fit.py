"""Training a transcriber: pictures of numbers with their texts.

An epoch is what the composers hand over: the chunks of crops at hand, once through, in batches of similar
width. Letters: B batch, W columns of the picture, T frames, K classes with the blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training import loop
from sutja.training.ctc import (
    CTC_DTYPE,
    CtcConfig,
    CtcJob,
    decode_best_paths,
    load_averaged_weights,
    prepare_state,
    recognise,
)
from sutja.training.streamed_views import list_classes
from sutja.training.transcribe.batches import Batch, Crop, make_batch, make_batches, measure_widths
from sutja.training.transcribe.loss import silent_ctc_loss

_COLUMNS_A_CROP = 96  # about the mean


@dataclass(frozen=True, slots=True)
class TranscribeConfig(CtcConfig):
    """Settings of the training of a transcriber; `CtcConfig` has the rest.

    Parameters
    ----------
    columns : int
        Columns of pictures in a batch.
    damping : float
        Damping of the loss; see `loss.silent_ctc_loss`.
    """

    chunks_per_epoch: int = 3
    evaluate_every: int = 1500
    warm_up: int = 300
    freeze_norms_after: float = 0.3
    columns: int = 16_384
    damping: float = 0.0


def load_average(path: Path) -> Transcriber:
    """Load the averaged transcriber of a checkpoint, ready for use.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read.
    """
    config, weights = load_averaged_weights(path)
    net = Transcriber(TranscriberConfig(**config))
    net.load_state_dict(weights)
    return net.eval()


def start(
    config: TranscriberConfig,
    fit: TranscribeConfig,
    path: Path | None = None,
    weights: Path | Transcriber | None = None,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """Make the state that `TranscribeJob.fit` goes on from.

    Parameters
    ----------
    config : TranscriberConfig
        Sizes of a fresh network.
    fit : TranscribeConfig
        Settings of the training.
    path : Path | None
        Checkpoint to go on from, where it exists.
    weights : Path | Transcriber | None
        Transcriber to begin with, or the checkpoint of another run, whose averaged weights are taken.
    facts : Mapping[str, Any] | None
        As for `sutja.training.ctc.prepare_state`.

    Raises
    ------
    TrainingError
        The checkpoint is that of a run with other data or settings.
    """

    def make() -> Transcriber:
        return load_average(weights) if isinstance(weights, Path) else weights or Transcriber(config)

    return prepare_state(make, fit, path, facts)


def best_path(log_probs: Float[NDArray[np.float32], "B T K"]) -> list[str]:
    """Decode the text of each item by the most probable class of each frame."""
    return [_to_text(path) for path in decode_best_paths(log_probs)]


def transcribe_crops(net: nn.Module, crops: Sequence[Crop], size: int = 64) -> list[str]:
    """Transcribe crops by the best path, in their order."""
    paths = recognise(net, crops, measure_widths(crops), lambda some: _image(make_batch(list(some))), size)
    return [_to_text(path) for path in paths]


def digit_accuracy(net: nn.Module, crops: Sequence[Crop]) -> float:
    """The part of the crops whose digits are all right, 0 to 1."""
    texts = transcribe_crops(net, crops)
    pairs = zip(list_classes(crops), texts, strict=True)
    right = sum(_digits(text) == _digits(_to_text(classes)) for classes, text in pairs)
    return right / len(crops)


def _to_text(classes: Sequence[int]) -> str:
    return "".join(CHARSET[c - 1] for c in classes)


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def _image(batch: Batch) -> Float[Tensor, "B 1 32 W"]:
    return torch.from_numpy(batch.image).to(memory_format=torch.channels_last)


class TranscribeJob(CtcJob[Crop, Batch, TranscribeConfig]):
    """The training of a transcriber, as the loop needs it."""

    counted = "digits"

    def make_batches(self, items: Sequence[Crop], rng: np.random.Generator, first: int) -> Iterator[Batch]:
        """Cut an epoch's crops into batches of similar width."""
        return make_batches(items, self.config.columns, rng, first=first)

    def accuracy(self, net: nn.Module, items: Sequence[Crop]) -> float:
        """The part of the crops whose digits are all right, 0 to 1."""
        return digit_accuracy(net, items)

    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """The loss of temporal classification, silent where the label is."""
        targets, lengths, silent = map(torch.from_numpy, (batch.targets, batch.lengths, batch.silent))
        log_probs = loop.run_in_dtype(net, _image(batch), CTC_DTYPE)
        loss = silent_ctc_loss(log_probs, targets, lengths, silent, self.config.damping)
        # A crop weighs the same in any batch: those of narrow crops hold more of them.
        return loss * (len(lengths) * _COLUMNS_A_CROP / self.config.columns)
