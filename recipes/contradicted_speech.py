r"""Find spoken numbers whose label two recognisers contradict: both hear the same other number.

Neither recogniser is ours: Moonshine tiny hears the recordings of the training and validation parts, and what
neural voices say for validation, which now and then is more than they were told; Whisper (a folder of
faster-whisper) hears those in which Moonshine hears something else than the label. Their words go through
our grammar of numbers. The test parts keep all of their labels.

Recognisers like to leave out a digit, both the same one (the first, one that is said twice), but hardly ever
hear one that nobody said: a label is contradicted by a number of as many characters or more alone, and where
Whisper is sure. The names are listed in `contradicted_speech.txt`; `listener.py` and `listener_finish.py`
leave them out.

    pip install --target tools moonshine-voice==0.0.48
    python recipes/listener.py real --out runs/listen
    python recipes/contradicted_speech.py --out runs/listen --moonshine tools --whisper whisper-tiny.en
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.grammar.number_words import WORDS, find_numbers, spell_text
from sutja.listening.second_listener import Transcript, WhisperListener
from sutja.synthesis.speech.utterances import RATE, Utterance, load_utterances

PARTS = ("train", "validation")
LIST = Path(__file__).with_suffix(".txt")  # names of recordings, one a line
SURE = 0.5  # probability that Whisper gives its words at least
RULED = ("espeak-ng", "flite", "festival")  # programs that say what they are told, by rule: labels are right
LOUDNESS = 0.7  # of full scale that the loudest sample gets: recognisers were not made for quiet recordings
BEFORE, BEHIND = 0.3, 0.5  # seconds of silence around a recording, which may be cut tight

Transcribe = Callable[[NDArray[np.float32]], Transcript]


def join_numbers(words: Sequence[str]) -> str:
    """Join the numbers among words: where one ends and the next begins is not what labels are wrong about.

    >>> join_numbers("the zip is five two double oh one".split()), join_numbers(["three", "percent"])
    ('52001', '3 %')
    """
    return "".join(number.key for number in find_numbers(list(words)))


def find_label(utterance: Utterance) -> str:
    """Find the numbers that an utterance is labelled with, joined."""
    return join_numbers([WORDS[c - 1] for c in utterance.classes])


def is_contradicted(label: str, first: str, second: str) -> bool:
    """Tell whether two recognisers hear the same other number, and one that is no shorter.

    >>> is_contradicted("1", "81", "81"), is_contradicted("8699", "699", "699")
    (True, False)
    """
    return first == second and first != label and len(first) >= len(label) > 0


def find_contradicted(
    utterances: Sequence[Utterance], moonshine: Transcribe, whisper: Transcribe
) -> Iterator[str]:
    """Find the names of the utterances whose labels are contradicted."""
    for utterance in utterances:
        label = find_label(utterance)
        if not label or utterance.source in RULED:
            continue
        sound = surround(utterance)
        first = join_numbers(spell_text(moonshine(sound).text))
        if not is_contradicted(label, first, first):
            continue
        text, probability = whisper(sound)
        second = join_numbers(spell_text(text))
        print(f"{utterance.name}: labelled {label}, {first} and {second} ({probability:.2f})", flush=True)
        if probability >= SURE and is_contradicted(label, first, second):
            yield utterance.name


def surround(utterance: Utterance) -> NDArray[np.float32]:
    """Make an utterance loud, with silence before and behind it, float32 (n,)."""
    samples = utterance.samples.astype(np.float32)
    samples *= LOUDNESS / max(1.0, float(np.abs(samples).max(initial=0.0)))
    return np.pad(samples, (round(BEFORE * RATE), round(BEHIND * RATE)))


def load_moonshine(folder: Path) -> Transcribe:
    """Load Moonshine tiny from the folder that its package was installed into; it tells no probability."""
    sys.path.append(str(folder))  # behind ours: the package brings a NumPy of its own
    from moonshine_voice import ModelArch, get_assets_path
    from moonshine_voice.transcriber import Transcriber

    whole = {"vad_threshold": 0.0, "identify_speakers": "false"}  # recordings are not cut
    model: Any = Transcriber(f"{get_assets_path()}/tiny-en", ModelArch.TINY, options=whole)

    model.close = lambda: None  # freed beside another engine it ends the process (0.0.48)

    def transcribe(samples: NDArray[np.float32]) -> Transcript:
        lines = model.transcribe_without_streaming(samples.tolist(), RATE).lines
        return Transcript(" ".join(line.text for line in lines), 1.0)

    return transcribe


def list_contradicted() -> frozenset[str]:
    """List the names of the recordings whose labels were contradicted."""
    return frozenset(LIST.read_text(encoding="utf-8").split() if LIST.exists() else ())


def leave_out_contradicted(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Leave out the utterances whose labels were contradicted."""
    contradicted = list_contradicted()
    return [utterance for utterance in utterances if utterance.name not in contradicted]


def main(argv: list[str] | None = None) -> None:
    """List anew what is contradicted of some parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/listen"))
    parser.add_argument(
        "--moonshine", type=Path, required=True, help="folder that moonshine-voice was installed into"
    )
    parser.add_argument("--whisper", type=Path, required=True, help="folder of a faster-whisper model")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    args = parser.parse_args(argv)
    utterances = load_utterances(args.out / "held") if "validation" in args.parts else []
    for part in args.parts:
        files = [path.name for path in (args.out / "real").glob(f"*-{part}.*")]
        utterances += load_utterances(args.out / "real", files)
    whisper = WhisperListener(args.whisper)
    found = set(find_contradicted(utterances, load_moonshine(args.moonshine), whisper.transcribe))
    others = list_contradicted() - {utterance.name for utterance in utterances}
    LIST.write_text("".join(f"{name}\n" for name in sorted(others | found)), encoding="utf-8")
    print(f"{LIST}: {len(found)} of {len(utterances):,} contradicted")


if __name__ == "__main__":
    main()
