"""Sound becomes what the listener sees: log-mel frames, loud speech high on a floor of nought.

The same code serves training and use, so the two cannot drift apart. A segment's features depend on nothing
outside it.
The Fourier transform is OpenCV's: an hour takes about a second of one thread, where kaldi-native-fbank takes
16 (docs/log.md). Letters: n samples, T frames, M mel bands, F coefficients of a packed spectrum.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_BLOCK = 1024  # frames worked on at a time: memory stays flat
_FAINTEST = 1e-20  # of power, so that silence has a logarithm
MARGIN = 16  # frames around what a network is trained to listen to


@dataclass(frozen=True, slots=True)
class LogMelParams:
    """How sound is looked at; stored on the card of the model trained with it.

    Parameters
    ----------
    rate : Hz, of the samples.
    window : int
        Samples a frame looks at.
    hop : int
        Samples between frames.
    fft : int
        Samples of the Fourier transform.
    mels : int
        M, bands.
    low, high : Hz, edges of the bands.
    emphasis : float
        Of high pitches: the spectrum is that of x[i] - emphasis * x[i - 1].
    loud : float
        Percentile of the frames' loudness that counts as the segment's own.
    span : float
        dB below that, where the floor is. Whatever lies lower is 0.
    unit : float
        dB that make 1.
    quietest : float
        dB of full scale; a segment less loud than this is lifted no further, so silence stays silence.
    stride : int
        Frames that become one frame of the network's answer.
    margin : int
        Frames of silence put before and behind a segment, a multiple of the stride. A word that begins with
        the recording then looks like one behind a pause (docs/log.md).
    """

    rate: int = 16_000
    window: int = 400
    hop: int = 160
    fft: int = 512
    mels: int = 64
    low: float = 60.0
    high: float = 7600.0
    emphasis: float = 0.97
    loud: float = 97.0
    span: float = 55.0
    unit: float = 20.0
    quietest: float = -110.0
    stride: int = 4
    margin: int = 0

    def to_json(self) -> dict[str, Any]:
        """The parameters as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LogMelParams:
        """The parameters of a card.

        Raises
        ------
        ValueError
            A name that is not known here: the model is of a newer version.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"log-mel parameters {', '.join(unknown)} are not known to this version")
        return cls(**values)


def log_mel(samples: NDArray[np.float32], params: LogMelParams) -> NDArray[np.float32]:
    """The features of a segment of sound.

    Parameters
    ----------
    samples : NDArray[float32]
        float32 (n,), one channel at ``params.rate``, full scale ±1. What is not finite is silence.
    params : LogMelParams
        How to look.

    Returns
    -------
    float32 (T, M), T = n / hop rounded up, and the margins; frame t is centred on sample
    (t - margin + 1/2) * hop. 0 is silence, and about ``span / unit`` the loud parts of speech, however loud
    the recording is.

    References
    ----------
    Davis & Mermelstein, Comparison of Parametric Representations for Monosyllabic Word Recognition, 1980.
    """
    n_frames = -(-len(samples) // params.hop)
    features = np.zeros((params.margin + n_frames + params.margin, params.mels), np.float32)
    if not n_frames:
        return features[:0]
    level = features[params.margin : params.margin + n_frames]
    _decibels(samples, params, level)
    loud = max(float(np.percentile(level.mean(axis=1), params.loud)), params.quietest)
    level -= loud - params.span
    np.maximum(level, 0.0, out=level)
    level /= params.unit
    return features


def _decibels(samples: NDArray[np.float32], params: LogMelParams, out: NDArray[np.float32]) -> None:
    """Power of each band in each frame into ``out`` (T, M), in dB of a full-scale sine about."""
    n_frames = len(out)
    before = (params.window - params.hop) // 2
    padded = np.zeros(before + n_frames * params.hop + params.window, np.float32)
    padded[before : before + len(samples)] = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    framed = np.lib.stride_tricks.sliding_window_view(padded, params.window)[:: params.hop][:n_frames]
    window, bands = _tables(params)
    block = np.zeros((min(_BLOCK, n_frames), params.fft), np.float32)
    for start in range(0, n_frames, _BLOCK):
        rows = framed[start : start + _BLOCK]
        block = block[: len(rows)]
        np.multiply(rows, window, out=block[:, : params.window])
        spectrum = cv2.dft(block, flags=cv2.DFT_ROWS)  # packed: Re 0, Re 1, Im 1, Re 2, Im 2, …
        np.square(spectrum, out=spectrum)
        np.matmul(spectrum, bands, out=out[start : start + len(rows)])
    np.maximum(out, _FAINTEST, out=out)
    cv2.log(out, out)
    out *= 10.0 / np.log(10.0)


@lru_cache(maxsize=8)
def _tables(params: LogMelParams) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The window (window,) and the weights (F, M) of squared packed coefficients in each band."""
    window = np.hanning(params.window + 1)[: params.window]
    hertz = np.fft.rfftfreq(params.fft, 1 / params.rate)
    mel_edges = np.linspace(_mel(params.low), _mel(params.high), params.mels + 2)
    left, middle, right = mel_edges[:-2], mel_edges[1:-1], mel_edges[2:]
    at = _mel(hertz)[:, None]
    shape = np.maximum(0.0, np.minimum((at - left) / (middle - left), (right - at) / (right - middle)))
    turn = 2 * np.pi * hertz / params.rate
    lift = 1 + params.emphasis**2 - 2 * params.emphasis * np.cos(turn)  # |1 - emphasis e^-iω|²
    weights = shape * lift[:, None] / (window.sum() / 2) ** 2
    packed = np.concatenate([weights[:1], np.repeat(weights[1:-1], 2, axis=0), weights[-1:]])
    return window.astype(np.float32), packed.astype(np.float32)


def _mel(hertz: float | NDArray[np.floating[Any]]) -> Any:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)
