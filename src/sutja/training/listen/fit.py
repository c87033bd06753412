"""Training an acoustic model: recordings with the words that are said in them.

An epoch is what the source hands over: the chunks at hand, once through, in batches of similar length, each
recording augmented anew. Letters: B batch, T frames of features, U frames of the output, K classes.
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

from sutja.grammar.number_words import OTHER, classify_word
from sutja.nets.listener import Listener, ListenerConfig
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
from sutja.training.listen.augment import augment_features
from sutja.training.listen.batches import Batch, Example, make_batch, make_batches
from sutja.training.listen.loss import other_ctc_loss
from sutja.training.listen.phonemes import ListenerWithPhonemes, drop_phoneme_head, phoneme_loss
from sutja.training.streamed_views import StreamedViews, list_classes

_OTHER = classify_word(OTHER)
_FRAMES_A_ROW = 320  # about the mean


@dataclass(frozen=True, slots=True)
class ListenConfig(CtcConfig):
    """Settings of the training of an acoustic model; `CtcConfig` has the rest.

    Parameters
    ----------
    frames : int
        Frames of features in a batch.
    augment : float
        Strength of the augmentation of features; 0 for none.
    phoneme_weight : float
        Weight of the loss of the phonemes beside that of the words; 0 teaches words alone.
    augment_channel : float
        Strength, 0 to 1, of what other microphones and larger changes of the vocal tract add to it.
    """

    epochs_per_chunk: int = 3
    frames: int = 11_000
    augment: float = 1.0
    phoneme_weight: float = 0.0
    augment_channel: float = 0.0


def load_average(path: Path) -> Listener:
    """Load the averaged acoustic model of a checkpoint, ready for use.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read.
    """
    config, weights = load_averaged_weights(path)
    net = Listener(ListenerConfig(**config))
    net.load_state_dict(drop_phoneme_head(weights))
    return net.eval()


def start(
    config: ListenerConfig,
    fit: ListenConfig,
    path: Path | None = None,
    weights: Path | Listener | None = None,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """Make the state that `ListenJob.fit` goes on from.

    Parameters
    ----------
    config : ListenerConfig
        Sizes of a fresh network.
    fit : ListenConfig
        Settings of the training.
    path : Path | None
        Checkpoint to go on from, where it exists.
    weights : Path | Listener | None
        Acoustic model to begin with, or the checkpoint of another run, whose averaged weights are taken.
    facts : Mapping[str, Any] | None
        As for `sutja.training.ctc.prepare_state`.

    Raises
    ------
    TrainingError
        The checkpoint is that of a run with other data or settings.
    """

    def make() -> nn.Module:
        net = load_average(weights) if isinstance(weights, Path) else weights or Listener(config)
        return ListenerWithPhonemes(net) if fit.phoneme_weight else net

    return prepare_state(make, fit, path, facts)


def best_path(log_probs: Float[NDArray[np.float32], "B U K"]) -> list[tuple[int, ...]]:
    """Decode the words of each item by the most probable class of each frame; a run of other words is one."""
    return [_join_other_words(path) for path in decode_best_paths(log_probs)]


def _join_other_words(classes: Sequence[int]) -> tuple[int, ...]:
    before = (0, *classes)
    return tuple(c for c, last in zip(classes, before, strict=False) if not c == last == _OTHER)


def recognise_words(net: nn.Module, examples: Sequence[Example], size: int = 24) -> list[tuple[int, ...]]:
    """Recognise the words of recordings by the best path, in their order."""
    if isinstance(examples, StreamedViews):
        lengths = examples.lengths
    else:
        lengths = np.array([len(example.features) for example in examples], np.int64)
    paths = recognise(net, examples, lengths, lambda some: torch.from_numpy(make_batch(some).features), size)
    return [_join_other_words(path) for path in paths]


def number_accuracy(net: nn.Module, examples: Sequence[Example]) -> float:
    """The part of the recordings whose number words are all recognised, and none that is not said."""
    words = recognise_words(net, examples)
    pairs = zip(words, list_classes(examples), strict=True)
    right = sum(drop_other_words(found) == drop_other_words(classes) for found, classes in pairs)
    return right / len(examples)


def drop_other_words(classes: Sequence[int]) -> tuple[int, ...]:
    """Drop the class of words that are no number words."""
    return tuple(c for c in classes if c != _OTHER)


class ListenJob(CtcJob[Example, Batch, ListenConfig]):
    """The training of an acoustic model, as the loop needs it."""

    counted = "numbers"

    def make_batches(self, items: Sequence[Example], rng: np.random.Generator, first: int) -> Iterator[Batch]:
        """Cut an epoch's examples into batches of similar length."""
        return make_batches(items, self.config.frames, rng, first)

    def accuracy(self, net: nn.Module, items: Sequence[Example]) -> float:
        """The part of the recordings whose numbers are all right, 0 to 1."""
        return number_accuracy(net, items)

    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """The loss of a batch, augmented anew."""
        features, targets, lengths = map(torch.from_numpy, (batch.features, batch.targets, batch.lengths))
        config = self.config
        if config.augment:
            seed = [config.seed, int(batch.lengths.sum()), features.shape[1], *_draw_seed()]
            rng = np.random.default_rng(seed)
            features = augment_features(features, config.augment, rng, config.augment_channel)
        # A recording weighs the same in any batch: those of short recordings hold more of them.
        share = _FRAMES_A_ROW / config.frames
        if not isinstance(net, ListenerWithPhonemes):
            log_probs = loop.run_in_dtype(net, features, CTC_DTYPE)
            return other_ctc_loss(log_probs, targets, lengths, _OTHER).sum() * share
        log_probs, phonemes = loop.run_in_dtype(net.compute_both, features, CTC_DTYPE)
        labels, label_lengths = map(torch.from_numpy, (batch.phonemes, batch.phoneme_lengths))
        word_loss = other_ctc_loss(log_probs, targets, lengths, _OTHER).sum()
        return (word_loss + config.phoneme_weight * phoneme_loss(phonemes, labels, label_lengths)) * share


def _draw_seed() -> list[int]:
    """Draw numbers from torch's generator, which a checkpoint keeps, so that a resumed run augments alike."""
    return [int(x) for x in torch.randint(0, 2**31, (2,))]
