"""Made-up speech for tests: each word is a chord of its own, each speaker has a pitch."""

import numpy as np

from sutja.grammar.number_words import WORDS
from sutja.synthesis.speech.utterances import RATE, Utterance, to_int16


def chord(c, pitch=1.0, seconds=0.25):
    """The sound of class c, float32."""
    time = np.arange(round(seconds * RATE)) / RATE
    low, high = 250 + 70 * (c % 8), 1500 + 350 * (c // 8 % 5)
    sound = np.sin(2 * np.pi * pitch * low * time) + 0.7 * np.sin(2 * np.pi * pitch * high * time)
    return (0.3 * sound * np.hanning(len(time))).astype(np.float32)


def word(c, speaker="one", pitch=1.0, source="chords"):
    """A piece of one word."""
    return Utterance(to_int16(chord(c, pitch)), (c,), speaker, source)


def speaker(name, pitch=1.0, classes=range(1, 12)):
    """A word of each class."""
    return [word(c, name, pitch) for c in classes]


def phrase(classes, name="one", pitch=1.0, gap=0.12):
    """A piece of several words with pauses."""
    silence = np.zeros(round(gap * RATE), np.float32)
    sounds = [part for c in classes for part in (silence, chord(c, pitch))]
    return Utterance(to_int16(np.concatenate([*sounds, silence])), tuple(classes), name, "phrases")


OTHER_CLASS = len(WORDS)
