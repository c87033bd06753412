"""Blood cells found by a detector that was trained from nothing in minutes of one processor.

The published split: train.txt to learn from, a part of it kept to choose by, val.txt for the last figure.
Each run trains anew and counts the processor's time of everything, from reading the pictures to the file.
Published for comparison: about 0.90 mAP@0.5 by detectors that had been trained on COCO's 118,000 pictures.

    python benchmarks/bccd.py                       # on the validation part of train.txt
    python benchmarks/bccd.py --part test           # the published figure, on val.txt
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _machine import format_path, format_table, make_result_path, save_result
from digits import compute_spread

from sutja.data.boxes.boxed_pictures import BoxedSet
from sutja.runs import detect
from sutja.runs.folder import RunFolder
from sutja.runs.parts import Parts

FIGURE = "bccd"
SIZE, JITTER, BATCH = "s", "anyhow", 16
EPOCHS = 300
PACKAGES = ("torch", "pycocotools")


def load_parts(part: str) -> Parts[BoxedSet]:
    """Training, validation and test part; without the last unless it is asked for."""
    parts = detect.load_parts("bccd", print)
    return parts if part == "test" else Parts(parts.train, parts.validation, parts.train.take([]))


def run(part: str, seed: int, epochs: int) -> dict[str, Any]:
    """One training: average precisions on a part, and the processor's minutes."""
    began = time.process_time()
    parts = load_parts(part)
    config = detect.make_config(
        len(parts.train),
        BATCH,
        epochs=epochs,
        seed=seed,
        device="cpu",
        threads=1,
        dtype="auto",
        evaluations=2,
    )
    plan = detect.Plan(SIZE, config, JITTER, batch_size=BATCH, name="bccd")
    with tempfile.TemporaryDirectory() as folder:
        model = detect.train(parts, plan, RunFolder.open(Path(folder) / "run", "benchmarks/bccd.py")).model
    minutes = (time.process_time() - began) / 60
    result = model.card.results[-1]
    print(f"seed {seed}: AP50 {result['ap50']:.4f}, AP {result['ap']:.4f}, {minutes:.1f} CPU minutes")
    return {"seed": seed, "cpu_minutes": round(minutes, 2), "bytes": len(model.data), **result}


def summarize(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means of the runs, with their standard deviations."""
    out: dict[str, Any] = {"runs": len(runs)}
    for name in ("ap50", "ap", "ap75", "cpu_minutes"):
        out[name], out[f"{name}_std"] = compute_spread([one[name] for one in runs], 4)
    return out


def format_runs(runs: Sequence[dict[str, Any]]) -> str:
    """The runs as text."""
    rows = [
        (
            one["seed"],
            *(f"{one[name]:.4f}" for name in ("ap50", "ap", "ap75")),
            one["cpu_minutes"],
            ", ".join(f"{c['label']} {c['ap50']:.3f}" for c in one["classes"]),
        )
        for one in runs
    ]
    return format_table(("seed", "AP@0.5", "AP", "AP@0.75", "CPU minutes", "classes at 0.5"), rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--seeds", type=int, default=1, help="trainings (default: 1)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"default: {EPOCHS}; fewer are a try")
    args = parser.parse_args(argv)
    runs = [run(args.part, seed, args.epochs) for seed in range(args.seeds)]
    content = {
        "set": "bccd",
        "part": args.part,
        "size": SIZE,
        "augment": JITTER,
        "epochs": args.epochs,
        "summary": summarize(runs),
        "runs": runs,
    }
    path = make_result_path(FIGURE, args.part, None if args.epochs == EPOCHS else args.epochs)
    save_result(path, FIGURE, content, PACKAGES)
    print(format_runs(runs), f"\nin {format_path(path)}", sep="\n")


if __name__ == "__main__":
    main()
