"""The prompts of a telephone exchange, recorded by Allison Smith (CC-BY-SA 3.0).

They are Debian's asterisk-core-sounds-en-wav: single digits, number words, letters and sentences, each with
its text.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from sutja.grammar.number_words import UNITS, label_words
from sutja.synthesis.speech.phonemes import pronounce_words
from sutja.synthesis.speech.recordings import decode_recording
from sutja.synthesis.speech.utterances import Utterance, to_int16, trim_silence

PROMPT_FOLDER = Path("/usr/share/asterisk/sounds/en")
PROMPT_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
_LINE = re.compile(r"([\w/-]+):\s*([^\[\];]+)")  # in brackets: a tone or a remark, nothing that is said
_TOKEN = re.compile(r"[a-z']+|\d")
_LETTERS = "letters/"  # "o" is a letter there


def load_prompts(sounds: Path = PROMPT_FOLDER, texts: Path = PROMPT_TEXTS) -> list[Utterance]:
    """All prompts whose texts say what is heard, with their sounds, which takes espeak-ng.

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
