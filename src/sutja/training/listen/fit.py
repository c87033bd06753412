"""Training a listener: recordings with the words that are said in them.

An epoch is what the pool hands over: the chunks at hand, once through, in batches of like length, each look
at a recording a little different. Letters: B batch, T frames of features, M mel bands, U frames of the
answer, K classes.
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
from torch.nn import functional as F

from sutja.grammar.number_words import OTHER, classify_word
from sutja.nets.listener import Listener, ListenerConfig
from sutja.training import checkpoint, loop
from sutja.training.ctc import ChunkSource, CtcConfig, CtcJob, prepare_state
from sutja.training.device import choose_convolution_dtype
from sutja.training.listen.batches import Batch, Example, make_batch, make_batches
from sutja.training.listen.loss import other_ctc_loss
from sutja.training.listen.phonemes import ListenerWithPhonemes, drop_phoneme_head, phoneme_loss

_DTYPE = choose_convolution_dtype()
_OTHER = classify_word(OTHER)
_FRAMES_A_ROW = 320  # about the mean
_TRACT, _WIDER = 0.08, 0.05  # most that the mel axis is stretched by, and what other lines add to that
_CURVE, _KNOTS = 0.22, 9  # of a microphone: deviation, in units of the features, and places along frequency
_OTHERS, _MIXED = 0.8, 0.6  # most of another row's spectrum that is taken, and the part of rows that take it
_OF_A_LINE = 120  # frames; the mean of less is that of its word, not of its line
_SMOOTH = 9  # bands that a mean spectrum is smoothed over


@dataclass(frozen=True, slots=True)
class ListenConfig(CtcConfig):
    """How long and how fast to train; `CtcConfig` has the rest.

    Parameters
    ----------
    frames : int
        Frames of features in a batch.
    augment : float
        How different each look at a recording is; 0 not at all.
    phoneme_weight : float
        Weight of the loss of the sounds beside that of the words; 0 teaches words alone.
    augment_channel : float
        How much of it is as if it came by another microphone, from a mouth of another size still; 0 to 1.
    """

    epochs_per_chunk: int = 3
    frames: int = 11_000
    augment: float = 1.0
    phoneme_weight: float = 0.0
    augment_channel: float = 0.0


def load_average(path: Path) -> Listener:
    """The averaged network of a checkpoint, ready for use.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read.
    """
    parts = checkpoint.read(path)
    config = parts["config"] | {"channels": tuple(parts["config"]["channels"])}
    net = Listener(ListenerConfig(**config))
    net.load_state_dict(drop_phoneme_head(parts["average"]))
    return net.eval()


def start(
    config: ListenerConfig,
    fit: ListenConfig,
    path: Path | None = None,
    weights: Path | Listener | None = None,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """What `fit` goes on from.

    Parameters
    ----------
    config : ListenerConfig
        Of a fresh network.
    fit : ListenConfig
        Its seed, learning rate and weight decay.
    path : Path | None
        Continue from this checkpoint where it exists.
    weights : Path | Listener | None
        Begin with the averaged weights of another run's checkpoint, or with this network.
    facts : Mapping[str, Any] | None
        What the run must have in common with the one that began; None for anything.

    Raises
    ------
    TrainingError
        The run began with something else.
    """

    def make() -> nn.Module:
        net = load_average(weights) if isinstance(weights, Path) else weights or Listener(config)
        return ListenerWithPhonemes(net) if fit.phoneme_weight else net

    return prepare_state(make, fit, path, facts)


def augment_features(
    features: Float[Tensor, "B T M"], vary: float, rng: np.random.Generator, lines: float = 0.0
) -> Float[Tensor, "B U M"]:
    """Another look at a batch: slower or faster, another vocal tract, bands and short stretches masked.

    Parameters
    ----------
    features : Float[Tensor, "B T M"]
        Of recordings.
    vary : float
        How different the look is; 0 not at all.
    rng : random.Generator
        Makes the choices.
    lines : float
        As for `ListenConfig`.

    References
    ----------
    Park et al., SpecAugment, 2019; Jaitly & Hinton, Vocal Tract Length Perturbation, 2013.
    """
    n_rows, n_frames, n_mels = features.shape
    tempo = float(np.exp(rng.uniform(-0.22, 0.22) * vary))
    tract = _TRACT + lines * _WIDER
    warp = 1 + float(rng.uniform(-tract, tract)) * vary  # of the mel axis
    length = max(8, 8 * round(n_frames * tempo / 8))
    at = torch.linspace(-1, 1, n_mels) * warp + (warp - 1) * 0.5
    grid = torch.stack(
        torch.meshgrid(torch.linspace(-1, 1, length), at.clamp(-1, 1), indexing="ij")[::-1], dim=-1
    )
    looked = F.grid_sample(
        features[:, None], grid[None].expand(n_rows, -1, -1, -1), padding_mode="border", align_corners=True
    )[:, 0]
    spoken = (looked > 0).float()
    louder = torch.from_numpy(rng.normal(0, 0.12 * vary, (n_rows, 1, 1)).astype(np.float32))
    if lines:
        louder = louder + _lines(looked, spoken, vary * lines, rng)
    looked = ((looked + louder) * spoken).clamp_min(0)
    for row in looked:
        for _ in range(int(rng.integers(0, 3))):
            wide = int(rng.integers(1, 11))
            low = int(rng.integers(0, n_mels - wide))
            row[:, low : low + wide] = 0.0
        for _ in range(int(rng.integers(0, 1 + length // 100))):
            long = int(rng.integers(1, 8))
            begin = int(rng.integers(0, length))
            row[begin : begin + long] = 0.0
    return looked


def _lines(
    features: Float[Tensor, "B T M"], spoken: Float[Tensor, "B T M"], much: float, rng: np.random.Generator
) -> Float[Tensor, "B 1 M"]:
    """What to add for each row to come by another microphone: a curve, and a part of another row's spectrum.

    References
    ----------
    Zhou et al., Domain Generalization with MixStyle, ICLR 2021, along frequency as in Kim et al., Domain
    Generalization on Efficient Acoustic Scene Classification using Residual Normalization, 2021.
    """
    n_rows, n_frames, n_mels = features.shape
    curve = torch.from_numpy(rng.normal(0, _CURVE * much, (n_rows, 1, _KNOTS)).astype(np.float32))
    found = F.interpolate(curve, n_mels, mode="linear", align_corners=True)
    if n_frames < _OF_A_LINE or n_rows < 2:
        return found
    mean = (features * spoken).sum(1, keepdim=True) / spoken.sum(1, keepdim=True).clamp_min(8)
    mean = F.avg_pool1d(F.pad(mean, (_SMOOTH // 2,) * 2, mode="replicate"), _SMOOTH, 1)
    other = mean[torch.from_numpy(rng.permutation(n_rows))]
    part = rng.uniform(0, _OTHERS, (n_rows, 1, 1)) * (rng.random((n_rows, 1, 1)) < _MIXED)
    return found + (other - mean) * torch.from_numpy((part * much).astype(np.float32))


def best_path(log_probs: Float[NDArray[np.float32], "B U K"]) -> list[tuple[int, ...]]:
    """The classes of each row by the likeliest class of each frame; a run of other words is one."""
    texts = []
    for path in log_probs.argmax(-1):
        changes = np.flatnonzero(np.diff(path, prepend=0))
        said: list[int] = []
        for c in path[changes]:
            if c and not (c == _OTHER and said[-1:] == [_OTHER]):
                said.append(int(c))
        texts.append(tuple(said))
    return texts


def recognise_words(net: nn.Module, rows: Sequence[Example], size: int = 24) -> list[tuple[int, ...]]:
    """Best-path classes of recordings, in their order."""
    order = np.argsort([len(row.features) for row in rows])
    texts: list[tuple[int, ...]] = [()] * len(rows)
    for start_at in range(0, len(order), size):
        some = order[start_at : start_at + size]
        features = torch.from_numpy(make_batch([rows[i] for i in some]).features)
        log_probs = loop.evaluation_step(net, features, _DTYPE)
        for index, text in zip(some, best_path(log_probs.numpy()), strict=True):
            texts[index] = text
    return texts


def number_accuracy(net: nn.Module, rows: Sequence[Example]) -> float:
    """The part of the recordings whose number words are all right, and none is heard where none is said."""
    said = recognise_words(net, rows)
    right = sum(
        drop_other_words(a) == drop_other_words(row.classes) for a, row in zip(said, rows, strict=True)
    )
    return right / len(rows)


def drop_other_words(classes: Sequence[int]) -> tuple[int, ...]:
    """The classes without other words."""
    return tuple(c for c in classes if c != _OTHER)


def fit(
    state: loop.State,
    pool: ChunkSource[Example],
    config: ListenConfig,
    validation: Mapping[str, Sequence[Example]],
    folder: Path,
    log: Callable[[str], None] = print,
    facts: Mapping[str, Any] | None = None,
) -> loop.State:
    """Train to ``config.steps``, with a checkpoint and a look at the validation sets now and then.

    Parameters
    ----------
    state : loop.State
        From `start`; a resumed one goes on at its step.
    pool : Source[Heard]
        Gives chunks of recordings.
    validation : Mapping[str, Sequence[Heard]]
        Name → recordings.
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


