"""Speakers made of one voice: a vocoder that hums stands in for the network, so it is heard who speaks."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from sutja.grammar.number_words import WORDS
from sutja.synthesis.speech import neural_voices
from sutja.synthesis.speech.neural_voices import (
    RATE,
    Hibari,
    VoiceCharacter,
    choose_character,
    synthesise_hibari,
)
from sutja.synthesis.speech.utterances import RATE as PLAYED

BINS, FRAMES, PITCH, FORMANT = 601, 80, 200.0, 100  # 80 Hz of frames; a bin is 20 Hz
PLAIN = VoiceCharacter(1.0, 1.0, 0.0, 0.0, 1.0)


def synth(harmonic, turn, noise, rest, phase, pitch, rng):
    """Sines: one as high as the voice, one in the strongest bin."""
    t = np.arange(FRAMES * RATE // 80) / RATE
    voice = np.sin(2 * np.pi * float(np.median(pitch[pitch > 0])) * t)
    return voice + 0.3 * np.sin(2 * np.pi * 20.0 * int(harmonic.mean(axis=1).argmax()) * t)


class Session:
    def run(self, _, feeds):
        assert feeds["ids"].shape[0] == feeds["speed"].shape[0] == 1
        harmonic = np.zeros((1, BINS, FRAMES), np.float32)
        harmonic[:, FORMANT] = 5.0
        rest = np.zeros((1, BINS, FRAMES), np.float32)
        pitch = np.full((1, FRAMES), PITCH, np.float32)
        pitch[:, ::7] = 0.0
        return harmonic, rest, rest, rest, rest, pitch


class Package:
    def __init__(self, threads):
        self.sess = Session()

    def phonemize(self, text):
        return [text]

    def ids(self, signs):
        return [0, *map(ord, signs), 0]


@pytest.fixture
def voice(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "hibari", SimpleNamespace(Hibari=Package))
    monkeypatch.setitem(sys.modules, "hibari.dsp", SimpleNamespace(synth=synth))
    return Hibari(tmp_path)


def tones(sound):
    """The two loudest frequencies, Hz."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    first = int(power.argmax())
    rest = power.copy()
    rest[max(0, first - 8) : first + 9] = 0.0
    return [i * RATE / len(sound) for i in (first, int(rest.argmax()))]


@pytest.mark.parametrize("height", [0.5, 1.0, 1.3])
@pytest.mark.parametrize("size", [0.85, 1.0, 1.15])
def test_height_and_size_of_a_speaker_are_its_own(voice, height, size):
    sound = voice.synthesise(
        "wˈʌn", 1.0, VoiceCharacter(height, size, 0.0, 0.0, 1.0), np.random.default_rng(0)
    )
    pitch, formant = tones(sound)
    assert pitch == pytest.approx(PITCH * height, abs=3)
    assert formant == pytest.approx(20 * FORMANT * size, abs=25)


def test_low_voices_are_of_large_people():
    rng = np.random.default_rng(0)
    many = [choose_character(rng) for _ in range(300)]
    assert np.corrcoef([one.height for one in many], [one.size for one in many])[0, 1] > 0.5
    assert all(0.7 < one.size < 1.4 for one in many)


def test_a_speaker_says_a_few_phrases_and_some_have_an_accent(voice, monkeypatch):
    heard = []
    real = Hibari.synthesise

    def synthesise(self, signs, speed, character, rng):
        heard.append((signs, character))
        return real(self, signs, speed, character, rng)

    monkeypatch.setattr(Hibari, "synthesise", synthesise)
    monkeypatch.setattr(neural_voices, "_INDIAN_HIBARI", (("e", "3"),))
    utterances = list(synthesise_hibari(voice, 40, 3))
    assert len(utterances) == 40
    assert (
        len({utterance.speaker for utterance in utterances})
        == 8
        == len({character for _, character in heard})
    )
    assert all(1 <= c <= len(WORDS) for utterance in utterances for c in utterance.classes)
    assert all(utterance.seconds == pytest.approx(1.0, abs=0.1) for utterance in utterances)
    assert PLAYED == 16_000
    accented = [any("3" in signs for signs, _ in heard[i : i + 5]) for i in range(0, 40, 5)]
    assert 0 < sum(accented) < 8
    again = list(synthesise_hibari(voice, 5, 3))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(utterances, again, strict=False))
