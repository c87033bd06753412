"""The preprocessing "log-mel": sound becomes log-mel features, loud speech high above a floor of zero.

The same code serves training and use, so the two cannot drift apart. The features of some samples depend on
no others. The Fourier transform is OpenCV's: an hour takes about a second of one thread, where
kaldi-native-fbank takes 16 (docs/log.md). Letters: n samples, T frames, M mel bands, F coefficients of a
packed spectrum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.parameters import check_real, check_whole

_BLOCK = 1024  # frames processed at a time: memory stays flat
_MIN_POWER = 1e-20  # power, so that silence has a logarithm
_MEDIAN_STEP = 7  # samples: each seventh tells the median well enough
MARGIN = 16  # frames of silence at either end of what a network is trained on


@dataclass(frozen=True, slots=True)
class LogMelParams:
    """The parameters of the features; stored on the card of the model trained with them.

    Parameters
    ----------
    rate : int
        Samples a second.
    window : int
        Samples of a frame.
    hop : int
        Samples from one frame to the next.
    fft : int
        Samples of the Fourier transform.
    mels : int
        M, the number of bands.
    low, high : float
        Lowest and highest frequency of the bands, in Hz.
    emphasis : float
        Pre-emphasis: the spectrum is that of x[i] - emphasis * x[i - 1].
    loud : float
        Percentile of the frames' loudness that is the loudness of the whole, where ``loudest`` is 0.
    span : float
        dB from that loudness down to the floor; what lies lower is 0.
    unit : float
        dB that become 1.
    quietest : float
        dB of full scale; sound less loud than this is lifted no further, so silence stays silence.
    stride : int
        Frames of features to one frame of the network's output.
    margin : int
        Frames of silence added at either end, a multiple of the stride. A word at the very beginning of a
        recording then has the same features as one behind a pause (docs/log.md).
    smoothing : int
        Frames whose median is the loudness of the one in their middle, an odd number: a click or a knock of
        fewer than half as many frames does not count as the loudness of the speech. 1 for none.
    loudest : int
        Frames that are as loud as the whole or louder: a word between long pauses then counts as one that
        is alone. 0 takes the percentile.
    ceiling : float
        dB above that loudness; a louder frame is turned down to it.

    Raises
    ------
    ValueError
        If a value makes no sense.
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
    smoothing: int = 1
    loudest: int = 0
    ceiling: float = 300.0

    def __post_init__(self) -> None:
        check_whole("rate", self.rate, 1_000, 192_000)
        check_whole("fft", self.fft, 2, 16_384)
        check_whole("window", self.window, 2, self.fft)
        check_whole("hop", self.hop, 1, self.window)
        check_whole("mels", self.mels, 1, 512)
        check_whole("stride", self.stride, 1, 64)
        check_whole("margin", self.margin, 0, 1_000)
        check_whole("smoothing", self.smoothing, 1, 99)
        if self.smoothing % 2 == 0:
            raise ValueError(f"smoothing must be an odd number of frames, not {self.smoothing}")
        check_whole("loudest", self.loudest, 0, 10_000)
        check_real("ceiling", self.ceiling, 0.0, 300.0)
        check_real("low", self.low, 0.0, self.rate / 2)
        check_real("high", self.high, self.low, self.rate / 2)
        check_real("emphasis", self.emphasis, 0.0, 1.0)
        check_real("loud", self.loud, 0.0, 100.0)
        check_real("span", self.span, 1.0, 300.0)
        check_real("unit", self.unit, 0.01, 1_000.0)
        check_real("quietest", self.quietest, -1_000.0, 0.0)

    def to_json(self) -> dict[str, Any]:
        """Write the parameters as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LogMelParams:
        """Read the parameters of a card.

        Raises
        ------
        ValueError
            If a name is unknown: the model is of a newer version.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"log-mel parameters {', '.join(unknown)} are not known to this version")
        return cls(**values)


