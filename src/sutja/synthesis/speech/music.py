"""Music, more or less: chords, melodies and drums, that no number is to be heard in.

Letters: n samples at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sutja.synthesis.speech.utterances import RATE

Sound = NDArray[np.float32]
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))  # major, minor, pentatonic
_CHORDS = ((0, 2, 4), (3, 5, 7), (4, 6, 8), (5, 7, 9))  # steps of the scale


def make_music(n: int, rng: np.random.Generator) -> Sound:
    """Compose n samples of music, as loud as full scale allows.

    Examples
    --------
    >>> make_music(16_000, np.random.default_rng(0)).shape
    (16000,)
    """
    beat = 60 / rng.uniform(60, 180)  # seconds
    tonic = float(rng.uniform(80, 350))  # Hz
    scale = _SCALES[int(rng.integers(len(_SCALES)))]
    out = np.zeros(n, np.float32)
    layers: tuple[tuple[float, Callable[[], None]], ...] = (
        (0.75, lambda: _chords(out, beat, tonic, scale, rng)),
        (0.75, lambda: _melody(out, beat, tonic * float(rng.choice([1, 2, 4])), scale, rng)),
        (0.5, lambda: _drums(out, beat, rng)),
    )
    for share, play in layers:
        if rng.random() < share:
            play()
    if not out.any():
        _melody(out, beat, tonic, scale, rng)
    return out / np.float32(max(float(np.abs(out).max(initial=0)), 1e-6))


def _chords(out: Sound, beat: float, tonic: float, scale: tuple[int, ...], rng: np.random.Generator) -> None:
    """Chords of a few beats each, by one instrument."""
    voice, at = _instrument(rng), 0.0
    while at * RATE < len(out):
        seconds = beat * int(rng.choice([1, 2, 4]))
        for step in _CHORDS[int(rng.integers(len(_CHORDS)))]:
            _add(out, at, _tone(_pitch(tonic, scale, step), seconds, voice, rng) * np.float32(0.4))
        at += seconds


def _melody(out: Sound, beat: float, tonic: float, scale: tuple[int, ...], rng: np.random.Generator) -> None:
    """A line that goes up and down by small steps, with rests."""
    voice, at, step = _instrument(rng), float(rng.uniform(0, beat)), int(rng.integers(0, 8))
    while at * RATE < len(out):
        seconds = beat * float(rng.choice([0.25, 0.5, 0.5, 1.0, 2.0]))
        step = int(np.clip(step + rng.integers(-3, 4), -5, 12))
        if rng.random() < 0.85:
            _add(out, at, _tone(_pitch(tonic, scale, step), seconds, voice, rng))
        at += seconds


def _drums(out: Sound, beat: float, rng: np.random.Generator) -> None:
    """Bursts of noise and thuds that die away."""
    for part in (1.0, 0.5, 0.25):
        if rng.random() < 0.6:
            decay, tune = float(rng.uniform(0.02, 0.2)), float(rng.uniform(50, 200))
            noisy, loud = rng.random() < 0.6, float(rng.uniform(0.2, 1.0))
            time = np.arange(round(decay * 5 * RATE)) / RATE
            body = rng.standard_normal(len(time)) * 0.5 if noisy else np.sin(2 * np.pi * tune * time)
            hit = (body * np.exp(-time / decay) * loud).astype(np.float32)
            for at in np.arange(float(rng.uniform(0, beat)), len(out) / RATE, beat * part):
                if rng.random() < 0.85:
                    _add(out, float(at), hit)


def _pitch(tonic: float, scale: tuple[int, ...], step: int) -> float:
    """Hz of a step of the scale."""
    octave, place = divmod(step, len(scale))
    return float(tonic * 2 ** (octave + scale[place] / 12))


def _instrument(rng: np.random.Generator) -> tuple[Sound, float, float, float]:
    """Loudness of its overtones, how fast it swells and dies away (seconds), and how much it trembles."""
    overtones = rng.uniform(0.1, 1.0, int(rng.integers(1, 16)))
    fall = float(rng.uniform(0.2, 2.0))
    loud = overtones / np.arange(1, len(overtones) + 1) ** fall
    if rng.random() < 0.4:  # a body that resonates, as a voice's or a violin's does
        centre, wide = rng.uniform(1, 8, 2)
        loud = loud * (0.2 + np.exp(-(((np.arange(1, len(loud) + 1) - centre) / wide) ** 2)))
    return (
        loud.astype(np.float32), float(rng.choice([0.003, 0.02, 0.1])), float(rng.choice([0.15, 0.5, 5.0])),
        float(rng.choice([0.0, 0.0, 0.004, 0.012])),
    )  # fmt: skip


def _tone(
    hertz: float, seconds: float, voice: tuple[Sound, float, float, float], rng: np.random.Generator
) -> Sound:
    """One note."""
    loud, swell, decay, tremble = voice
    time = np.arange(max(1, round(seconds * RATE)), dtype=np.float32) / np.float32(RATE)
    phase = 2 * np.pi * hertz * (time + tremble / 6 * np.sin(2 * np.pi * 5.5 * time))
    sound = np.zeros(len(time), np.float32)
    for k, part in enumerate(loud, start=1):
        if k * hertz < RATE / 2:
            sound += part * np.sin(k * phase + rng.uniform(0, 6)).astype(np.float32)
    shape = np.minimum(1, time / swell) * np.exp(-time / decay) * np.minimum(1, time[::-1] / 0.02)
    return np.asarray(sound * shape, np.float32)


def _add(out: Sound, at: float, sound: Sound) -> None:
    """Play a sound at so many seconds."""
    start = round(at * RATE)
    part = sound[: max(0, len(out) - start)]
    out[start : start + len(part)] += part
