"""Augmentation of speech: voices, rooms, microphones, noise, telephone lines, codecs.

Every change keeps the number of samples but `change_speed`. Letters: n samples at 16 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from sutja.synthesis.speech.utterances import RATE

Sound = NDArray[np.float32]
_TAIL = RATE // 2  # samples of a room's answer, at most
_WINDOW, _HOP, _SEEK = 480, 240, RATE // 125  # samples that are laid over one another: 30 ms
_SLAPS = 0.25  # part of the rooms with an echo that is heard by itself, as of a hall or a telephone line
_KNOTS = np.array([0, 100, 200, 400, 800, 1600, 3200, 5000, 8000.0])  # Hz, of a microphone's curve


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strength of each augmentation, from 0 (never) to 1.

    Parameters
    ----------
    voice : float
        A voice faster and higher, or slower and lower.
    room : float
        Reverberation.
    line : float
        Telephone bands, codecs, clipping.
    noise : float
        Background noise.
    clicks : float
        Knocks, as of a button or a microphone.
    haste : float
        Words said quicker or slower than they were, as high as before. A network taught it heard fewer
        strings of strangers as they say them (docs/log.md).
    """

    voice: float = 0.7
    room: float = 0.45
    line: float = 0.55
    noise: float = 0.75
    clicks: float = 0.2
    haste: float = 0.0


NO_AUGMENTATION = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0)


def change_speed(sound: Sound, ratio: float) -> Sound:
    """Play a sound ``ratio`` times as fast; voice and formants go up with it."""
    at = np.arange(0, len(sound) - 1, ratio)
    low = at.astype(np.intp)
    part = (at - low).astype(np.float32)
    return sound[low] * (1 - part) + sound[low + 1] * part


def stretch_time(sound: Sound, ratio: float) -> Sound:
    """Say a sound ``ratio`` times as quickly, the voice as high as before.

    Short windows of it are laid over one another where they fit best.

    References
    ----------
    Verhelst & Roelands, An overlap-add technique based on waveform similarity (WSOLA), 1993.
    """
    n_windows = int((len(sound) - _WINDOW - _SEEK) / (_HOP * ratio))
    if n_windows < 2:
        return sound
    fade = np.hanning(_WINDOW + 1)[:_WINDOW].astype(np.float32)
    out = np.zeros(_HOP * (n_windows - 1) + _WINDOW, np.float32)
    at = 0
    for i in range(n_windows):
        begin = round(i * _HOP * ratio)
        if i:  # the window that goes on best from the one before
            low = max(0, begin - _SEEK)
            near = sound[low : begin + _SEEK + _WINDOW]
            after = sound[at + _HOP : at + _HOP + _WINDOW]
            near = near[: len(near) - _WINDOW + len(after)]
            at = low + 2 * int(np.correlate(near[::2], after[::2]).argmax())
        out[i * _HOP : i * _HOP + _WINDOW] += sound[at : at + _WINDOW] * fade
    out[:_HOP] = sound[:_HOP]
    return out


def apply_channel(sound: Sound, strength: Augmentation, rng: np.random.Generator) -> Sound:
    """A sound after a room, a microphone and a line, all in one multiplication of spectra."""
    size = next_fast_len(len(sound) + _TAIL, real=True)
    spectrum = rfft(sound, size)
    hertz = np.linspace(0, RATE / 2, len(spectrum))
    gain = np.zeros(len(hertz))  # dB
    if rng.random() < strength.voice:
        gain += np.interp(hertz, _KNOTS, rng.normal(0, 4, len(_KNOTS)))
        gain += rng.normal(0, 1.5) * np.log2(np.maximum(hertz, 100) / 1000)  # dB an octave
    telephone = False
    if rng.random() < strength.line:
        low, high, telephone = _band(rng)
        gain -= 12 * np.maximum(0, np.log2(low / np.maximum(hertz, 20))) * rng.uniform(1, 3)
        gain = np.where(hertz > high, np.minimum(gain, 0) - np.minimum(80, (hertz - high) / 5), gain)
    if rng.random() < strength.room:
        spectrum = spectrum * rfft(_room(rng), size)
    out = irfft(spectrum * 10 ** (np.maximum(gain, -90) / 20).astype(np.float32), size)[: len(sound)]
    return apply_codec(np.asarray(out, np.float32), strength, telephone, rng)


def _band(rng: np.random.Generator) -> tuple[float, float, bool]:
    """Lower and upper edge of a line, Hz, and whether it is a telephone's."""
    if rng.random() < 0.55:
        return float(rng.uniform(150, 380)), float(rng.uniform(3100, 3900)), True
    return float(rng.uniform(30, 200)), float(rng.choice([3900, 4000, 5500, 7000])), False