class _Run(CtcJob[Example, Batch, ListenConfig]):
    """The job of training a listener, as the loop wants it."""

    right_of = "numbers"

    def cut(self, rows: Sequence[Example], rng: np.random.Generator) -> Iterator[Batch]:
        """Batches of recordings of like length."""
        return make_batches(rows, self.terms.frames, rng)

    def right(self, net: nn.Module, rows: Sequence[Example]) -> float:
        """The part of the recordings whose numbers are all right."""
        return number_accuracy(net, rows)

    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """The loss of another look at a batch."""
        features, targets, lengths = map(torch.from_numpy, (batch.features, batch.targets, batch.lengths))
        if self.terms.augment:
            rng = np.random.default_rng(
                [self.terms.seed, int(batch.lengths.sum()), features.shape[1], *_state()]
            )
            features = augment_features(features, self.terms.augment, rng, self.terms.augment_channel)
        # A recording weighs the same in any company: batches of short ones hold more of them.
        share = _FRAMES_A_ROW / self.terms.frames
        if not isinstance(net, ListenerWithPhonemes):
            log_probs = loop.run_in_dtype(net, features, _DTYPE)
            return other_ctc_loss(log_probs, targets, lengths, _OTHER).sum() * share
        log_probs, heard = loop.run_in_dtype(net.both, features, _DTYPE)
        sounds, phoneme_lengths = map(torch.from_numpy, (batch.sounds, batch.phoneme_lengths))
        of_words = other_ctc_loss(log_probs, targets, lengths, _OTHER).sum()
        return (of_words + self.terms.phoneme_weight * phoneme_loss(heard, sounds, phoneme_lengths)) * share


def _state() -> list[int]:
    """Numbers from torch's generator, which a checkpoint keeps: a resumed run varies as the first would."""
    return [int(x) for x in torch.randint(0, 2**31, (2,))]
