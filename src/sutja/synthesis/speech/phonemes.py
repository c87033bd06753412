"""Phonemes of words: a second target for the acoustic model, beside the words themselves.

A recording of any word teaches its phonemes, and all words share them. So spelled letters and talk on the
telephone, one class to the listener, teach it nearly as much as numbers do. Pronunciations are espeak-ng's,
without stress and length.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache

from sutja.grammar.number_words import OTHER, WORDS, classify_word

_TABLE = "n t s ɪ k i ɛ ɹ l ə d m eɪ p f w oʊ v æ b aɪ ʌ z ŋ ɚ u h θ ɑ ɡ ɔ ɜ dʒ ʃ tʃ j ð aʊ ʊ ɔɪ ɾ ʒ"
PHONEMES = tuple(_TABLE.split())
_PLACES = {sound: place for place, sound in enumerate(PHONEMES, start=1)}  # 0 is the blank
_AS = {
    "ɐ": "ə",
    "ᵻ": "ɪ",
    "əl": "ə l",
    "iə": "i",
    "aɪə": "aɪ ə",
    "aɪɚ": "aɪ ɚ",
    "ɑɹ": "ɑ ɹ",
    "ɛɹ": "ɛ ɹ",
    "oɹ": "ɔ ɹ",
    "ɔɹ": "ɔ ɹ",
    "ɪɹ": "ɪ ɹ",
    "ʊɹ": "ʊ ɹ",
    "a": "ɑ",
    "e": "eɪ",
    "o": "oʊ",
    "r": "ɹ",
    "ʁ": "ɹ",
    "x": "h",
}
_PRONUNCIATIONS = {
    "zero": "z i ɹ oʊ",
    "one": "w ʌ n",
    "two": "t u",
    "three": "θ ɹ i",
    "four": "f ɔ ɹ",
    "five": "f aɪ v",
    "six": "s ɪ k s",
    "seven": "s ɛ v ə n",
    "eight": "eɪ t",
    "nine": "n aɪ n",
    "oh": "oʊ",
    "nought": "n ɔ t",
    "ten": "t ɛ n",
    "eleven": "ɪ l ɛ v ə n",
    "twelve": "t w ɛ l v",
    "thirteen": "θ ɜ t i n",
    "fourteen": "f ɔ ɹ t i n",
    "fifteen": "f ɪ f t i n",
    "sixteen": "s ɪ k s t i n",
    "seventeen": "s ɛ v ə n t i n",
    "eighteen": "eɪ t i n",
    "nineteen": "n aɪ n t i n",
    "twenty": "t w ɛ n t i",
    "thirty": "θ ɜ ɾ i",
    "forty": "f ɔ ɹ ɾ i",
    "fifty": "f ɪ f t i",
    "sixty": "s ɪ k s t i",
    "seventy": "s ɛ v ə n t i",
    "eighty": "eɪ ɾ i",
    "ninety": "n aɪ n t i",
    "hundred": "h ʌ n d ɹ ɪ d",
    "thousand": "θ aʊ z ə n d",
    "and": "æ n d",
    "double": "d ʌ b ə l",
    "triple": "t ɹ ɪ p ə l",
    "million": "m ɪ l i n",
    "billion": "b ɪ l i n",
    "trillion": "t ɹ ɪ l i n",
    "point": "p ɔɪ n t",
    "half": "h æ f",
    "minus": "m aɪ n ə s",
    "negative": "n ɛ ɡ ə t ɪ v",
    "dollars": "d ɑ l ɚ z",
    "pounds": "p aʊ n d z",
    "euros": "j ʊ ɹ oʊ z",
    "cents": "s ɛ n t s",
    "pence": "p ɛ n s",
    "percent": "p ɚ s ɛ n t",
    "degrees": "d ɪ ɡ ɹ i z",
    "first": "f ɜ s t",
    "second": "s ɛ k ə n d",
    "third": "θ ɜ d",
    "fourth": "f ɔ ɹ θ",
    "fifth": "f ɪ f θ",
    "sixth": "s ɪ k s θ",
    "seventh": "s ɛ v ə n θ",
    "eighth": "eɪ t θ",
    "ninth": "n aɪ n θ",
    "tenth": "t ɛ n θ",
    "eleventh": "ɪ l ɛ v ə n θ",
    "twelfth": "t w ɛ l f θ",
    "thirteenth": "θ ɜ t i n θ",
    "fourteenth": "f ɔ ɹ t i n θ",
    "fifteenth": "f ɪ f t i n θ",
    "sixteenth": "s ɪ k s t i n θ",
    "seventeenth": "s ɛ v ə n t i n θ",
    "eighteenth": "eɪ t i n θ",
    "nineteenth": "n aɪ n t i n θ",
    "twentieth": "t w ɛ n t i θ",
    "thirtieth": "θ ɜ ɾ i θ",
    "fortieth": "f ɔ ɹ ɾ i θ",
    "fiftieth": "f ɪ f t i θ",
    "sixtieth": "s ɪ k s t i θ",
    "seventieth": "s ɛ v ə n t i θ",
    "eightieth": "eɪ ɾ i θ",
    "ninetieth": "n aɪ n t i θ",
    "hundredth": "h ʌ n d ɹ ə d θ",
    "sorry": "s ɑ ɹ i",
}
_MARKS = re.compile("[ˈˌː]")


def _places(sounds: str) -> tuple[int, ...]:
    return tuple(_PLACES[sound] for sound in sounds.split())


_OF_CLASS = {classify_word(word): _places(_PRONUNCIATIONS[word]) for word in WORDS if word != OTHER}


def pronounce_classes(classes: Iterable[int]) -> tuple[int, ...]:
    """The phonemes of number words, each `PHONEMES` place + 1; none if another word is among them.

    >>> [PHONEMES[place - 1] for place in pronounce_classes([classify_word("six"), classify_word("oh")])]
    ['s', 'ɪ', 'k', 's', 'oʊ']
    """
    pronunciations = [_OF_CLASS.get(c) for c in classes]
    if None in pronunciations:
        return ()
    return tuple(place for sounds in pronunciations if sounds for place in sounds)


def sounds_like_number(phonemes: Sequence[int]) -> bool:
    """Tell whether these are the phonemes of a number word, or one of them is another, missing or too many.

    >>> six = pronounce_classes([classify_word("six")])
    >>> sounds_like_number(six[1:]), sounds_like_number(six + six)
    (True, False)
    """
    return tuple(phonemes) in _find_near_numbers()


@cache
def _find_near_numbers() -> frozenset[tuple[int, ...]]:
    """Find all that is at most a phoneme from a number word; of one of a single phoneme, that alone."""
    near = set(_OF_CLASS.values())
    changes = [(), *((place,) for place in _PLACES.values())]
    for sounds in _OF_CLASS.values():
        for at in range(len(sounds) + 1 if len(sounds) > 1 else 0):
            for change in changes:
                near |= {sounds[:at] + change + sounds[at:], sounds[:at] + change + sounds[at + 1 :]}
    return frozenset(near)


def pronounce_words(words: Sequence[str], language: str = "en-us") -> dict[str, tuple[int, ...]]:
    """The phonemes of any words, by espeak-ng; of a letter, as it is spelled.

    Sounds of other languages that English has not are left out, or are those that are nearest.

    Raises
    ------
    FileNotFoundError
        There is no espeak-ng.
    """
    each = sorted({word.lower() for word in words})
    command = ["espeak-ng", "-q", "--ipa", "--sep=_", "-v", language]
    text = "".join(f"{word}\n" for word in each)
    done = subprocess.run(command, input=text, capture_output=True, check=True, text=True)
    lines = done.stdout.splitlines()
    return {word: _read(line) for word, line in zip(each, lines, strict=True)}


def _read(line: str) -> tuple[int, ...]:
    """Parse a line of espeak-ng; a sound that is not in the table is left out."""
    written = [_MARKS.sub("", sound) for sound in re.split(r"[_ ]+", line.strip())]
    parts = " ".join(_AS.get(sound, sound) for sound in written).split()
    return tuple(_PLACES[sound] for sound in parts if sound in _PLACES)
