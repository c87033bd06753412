"""Speech by networks: Kokoro-82M (hexgrad, Apache-2.0) and hibari-tts (M. Williams, Apache-2.0).

Kokoro's 54 voices of nine languages, and mixtures of them, say English; a mixture of two voices is a speaker
of its own. Hibari has one voice and is a hundred times as quick. It says apart what the throat does and what
the mouth does, so that every phrase can have a speaker of its own: higher or lower, of another size, more or
less breathy. The models are files in a folder that ``recipes/voices.sh`` fills.

Letters: F frames, B bins of a spectrum.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.grammar.number_words import CONNECTORS, PAUSE, TEENS, TENS, UNITS, label_words
from sutja.synthesis.speech import utterances
from sutja.synthesis.speech.accents import transliterate
from sutja.synthesis.speech.phrases import Phrase, PhraseMaker, make_phrase
from sutja.synthesis.speech.sentences import WORDS_ALONE
from sutja.synthesis.speech.utterances import Utterance, to_int16, trim_silence

RATE = 24_000  # Hz
_LISTS = 0.35  # part of the phrases that are words with breaths between
_LEAST_WORDS = 3
_STYLE = 256  # numbers that say how a voice sounds, a row for each length of the text
_INDIAN = (  # IPA of a British speaker → of an Indian one
    ("θ", "tʰ"),
    ("ð", "d"),
    ("t", "ʈ"),
    ("ʈʰ", "tʰ"),
    ("d", "ɖ"),
    ("eɪ", "eː"),
    ("əʊ", "oː"),
    ("oʊ", "oː"),
    ("w", "ʋ"),
    ("v", "ʋ"),
    ("ɹ", "r"),
    ("ɜː", "ər"),
    ("ɪə", "iː"),
)

# Hibari's signs of an American speaker → of an Indian one, of sounds that its network knows.
_INDIAN_HIBARI = (("θ", "t"), ("ð", "d"), ("ɹ", "ɾ"), ("A", "ɛ"), ("O", "ɔ"), ("z", "s"))
_INDIAN_PART = 0.3  # of hibari's speakers
_INDIAN_SOUNDS = 0.8  # part of these sounds that they have
_BY_EACH = 5  # phrases
_LOWEST, _HIGHEST = 0.45, 1.35  # times as high as its voice is
_OF_SIZE = 0.22  # how far formants go with the height of a voice, in logarithms


class Kokoro:
    """The speaking network.

    Parameters
    ----------
    folder : Path
        Has ``kokoro.onnx``, ``vocab.json`` and ``voices/*.bin``.
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

    def synthesise(self, ipa: str, style: NDArray[np.float32], speed: float = 1.0) -> NDArray[np.float32]:
        """Phonemes as sound, float32 (n,) at `RATE`."""
        tokens = [self._tokens[sign] for sign in ipa if sign in self._tokens][: len(style)]
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[len(tokens) - 1][None],
            "speed": np.array([speed], np.float32),
        }
        return np.asarray(self._session.run(None, feeds)[0], np.float32).ravel()


def transcribe_to_ipa(words: tuple[str, ...], voice: str, indian: bool, rng: np.random.Generator) -> str:
    """Pronunciation of words by a speaker, in phonemes as espeak-ng writes them."""
    if indian and rng.random() < 0.7 and (text := transliterate(words, "hi")):
        return _espeak(text, "hi")
    accent = "en-gb" if indian or voice[0] == "b" else "en-us"
    ipa = _espeak(" ".join(words).replace(f" {PAUSE}", PAUSE), accent)
    if indian:
        for plain, spoken in _INDIAN:
            ipa = ipa.replace(plain, spoken)
    return ipa


def _espeak(text: str, voice: str) -> str:
    clauses = [clause.strip() for clause in text.split(PAUSE)]  # espeak-ng's phonemes leave out the commas
    lines = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", voice, "--", "\n".join(clauses)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return ", ".join(line.strip() for line in lines if line.strip()) + "."


def synthesise_kokoro(
    voices: Kokoro, count: int, seed: int, phrase_maker: PhraseMaker, speeds: tuple[float, float]
) -> Iterator[Utterance]:
    """Phrases by the network.

    Parameters
    ----------
    voices : Kokoro
        The network and its voices.
    count : int
        Number of utterances.
    seed : int
        The same seed gives the same phrases and voices.
    phrase_maker : PhraseMaker
        Source of the phrases.
    speeds : tuple[float, float]
        Least and most, as times its own.
    """
    import soxr

    rng = np.random.default_rng(seed)
    for _ in range(count):
        name, style, indian = voices.voice(rng)
        speed = float(rng.uniform(*speeds))
        phrase = phrase_maker(rng)
        while len(phrase.words) < _LEAST_WORDS:  # the network mumbles single words
            phrase = phrase_maker(rng)
        sound = voices.synthesise(transcribe_to_ipa(phrase.words, name, indian, rng), style, speed)
        samples = np.asarray(soxr.resample(sound, RATE, utterances.RATE), np.float32)
        yield Utterance(to_int16(trim_silence(samples)), phrase.classes, name, "kokoro")


def make_phrase_or_list(rng: np.random.Generator) -> Phrase:
    """Something that somebody says; a third are lists of single words."""
    return _a_list(rng) if rng.random() < _LISTS else make_phrase(rng)


def _a_list(rng: np.random.Generator) -> Phrase:
    """Words with a breath behind each."""
    kind = rng.choice(3, p=[0.5, 0.35, 0.15])
    known = ((*UNITS, "oh"), (*TEENS, *TENS, *CONNECTORS, "nought"), WORDS_ALONE)[kind]
    words = [str(word) for word in rng.choice(known, int(rng.integers(6, 10)), replace=False)]
    spoken = [sign for word in words for sign in (word, PAUSE)][:-1]
    return Phrase(tuple(spoken), tuple(label_words(spoken)))


class Hibari:
    """A voice that can be another's.

    Parameters
    ----------
    folder : Path
        Has the package ``hibari``.
    """

    def __init__(self, folder: Path) -> None:
        sys.path.append(str(folder))
        try:
            module: Any = importlib.import_module("hibari")
            self._synth: Any = importlib.import_module("hibari.dsp").synth
        finally:
            sys.path.remove(str(folder))
        self._tts = module.Hibari(threads=1)

    def signs(self, text: str) -> str:
        """Phonemes of a text, in the engine's own signs."""
        return " ".join(self._tts.phonemize(text))

    def synthesise(
        self, signs: str, speed: float, character: VoiceCharacter, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Phonemes by a speaker, float32 (n,) at `RATE`."""
        feeds = {"ids": np.array([self._tts.ids(signs)], np.int64), "speed": np.array([speed], np.float32)}
        harmonic, turn, noise, rest, phase, pitch = (out[0] for out in self._tts.sess.run(None, feeds))
        harmonic, turn, noise, rest = (
            _formants(part, character.size) for part in (harmonic, turn, noise, rest)
        )
        octaves = np.log2(np.maximum(np.arange(len(harmonic)), 1) / 50.0)[:, None]
        harmonic = harmonic + (character.tilt * octaves).astype(np.float32)
        voiced = pitch > 0
        middle = float(np.median(pitch[voiced])) if voiced.any() else 1.0
        sung = middle * character.height * (np.maximum(pitch, 1.0) / middle) ** character.song
        phase = rng.uniform(-np.pi, np.pi, phase.shape).astype(np.float32)  # of another voice: noise
        sound = self._synth(
            harmonic,
            turn,
            noise + np.float32(character.breath),
            rest,
            phase,
            np.where(voiced, sung, pitch).astype(np.float32),
            rng,
        )
        return np.asarray(sound, np.float32)


@dataclass(frozen=True, slots=True)
class VoiceCharacter:
    """Parameters that make another speaker of hibari's voice.

    Parameters
    ----------
    height : float
        Pitch relative to that of the voice.
    size : float
        Formants relative to those of the voice.
    tilt : float
        Tilt of the voiced spectrum, in nepers an octave.
    breath : float
        Gain of the unvoiced part, in nepers.
    song : float
        Range of the melody; 1 leaves it as it is.
    """

    height: float
    size: float
    tilt: float
    breath: float
    song: float


def choose_character(rng: np.random.Generator) -> VoiceCharacter:
    """Draw a character; low voices mostly have low formants."""
    height = float(np.exp(rng.uniform(np.log(_LOWEST), np.log(_HIGHEST))))
    size = float(np.exp(_OF_SIZE * np.log(height) + rng.normal(0, 0.06)))
    tilt, breath, song = rng.normal(0, 0.25), rng.uniform(-0.5, 0.9), rng.uniform(0.3, 1.3)
    return VoiceCharacter(height, size, float(tilt), float(breath), float(song))


def _formants(part: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    """Spectra (B, F) with every frequency moved to ``size`` times itself."""
    at = np.minimum(np.arange(len(part)) / size, len(part) - 1.001)
    low = at.astype(np.intp)
    share = (at - low).astype(np.float32)[:, None]
    return part[low] * (1 - share) + part[low + 1] * share


def synthesise_hibari(
    voice: Hibari, count: int, seed: int, phrase_maker: PhraseMaker = make_phrase
) -> Iterator[Utterance]:
    """Phrases by many speakers, a few by each, at leisure and in haste.

    Parameters
    ----------
    voice : Hibari
        Voice that speaks.
    count : int
        Number of utterances.
    seed : int
        The same seed gives the same phrases and speakers.
    phrase_maker : PhraseMaker
        Source of the phrases.
    """
    import soxr

    rng = np.random.default_rng(seed)
    for first in range(0, count, _BY_EACH):
        character, indian = choose_character(rng), rng.random() < _INDIAN_PART
        for _ in range(first, min(count, first + _BY_EACH)):
            phrase = phrase_maker(rng)
            signs = voice.signs(" ".join(phrase.words).replace(f" {PAUSE}", PAUSE) + ".")
            for plain, spoken in _INDIAN_HIBARI if indian else ():
                if rng.random() < _INDIAN_SOUNDS:
                    signs = signs.replace(plain, spoken)
            sound = voice.synthesise(signs, float(rng.uniform(0.85, 1.6)), character, rng)
            samples = np.asarray(soxr.resample(sound, RATE, utterances.RATE), np.float32)
            speaker = f"hibari/{seed}/{first // _BY_EACH}"
            yield Utterance(to_int16(trim_silence(samples)), phrase.classes, speaker, "hibari")
