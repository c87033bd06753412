"""A short clip of sound as a picture, so that whatever classifies pictures can classify spoken words.

Letters: H rows, one a mel band, high pitch on top; W columns, one every 10 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SoundError
from sutja.signals.audio import SoundSource, load_sound
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.signals.sources import name_source

PREPROCESSING = "clip"  # on the card of a classifier of such pictures
WIDTH = 128  # columns, 1.28 seconds: enough for a word
MAX_SECONDS = 10.0  # of a clip that is one word
_WHITE = 4.0  # the log-mel feature that is shown white
_PARAMS = LogMelParams()


def is_sound_file(source: object) -> bool:
    """Tell by the name of a source whether it is a recording."""
    return str(source).lower().endswith(SOUND_SUFFIXES)


def make_spectrogram(source: SoundSource, sample_rate: int | None = None) -> NDArray[np.uint8]:
    """Make a grey picture of the 1.28 seconds around the middle of the sound in a clip.

    Parameters
    ----------
    source, sample_rate : SoundSource or int | None
        As for `sutja.signals.audio.load_sound`.

    Returns
    -------
    NDArray[uint8]
        uint8 (64, 128); silence is black.

    Raises
    ------
    SoundError
        If it cannot be read, is empty, or longer than a word.
    """
    sound = load_sound(source, sample_rate)
    if not 0.0 < sound.seconds <= MAX_SECONDS:
        raise SoundError(
            f"lasts {sound.seconds:.1f} seconds, and should be one word",
            source=name_source(source),
            remedy=f"cut clips of at most {MAX_SECONDS:.0f} seconds, a word each",
        )
    half = WIDTH * _PARAMS.hop // 2
    middle = _find_middle(log_mel(sound.samples, _PARAMS)) * _PARAMS.hop
    padded = np.pad(sound.samples, half)
    features = log_mel(padded[middle : middle + 2 * half], _PARAMS)
    return np.asarray(np.clip(features * (255 / _WHITE), 0, 255).astype(np.uint8).T[::-1])


def _find_middle(features: NDArray[np.float32]) -> int:
    """Find the frame around which the sound lies: the mean of its frames, weighted by loudness."""
    weight = np.square(features.mean(axis=1, dtype=np.float64))
    whole = float(weight.sum())
    return round(float(weight @ np.arange(len(weight))) / whole) if whole else len(weight) // 2
