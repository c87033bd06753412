"""Prompts of a telephone exchange: recordings with texts, digits and letters among them."""

import gzip

import numpy as np
import soundfile

from sutja.grammar.number_words import OTHER, classify_word
from sutja.synthesis.speech import recordings as module
from sutja.synthesis.speech.recordings import load_prompts

LINES = """\
digits/7: seven
vm-press: press 7 now
letters/o: o
beep: [a tone]
missing: never recorded
"""


def test_prompts_have_the_words_and_the_sounds_of_their_texts(tmp_path, monkeypatch):
    texts = tmp_path / "texts.txt.gz"
    texts.write_bytes(gzip.compress(LINES.encode()))
    for i, name in enumerate(("digits/7", "vm-press", "letters/o", "beep"), start=1):
        path = tmp_path / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        tone = 0.3 * np.sin(2 * np.pi * 200 * i * np.arange(8000) / 8000)
        soundfile.write(path, tone.astype(np.float32), 8000)
    monkeypatch.setattr(
        module, "pronounce_words", lambda words: {word: tuple(word.encode()) for word in words}
    )
    seven, press, letter = load_prompts(tmp_path, texts)
    other = classify_word(OTHER)
    assert [utterance.classes for utterance in (seven, press, letter)] == [
        (classify_word("seven"),),
        (other, classify_word("seven"), other),
        (other,),
    ]
    assert [bytes(utterance.phonemes) for utterance in (seven, press, letter)] == [
        b"seven",
        b"presssevennow",
        b"o",
    ]
    assert {utterance.source for utterance in (seven, press, letter)} == {"asterisk-core-sounds"}
    assert 0.8 < seven.seconds < 1.1