def _room(rng: np.random.Generator) -> Sound:
    """The answer of a room to a clap: the sound itself, some echoes from walls, and a tail that dies away."""
    decay = float(np.exp(rng.uniform(np.log(0.08), np.log(0.7))))  # seconds to -60 dB
    n = min(_TAIL, max(64, round(decay * RATE)))
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / (decay * RATE))
    tail[: int(rng.uniform(0.002, 0.02) * RATE)] = 0.0
    for _ in range(int(rng.integers(2, 7))):
        at = int(rng.uniform(0.001, 0.03) * RATE)
        if at < n:
            tail[at] += rng.normal(0, 3) * 10 ** (-3 * at / (decay * RATE))
    ratio = 10 ** (rng.uniform(-2, 15) / 20)  # of the sound itself to all of its echoes
    tail *= 1 / (ratio * max(float(np.sqrt(np.square(tail).sum())), 1e-6))
    tail[0] = 1.0
    if rng.random() < _SLAPS:
        answer = np.zeros(_TAIL)
        answer[: len(tail)] = tail
        answer[round(rng.uniform(0.05, 0.3) * RATE)] += rng.uniform(0.1, 0.5)
        return answer.astype(np.float32)
    return tail.astype(np.float32)


def apply_codec(sound: Sound, strength: Augmentation, telephone: bool, rng: np.random.Generator) -> Sound:
    """Loss of grey levels, so to speak: µ-law, few bits, clipping."""
    peak = float(np.abs(sound).max(initial=1e-6))
    if rng.random() < strength.line * 0.25:  # clipped
        limit = peak * rng.uniform(0.15, 0.7)
        sound = np.clip(sound, -limit, limit)
    scaled = sound * (rng.uniform(0.05, 1.0) / peak)
    if telephone and rng.random() < 0.6:  # µ-law, 8 bits
        bent = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256)
        bent = np.round(bent * 127) / 127
        scaled = np.sign(bent) * np.expm1(np.abs(bent) * np.log(256)) / 255
    elif rng.random() < strength.line * 0.08:  # 8 bits
        scaled = np.round(scaled * 127) / 127
    return np.asarray(scaled, np.float32)


def make_noise(n: int, rng: np.random.Generator) -> Sound:
    """Noise whose spectrum falls or rises, with a hum now and then."""
    size = next_fast_len(n, real=True)
    spectrum = rfft(rng.standard_normal(size).astype(np.float32))
    hertz = np.linspace(0, RATE / 2, len(spectrum))
    slope = rng.choice([0.0, 0.5, 1.0, rng.uniform(-0.3, 1.5)])
    noise = irfft(spectrum * (np.maximum(hertz, 40) / 1000) ** -slope, size)[:n]
    if rng.random() < 0.2:
        base, time = float(rng.choice([50.0, 60.0, rng.uniform(80, 2000)])), np.arange(n) / RATE
        hum = sum(np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6)) / k for k in range(1, 5))
        noise = noise / max(float(noise.std()), 1e-9) + hum * rng.uniform(0.3, 3)
    return np.asarray(noise, np.float32)


def add_noise(sound: Sound, noise: Sound, ratio: float) -> Sound:
    """Sound and noise.

    Parameters
    ----------
    sound, noise : Sound
        float32 (n,).
    ratio : float
        dB between the sound's loud parts and the noise.
    """
    loud = _loud(sound)
    hiss = float(np.sqrt(np.square(noise).mean())) if len(noise) else 0.0
    if loud == 0.0 or hiss == 0.0:
        return sound
    return sound + noise * np.float32(loud / hiss * 10 ** (-ratio / 20))


def add_clicks(sound: Sound, rng: np.random.Generator) -> Sound:
    """Add one to three knocks of 1 to 35 ms, up to 40 dB above the sound, as of a button or a microphone."""
    loud = _loud(sound)
    out = sound.copy()
    for _ in range(int(rng.integers(1, 4))):
        n = min(len(sound), round(float(np.exp(rng.uniform(np.log(0.001), np.log(0.035)))) * RATE))
        if n < 8 or loud == 0.0:
            return sound
        knock = make_noise(n, rng)
        knock *= np.exp(-np.arange(n) / (n * rng.uniform(0.15, 2.0))).astype(np.float32)
        level = loud * 10 ** (rng.uniform(0, 40) / 20) / max(float(np.abs(knock).max()), 1e-9)
        last = len(sound) - n
        edge = int(rng.integers(1 + last // 8))
        at = int(rng.choice([edge, last - edge, int(rng.integers(last + 1))]))
        out[at : at + n] += knock * np.float32(level)
    return out


def round_to_16_bits(sound: Sound) -> Sound:
    """A sound within ±1 as a file with 16 bits a sample keeps it."""
    return np.asarray(np.clip(np.round(sound * 32_768), -32_768, 32_767) / 32_768, np.float32)


def _loud(sound: Sound) -> float:
    """The root mean square of the louder half of the 25 ms stretches in which there is anything."""
    step = RATE // 40
    if len(sound) < step:
        return float(np.sqrt(np.square(sound).mean())) if len(sound) else 0.0
    power = np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(axis=1)
    audible = power[power > power.max() * 1e-3]
    return float(np.sqrt(np.median(audible))) if len(audible) else 0.0
