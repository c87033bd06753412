"""Words of other languages by people and by espeak-ng: other voices for validation, no word like a number."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from sounding import OTHER_CLASS

from sutja.grammar.number_words import classify_word
from sutja.synthesis.speech import other_languages
from sutja.synthesis.speech.phonemes import pronounce_classes, sounds_like_number

TONE = 0.3 * np.sin(2 * np.pi * 200 * np.arange(4000) / 8000).astype(np.float32)
THREE = pronounce_classes([classify_word("three")])


def test_people_of_validation_are_those_nothing_is_trained_on(tmp_path):
    names = (
        "asterisk/sounds/es_MX_f_Allison/digits/4.wav",
        "asterisk/sounds/es_MX_f_Allison/letters/o.wav",  # "oh" in any language
        "asterisk/sounds/es_MX_f_Allison/silence/1.wav",
        "asterisk/sounds/es/beep.gsm",
        "asterisk/sounds/es/digits/4.gsm",
        "ktuberling/sounds/da/hat.ogg",
        "ktuberling/sounds/sr@latin/hat.ogg",  # the same as of "sr"
        "klettres/cs/alpha/b.ogg",
    )
    for name in names:
        path = tmp_path / "usr/share" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = {"format": "RAW", "subtype": "GSM610"} if path.suffix == ".gsm" else {}
        soundfile.write(path, TONE, 8000, **plain)
    trained, kept = (other_languages.load_people(tmp_path, validation) for validation in (False, True))
    assert [utterance.speaker for utterance in trained] == ["sounds/es", "sounds/da"]
    assert [utterance.speaker for utterance in kept] == ["sounds/es-CO", "klettres/cs"]
    for utterance in (*trained, *kept):
        assert utterance.classes == (OTHER_CLASS,)
        assert 0.4 < utterance.seconds < 0.6


@pytest.mark.parametrize("validation", [False, True])
def test_espeak_says_words_of_languages_but_none_like_a_number(monkeypatch, validation):
    asked = []

    def run(command, **_options):
        asked.append((command[2].partition("+")[0], command[-1]))
        wave = io.BytesIO()
        soundfile.write(wave, TONE, 8000, format="WAV")
        return SimpleNamespace(stdout=wave.getvalue())

    def pronounce(words, language):
        return {word.lower(): THREE if word == "tri" else (1, 2, 3, 4, 5, 6) for word in words}

    monkeypatch.setattr(other_languages, "pronounce_words", pronounce)
    monkeypatch.setattr(other_languages.subprocess, "run", run)
    assert "tri" in other_languages.WORDS["sk"].split()
    assert "tri" not in other_languages.list_words("sk")
    made = list(other_languages.synthesise_languages(40, 1, validation))
    assert len(made) == len(asked) == 40
    assert {utterance.classes for utterance in made} == {(OTHER_CLASS,)}
    assert {language in other_languages.VALIDATION for language, _ in asked} == {validation}
    assert all(word in other_languages.list_words(language) for language, word in asked)


def test_a_word_sounds_like_a_number_from_one_sound_away():
    assert sounds_like_number(THREE)
    assert sounds_like_number(THREE[1:])
    assert sounds_like_number((*THREE, 1))
    assert not sounds_like_number((*THREE, 1, 1))
    oh = pronounce_classes([classify_word("oh")])
    assert sounds_like_number(oh)
    assert not sounds_like_number([*oh, THREE[0]])
