"""PocketSphinx with a grammar of numbers: its words, read as numbers by the same rules as sutja's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.grammar.number_words import find_numbers

PEER = "PocketSphinx"
PEER_PACKAGES = ("pocketsphinx",)
DIGITS = "zero | oh | one | two | three | four | five | six | seven | eight | nine"
TEENS = "ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen"
TENS = "twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety"
GRAMMARS = {
    "digits": f"#JSGF V1.0; grammar digits; public <said> = ({DIGITS})+;",
    "numbers": (
        f"#JSGF V1.0; grammar numbers; public <said> = ({DIGITS} | {TEENS} | {TENS} | "
        "hundred | thousand | and)+;"
    ),
}


@lru_cache(maxsize=2)
def make_decoder(grammar: str) -> Any:
    """A recogniser with one of `GRAMMARS`, and the acoustic model and dictionary that come with it."""
    import pocketsphinx

    made = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    made.add_jsgf_string(grammar, GRAMMARS[grammar])
    made.activate_search(grammar)
    return made


def transcribe(samples: NDArray[np.float32], grammar: str) -> list[str]:
    """The digits of each number in a recording, float32 (n,) at 16 kHz."""
    made = make_decoder(grammar)
    made.start_utt()
    made.process_raw(
        (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16).tobytes(), no_search=False, full_utt=True
    )
    made.end_utt()
    found = made.hyp()
    return [number.digits for number in find_numbers(found.hypstr)] if found is not None else []
