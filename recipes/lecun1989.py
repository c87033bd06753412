"""LeCun's experiment of 1989, repeated: the same network, the same postal digits, 23 passes.

    python recipes/lecun1989.py                       # on validation rows of the training part
    python recipes/lecun1989.py --part test           # the published figure beside ours
    python recipes/lecun1989.py --part test --out runs/lecun1989.onnx

The paper trained on 7,291 digits and tested on 2,007; `usps` are those digits. It learnt pattern by pattern,
with the squared error and an estimate of the second derivatives, for three days on a SUN-4/260. "as in 1989"
keeps the squared error and the pictures as they are; "as today" has cross-entropy with smoothed labels and
moves each picture a little in each pass. Both learn with AdamW in batches, and `_lecun1989_quick.py` has the
same network in fewer operations, its convolutions in bfloat16. What is chosen here was chosen on validation
rows; nothing looks at the test part before it is asked for.

LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation 1 (1989).
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _lecun1989_quick import QuickLecun1989

from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.split.fixed import is_validation
from sutja.metrics import clopper_pearson
from sutja.model_file import Card, Preprocessing, TrainingSet
from sutja.runs.inputs.pictures import choose_params
from sutja.signals.preprocessing.pixels_input import batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig, FittedClassifier, fit_classifier, predict_log_proba
from sutja.training.export.network import export

PASSES = 23
SEEDS = 5
PUBLISHED = {"train_error": 0.0014, "test_error": 0.050, "training": "3 days on a SUN-4/260"}

CONFIGS = {
    "as in 1989": ClassifyConfig(
        epochs=PASSES, batch_size=256, lr=1e-2, loss="squared_error", dtype="float32"
    ),
    "as today": ClassifyConfig(
        epochs=PASSES,
        batch_size=256,
        lr=1.5e-2,
        weight_decay=0.05,
        label_smoothing=0.1,
        augment="light",
        dtype="float32",
    ),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One network trained, and what came of it: errors as parts of one, seconds of training."""

    fitted: FittedClassifier
    train_error: float
    error: float
    seconds: float


def load_parts(part: str) -> tuple[Labelled, Labelled]:
    """Load training and evaluation data: the official parts, or a split of the training part."""
    train = load_labelled("usps", "train")
    if part == "test":
        return train, load_labelled("usps", "test")
    held_out = np.array([is_validation("usps", row) for row in range(len(train))])
    return train.take(np.flatnonzero(~held_out)), train.take(np.flatnonzero(held_out))


def train(learn: Labelled, ask: Labelled, config: ClassifyConfig) -> Run:
    """One network, from its seed."""
    params = choose_params("lecun1989", learn)
    X_train, X_eval = batch_to_pixels(learn.images, params), batch_to_pixels(ask.images, params)
    torch.manual_seed(config.seed)
    net = QuickLecun1989(len(learn.classes))
    counts = net.counts()
    assert (counts.units, counts.connections, counts.parameters) == (1256, 64_660, 9760)
    fitted = fit_classifier(net, X_train, learn.labels, config, log=lambda line: None)
    errors = [
        float((predict_log_proba(fitted.net, X).argmax(1) != y).mean())
        for X, y in ((X_train, learn.labels), (X_eval, ask.labels))
    ]
    return Run(fitted, errors[0], errors[1], fitted.seconds)


def repeat(part: str, seeds: int, passes: int = PASSES) -> dict[str, list[Run]]:
    """Train every configuration with the seeds 0, 1 and so on."""
    learn, ask = load_parts(part)
    return {
        name: [train(learn, ask, replace(config, seed=seed, epochs=passes)) for seed in range(seeds)]
        for name, config in CONFIGS.items()
    }


def make_rows(runs: dict[str, list[Run]], n: int) -> list[dict[str, Any]]:
    """Mean and standard deviation over the seeds, errors with their 95 % interval on n cases."""
    rows = []
    for name, some in runs.items():
        row: dict[str, Any] = {"what": name, "seeds": len(some), "n": n}
        for key in ("train_error", "error", "seconds"):
            values = np.array([getattr(run, key) for run in some])
            row[key] = round(float(values.mean()), 5)
            row[f"{key}_std"] = round(float(values.std(ddof=1)), 5) if len(some) > 1 else 0.0
        row["error_95"] = [round(edge, 5) for edge in clopper_pearson(round(row["error"] * n), n)]
        rows.append(row)
    return rows


def report(rows: Sequence[dict[str, Any]], part: str) -> None:
    """The published figure beside the measured ones."""
    print(f"{'':12} {'training error':>16} {part + ' error':>18}   training")
    errors = f"{PUBLISHED['train_error']:>16.2%} {PUBLISHED['test_error']:>18.2%}"
    print(f"{'published':12} {errors}   {PUBLISHED['training']}")
    for row in rows:
        errors = f"{row['train_error']:>16.2%} {row['error']:>10.2%} ± {row['error_std']:.2%}"
        low, high = row["error_95"]
        print(
            f"{row['what']:12} {errors}   {row['seconds']:.2f} s; {row['seeds']} seeds, the mean is "
            f"{low:.1%} to {high:.1%} (95 % on {row['n']:,} digits)"
        )


def save(run: Run, learn: Labelled, path: Path) -> None:
    """The network as a model file."""
    params = choose_params("lecun1989", learn)
    card = Card(
        "classify",
        path.stem,
        (),
        Preprocessing("pixels", params.to_json()),
        threshold=0.0,
        classes=learn.classes,
        seed=run.fitted.config.seed,
        versions=run.fitted.versions,
        training_data=(TrainingSet(learn.source, len(learn), learn.terms, learn.checksum()),),
        open_terms=learn.open_terms,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    assert isinstance(run.fitted.net, QuickLecun1989)
    export(run.fitted.net.plain(), card, path, [batch_to_pixels(learn.images[:256], params)])
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--passes", type=int, default=PASSES, help="fewer for a try")
    parser.add_argument("--out", type=Path, help="write the first network trained as today to this file")
    args = parser.parse_args(argv)
    learn, ask = load_parts(args.part)
    runs = repeat(args.part, args.seeds, args.passes)
    report(make_rows(runs, len(ask)), args.part)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        save(runs["as today"][0], learn, args.out)


if __name__ == "__main__":
    main()
