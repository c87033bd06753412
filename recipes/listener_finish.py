r"""From trained listeners to the bundled model: one speaker left out, calibration, threshold, card.

    python recipes/listener_finish.py speakers --out runs/listen --base runs/listen/nofsdd4 --steps 200 \
        --lr 1.5e-3 --runs 3
    python recipes/listener_finish.py answers --out runs/listen --file speakers.json
    python recipes/listener_finish.py soup --out runs/listen --runs some others --run last
    python recipes/listener_finish.py bundle --out runs/listen --run last --seed 62

The listeners with a speaker left out begin with one that never heard `fsdd`, which began with haste, too:

    python recipes/listener.py train --out runs/listen --run nofsdd --without fsdd --steps 6500 \
        --frames 6000 --lr 3e-3 --strength 0.7 --voice 0.9 --haste 0.72 --vary 0.7 --sounds 0.2 --seed 21
    python recipes/listener.py train --out runs/listen --run nofsdd2 --weights runs/listen/nofsdd \
        --without fsdd --steps 1200 --frames 6000 --lr 1.5e-3 --strength 0.7 --voice 0.9 --vary 0.7 \
        --sounds 0.3 --seed 41
    python recipes/listener_finish.py soup --out runs/listen --runs nofsdd nofsdd2 --run nofsdd3
    for more in "--sounds 1 --seed 71" "--sounds 0.2 --lines 1 --seed 72" "--sounds 0.2 --seed 73"; do
        python recipes/listener.py train --out runs/listen --run "nofsdd-${more: -2}" --without fsdd \
            --weights runs/listen/nofsdd3 --steps 600 --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 \
            --vary 0.7 $more; done
    python recipes/listener_finish.py soup --out runs/listen \
        --runs nofsdd3 nofsdd-71 nofsdd-72 nofsdd-73 --run nofsdd4
    python recipes/listener_finish.py speakers --out runs/listen --base runs/listen/nofsdd4 --steps 200 \
        --lr 1.5e-3 --runs 3

`speakers` teaches the base, which has never heard `fsdd`, with five of its six speakers, six times, and
exports each. `answers` has each of these listen to the speaker it does not know; with ``--test`` to the
official test recordings too, which is for the very end. `soup` averages the weights of runs that went on
from one another (Wortsman et al., Model soups, ICML 2022). `bundle` exports the listener, fits calibration
and threshold on validation recordings and writes src/sutja/weights/spoken.onnx with its card; with ``--open``
spoken-open.onnx, by the recordings of open sets alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from _spoken_phrases import VALIDATION_SEED
from contradicted_speech import leave_out_contradicted
from listener import LESS_NOTHING, LESS_OTHER, OPEN, PARAMS, SETS, list_utterances, make_example, run
from listener_judge import Case, make_cases

import sutja
from sutja.confidence import Calibrator, RiskTable, fit_calibration
from sutja.data.sets import catalogue
from sutja.data.sets.recordings import assign_part, read_fsdd
from sutja.errors import ThresholdError
from sutja.grammar.number_words import OTHER, WORDS, classify_word
from sutja.listening import Listener
from sutja.listening.hypotheses import SHORT_WORDS
from sutja.metrics import expected_calibration_error, format_percent
from sutja.model_file import Card, Preprocessing, TrainingSet, read_model
from sutja.model_file.bundled import bundled_path
from sutja.synthesis.speech.channel import Augmentation
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.synthesis.speech.recordings import decode_recording
from sutja.synthesis.speech.utterances import RATE, Utterance, load_utterances
from sutja.training import checkpoint
from sutja.training.export.network import export
from sutja.training.listen import fit as listen
from sutja.training.listen.align import cut_words
from sutja.training.listen.batches import make_batch

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
MAX_ERROR = 0.01  # of the accepted numbers
LIFE = 0.4  # part of what happens to recordings in training that happens to those it is calibrated on
# Sets that are told and do not count: of speakers who were learnt from, since users are strangers, and other
# speech, since its share decides how many numbers are accepted; users seldom record it alone (docs/log.md).
UNCOUNTED = ("fsdd", "composed", "other speech")
COVERAGES = [part / 50 for part in range(50, 4, -1)]  # shares of accepted answers to choose from
CLICKS = 0.05  # part of them with knocks; in training many more
OTHER_SPEECH_PART = 5  # one of so many recordings of other speech is heard: there are 3,900
COMPOSED = 600  # recordings put together for calibration, beside the real ones
VOICES = {  # engines and sets beside the catalogue → terms
    "kokoro": "Apache-2.0",
    "hibari": "Apache-2.0",
    "espeak-ng": "GPL-3.0 program; its output is free",
    "flite": "BSD-like voices",
    "festival": "BSD-like voices",
    "asterisk-core-sounds": "CC BY-SA 3.0",
    "other languages": "CC BY-SA 3.0, GPL-2.0",
    "espeak-ng languages": "GPL-3.0 program; its output is free",
}


def make_raw_card(name: str) -> Card:
    """A card without calibration: its confidences are raw."""
    return Card(
        "listen", name, (), Preprocessing("log-mel", PARAMS.to_json()), classes=tuple(WORDS), threshold=0.0
    )


def export_model(out: Path, weights: Path, path: Path, card: Card) -> None:
    """The averaged network of a run as a model file, checked on validation recordings."""
    net = listen.load_average(weights / "checkpoint.pt")
    assert net.head.bias is not None
    net.head.bias.data[0] -= LESS_NOTHING
    net.head.bias.data[classify_word(OTHER)] -= LESS_OTHER
    rows = [
        make_example(utterance)
        for utterance in load_utterances(out / "real", ["an4-validation", "fsdd-validation"])[::4]
    ]
    rows.sort(key=lambda row: len(row.features))
    batches = [make_batch(rows[i : i + 6]).features for i in range(0, len(rows), 6)]
    export(net, card, path, batches)


def speakers(args: argparse.Namespace) -> None:
    """A listener for each speaker that has learnt from the five others: the mean of some runs."""
    for speaker in SPEAKERS:
        folder = args.out / "speakers" / speaker
        folders = [folder / str(seed) for seed in range(args.seed, args.seed + args.runs)]
        for seed, one in enumerate(folders, start=args.seed):
            train = argparse.Namespace(
                out=args.out,
                steps=args.steps,
                lr=args.lr,
                seed=seed,
                weights=args.base,
                evaluate_every=args.steps,
                frames=6000,
                strength=0.7,
                voice=0.9,
                haste=0.0,
                vary=0.7,
                sounds=0.0,
                lines=0.0,
                shares=(),
            )
            run(train, one, (f"fsdd/{speaker}",), {"fsdd": 6.0})
        average(folders, folder)
        export_model(args.out, folder, folder / "model.onnx", make_raw_card(f"without {speaker}"))


def answers(args: argparse.Namespace) -> None:
    """Transcribe, by each of these listeners, the speaker it was not trained on; write JSON."""
    records = read_fsdd(Path(os.environ["SUTJA_DATA"]))
    rows = [record for record in records if args.test or assign_part("fsdd", record) != "test"]
    spoken: list[dict[str, Any]] = []
    for speaker in SPEAKERS:
        listener = Listener(args.out / "speakers" / speaker / "model.onnx")
        for record in rows:
            if record.group == speaker:
                found = listener.listen(decode_recording(record.path), RATE).numbers
                spoken.append(
                    {
                        "speaker": speaker,
                        "file": record.path.name,
                        "digit": record.text,
                        "heard": "".join(number.digits for number in found),
                    }
                )
        mine = [row for row in spoken if row["speaker"] == speaker]
        right = float(np.mean([row["heard"] == row["digit"] for row in mine]))
        print(f"without {speaker}: {format_percent(right)} of {len(mine)} right", flush=True)
    (args.out / args.file).write_text(json.dumps({"test": args.test, "answers": spoken}))


def soup(args: argparse.Namespace) -> None:
    """Average the weights of several runs."""
    average([args.out / run for run in args.runs], args.out / args.run)
    print(f"{args.out / args.run}: the mean of {len(args.runs)} runs")


def average(runs: Sequence[Path], to: Path) -> None:
    """The mean of the averaged weights of runs, as a checkpoint."""
    nets = [listen.load_average(run / checkpoint.NAME) for run in runs]
    states = [net.state_dict() for net in nets]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    to.mkdir(parents=True, exist_ok=True)
    checkpoint.write(to / checkpoint.NAME, {"config": nets[0].config.to_json(), "average": mean})


def blend(args: argparse.Namespace) -> None:
    """Mix the listener that a training began with into what became of it.

    The mean keeps what the one could and the other learnt (Wortsman et al., Robust fine-tuning of zero-shot
    models, CVPR 2022). Words that the old one does not know are those of the new one.
    """
    old, new = (listen.load_average(args.out / run / checkpoint.NAME) for run in (args.old, args.new))
    known = read_model(bundled_path(args.model)).card.classes
    unknown = [classify_word(word) for word in WORDS if word not in known]
    before, after = old.state_dict(), new.state_dict()
    mixed = {
        name: torch.lerp(value, before[name], args.part) if value.is_floating_point() else value
        for name, value in after.items()
    }
    for name in ("head.weight", "head.bias"):
        mixed[name][unknown] = after[name][unknown]
    folder = args.out / args.run
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.write(folder / checkpoint.NAME, {"config": new.config.to_json(), "average": mixed})


def load_composed(out: Path, datasets: Sequence[str]) -> list[Utterance]:
    """Recordings composed of people, calls and noise that nothing was trained on."""
    kinds = {"string": 0.4, "phrase": 0.3, "word": 0.2, "noise": 0.1}
    utterances = load_utterances(out / "real", [f"{name}-validation" for name in datasets])
    utterances = leave_out_contradicted(utterances)
    return _compose(out, utterances, Augmentation(*(part * LIFE for part in astuple(Augmentation()))), kinds)


def load_strangers(out: Path, run: Path) -> list[Utterance]:
    """Strings and words by people of whom nothing was learnt, through all that happens in training.

    Strings of `composed` are `fsdd`'s, whose speakers the network knows: by these alone it was too sure of
    what others say.
    """
    phrases = leave_out_contradicted(load_utterances(out / "real", ["an4-validation"]))
    words = list(cut_words(listen.load_average(run / checkpoint.NAME), phrases, PARAMS))
    return _compose(out, words, Augmentation(clicks=CLICKS), {"string": 0.75, "word": 0.25})


def _compose(
    out: Path, utterances: list[Utterance], strength: Augmentation, kinds: dict[str, float]
) -> list[Utterance]:
    noise = [utterance.samples for utterance in load_utterances(out / "real", ["noise-validation"])]
    composer = SpeechComposer(utterances, noise, VALIDATION_SEED, strength, kinds=kinds)
    made = [composer.sample() for _ in range(COMPOSED)]
    return [
        Utterance(np.asarray(np.round(one.samples * 32_767), np.int16), one.classes, "composed", "composed")
        for one in made
    ]


def bundle(args: argparse.Namespace) -> None:
    """Fit calibration and threshold on validation recordings and write the model file."""
    torch.set_num_threads(1)
    name, datasets = ("spoken-open", OPEN) if args.open else ("spoken", SETS)
    path = args.to or bundled_path(name)
    raw_card = make_raw_card(name)
    raw = args.out / args.run / "raw.onnx"
    export_model(args.out, args.out / args.run, raw, raw_card)
    listener = Listener(raw)
    sets = {one: load_utterances(args.out / "real", [f"{one}-validation"]) for one in datasets}
    sets |= load_held(args.out)
    sets = {one: leave_out_contradicted(utterances) for one, utterances in sets.items()}
    sets["composed"] = load_composed(args.out, datasets)
    sets["composed of strangers"] = load_strangers(args.out, args.out / args.run)
    found = [case for one, utterances in sets.items() for case in make_cases(listener, one, utterances)]
    answered = [case for case in found if case.recognised and case.judged and case.dataset not in UNCOUNTED]
    short, long = (fit(case for case in answered if is_long(case) == wanted) for wanted in (False, True))

    def calibrate(case: Case) -> float:
        return (long if is_long(case) else short)(case.raw)

    table = RiskTable.measure(
        [calibrate(case) for case in answered], [float(case.right) for case in answered], COVERAGES
    )
    try:
        choice = table.choose(args.max_error)
    except ThresholdError as error:
        for line in measure(found, sets, calibrate, 1.0):
            print(line)
        raise SystemExit(f"{error}; train it longer") from error
    print(choice.describe())
    results = tuple(measure(found, sets, calibrate, choice.threshold))
    for line in results:
        print(line)
    card = replace(
        raw_card,
        calibration=short.calibration,
        long_calibration=long.calibration,
        thresholds=table.counts,
        threshold=choice.threshold,
        training_data=list_training_data(args.out, name, datasets),
        open_terms=args.open,
        seed=args.seed,
        versions=find_versions(),
        results=results,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    export_model(args.out, args.out / args.run, path, card)
    print(f"{path}: {path.stat().st_size:,} bytes")


def load_held(out: Path) -> dict[str, list[Utterance]]:
    """Validation phrases by programs, and other speech: other languages and words much like numbers."""
    held = load_utterances(out / "held")
    other = [u for u in held if "-near-" in u.name or "-languages-" in u.name]
    people = load_utterances(out / "real", ["languages-validation"])
    names = {utterance.name for utterance in other}
    numbers = [utterance for utterance in held if utterance.name not in names]
    return {"spoken by programs": numbers, "other speech": [*people, *other][::OTHER_SPEECH_PART]}


def is_long(case: Case) -> bool:
    """Tell whether a number was heard in more words than always have a second pass."""
    return case.words > SHORT_WORDS


def fit(cases: Iterable[Case]) -> Calibrator:
    """Fit the calibration to cases."""
    raw, right = zip(*((case.raw, float(case.right)) for case in cases), strict=True)
    return fit_calibration(np.array(raw), np.array(right))


def measure(
    found: Sequence[Case],
    sets: dict[str, list[Utterance]],
    calibrate: Callable[[Case], float],
    threshold: float,
) -> Iterator[dict[str, Any]]:
    """Figures a set: numbers said, heard rightly, accepted, wrong among these, calibration error."""
    for name, utterances in sets.items():
        mine = [case for case in found if case.dataset == name]
        answered = [case for case in mine if case.recognised]
        spoken = sum(case.right or not case.recognised for case in mine)
        confidence = np.array([calibrate(case) for case in answered])
        right = np.array([case.right for case in answered], bool)
        kept = confidence >= threshold if len(answered) else np.zeros(0, bool)
        yield {
            "set": name,
            "part": "validation",
            "n": len(utterances),
            "numbers": spoken,
            "right": round(float(right.sum()) / spoken, 4) if spoken else None,
            "accepted": int(kept.sum()),
            "accepted_wrong": int((kept & ~right).sum()),
            "ece": round(expected_calibration_error(confidence, right), 4) if len(answered) else None,
        }


def list_training_data(out: Path, name: str, datasets: Sequence[str]) -> tuple[TrainingSet, ...]:
    """List the training data of the listener of a name, with terms: it went on from the one bundled now."""
    utterances = [utterance for utterance in list_utterances(out) if not utterance.source.endswith(" words")]
    counts = {
        source: sum(utterance.source == source for utterance in utterances) for source in (*datasets, *VOICES)
    }
    terms = {dataset: catalogue.find_entry(dataset).terms for dataset in datasets} | VOICES
    for before in read_model(bundled_path(name)).card.training_data:
        if before.name in terms:
            mine = counts[before.name]
            counts[before.name] = mine + before.items if before.name in VOICES else max(mine, before.items)
    noise = TrainingSet("noise", 6, catalogue.find_entry("noise").terms)
    return (*(TrainingSet(source, count, terms[source]) for source, count in counts.items() if count), noise)


def find_versions() -> dict[str, str]:
    """Of what made the model."""
    return {
        "sutja": sutja.__version__,
        "torch": torch.__version__,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def main(argv: list[str] | None = None) -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    steps = parser.add_subparsers(required=True)
    named = {"speakers": speakers, "answers": answers, "soup": soup, "blend": blend, "bundle": bundle}
    for name, step in named.items():
        one = steps.add_parser(name)
        one.add_argument("--out", type=Path, default=Path("runs/listen"))
        one.add_argument("--seed", type=int, default=0)
        one.set_defaults(do=step)
        if name == "speakers":
            one.add_argument("--base", type=Path, required=True)
            one.add_argument("--steps", type=int, default=150)
            one.add_argument("--lr", type=float, default=5e-4)
            one.add_argument("--runs", type=int, default=1, help="of which the mean is taken, a seed each")
        if name == "answers":
            one.add_argument("--file", default="speakers.json")
            one.add_argument("--test", action="store_true", help="the test recordings too: once, at the end")
        if name == "soup":
            one.add_argument("--runs", nargs="+", required=True)
        if name == "blend":
            one.add_argument("--old", default="bundled")
            one.add_argument("--model", default="spoken", help="the bundled model that the old one was")
            one.add_argument("--new", required=True)
            one.add_argument("--part", type=float, default=0.25, help="of the old one in the mean")
        if name in ("soup", "blend", "bundle"):
            one.add_argument("--run", default="full4")
        if name == "bundle":
            one.add_argument("--max-error", type=float, default=MAX_ERROR, help="of the accepted numbers")
            one.add_argument("--open", action="store_true", help="it has learnt from open sets alone")
            one.add_argument("--to", type=Path, help="where it goes  [default: the bundled model's place]")
    args = parser.parse_args(argv)
    args.do(args)


if __name__ == "__main__":
    main()
