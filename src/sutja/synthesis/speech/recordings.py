"""Utterances of real recordings: digits, strings, single words, telephone calls, prompts, and noise.

Only recordings of the part that is asked for (`sutja.data.sets.recordings.assign_part`) are read, so nothing
is trained on a test speaker.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sutja.data.sets import recordings as sound_sets
from sutja.data.sets.recordings import SpokenRecord
from sutja.grammar.number_words import OTHER, UNITS, classify_word, label_words
from sutja.synthesis.speech.phonemes import pronounce_words
from sutja.synthesis.speech.utterances import RATE, Utterance, to_int16, trim_silence

_READERS: dict[str, Callable[[Path], list[SpokenRecord]]] = {
    "fsdd": sound_sets.read_fsdd,
    "an4": sound_sets.read_an4,
    "telephone-speech": sound_sets.read_telephone_speech,
    "spoken-strings": sound_sets.read_spoken_strings,
    **{
        name: partial(sound_sets.read_recordings, name=name)
        for name in ("hyke", "speech-commands", "iitg", "sixteen", "four", "korean")
    },
}
_WITH_WORDS = ("an4", "telephone-speech", "speech-commands")  # sets whose texts are other words, too
_NOT_SPEECH = re.compile(r"\{[^}]*\}|\[[^\]]*\]")  # breaths, clicks, remarks
_WORD = re.compile(r"[a-z']+")
PROMPT_FOLDER = Path("/usr/share/asterisk/sounds/en")
PROMPT_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
_LINE = re.compile(r"([\w/-]+):\s*([^\[\];]+)")  # in brackets: a tone or a remark, nothing that is said
_TOKEN = re.compile(r"[a-z']+|\d")
_GSM = MappingProxyType({"format": "RAW", "subtype": "GSM610", "samplerate": 8000, "channels": 1})
_LETTERS = "letters/"  # "o" is a letter there


def decode_recording(path: Path) -> NDArray[np.float32]:
    """A recording as float32 (n,), one channel at `RATE`."""
    import soundfile
    import soxr

    plain = _GSM if path.suffix == ".gsm" else {}  # such files have no header
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True, **plain)
    mono = samples.mean(axis=1)
    return np.asarray(mono if rate == RATE else soxr.resample(mono, rate, RATE), np.float32)


def load_recordings(root: Path, dataset: str, part: str, with_sounds: bool = False) -> list[Utterance]:
    """The recordings of a part of a set.

    Parameters
    ----------
    root : Path
        The folder of the data sets.
    dataset : str
        A set of `sutja.data.sets.recordings`.
    part : str
        "train", "validation" or "test".
    with_sounds : bool
        Also tell the sounds of sets whose texts are words, which takes espeak-ng.
    """
    records = [r for r in _READERS[dataset](root) if sound_sets.assign_part(dataset, r) == part]
    words = [_WORD.findall(_NOT_SPEECH.sub(" ", r.text.lower())) for r in records]
    known = (
        pronounce_words([word for some in words for word in some])
        if with_sounds and dataset in _WITH_WORDS
        else {}
    )
    return [
        Utterance(
            to_int16(decode_recording(r.path)),
            parse_classes(dataset, r.text),
            f"{dataset}/{r.group}",
            dataset,
            tuple(sound for word in spoken for sound in known.get(word, ())),
            f"{dataset}/{r.path.name}",
        )
        for r, spoken in zip(records, words, strict=True)
    ]


def parse_classes(dataset: str, text: str) -> tuple[int, ...]:
    """The classes of a set's text.

    >>> parse_classes("an4", "O T WENTY"), parse_classes("fsdd", "7")
    ((79,), (8,))
    """
    if dataset in ("telephone-speech", "korean"):
        # No English numbers; some turns are breath and clicks alone, which a run of words may be.
        return (classify_word(OTHER),)
    if dataset in ("fsdd", "spoken-strings"):
        return tuple(classify_word(UNITS[int(digit)]) for digit in text)
    words = ["(letter)" if len(word) == 1 else word.lower() for word in text.split()]
    return tuple(label_words(words))


def load_noises(root: Path, part: str) -> list[NDArray[np.int16]]:
    """The stretches of background noise that belong to a part, int16 (n,) each."""
    found = []
    for record in sound_sets.read_noise(root):
        samples = to_int16(decode_recording(record.path))
        begin, end = (round(at * RATE) for at in sound_sets.find_noise_span(part, len(samples) / RATE))
        found.append(samples[begin:end])
    return found


def load_prompts(sounds: Path = PROMPT_FOLDER, texts: Path = PROMPT_TEXTS) -> list[Utterance]:
    """The prompts of a telephone exchange, recorded by Allison Smith (CC-BY-SA 3.0), with their phonemes.

    They are Debian's asterisk-core-sounds-en-wav: single digits, number words, letters and sentences, each
    with its text. The phonemes take espeak-ng.

    Parameters
    ----------
    sounds : Path
        The folder of recordings.
    texts : Path
        ``name: text`` a line, compressed.
    """
    takes: list[tuple[Path, list[str], bool]] = []
    for line in gzip.decompress(texts.read_bytes()).decode().splitlines():
        match = _LINE.fullmatch(line.strip())
        path = sounds / f"{match[1]}.wav" if match else None
        if not match or path is None or not path.is_file():
            continue
        words = [UNITS[int(word)] if word.isdigit() else word for word in _TOKEN.findall(match[2].lower())]
        if words:
            takes.append((path, words, match[1].startswith(_LETTERS)))
    known = pronounce_words([word for _, words, _ in takes for word in words])
    return [
        Utterance(
            to_int16(trim_silence(decode_recording(path))),
            tuple(label_words(["(letter)"] if letter else words)),
            "prompts/allison",
            "asterisk-core-sounds",
            tuple(s for word in words for s in known[word]),
        )
        for path, words, letter in takes
    ]
