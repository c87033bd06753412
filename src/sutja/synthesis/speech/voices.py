"""Speech by programs of Debian: espeak-ng in many voices and accents, flite and festival in people's.

``recipes/voices.sh`` installs them. A speaker is an engine, a voice and a variant of it.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sutja.grammar.number_words import PAUSE
from sutja.synthesis.speech.accents import SCRIPTS, respell, transliterate
from sutja.synthesis.speech.phrases import Phrase, PhraseMaker, make_long_number, make_phrase
from sutja.synthesis.speech.utterances import RATE, Utterance, to_int16, trim_silence

_ENGLISH = (
    "en-us",
    "en-us",
    "en-us",
    "en-gb",
    "en-gb",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-029",
    "en-us-nyc",
)
VARIANTS = (
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3"),
    *("f4", "f5", "klatt", "klatt2", "klatt3", "klatt4", "croak", "whisper", "steph", "steph2", "steph3"),
    *("linda", "Andy", "Annie", "Alex", "Alicia", "Andrea", "Denis", "Diogo", "Gene", "Henrique", "Hugo"),
    *("Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Storm", "adam", "anika", "antonio"),
    *("aunty", "belinda", "benjamin", "boris", "caleb", "david"),
    *("ed", "edward", "grandma", "grandpa", "iven"),
    *("john", "max", "miguel", "michel", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert"),
    *("sandro", "shelby", "travis", "victor", "zac", "marcelo"),
)
_LATIN = (
    "es",
    "it",
    "id",
    "ms",
    "ro",
    "pl",
    "cs",
    "sw",
    "hr",
    "fi",
    "es-419",
    "sk",
    "lv",
    "eo",
    "tn",
    "pt-br",
)
_HEADER = 44  # bytes of an empty WAV
_FLITE = MappingProxyType(
    {"slt": 170, "rms": 100, "awb": 130, "kal16": 105, "kal": 105}
)  # voice → Hz, its own
_FESTIVAL = MappingProxyType(
    {
        "voice_cmu_us_slt_arctic_hts": "",
        "voice_ked_diphone": "",
        "voice_kal_diphone": "",
        "voice_hindi_NSK_diphone": "hi",
        "voice_marathi_NSK_diphone": "mr",
        "voice_telugu_NSK_diphone": "te",
    }
)


def _text(words: tuple[str, ...]) -> str:
    return " ".join(words).replace(f" {PAUSE}", PAUSE)


_OF_NUMBERS: tuple[PhraseMaker, ...] = (
    make_phrase,
    make_long_number,
)  # most of whose words have spellings in any language


def _spelled(
    rng: np.random.Generator,
    spell: Callable[[tuple[str, ...]], str | None],
    phrase_maker: PhraseMaker = make_phrase,
) -> tuple[Phrase, str]:
    """A phrase all of whose words have a spelling."""
    while True:
        phrase = phrase_maker(rng)
        text = spell(phrase.words)
        if text:
            return phrase, text


def speak_with_espeak(rng: np.random.Generator, phrase_maker: PhraseMaker = make_phrase) -> Utterance:
    """A phrase by espeak-ng: in English voices, in those of India, and as others read English.

    Other words than numbers are said in English voices alone: the others have spellings of few words.
    """
    kind = rng.choice(3, p=[0.55, 0.3, 0.15]) if phrase_maker in _OF_NUMBERS else 0
    if kind == 0:
        language, phrase = str(rng.choice(_ENGLISH)), phrase_maker(rng)
        text = _text(phrase.words)
    elif kind == 1:
        language = str(rng.choice(list(SCRIPTS)))
        phrase, text = _spelled(rng, lambda words: transliterate(words, language), phrase_maker)
    else:
        language = str(rng.choice(_LATIN))
        phrase, text = _spelled(rng, respell, phrase_maker)
    variant = str(rng.choice(VARIANTS))
    speed, pitch, gap = int(rng.integers(110, 250)), int(rng.integers(15, 85)), int(rng.integers(0, 6))
    command = ["espeak-ng", "-v", f"{language}+{variant}", "-s", str(speed), "-p", str(pitch), "-g", str(gap)]
    wave = subprocess.run([*command, "--stdout", "--", text], capture_output=True, check=True).stdout
    return _make_utterance(decode_wave(wave), phrase, f"espeak/{language}+{variant}", "espeak-ng")


def speak_with_flite(rng: np.random.Generator, phrase_maker: PhraseMaker = make_phrase) -> Utterance:
    """A phrase by one of flite's five voices, faster or slower, higher or lower."""
    voice, phrase = str(rng.choice(list(_FLITE), p=[0.3, 0.25, 0.25, 0.15, 0.05])), phrase_maker(rng)
    stretch, pitch = rng.uniform(0.75, 1.4), _FLITE[voice] * rng.uniform(0.8, 1.3)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(
            [
                *("flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}"),
                *("--setf", f"int_f0_target_mean={pitch:.0f}", "-t", _text(phrase.words), "-o", file.name),
            ],
            check=True,
        )
        samples = decode_wave(Path(file.name).read_bytes())
    return _make_utterance(samples, phrase, f"flite/{voice}", "flite")


