"""Speech by Kokoro-82M (hexgrad, Apache-2.0): 54 voices of nine languages, and mixtures of them, say English.

The model and its voices are files in a folder that ``recipes/voices.sh`` fills. A mixture of two voices is a
speaker of its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.data.synthesis.speech import pieces
from sutja.data.synthesis.speech.accents import in_script
from sutja.data.synthesis.speech.phrases import PAUSE, Phrase, a_phrase, labels_of
from sutja.data.synthesis.speech.pieces import Piece, as_int16, trimmed
from sutja.data.synthesis.speech.sentences import WORDS_ALONE
from sutja.spoken_words import JOINTS, TEENS, TENS, UNITS

RATE = 24_000  # Hz
_LISTS = 0.35  # part of the phrases that are words with breaths between
_LEAST_WORDS = 3
_STYLE = 256  # numbers that say how a voice sounds, a row for each length of the text
_INDIAN = (  # IPA of a British speaker → of an Indian one
    ("θ", "tʰ"), ("ð", "d"), ("t", "ʈ"), ("ʈʰ", "tʰ"), ("d", "ɖ"), ("eɪ", "eː"), ("əʊ", "oː"), ("oʊ", "oː"),
    ("w", "ʋ"), ("v", "ʋ"), ("ɹ", "r"), ("ɜː", "ər"), ("ɪə", "iː"),
)  # fmt: skip


class Kokoro:
    """The speaking network.

    Parameters
    ----------
    folder : has ``kokoro.onnx``, ``vocab.json`` and ``voices/*.bin``.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokens = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
        self.styles = {
            path.stem: np.fromfile(path, np.float32).reshape(-1, _STYLE)
            for path in sorted((folder / "voices").glob("*.bin"))
        }

    def voice(self, rng: np.random.Generator) -> tuple[str, NDArray[np.float32], bool]:
        """A voice or a mixture: its name, its styles, and whether it speaks as in India."""
        indian = rng.random() < 0.38
        first = self._one("h", rng) if indian else self._one("ab" if rng.random() < 0.75 else "efijpz", rng)
        if rng.random() < 0.3:
            return first, self.styles[first], indian
        second = self._one("hab" if indian or rng.random() < 0.8 else "efijpz", rng)
        part = float(rng.choice([0.35, 0.5, 0.65]))
        return (
            f"{first}+{second}@{part}",
            part * self.styles[first] + (1 - part) * self.styles[second],
            indian,
        )

    def _one(self, languages: str, rng: np.random.Generator) -> str:
        return str(rng.choice([name for name in self.styles if name[0] in languages]))

    def say(self, ipa: str, style: NDArray[np.float32], speed: float = 1.0) -> NDArray[np.float32]:
        """Phonemes as sound, float32 (n,) at `RATE`."""
        tokens = [self._tokens[sign] for sign in ipa if sign in self._tokens][: len(style)]
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[len(tokens) - 1][None],
            "speed": np.array([speed], np.float32),
        }
        return np.asarray(self._session.run(None, feeds)[0], np.float32).ravel()


def ipa_of(words: tuple[str, ...], voice: str, indian: bool, rng: np.random.Generator) -> str:
    """How a speaker says words: phonemes as espeak-ng writes them."""
    if indian and rng.random() < 0.7 and (text := in_script(words, "hi")):
        return _espeak(text, "hi")
    accent = "en-gb" if indian or voice[0] == "b" else "en-us"
    ipa = _espeak(" ".join(words).replace(f" {PAUSE}", PAUSE), accent)
    if indian:
        for plain, said in _INDIAN:
            ipa = ipa.replace(plain, said)
    return ipa


def _espeak(text: str, voice: str) -> str:
    clauses = [clause.strip() for clause in text.split(PAUSE)]  # espeak-ng's phonemes leave out the commas
    lines = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", voice, "--", "\n".join(clauses)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return ", ".join(line.strip() for line in lines if line.strip()) + "."


def spoken_by(voices: Kokoro, count: int, seed: int) -> Iterator[Piece]:
    """Phrases by the network: a third of them lists of single words.

    Parameters
    ----------
    voices : the network and its voices.
    count : how many.
    seed : the same seed gives the same phrases and voices.
    """
    import soxr

    rng = np.random.default_rng(seed)
    for _ in range(count):
        name, style, indian = voices.voice(rng)
        speed = float(rng.uniform(0.8, 1.4))
        phrase = _a_list(rng) if rng.random() < _LISTS else a_phrase(rng)
        while len(phrase.words) < _LEAST_WORDS:  # the network mumbles single words
            phrase = a_phrase(rng)
        sound = voices.say(ipa_of(phrase.words, name, indian, rng), style, speed)
        samples = np.asarray(soxr.resample(sound, RATE, pieces.RATE), np.float32)
        yield Piece(as_int16(trimmed(samples)), phrase.classes, name, "kokoro")


def _a_list(rng: np.random.Generator) -> Phrase:
    """Words with a breath behind each."""
    kind = rng.choice(3, p=[0.5, 0.35, 0.15])
    known = ((*UNITS, "oh"), (*TEENS, *TENS, *JOINTS, "nought"), WORDS_ALONE)[kind]
    words = [str(word) for word in rng.choice(known, int(rng.integers(6, 10)), replace=False)]
    said = [sign for word in words for sign in (word, PAUSE)][:-1]
    return Phrase(tuple(said), tuple(labels_of(said)))
