"""Phrases said by programs, from which the listener learns beside the recordings of people."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable
from pathlib import Path

from sutja.grammar.number_words import OTHER, VOCABULARY, WORDS, classify_word
from sutja.synthesis.speech.neural_voices import (
    Hibari,
    Kokoro,
    make_phrase_or_list,
    synthesise_hibari,
    synthesise_kokoro,
)
from sutja.synthesis.speech.other_languages import synthesise_languages
from sutja.synthesis.speech.phonemes import pronounce_classes, pronounce_words, sounds_like_number
from sutja.synthesis.speech.phrases import (
    PhraseMaker,
    choose_from,
    make_count,
    make_long_number,
    make_phrase,
    make_quantity,
)
from sutja.synthesis.speech.utterances import Utterance, save_utterances
from sutja.synthesis.speech.voices import synthesise

SHARD = 50  # phrases a file: a program that is stopped loses few
ALONE = ("espeak-ng", "flite")  # what can be asked for single words
_PLAIN = re.compile("[a-z]{3,9}")
SPEAKING, READING = (0.8, 1.4), (0.85, 1.6)  # times Kokoro's own speed, of phrases and of numbers read out
VALIDATION_SEED = 9001  # of phrases that nothing is trained on, and those after it


def speak(args: argparse.Namespace) -> None:
    """Phrases said by a program; those of a seed from `VALIDATION_SEED` on are for validation."""
    is_validation = args.seed >= VALIDATION_SEED
    folder = args.out / ("held" if is_validation else "spoken")
    part = ""
    say: PhraseMaker = make_phrase_or_list if args.engine == "kokoro" else make_phrase
    if args.words:
        part, say = "-words", choose_from(load_words(args.words))
    elif args.near_words:
        part, say = "-near", choose_from(load_near_words(args.near_words, is_validation))
    elif args.read_out:
        part, say = "-read", make_long_number
    elif args.quantities:
        part, say = "-quantities", make_quantity
    elif args.counts:
        part, say = "-counts", make_count
    if args.languages:
        part = "-languages"
        source: Iterable[Utterance] = synthesise_languages(args.count, args.seed, is_validation)
    elif args.engine == "kokoro":
        voices = Kokoro(Path(os.environ["SUTJA_VOICES"]))
        speeds = READING if args.read_out else SPEAKING
        source = synthesise_kokoro(voices, args.count, args.seed, say, speeds)
    elif args.engine == "hibari":
        source = synthesise_hibari(Hibari(Path(os.environ["SUTJA_VOICES"])), args.count, args.seed, say)
    else:
        source = synthesise(args.engine, args.count, args.seed, say)
    made: list[Utterance] = []
    for number, utterance in enumerate(source, start=1):
        made.append(utterance)
        if number % SHARD == 0:
            save_utterances(made, folder / f"{args.engine}{part}-{args.seed}-{number:06d}")
            made = []
            print(f"{args.engine}: {number:,} of {args.count:,}", flush=True)
    if made:
        save_utterances(made, folder / f"{args.engine}{part}-{args.seed}-rest")


def load_words(path: Path) -> list[str]:
    """Words of a dictionary, a line each, in small letters; none that sounds as a number word does."""
    return list(_pronounce_other_words(path))


def load_near_words(path: Path, validation: bool) -> list[str]:
    """Words of a dictionary that are a sound away from a number word ("tree", "heaven", "tent"), in order.

    Every third of them is for validation, and not trained on.
    """
    sounds = _pronounce_other_words(path)
    near = sorted(word for word, spoken in sounds.items() if sounds_like_number(spoken))
    return [word for place, word in enumerate(near) if (place % 3 == 0) == validation]


def _pronounce_other_words(path: Path) -> dict[str, tuple[int, ...]]:
    words = [word for word in path.read_text("utf-8").split() if _PLAIN.fullmatch(word)]
    numbers = {pronounce_classes([classify_word(word)]) for word in WORDS if word != OTHER}
    sounds = pronounce_words(words)
    return {
        word: sounds[word]
        for word in words
        if sounds[word] not in numbers and word not in VOCABULARY and word not in WORDS
    }
