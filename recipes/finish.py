"""From trained checkpoints to a bundled model: held-out answers, calibration, threshold, card.

    python recipes/finish.py soup --runs runs/full runs/second --out runs/soup
    python recipes/finish.py answers --run runs/full-0 --fold 0 --out runs/answers-full.json
    python recipes/finish.py bundle --run runs/full --name numbers --answers runs/answers-full.json

`soup` averages the weights of runs from one base (Wortsman et al., Model soups, ICML 2022), or of a run and
the model file that it began with. `answers` reads
the validation crops of a fold with a network that never saw them. `bundle` fits the calibration on such
answers, chooses the threshold, and writes src/sutja/weights/NAME.onnx with its card; its network is the one
that gave the answers. Nothing here looks at a test part.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

import sutja
from sutja.charset import CHARSET
from sutja.confidence import RiskTable, fit_calibration
from sutja.data.sets import catalogue
from sutja.metrics import expected_calibration_error
from sutja.model_file import TTA, Calibration, Card, Preprocessing, TrainingSet
from sutja.nets.transcriber import Transcriber
from sutja.reading.reader import Reader
from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.synthesis.crops.composer import Composer, Sample
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.synthesis.fonts import load_faces
from sutja.training.batch_norms import average_networks, load_folded_weights
from sutja.training.export.network import export, fold_batch_norms
from sutja.training.export.quantise import quantise_file
from sutja.training.transcribe import fit as transcribe
from sutja.training.transcribe import validation_sets
from sutja.training.transcribe.batches import make_batch, make_crop

MAX_ERROR = 0.01  # of the accepted amounts: what the default threshold kept on held-out answers
# The threshold is chosen on these: real fields and digits, print, and what holds no number. Composed
# handwriting is left out: it is made to be harder than life, a part of it past reading.
FIELDS = ("orand-car", "cheques", "usps", "exam-digits", "printed", "words", "no number", "blank", "scribble")
CAP = {"mnist": 2000, "sudoku": 400}  # answers a fold; more would drown the hard sets
QUANTISE_CROPS, QUANTISE_SEED, WIDEST = 320, 991, 400  # crops that show the ranges; columns of the widest
Pictures = list[np.ndarray]
UNSURE = 0.98  # raw confidence below which a crop is looked at again


def make_tta(params: NormaliseParams) -> TTA:
    """Wider, narrower, and with more margin: chosen on validation amounts (docs/log.md)."""
    wider, narrower = round(params.stretch * 1.15, 3), round(params.stretch * 0.87, 3)
    return TTA(UNSURE, ({"stretch": wider}, {"stretch": narrower}, {"margin": 0.3}))


def make_params(args: argparse.Namespace) -> NormaliseParams:
    """The preprocessing that the run was trained with."""
    return NormaliseParams(stretch=args.stretch, reach=args.reach)


def write(net: Transcriber, card: Card, path: Path, args: argparse.Namespace, compared: Pictures) -> None:
    """The model file: exported in floats and checked, then, unless told otherwise, brought to integers."""
    export(net, card, path, compared)
    if not args.floats:
        sources = load_sources(Path(os.environ["SUTJA_DATA"]), VALIDATION_FOLD, open_terms=args.open)
        composer, params = Composer(sources, QUANTISE_SEED), make_params(args)
        crops = [make_crop(composer.sample(), params) for _ in range(QUANTISE_CROPS)]
        shown = [make_batch([crop]).image for crop in crops if crop.pixels.shape[1] < WIDEST]
        quantise_file(path, path, shown, compared)


def make_card(name: str, params: NormaliseParams) -> Card:
    """A card without calibration: its confidences are raw."""
    return Card(
        "transcribe",
        name,
        tuple(CHARSET),
        Preprocessing("normalise", params.to_json()),
        threshold=0.0,
        tta=make_tta(params),
    )


def make_parity_batches(samples: Iterable[Sample], params: NormaliseParams) -> Pictures:
    """Real pictures of several widths to compare the exported file on."""
    crops = [make_crop(sample, params) for sample in samples]
    crops.sort(key=lambda crop: crop.pixels.shape[1])
    return [make_batch(crops[i : i + 8]).image for i in range(0, len(crops), max(8, len(crops) // 6))]


def extract_digits(text: str) -> str:
    """The digits of a label or an answer."""
    return "".join(c for c in text if c in "0123456789")


def answers(args: argparse.Namespace) -> None:
    """Read a fold's validation crops with the run's network and write the raw answers."""
    root, fold = Path(os.environ["SUTJA_DATA"]), args.fold
    sets = validation_sets.real(root, fold)
    sets |= validation_sets.composed(load_sources(root, fold, open_terms=args.open), 250, seed=50_000 + fold)
    net = transcribe.load_average(args.run / "checkpoint.pt")
    model = args.run / "raw.onnx"
    params = make_params(args)
    write(net, make_card("raw", params), model, args, make_parity_batches(sets["orand-car"], params))
    reader, rows = Reader(model), []
    for name, samples in sets.items():
        step = max(1, len(samples) // CAP.get(name, 10**9))
        some = samples[::step]
        for sample, page in zip(some, reader.read_many((s.picture for s in some), crop=True), strict=True):
            number = page.numbers[0] if page.numbers else None
            rows.append(
                {
                    "set": name,
                    "fold": fold,
                    "truth": extract_digits(sample.text),
                    "digits": number.digits if number else None,
                    "text": number.text if number else "",
                    "raw": number.confidence if number else None,
                }
            )
        right = np.mean([(row["digits"] or "") == row["truth"] for row in rows if row["set"] == name])
        print(f"fold {fold} {name}: n {len(some)}, digits right {right:.2%}", flush=True)
    args.out.write_text(json.dumps(rows, ensure_ascii=False))


def soup(args: argparse.Namespace) -> None:
    """Average the weights of runs from one base, or of runs and the model file that they began with."""
    shares = args.shares or [1 / len(args.runs)] * len(args.runs)
    if len(shares) != len(args.runs) or abs(sum(shares) - 1) > 1e-6:
        raise SystemExit("error: give each run a share, and all of them together 1")
    frame = transcribe.load_average(next(r for r in args.runs if r.suffix != ".onnx") / "checkpoint.pt")
    tensors = [
        load_folded_weights(run)
        if run.suffix == ".onnx"
        else fold_batch_norms(transcribe.load_average(run / "checkpoint.pt")).state_dict()
        for run in args.runs
    ]
    net = average_networks(frame, list(zip(shares, tensors, strict=True)))
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save({"config": net.config.to_json(), "average": net.state_dict()}, args.out / "checkpoint.pt")
    print(
        f"{args.out}: the mean of {', '.join(f'{s:.2f} {r}' for s, r in zip(shares, args.runs, strict=True))}"
    )


def measure(rows: list[dict[str, Any]], calibrate: Any, threshold: float) -> list[dict[str, Any]]:
    """Figures a set: n, right, accepted, wrong among the accepted, calibration error."""
    out = []
    for name in dict.fromkeys(row["set"] for row in rows):
        mine = [row for row in rows if row["set"] == name]
        answered = [row for row in mine if row["digits"] is not None]
        confidence = np.array([calibrate(row["raw"]) for row in answered])
        correct = np.array([row["digits"] == row["truth"] for row in answered], bool)
        kept = (confidence >= threshold) & np.array(["□" not in row["text"] for row in answered], bool)
        out.append(
            {
                "set": name,
                "part": "validation, held out",
                "n": len(mine),
                "right": round(float(np.mean([(row["digits"] or "") == row["truth"] for row in mine])), 5),
                "accepted": round(float(kept.sum()) / len(mine), 5),
                "accepted_wrong": int((kept & ~correct).sum()),
                "ece": round(expected_calibration_error(confidence, correct), 5) if len(answered) else None,
            }
        )
    return out


def balance(rows: list[dict[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """At most as many answers a set as the amounts have, so that no easy set decides."""
    rng = np.random.default_rng(seed)
    most = sum(row["set"] == "orand-car" for row in rows)
    out = []
    for name in dict.fromkeys(row["set"] for row in rows):
        mine = [row for row in rows if row["set"] == name]
        out += [mine[i] for i in rng.permutation(len(mine))[:most]]
    return out


def bundle(args: argparse.Namespace) -> None:
    """Fit calibration and threshold on out-of-fold answers and write the model file."""
    root = Path(os.environ["SUTJA_DATA"])
    rows = [row for path in args.answers for row in json.loads(path.read_text())]
    answered = [row for row in balance(rows) if row["digits"] is not None]
    raw = np.array([row["raw"] for row in answered])
    correct = np.array([row["digits"] == row["truth"] for row in answered], float)
    calibrate = fit_calibration(raw, correct)
    fields = [row for row in answered if row["set"] in FIELDS and "□" not in row["text"]]
    table = RiskTable.measure(
        [calibrate(row["raw"]) for row in fields], [float(row["digits"] == row["truth"]) for row in fields]
    )
    choice = table.choose(MAX_ERROR)
    print(choice.describe())
    results = measure(rows, calibrate, choice.threshold)
    for line in results:
        print(line)
    net: Transcriber = transcribe.load_average(args.run / "checkpoint.pt")
    used = load_sources(root, VALIDATION_FOLD, open_terms=args.open).used
    used |= {name: int(items) for name, items in (also.split("=") for also in args.also)}
    fonts = TrainingSet("fonts", sum(map(len, load_faces())), "freely licensed; recipes/fonts.sh names them")
    params = make_params(args)
    card = Card(
        "transcribe",
        args.name,
        tuple(CHARSET),
        Preprocessing("normalise", params.to_json()),
        calibration=Calibration(points=calibrate.calibration.points),
        thresholds=table.counts,
        threshold=choice.threshold,
        tta=make_tta(params),
        training_data=(
            *(TrainingSet(n, items, catalogue.find_entry(n).terms) for n, items in sorted(used.items())),
            fonts,
        ),
        open_terms=args.open,
        seed=args.seed,
        versions={
            "sutja": sutja.__version__,
            "torch": torch.__version__,
            "onnxruntime": onnxruntime.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        results=tuple(results),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    path = Path(sutja.__file__).parent / "weights" / f"{args.name}.onnx"
    path.parent.mkdir(exist_ok=True)
    real = validation_sets.real(root, VALIDATION_FOLD)
    write(net, card, path, args, make_parity_batches([*real["cheques"], *real["mnist"][:20]], params))
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("answers")
    one.add_argument("--fold", type=int, required=True)
    one.add_argument("--out", type=Path, required=True)
    one.set_defaults(do=answers)
    two = verbs.add_parser("bundle")
    two.add_argument("--name", required=True)
    two.add_argument("--answers", type=Path, nargs="+", required=True)
    also = "NAME=ITEMS of a set that an earlier part of the training saw"
    two.add_argument("--also", nargs="*", default=[], help=also)
    two.add_argument("--seed", type=int, default=1)
    two.set_defaults(do=bundle)
    three = verbs.add_parser("soup")
    three.add_argument("--runs", type=Path, nargs="+", required=True)
    three.add_argument("--shares", type=float, nargs="+", help="of each in the mean; the same by default")
    three.add_argument("--out", type=Path, required=True)
    three.set_defaults(do=soup)
    for verb in (one, two):
        stretch = "of the preprocessing the run was trained with"
        verb.add_argument("--stretch", type=float, default=1.2, help=stretch)
        verb.add_argument("--reach", type=float, default=0.06, help=stretch)
        verb.add_argument("--floats", action="store_true", help="leave the network in floats")
        verb.add_argument("--run", type=Path, required=True)
        verb.add_argument(
            "--open", action="store_true", help="the run left out sets whose terms are not open"
        )
    torch.set_num_threads(1)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