def speak_with_festival(
    rng: np.random.Generator, count: int, phrase_maker: PhraseMaker = make_phrase
) -> list[Utterance]:
    """Phrases by one of festival's voices, all in one run of the program, which starts slowly."""
    voice = str(rng.choice(list(_FESTIVAL)))
    language = _FESTIVAL[voice]
    takes = []
    for _ in range(count):
        spell = (lambda words: transliterate(words, language)) if language else _text
        takes.append(_spelled(rng, spell, phrase_maker))
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"({voice})"]
        for i, (_, text) in enumerate(takes):
            lines.append(f"(Parameter.set 'Duration_Stretch {rng.uniform(0.75, 1.4):.2f})")
            lines.append(f'(set! u (utt.synth (Utterance Text "{text}")))')
            lines.append(f'(utt.save.wave u "{folder}/{i}.wav" \'riff)')
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines), "utf-8")
        subprocess.run(["festival", "-b", str(script)], check=False, capture_output=True)
        files = [Path(folder) / f"{i}.wav" for i in range(count)]  # it crashes now and then: some are missing
        waves = [path.read_bytes() if path.is_file() else b"" for path in files]
    return [
        _make_utterance(decode_wave(wave), phrase, f"festival/{voice}", "festival")
        for wave, (phrase, _) in zip(waves, takes, strict=True)
        if len(wave) > _HEADER
    ]


def synthesise(
    engine: str, count: int, seed: int, phrase_maker: PhraseMaker = make_phrase
) -> Iterator[Utterance]:
    """Phrases by one program.

    Parameters
    ----------
    engine : str
        "espeak-ng", "flite" or "festival".
    count : int
        Number of utterances.
    seed : int
        The same seed gives the same phrases and voices.
    phrase_maker : PhraseMaker
        Gives what is said; festival's voices of India have spellings of few words that are no numbers.

    Raises
    ------
    FileNotFoundError
        The program is not installed.
    """
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        if engine == "festival":
            utterances, tried = speak_with_festival(rng, 20, phrase_maker), 20
        else:
            utterances, tried = (
                [{"espeak-ng": speak_with_espeak, "flite": speak_with_flite}[engine](rng, phrase_maker)],
                1,
            )
        made += tried
        yield from (utterance for utterance in utterances if utterance.seconds > 0.1)


def decode_wave(wave: bytes) -> NDArray[np.float32]:
    """The samples of a WAV, at `RATE`."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(io.BytesIO(wave), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


def _make_utterance(samples: NDArray[np.float32], phrase: Phrase, speaker: str, source: str) -> Utterance:
    return Utterance(to_int16(trim_silence(samples)), phrase.classes, speaker, source)
