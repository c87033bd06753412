"""Teach a classifier of digits by what the program draws: hands that its data lack, and what is no digit.

It learns from its training part, and from a tenth as many digits that are drawn as people of many countries
write them (`sutja.synthesis.drawn_digits`). A network that knows digits alone takes every letter for one. So
behind its last layer a small network learns one output more, from letters, scribbles, several digits and
noise (`sutja.synthesis.no_digits`) beside digits. The network itself stays as it is, and with it its error
among the digits.

Letters: n pictures, C channels, H rows, W columns, K classes, F features.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sutja.data.labelled.load import AnyLabelled
from sutja.data.stacks import PictureStack
from sutja.nets.none_output import NoneOutput
from sutja.runs.parts import Log, Parts
from sutja.signals.preprocessing.ink_centring import centre_ink
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.synthesis.drawn_digits import draw_digits
from sutja.synthesis.no_digits import draw_no_digits
from sutja.training.classify.fit import predict_log_proba
from sutja.training.classify.streamed import StreamedPixels

_NETS = ("convnet",)  # whose features tell a letter from a digit
_LEAST_SIDE = 20  # pixels: in smaller pictures a letter may look like a digit
_DIGITS, _DRAWN, _DRAWN_TO_CHOOSE = 12_000, 6_000, 1_000  # to learn from; to choose the threshold by
Shown = NDArray[np.float32] | StreamedPixels
_MOST_BESIDE = 12_000  # digits of other hands beside pictures that are not held in memory
DRAWN_SHARE = 0.1  # digits of other hands, of those that they are drawn beside
_TO_LEARN, _TO_CHOOSE, _HANDS, _HANDS_BESIDE_NONE = 1, 2, 3, 4  # parts of the seed
_SEVERAL_OF = 500  # digits of which several are put together
_BLOCK = 512  # pictures whose features are computed at a time
_EPOCHS, _BATCH, _LR, _WEIGHT_DECAY = 20, 256, 2e-3, 0.02


def is_teachable(net: str, params: PixelsParams, classes: tuple[str, ...]) -> bool:
    """Tell if a classifier can be taught what is no digit: its classes are digits that are found."""
    digits = all(len(name) == 1 and name.isdecimal() for name in classes)
    return net in _NETS and digits and params.ink > 0 and min(params.height, params.width) >= _LEAST_SIDE


def add_other_hands(
    net: str, params: PixelsParams, train: AnyLabelled, pixels: Shown, seed: int, log: Log
) -> tuple[Shown, NDArray[np.int64]]:
    """Add digits of other hands to what a classifier of digits learns from; to others nothing is added.

    They are held in memory, also beside pictures that are not, and so no more than some thousands there.

    Parameters
    ----------
    net : str
        A name in `sutja.nets.named.NETS`.
    params : PixelsParams
        Parameters of its pictures.
    train : AnyLabelled
        The training part.
    pixels : Shown
        (n, C, H, W) its pictures as the network sees them.
    seed : int
        Seed of what is drawn.
    log : Log
        Takes a line of progress.

    Returns
    -------
    tuple[Shown, NDArray[int64]]
        The pictures and their classes, those of the training part first.
    """
    if not is_teachable(net, params, train.classes):
        return pixels, train.labels
    streamed = isinstance(pixels, StreamedPixels)
    n = min(len(train), round(_MOST_BESIDE / DRAWN_SHARE)) if streamed else len(train)
    drawn, labels = _draw_other_hands(params, train.classes, n, [seed, _HANDS])
    if not len(drawn):
        return pixels, train.labels
    log(f"{len(drawn):,} digits are drawn beside them, as people of other countries write them")
    every = np.concatenate([train.labels, labels])
    if isinstance(pixels, StreamedPixels):
        return replace(pixels, more=drawn), every
    return np.concatenate([pixels, batch_to_pixels(drawn, params)]), every


def _draw_other_hands(
    params: PixelsParams, classes: Sequence[str], n: int, seed: Sequence[int]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw digits beside n others, uint8 (m, H, W), and their classes (m,); none of another script."""
    assert params.place is not None
    share = DRAWN_SHARE if all(name.isascii() for name in classes) else 0.0
    return draw_digits(round(share * n), params.place, seed, [int(name) for name in classes])


def teach_none(
    net: nn.Module, params: PixelsParams, parts: Parts[AnyLabelled], seed: int, log: Log
) -> tuple[NoneOutput, NDArray[np.float32]]:
    """Teach a copy of a trained network what is no digit.

    Parameters
    ----------
    net : nn.Module
        The network.
    params : PixelsParams
        Parameters of its pictures.
    parts : Parts[AnyLabelled]
        The data.
    seed : int
        Seed of what is drawn, and of the first weights.
    log : Log
        Takes a line of progress.

    Returns
    -------
    tuple[NoneOutput, NDArray[float32]]
        The copy with one output more, and its log-probabilities (m, K + 1) of pictures of no digit that it
        has not learnt from.
    """
    log("teaches what is no digit, by letters, scribbles and noise that are drawn")
    train = parts.train
    rows = np.sort(np.random.default_rng([seed, _TO_LEARN]).permutation(len(train))[:_DIGITS])
    digits, truth = _draw_other_hands(params, train.classes, len(rows), [seed, _HANDS_BESIDE_NONE])
    none = _draw(params, train, _DRAWN, [seed, _TO_LEARN])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = NoneOutput(copy.deepcopy(net).cpu()).eval()
        shown = (train.take(rows).images, digits, none)
        computed = [_compute(made, some, params) for some in shown if len(some)]
        features, logits = (torch.cat([part[i] for part in computed]) for i in (0, 1))
        labels = np.concatenate([train.labels[rows], truth, np.full(len(none), len(train.classes))])
        _learn(made.none, features, logits, torch.from_numpy(labels.astype(np.int64)))
    unseen = _draw(params, parts.validation, _DRAWN_TO_CHOOSE, [seed, _TO_CHOOSE])
    return made, predict_log_proba(made, batch_to_pixels(unseen, params))


def _draw(params: PixelsParams, data: AnyLabelled, n: int, seed: Sequence[int]) -> NDArray[np.uint8]:
    """Draw n pictures of no digit, uint8 (n, H, W), as they are found and centred."""
    assert params.place is not None
    some = np.stack([centre_ink(image, params.place) for image in data.images[:_SEVERAL_OF]])
    return draw_no_digits(n, some, params.place, seed)


@torch.no_grad()
def _compute(net: NoneOutput, images: PictureStack, params: PixelsParams) -> tuple[Tensor, Tensor]:
    """Compute features (n, F) and logits (n, K) of n pictures."""
    blocks = (images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK))
    parts = [net.compute_features(torch.from_numpy(batch_to_pixels(some, params))) for some in blocks]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def _learn(none: nn.Sequential, features: Tensor, logits: Tensor, labels: Tensor) -> None:
    """Learn the logit of "none" beside the fixed logits of the classes, by cross entropy over all."""
    none.train()
    optimiser = torch.optim.AdamW(none.parameters(), _LR, weight_decay=_WEIGHT_DECAY)
    steps = _EPOCHS * -(-len(labels) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LR, total_steps=steps)
    for _ in range(_EPOCHS):
        for chosen in torch.split(torch.randperm(len(labels)), _BATCH):
            joined = torch.cat([logits[chosen], none(features[chosen])], 1)
            loss = nn.functional.cross_entropy(joined, labels[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
