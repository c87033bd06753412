"""Training a transcriber: pictures of numbers with their texts.

An epoch is what the composers hand over: the chunks of samples at hand, once through, in batches of like
width. Letters: B batch, W columns of the picture, T frames, K classes with the blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from sutja.training import checkpoint, loop
from sutja.training.ctc import ChunkSource, CtcConfig, CtcJob, prepare_state
from sutja.training.device import choose_convolution_dtype
from sutja.training.losses import silent_ctc_loss
from sutja.training.transcribe.batches import Batch, Crop, make_batch, make_batches

_DTYPE = choose_convolution_dtype()
_COLUMNS_A_CROP = 96  # about the mean


@dataclass(frozen=True, slots=True)
class TranscribeConfig(CtcConfig):
    """How long and how fast to train; `CtcConfig` has the rest.

    Parameters
    ----------
    columns : int
        Columns of pictures in a batch.
    damping : float
        Of the loss; see `losses.silent_ctc_loss`.
    """

    chunks_per_epoch: int = 3
    evaluate_every: int = 1500
    warm_up: int = 300
    freeze_norms_after: float = 0.3
    columns: int = 16_384
    damping: float = 0.0


def load_average(path: Path) -> Transcriber:
    """The averaged network of a checkpoint, ready for use.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read.
    """
    parts = checkpoint.read(path)
    config = parts["config"] | {"channels": tuple(parts["config"]["channels"])}
    net = Transcriber(TranscriberConfig(**config))
    net.load_state_dict(parts["average"])
    return net.eval()


def start(
    config: TranscriberConfig,
    fit: TranscribeConfig,
    path: Path | None = None,
    weights: Path | Transcriber | None = None,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """What `fit` goes on from.

    Parameters
    ----------
    config : TranscriberConfig
        Of a fresh network.
    fit : TranscribeConfig
        Its seed, learning rate and weight decay.
    path : Path | None
        Continue from this checkpoint where it exists.
    weights : Path | Transcriber | None
        Begin with the averaged weights of another run's checkpoint, or with this network.
    facts : Mapping[str, Any] | None
        What the run must have in common with the one that began; None for anything.

    Raises
    ------
    TrainingError
        The run began with something else.
    """
    return prepare_state(
        lambda: load_average(weights) if isinstance(weights, Path) else weights or Transcriber(config),
        fit,
        path,
        facts,
    )


def best_path(log_probs: Float[NDArray[np.float32], "B T K"]) -> list[str]:
    """The text of each row by the likeliest class of each frame."""
    texts = []
    for path in log_probs.argmax(-1):
        changes = np.flatnonzero(np.diff(path, prepend=0))
        texts.append("".join(CHARSET[c - 1] for c in path[changes] if c))
    return texts


def transcribe_crops(net: nn.Module, crops: Sequence[Crop], size: int = 64) -> list[str]:
    """Best-path texts of crops, in their order."""
    order = np.argsort([crop.pixels.shape[1] for crop in crops])
    texts = [""] * len(crops)
    for start_at in range(0, len(order), size):
        rows = order[start_at : start_at + size]
        log_probs = loop.evaluation_step(net, _image(make_batch([crops[i] for i in rows])), _DTYPE)
        for index, text in zip(rows, best_path(log_probs.numpy()), strict=True):
            texts[index] = text
    return texts


def digit_accuracy(net: nn.Module, crops: Sequence[Crop]) -> float:
    """The part of the crops whose digits are all right."""
    texts = transcribe_crops(net, crops)
    right = 0
    for crop, text in zip(crops, texts, strict=True):
        truth = "".join(CHARSET[c - 1] for c in crop.classes)
        right += _digits(text) == _digits(truth)
    return right / len(crops)


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def _image(batch: Batch) -> Float[Tensor, "B 1 32 W"]:
    return torch.from_numpy(batch.image).to(memory_format=torch.channels_last)


def fit(
    state: loop.State,
    pool: ChunkSource[Crop],
    config: TranscribeConfig,
    validation: dict[str, list[Crop]],
    folder: Path,
    log: Callable[[str], None] = print,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """Train to ``config.steps``, with a checkpoint and a look at the validation sets now and then.

    Parameters
    ----------
    state : loop.State
        From `start`; a resumed one goes on at its step.
    pool : Source[Crop]
        Gives chunks of samples.
    validation : dict[str, list[Crop]]
        Name → crops.
    folder : Path
        Where ``checkpoint.pt`` is written.
    log : Callable[[str], None]
        Takes a line of progress.
    facts : Mapping[str, Any] | None
        As for `start`.

    Raises
    ------
    TrainingError
        The loss became no number.
    """
    return loop.fit(state, _Run(state, pool, config, validation, folder, log, facts))


class _Run(CtcJob[Crop, Batch, TranscribeConfig]):
    """The job of training a transcriber, as the loop wants it."""

    a_line = 100
    right_of = "digits"

    def cut(self, rows: Sequence[Crop], rng: np.random.Generator) -> Iterator[Batch]:
        """Batches of crops of like width."""
        return make_batches(list(rows), self.terms.columns, rng)

    def right(self, net: nn.Module, rows: Sequence[Crop]) -> float:
        """The part of the crops whose digits are all right."""
        return digit_accuracy(net, rows)

    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """Connectionist temporal classification, silent where the label is."""
        targets, lengths, silent = map(torch.from_numpy, (batch.targets, batch.lengths, batch.silent))
        log_probs = loop.run_in_dtype(net, _image(batch), _DTYPE)
        loss = silent_ctc_loss(log_probs, targets, lengths, silent, self.terms.damping)
        # A crop weighs the same in any company: batches of narrow ones hold more of them.
        return loss * (len(lengths) * _COLUMNS_A_CROP / self.terms.columns)
