"""Recordings as people leave them: strings of digits, phrases, single words, other speech, noise.

Letters: n samples at 16 kHz.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.grammar.number_words import OTHER, UNITS, classify_word
from sutja.synthesis.speech.channel import (
    Augmentation,
    add_clicks,
    add_noise,
    apply_channel,
    change_speed,
    make_noise,
    round_to_16_bits,
    stretch_time,
)
from sutja.synthesis.speech.music import make_music
from sutja.synthesis.speech.phonemes import pronounce_classes
from sutja.synthesis.speech.utterances import RATE, Spoken

_OTHER = classify_word(OTHER)
_DIGITS = (*(classify_word(unit) for unit in UNITS), classify_word("oh"))
_LONGEST = 9.0  # seconds of a composed recording: batches stay small
_LONGEST_PHRASE = 20.0  # seconds of what was said in one go
# Parts of each source among whole phrases; what is not named has 1. "Words" were cut out of its phrases.
SHARES = {
    "an4": 8.0,
    "hyke": 5.0,
    "iitg": 1.5,
    "sixteen": 1.5,
    "four": 0.5,
    "speech-commands": 3.0,
    "korean": 0.7,
    "other languages": 4.0,
    "espeak-ng languages": 1.5,
    "kokoro": 5.0,
    "hibari": 7.0,
    "espeak-ng": 5.0,
    "flite": 3.0,
    "festival": 1.3,
    "telephone-speech": 3.5,
    "asterisk-core-sounds": 3.0,
    "fsdd": 0.7,
    "an4 words": 0.6,
    "hyke words": 0.4,
    "kokoro words": 0.6,
    "hibari words": 0.3,
    "espeak-ng words": 0.3,
    "flite words": 0.2,
    "festival words": 0.2,
}
_QUIET = 0.15  # part of the recordings that are quiet
_PEAKS, _QUIET_PEAKS = (-35, 0), (-62, -35)  # dB of full scale
_RATIOS = ((3, 12), (10, 25), (20, 50))  # dB that the background is below the speech
_RATIO_PARTS = (0.15, 0.4, 0.45)
# Parts of each source among single words and among those who say strings.
WORD_SHARES = {
    "fsdd": 2.0,
    "an4": 4.0,
    "hyke": 4.0,
    "iitg": 2.5,
    "sixteen": 2.5,
    "four": 0.7,
    "speech-commands": 3.0,
    "kokoro": 3.0,
    "hibari": 2.0,
    "espeak-ng": 1.2,
    "espeak-ng languages": 1.5,
    "other languages": 4.0,
    "flite": 0.3,
    "festival": 0.3,
}
_COUNTS = (2, 3, 4, 5, 6, 7, 8, 10, 11, 12)  # words of a string
_COUNT_PARTS = (0.08, 0.1, 0.14, 0.16, 0.1, 0.13, 0.08, 0.15, 0.04, 0.02)
# Seconds between words: in haste, plainly, as one dictates. Words that overlap were learnt badly, and had the
# network leave words out elsewhere (docs/log.md).
_PACES = ((0.0, 0.06), (0.04, 0.3), (0.2, 1.6))
_PACE_PARTS = (0.45, 0.4, 0.15)
_LONGEST_PAUSE = 1.6  # seconds: behind one of two seconds another number begins (sutja.listening.utterances)
_ONE_SPEAKER = 0.75  # part of the strings that one person says
_DIGITS_ALONE = 0.75  # part of the strings that have no other number words
_LEAST_DIGITS = 6  # that somebody must have said for strings to be made of them
# Part of the words that are those before them: where mistakes are made. In most strings few, in some many.
_REPEATS = (0.05, 0.25, 0.6)
_REPEAT_PARTS = (0.65, 0.25, 0.1)
# How many times as quickly as they were said: words one by one are said slowly, numbers in a row are not.
_TEMPOS = (-0.15, 0.45)  # logarithms, of what is said
_HASTE = (0.0, 0.75)  # of the words of strings in haste
_QUICKEST = 6.0  # words a second
_NOT_QUICKER = 1.05  # times as quickly: as it was
_WITH_OTHERS = 0.2  # part of the strings with other words before, behind or, more seldom, within
_PLACES = (0.4, 0.4, 0.2)  # before, behind, anywhere
_ASIDE = 3.0  # seconds of these, at most
KINDS = {"string": 0.16, "phrase": 0.47, "row": 0.12, "word": 0.20, "noise": 0.05}

Words = Mapping[int, Sequence[int]]  # class → the utterances that say it
Parts = tuple[list[Spoken], list[float]]  # utterances, and the seconds between them


@dataclass(frozen=True, slots=True)
class Recording:
    """A composed recording: float32 (n,), its target classes without the blank, and its phonemes.

    The phonemes are empty where they are not known.
    """

    samples: NDArray[np.float32]
    classes: tuple[int, ...]
    phonemes: tuple[int, ...] = ()


class SpeechComposer:
    """Composer of recordings without end.

    Parameters
    ----------
    utterances : Sequence[Spoken]
        Speech; utterances of one class are the words that strings are made of.
    noises : Sequence[NDArray[int16]]
        int16 (n,) each.
    seed : int
        The same seed gives the same recordings.
    strength : Strength
        Augmentation of the recordings.
    shares : Mapping[str, float]
        Weight of each source among phrases; 1 by default.
    kinds : Mapping[str, float]
        Share of each kind of recording; they add up to 1.
    """

    def __init__(
        self,
        utterances: Sequence[Spoken],
        noises: Sequence[NDArray[np.int16]],
        seed: int,
        strength: Augmentation = Augmentation(),  # noqa: B008 — frozen
        shares: Mapping[str, float] = SHARES,
        kinds: Mapping[str, float] = KINDS,
    ) -> None:
        self._utterances, self._noises, self._strength = utterances, noises, strength
        self._kinds = dict(kinds)
        self._make: dict[str, Callable[[], Parts]] = {
            "string": self._string,
            "phrase": self._phrase,
            "row": self._row,
            "word": self._word,
            "noise": lambda: ([], []),
        }
        self._rng = np.random.default_rng(seed)
        by_source: dict[str, list[int]] = defaultdict(list)
        words: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._singles: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, utterance in enumerate(utterances):
            if utterance.seconds > _LONGEST_PHRASE:
                continue
            by_source[utterance.source].append(index)
            if len(utterance.classes) == 1 and utterance.seconds < 1.6:
                origin = utterance.source.removesuffix(" words")
                words[origin, utterance.speaker][utterance.classes[0]].append(index)
                self._singles[utterance.classes[0]][origin].append(index)
        self._sources = dict(by_source)
        parts = np.array([shares.get(source, 1.0) for source in self._sources])
        self._parts = parts / parts.sum()
        self._speakers: dict[str, list[Words]] = defaultdict(list)
        for (origin, _), vocabulary in words.items():
            if sum(c in vocabulary for c in _DIGITS) >= _LEAST_DIGITS:
                self._speakers[origin].append(vocabulary)
        self._others = [i for i, p in enumerate(utterances) if set(p.classes) == {_OTHER}]

    def sample(self) -> Recording:
        """The next recording."""
        rng = self._rng
        kind = str(rng.choice(list(self._kinds), p=list(self._kinds.values())))
        if kind == "string" and not self._speakers:
            kind = "phrase"
        parts, gaps = self._make[kind]()
        haste = kind == "string" and len(gaps) > 0 and float(np.median(gaps)) < _PACES[0][1]
        sound = self._joined(parts, gaps, self._tempo(*(_HASTE if haste else _TEMPOS)), tight=kind == "word")
        if len(sound) == 0:
            sound = np.zeros(round(rng.uniform(0.4, 5) * RATE), np.float32)
        sound = apply_channel(sound, self._strength, rng)
        sound = self._noisy(sound, always=kind == "noise")
        if rng.random() < self._strength.clicks:
            sound = add_clicks(sound, rng)
        classes: list[int] = []
        for part in parts:
            for c in part.classes:
                if c != _OTHER or classes[-1:] != [_OTHER]:
                    classes.append(c)
        peak = rng.uniform(*_QUIET_PEAKS if rng.random() < _QUIET else _PEAKS)
        sound = sound * np.float32(10 ** (peak / 20) / max(float(np.abs(sound).max()), 1e-6))
        sound = round_to_16_bits(sound)
        spoken = [part.phonemes or pronounce_classes(part.classes) for part in parts]
        phonemes = tuple(place for some in spoken for place in some) if all(spoken) else ()
        return Recording(sound, tuple(classes), phonemes)

    def _one(self) -> Spoken:
        return self._any(self._sources[str(self._rng.choice(list(self._sources), p=self._parts))])

    def _phrase(self) -> Parts:
        return [self._one()], []

    def _row(self) -> Parts:
        """Two or three phrases, one after the other."""
        count = int(self._rng.integers(2, 4))
        return [self._one() for _ in range(count)], [
            float(self._rng.uniform(0.05, 1.2)) for _ in range(count - 1)
        ]

    def _word(self) -> Parts:
        """One word; digits and other words in four of ten cases each."""
        known = [c for c in self._singles if c != _OTHER]
        if not known or (self._rng.random() < 0.42 and _OTHER in self._singles):
            c = _OTHER
        else:
            digits = [c for c in known if c in _DIGITS]
            c = int(self._rng.choice(digits if digits and self._rng.random() < 0.7 else known))
        origins = self._singles.get(c)
        return [self._any(origins[self._choose_origin(origins)]) if origins else self._one()], []

    def _choose_origin(self, origins: Mapping[str, Any]) -> str:
        """Choose a source of words: a set or an engine, each in its share."""
        parts = np.array([WORD_SHARES.get(origin, 1.0) for origin in origins])
        return str(self._rng.choice(list(origins), p=parts / parts.sum()))

    def _string(self) -> Parts:
        """Digits one by one, or number words of any kind, by one speaker or several, fast or slow."""
        rng = self._rng
        count = int(rng.choice(_COUNTS, p=_COUNT_PARTS))
        pace = float(rng.uniform(*_PACES[int(rng.choice(len(_PACES), p=_PACE_PARTS))]))
        group = int(rng.choice([2, 3, 4, 5, 99]))
        one = self._speaker() if rng.random() < _ONE_SPEAKER else None
        digits_alone = rng.random() < _DIGITS_ALONE
        repeats = float(rng.choice(_REPEATS, p=_REPEAT_PARTS))
        parts: list[Spoken] = []
        gaps: list[float] = []
        for i in range(count):
            words = one or self._speaker()
            known = [c for c in words if c in _DIGITS or not (digits_alone or c == _OTHER)]
            c = int(rng.choice(known))
            if i and rng.random() < repeats and parts[-1].classes[0] in words:
                c = parts[-1].classes[0]
            parts.append(self._any(words[c]))
            if i:
                pause = rng.uniform(0.15, 0.9) if i % group == 0 else 0.0
                gaps.append(min(_LONGEST_PAUSE, max(0.0, pace + rng.normal(0, 0.02)) + pause))
        if rng.random() < _WITH_OTHERS and self._others:
            self._put_beside(parts, gaps)
        return parts, gaps

    def _speaker(self) -> Words:
        """The words of somebody."""
        some = self._speakers[self._choose_origin(self._speakers)]
        return some[int(self._rng.integers(len(some)))]

    def _any(self, members: Sequence[int]) -> Spoken:
        """One of some utterances."""
        return self._utterances[members[int(self._rng.integers(len(members)))]]

    def _put_beside(self, parts: list[Spoken], gaps: list[float]) -> None:
        """Other words before or after, or between."""
        other = self._any(self._others)
        if other.seconds < _ASIDE:
            anywhere = int(self._rng.integers(len(parts) + 1))
            place = int(self._rng.choice([0, len(parts), anywhere], p=_PLACES))
            parts.insert(place, other)
            gaps.insert(min(place, len(gaps)), float(self._rng.uniform(0.03, 0.6)))

    def _joined(
        self, parts: list[Spoken], gaps: list[float], tempo: float, tight: bool
    ) -> NDArray[np.float32]:
        """Pieces one after the other, with silence around; those beyond the longest are dropped."""
        if not parts:
            return np.zeros(0, np.float32)
        ratio = self._ratio()
        gaps = [gap / max(tempo, 1.0) for gap in gaps]
        sounds = [self._voiced(part, ratio, tempo) for part in parts]
        kept, length = 0, 0.0
        for i, sound in enumerate(sounds):
            length += len(sound) / RATE + (max(gaps[i - 1], 0.0) if i else 0.0)
            if length > _LONGEST and i:
                break
            kept += 1
        del parts[kept:]
        before, after = self._margins(len(sounds[0]) / RATE, tight)
        ends, starts = round(before * RATE), []
        for i, sound in enumerate(sounds[:kept]):
            starts.append(max(0, ends + (round(gaps[i - 1] * RATE) if i else 0)))
            ends = starts[-1] + len(sound)
        out = np.zeros(ends + round(after * RATE) + 1, np.float32)
        for start, sound in zip(starts, sounds[:kept], strict=True):
            out[start : start + len(sound)] += sound
        return out

    def _voiced(self, part: Spoken, ratio: float, tempo: float) -> NDArray[np.float32]:
        """An utterance about as loud as others, by a voice that is higher or lower, quicker or slower."""
        sound = part.samples.astype(np.float32)
        ratio = ratio if self._rng.random() < 0.7 else self._ratio()
        sound = change_speed(sound, ratio)
        most = _QUICKEST * len(sound) / RATE / max(1, len(part.classes))
        tempo = min(tempo, max(1.0, most))
        if tempo > _NOT_QUICKER or tempo < 1 / _NOT_QUICKER:
            sound = stretch_time(sound, tempo)
        gain = 10 ** (self._rng.normal(0, 1.5) / 20) / max(float(np.abs(sound).max(initial=0)), 1e-3)
        return sound * np.float32(gain)

    def _margins(self, seconds: float, tight: bool) -> tuple[float, float]:
        """Seconds of silence before and after; a single word often fills a clip of a second with it."""
        rng = self._rng
        if tight and rng.random() < 0.6:
            rest = max(0.0, 1.0 - seconds)
            before = float(rng.uniform(0, rest))
            return before, rest - before
        if rng.random() < 0.35:
            return float(rng.uniform(0, 0.15)), float(rng.uniform(0, 0.15))
        return min(float(rng.exponential(0.3)), 2.0), min(float(rng.exponential(0.3)), 2.0)

    def _tempo(self, low: float, high: float) -> float:
        """Between two logarithms."""
        changed = self._rng.random() < self._strength.haste
        return float(np.exp(self._rng.uniform(low, high))) if changed else 1.0

    def _ratio(self) -> float:
        return float(np.exp(self._rng.normal(0, 0.1))) if self._rng.random() < self._strength.voice else 1.0

    def _noisy(self, sound: NDArray[np.float32], always: bool) -> NDArray[np.float32]:
        """With something in the background, in most cases."""
        rng = self._rng
        if not always and rng.random() >= self._strength.noise:
            return sound
        kind, n = rng.random(), len(sound)
        if kind < (0.35 if always else 0.06):
            noise = make_music(n, rng)
        elif kind < (0.6 if always else 0.4) and self._noises:
            noise = _cut_anywhere(self._noises[int(rng.integers(len(self._noises)))], n, rng)
        elif kind < 0.52 and self._others and not always:  # people talking behind
            talk = [self._any(self._others) for _ in range(int(rng.integers(2, 6)))]
            noise = sum(
                (_cut_anywhere(utterance.samples, n, rng) for utterance in talk), np.zeros(n, np.float32)
            )
            return add_noise(sound, noise, float(rng.uniform(12, 30)))
        else:
            noise = make_noise(n, rng)
        if rng.random() < 0.3:
            noise = noise * np.interp(np.arange(n), np.linspace(0, n, 6), rng.uniform(0.2, 1.0, 6)).astype(
                np.float32
            )
        if always:
            return noise / np.float32(max(float(np.abs(noise).max()), 1e-6))
        return add_noise(sound, noise, float(rng.uniform(*_RATIOS[int(rng.choice(3, p=_RATIO_PARTS))])))


def _cut_anywhere(samples: NDArray[np.int16], n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """N samples from anywhere in a recording, again and again where it is shorter."""
    at = int(rng.integers(len(samples)))
    return np.take(samples, np.arange(at, at + n), mode="wrap").astype(np.float32)