def count_frames(n_samples: int, params: LogMelParams) -> int:
    """Count the frames of the features of so many samples."""
    n_frames = -(-n_samples // params.hop)
    return n_frames + 2 * params.margin if n_frames else 0


def log_mel(samples: NDArray[np.float32], params: LogMelParams) -> NDArray[np.float32]:
    """Compute log-mel features.

    Parameters
    ----------
    samples : NDArray[float32]
        float32 (n,), one channel at ``params.rate``, full scale ±1. Values that are not finite count as
        silence. Their median, the offset that a microphone may add, is taken off.
    params : LogMelParams
        The parameters.

    Returns
    -------
    NDArray[float32]
        float32 (T, M), T = n / hop rounded up, plus both margins; frame t is centred on sample
        (t - margin + 1/2) * hop. Silence is 0, and the loud parts of speech are about ``span / unit``,
        however loud the recording is.

    References
    ----------
    Davis & Mermelstein, Comparison of Parametric Representations for Monosyllabic Word Recognition, 1980.
    """
    features = np.zeros((count_frames(len(samples), params), params.mels), np.float32)
    if not len(features):
        return features
    n_frames = len(features) - 2 * params.margin
    level = features[params.margin : params.margin + n_frames]
    _compute_decibels(samples, params, level)
    loudness = level.mean(axis=1)
    loud = max(_measure_loudness(loudness, params), params.quietest)
    level -= np.maximum(loudness - loud - params.ceiling, 0.0)[:, None] + (loud - params.span)
    np.maximum(level, 0.0, out=level)
    level /= params.unit
    return features


def _measure_loudness(loudness: NDArray[np.float32], params: LogMelParams) -> float:
    """Measure the loudness of the whole in dB, from that of each frame (T,), the mean of its bands."""
    if 1 < params.smoothing <= len(loudness):
        padded = np.pad(loudness, params.smoothing // 2, mode="edge")
        around = np.lib.stride_tricks.sliding_window_view(padded, params.smoothing)
        loudness = np.median(around, axis=1)
    if not params.loudest:
        return float(np.percentile(loudness, params.loud))
    rank = min(params.loudest, len(loudness))
    return float(np.partition(loudness, -rank)[-rank])


def _compute_decibels(samples: NDArray[np.float32], params: LogMelParams, out: NDArray[np.float32]) -> None:
    """Write the power of each band in each frame into ``out`` (T, M), in dB of about a full-scale sine."""
    n_frames = len(out)
    before = (params.window - params.hop) // 2
    padded = np.zeros(before + n_frames * params.hop + params.window, np.float32)
    finite = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    padded[before : before + len(samples)] = finite - np.median(finite[::_MEDIAN_STEP])
    framed = np.lib.stride_tricks.sliding_window_view(padded, params.window)[:: params.hop][:n_frames]
    window, bands = _make_tables(params)
    block = np.zeros((min(_BLOCK, n_frames), params.fft), np.float32)
    for start in range(0, n_frames, _BLOCK):
        rows = framed[start : start + _BLOCK]
        block = block[: len(rows)]
        np.multiply(rows, window, out=block[:, : params.window])
        spectrum = cv2.dft(block, flags=cv2.DFT_ROWS)  # packed: Re 0, Re 1, Im 1, Re 2, Im 2, …
        np.square(spectrum, out=spectrum)
        np.matmul(spectrum, bands, out=out[start : start + len(rows)])
    np.maximum(out, _MIN_POWER, out=out)
    cv2.log(out, out)
    out *= 10.0 / np.log(10.0)


@lru_cache(maxsize=8)
def _make_tables(params: LogMelParams) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make the window (window,) and the weights (F, M) of squared packed coefficients in each band."""
    window = np.hanning(params.window + 1)[: params.window]
    hertz = np.fft.rfftfreq(params.fft, 1 / params.rate)
    mel_edges = np.linspace(_to_mel(params.low), _to_mel(params.high), params.mels + 2)
    left, middle, right = mel_edges[:-2], mel_edges[1:-1], mel_edges[2:]
    mels = _to_mel(hertz)[:, None]
    shape = np.maximum(0.0, np.minimum((mels - left) / (middle - left), (right - mels) / (right - middle)))
    turn = 2 * np.pi * hertz / params.rate
    lift = 1 + params.emphasis**2 - 2 * params.emphasis * np.cos(turn)  # |1 - emphasis e^-iω|²
    weights = shape * lift[:, None] / (window.sum() / 2) ** 2
    packed = np.concatenate([weights[:1], np.repeat(weights[1:-1], 2, axis=0), weights[-1:]])
    return window.astype(np.float32), packed.astype(np.float32)


def _to_mel(hertz: float | NDArray[np.floating[Any]]) -> Any:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)
