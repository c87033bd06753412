"""Words cut out of phrases by an acoustic model that knows their text: more voices to compose strings of.

Letters: n samples, U frames of the answer, K classes with the blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import nn

from sutja.grammar.number_words import OTHER, classify_word
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel
from sutja.synthesis.speech.utterances import RATE, Utterance, measure_loudness, trim_silence
from sutja.training import loop
from sutja.training.device import choose_convolution_dtype
from sutja.training.listen.batches import Example
from sutja.training.listen.fit import recognise_words

_LEAST_PROBABILITY = 0.6  # of a word, in its most probable frame
_REACH = 0.45  # seconds before the first word and after the last that still belong to it
_SHORTEST, _LONGEST = 0.12, 1.3  # seconds of a word
_AROUND = 0.2  # seconds of silence around a word that is recognised by itself
_STEP = 96  # frames: lengths are padded to multiples of it, since each shape costs compiling once
_OTHER = classify_word(OTHER)


def find_word_frames(
    log_probs: Float[NDArray[np.float32], "U K"], classes: Sequence[int]
) -> list[int] | None:
    """Find the most probable frame of each word; None where other words are recognised than the label's."""
    path = log_probs.argmax(-1)
    starts = np.flatnonzero(np.diff(path, prepend=0))
    frames: list[int] = []
    recognised: list[int] = []
    for start, stop in pairwise([*starts, len(path)]):
        c = int(path[start])
        if not c:
            continue
        at = int(start + log_probs[start:stop, c].argmax())
        if c == _OTHER and recognised[-1:] == [_OTHER]:
            continue
        if log_probs[at, c] < np.log(_LEAST_PROBABILITY):
            return None
        recognised.append(c)
        frames.append(at)
    return frames if recognised == list(classes) else None


def cut_words(net: nn.Module, utterances: Sequence[Utterance], params: LogMelParams) -> Iterator[Utterance]:
    """The number words of pieces of several, one by one, cut where it is quietest between them.

    Parameters
    ----------
    net : nn.Module
        A trained acoustic model.
    utterances : Sequence[Utterance]
        Phrases; those in which it hears something else than was said are passed over, and so are words in
        which it hears something else by themselves: "fourteen" is cut before its "teen" now and then, since
        it is quietest there.
    params : LogMelParams
        Parameters of the features.
    """
    for utterance in utterances:
        if len(utterance.classes) < 2:
            continue
        sound = utterance.samples.astype(np.float32) / np.float32(32768)
        rows = log_mel(sound, params)
        features = torch.zeros(1, -(-len(rows) // _STEP) * _STEP, params.mels)
        features[0, : len(rows)] = torch.from_numpy(rows)
        log_probs = loop.evaluation_step(net, features, choose_convolution_dtype())[0].numpy()
        frames = find_word_frames(log_probs, utterance.classes)
        if frames is None:
            continue
        places = [(at * params.stride - params.margin) * params.hop for at in frames]
        edges = _find_edges(sound, [min(max(0, place), len(sound) - 1) for place in places])
        words = [
            Utterance(
                np.asarray(np.round(word * 32768), np.int16),
                (c,),
                utterance.speaker,
                f"{utterance.source} words",
            )
            for c, start, stop in zip(utterance.classes, edges[:-1], edges[1:], strict=True)
            if c != _OTHER
            and _SHORTEST < len(word := trim_silence(sound[start:stop], margin=0.03)) / RATE < _LONGEST
        ]
        recognised = recognise_words(net, [_alone(word, params) for word in words]) if words else []
        yield from (word for word, classes in zip(words, recognised, strict=True) if classes == word.classes)


def _alone(word: Utterance, params: LogMelParams) -> Example:
    """Make an example of a word with silence around it."""
    sound = np.pad(word.samples.astype(np.float32) / np.float32(32768), round(_AROUND * RATE))
    return Example(log_mel(sound, params).astype(np.float16), word.classes)


def _find_edges(sound: NDArray[np.float32], inside: Sequence[int]) -> list[int]:
    """Find the samples at which words begin and end, given one sample inside each."""
    level, step = measure_loudness(sound), RATE // 100
    smooth = np.convolve(level, np.ones(3) / 3, mode="same")
    reach = round(_REACH * RATE)
    edges = [max(0, inside[0] - reach)]
    for before, after in pairwise(inside):
        low, high = before // step, max(before // step + 1, after // step)
        edges.append((low + int(smooth[low:high].argmin())) * step)
    return [*edges, min(len(sound), inside[-1] + reach)]
