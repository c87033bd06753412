"""Recordings whose numbers are known, by part: who said what, and where the sound is.

Real sets are read with their splits from `sutja.data`; nothing of a test part is looked at unless asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.data.sets import recordings
from sutja.grammar.number_words import find_numbers, split_words
from sutja.signals.audio import RATE, load_sound
from sutja.synthesis.speech.music import make_music

DIGIT_WORDS = frozenset(
    ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
)
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
NOISE_SECONDS = 4.0  # of a recording cut out of a long one
MUSIC_SECONDS = 600  # by a program, half a minute each
_PIECE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """A recording: its samples, float32 (n,) at `RATE`, and the digits of each number said in it."""

    name: str
    samples: NDArray[np.float32]
    digits: tuple[str, ...]
    values: tuple[str | None, ...] = ()


Reader = Callable[[Path, str], list[LabelledRecording]]


def _label(
    record: recordings.SpokenRecord, digits: tuple[str, ...], values: tuple[str | None, ...] = ()
) -> LabelledRecording:
    return LabelledRecording(record.path.name, load_sound(record.path).samples, digits, values or digits)


def load_fsdd(root: Path, part: str) -> list[LabelledRecording]:
    """Single digits of six speakers who were all learnt from; the official split."""
    return [
        _label(record, (record.text,))
        for record in recordings.read_fsdd(root)
        if recordings.assign_part("fsdd", record) == part
    ]


def list_an4_words(text: str) -> list[str]:
    """List the words of an utterance; an "O" is a letter there, a zero is written "OH".

    >>> list_an4_words("R O O D"), list_an4_words("OH FOUR")
    (['r', '□', '□', 'd'], ['oh', 'four'])
    """
    return ["□" if word == "o" else word for word in split_words(text)]


def _load_an4(root: Path, part: str) -> list[recordings.SpokenRecord]:
    return [r for r in recordings.read_an4(root) if recordings.assign_part("an4", r) == part]


def load_an4_digits(root: Path, part: str) -> list[LabelledRecording]:
    """Utterances of digits said one by one and nothing else, by speakers who were not learnt from."""
    takes = []
    for record in _load_an4(root, part):
        words = list_an4_words(record.text)
        if words and DIGIT_WORDS.issuperset(words):
            takes.append(_label(record, tuple(number.digits for number in find_numbers(words))))
    return [take for take in takes if take.digits]


def load_an4_words(root: Path, part: str) -> list[LabelledRecording]:
    """Utterances with words like "fifty" and "hundred" in them, letters beside them or not; no dates."""
    takes = []
    for record in _load_an4(root, part):
        words = list_an4_words(record.text)
        found = find_numbers(words)
        plain = not {*MONTHS, "half", "of"}.intersection(words) and all(n.value is not None for n in found)
        spoken = {word for number in found for word in words[number.start : number.stop]}
        if found and plain and not DIGIT_WORDS.issuperset(spoken):
            digits, values = zip(*((number.digits, number.value) for number in found), strict=True)
            takes.append(_label(record, digits, values))
    return takes


def load_an4_without_numbers(root: Path, part: str) -> list[LabelledRecording]:
    """Utterances without a number: letters, names, "yes", "erase"."""
    return [
        _label(record, ())
        for record in _load_an4(root, part)
        if not find_numbers(list_an4_words(record.text))
    ]


def load_strings(root: Path, part: str) -> list[LabelledRecording]:
    """Phone, order and zip numbers by one speaker: a test set as a whole."""
    if part != "test":
        return []
    return [_label(record, (record.text,)) for record in recordings.read_spoken_strings(root)]


def load_telephone(root: Path, part: str) -> list[LabelledRecording]:
    """Turns of telephone calls without a number."""
    return [
        _label(record, ())
        for record in recordings.read_telephone_speech(root)
        if recordings.assign_part("telephone-speech", record) == part
    ]


def load_numbers(dataset: str, root: Path, part: str) -> list[LabelledRecording]:
    """The recordings of a set in which a number is said, by speakers who were not learnt from."""
    takes = []
    for record in _list_records(dataset, root, part):
        found = find_numbers(split_words(record.text))
        if found:
            digits, values = zip(*((number.digits, number.value) for number in found), strict=True)
            takes.append(_label(record, digits, values))
    return takes


def load_without_numbers(dataset: str, root: Path, part: str) -> list[LabelledRecording]:
    """The recordings of a set in which none is said: other words, or words of another language."""
    return [
        _label(record, ())
        for record in _list_records(dataset, root, part)
        if not find_numbers(split_words(record.text))
    ]


def _list_records(dataset: str, root: Path, part: str) -> list[recordings.SpokenRecord]:
    records = recordings.read_recordings(root, dataset)
    return [record for record in records if recordings.assign_part(dataset, record) == part]


def make_pieces_of_music(root: Path, part: str) -> list[LabelledRecording]:
    """Ten minutes of music by a program; others for each part."""
    del root
    rng = np.random.default_rng(("train", "validation", "test").index(part))
    count = MUSIC_SECONDS // _PIECE_SECONDS
    return [
        LabelledRecording(f"music {i + 1}", make_music(_PIECE_SECONDS * RATE, rng), ()) for i in range(count)
    ]


def load_noise(root: Path, part: str) -> list[LabelledRecording]:
    """Pieces of noise: dishes, a bicycle, a tap, a cat, white and pink."""
    takes = []
    n = round(NOISE_SECONDS * RATE)
    for record in recordings.read_noise(root):
        sound = load_sound(record.path)
        first, last = (round(s * RATE) for s in recordings.find_noise_span(part, sound.seconds))
        takes += [
            LabelledRecording(
                f"{record.path.name} {start / RATE:.1f} s", sound.samples[start : start + n], ()
            )
            for start in range(first, last - n + 1, n)
        ]
    return takes


NUMBERS: dict[str, Reader] = {
    "fsdd, official split": load_fsdd,
    "an4, digits alone": load_an4_digits,
    "an4, number words": load_an4_words,
    "spoken strings": load_strings,
    "hyke, strings over the telephone": partial(load_numbers, "hyke"),
    "iitg, digits, Indian English": partial(load_numbers, "iitg"),
    "sixteen, digits": partial(load_numbers, "sixteen"),
    "four, digits": partial(load_numbers, "four"),
    "speech-commands, digits": partial(load_numbers, "speech-commands"),
}
NO_NUMBER: dict[str, Reader] = {
    "telephone calls": load_telephone,
    "an4, other words": load_an4_without_numbers,
    "speech-commands, other words": partial(load_without_numbers, "speech-commands"),
    "korean, counting": partial(load_without_numbers, "korean"),
    "noise": load_noise,
    "music by a program": make_pieces_of_music,
}
