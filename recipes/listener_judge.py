r"""Compare how model files hear the validation recordings, set by set: before and after a training.

    python recipes/listener_judge.py --out runs/listen --models src/sutja/weights/spoken.onnx runs/new.onnx

A recording is right if the numbers heard in it are those that were said, with values and units, and no other.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from listener import SETS

from sutja.cli.output.recordings import format_number
from sutja.grammar.number_words import WORDS, ParsedNumber, find_numbers
from sutja.listening import Listener
from sutja.listening.numbers import MISFIT_CONFIDENCE
from sutja.metrics import edit_distance, format_percent
from sutja.synthesis.speech.utterances import RATE, Utterance, load_utterances
from sutja.types import SpokenNumber


@dataclass(frozen=True, slots=True)
class Case:
    """A number that was heard in a validation recording, or one that was said and not heard."""

    dataset: str
    raw: float
    right: bool
    recognised: bool
    judged: bool = True  # False for one that is never accepted: its confidence is a ceiling
    words: int = 0  # in which it was said


def find_truth(classes: Sequence[int]) -> list[ParsedNumber]:
    """Find the numbers in an utterance's classes.

    >>> [number.key for number in find_truth([classify_word(word) for word in ("two", "two", "□", "five")])]
    ['22', '5']
    """
    words = [WORDS[c - 1] for c in classes]
    return find_numbers(words)


def make_cases(listener: Listener, name: str, utterances: Sequence[Utterance]) -> Iterator[Case]:
    """The numbers of validation recordings, heard and missed.

    One that is said with long pauses may be heard as several: these are right if together they are it.
    """
    for utterance in utterances:
        truth = find_truth(utterance.classes)
        numbers = listener.listen(utterance.samples, RATE).numbers
        digits = "".join(number.digits for number in numbers)
        whole = bool(truth) and digits == "".join(number.digits for number in truth)
        whole = whole and {number.unit for number in numbers} == {number.unit for number in truth}
        whole = whole and _count_points(numbers) == _count_points(truth)
        wanted = [number.key for number in truth]
        for number in numbers:
            key = format_number(number)
            right = whole or key in wanted
            judged = number.confidence != MISFIT_CONFIDENCE
            yield Case(name, number.confidence, right, True, judged, len(number.text.split()))
            if right and not whole:
                wanted.remove(key)
        if not whole:
            yield from (Case(name, 0.0, False, False) for _ in wanted)


def _count_points(numbers: Sequence[SpokenNumber] | Sequence[ParsedNumber]) -> int:
    return sum("." in (number.value or "") for number in numbers)


def summarise(listener: Listener, utterances: Sequence[Utterance]) -> str:
    """Hear recordings: those all right, characters wrong, accepted numbers and wrong ones of these."""
    exact = edits = said = accepted = wrong = 0
    for utterance in utterances:
        truth = [number.key for number in find_truth(utterance.classes)]
        numbers = listener.listen(utterance.samples, RATE).numbers
        heard = [format_number(number) for number in numbers]
        exact += heard == truth
        edits += edit_distance("".join(heard), "".join(truth))
        said += len("".join(truth))
        taken = [key for key, number in zip(heard, numbers, strict=True) if number.accepted]
        accepted += len(taken)
        wrong += sum(key not in truth for key in taken)
    share = format_percent(edits / said) if said else f"{edits} characters"
    return f"{exact} of {len(utterances)} right, {share} wrong; {accepted} accepted, {wrong} of these wrong"


def main(argv: list[str] | None = None) -> None:
    """Print the figures of each model and set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/listen"))
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--sets", nargs="*", default=[], help="of the recordings; default: all, and programs")
    args = parser.parse_args(argv)
    names = args.sets or SETS
    sets = {name: load_utterances(args.out / "real", [f"{name}-validation"]) for name in names}
    if not args.sets:
        sets["programs"] = load_utterances(args.out / "held")
    for path in args.models:
        listener = Listener(path)
        for name, utterances in sets.items():
            print(f"{path}: {name}: {summarise(listener, utterances)}", flush=True)


if __name__ == "__main__":
    main()
