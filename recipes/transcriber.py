r"""The exact way to train the bundled transcribers again.

    python recipes/transcriber.py base --out runs/open
    python recipes/transcriber.py full --stretch 1.2 --columns 8192 --weights runs/open/checkpoint.pt \\
        --out runs/full

The bundled models went on from the ones bundled before, norms at rest (docs/log.md has the chain), the last
time with fields cut out of pages (`--pages`):

    python recipes/transcriber.py full --weights src/sutja/weights/numbers.onnx --stretch 1.2 --lr 1e-3 \\
        --steps 6200 --uses 2 --pages --out runs/numbers
    python recipes/finish.py answers --run runs/numbers --fold 0 --out runs/answers.json
    python recipes/finish.py bundle --run runs/numbers --name numbers --answers runs/answers.json

`base` takes what has open terms: MNIST, exam digits, cheques, fonts; `full` adds ORAND-CAR and USPS.
Fonts: run recipes/fonts.sh first. Data: `SUTJA_DATA`. A run continues where it stopped when started again.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _page_crops import PageCrops, RealField, load_real_fields, make_page_samples, make_samples

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.synthesis.crops.composer import Composer, Sample
from sutja.synthesis.crops.sources import VALIDATION_FOLD, Sources, load_sources
from sutja.synthesis.pages import HOLD_OUT_LAYOUTS
from sutja.training.batch_norms import restore_transcriber
from sutja.training.transcribe import fit as transcribe
from sutja.training.transcribe import validation_sets
from sutja.training.transcribe.batches import ComposedCrops, make_batch, make_crop

# What the second stage sees: real crops more often, the rest so that it is not forgotten.
SECOND_STAGE = {
    "written": 0.16,
    "script": 0.04,
    "printed": 0.07,
    "labelled": 0.12,
    "cell": 0.05,
    "display": 0.06,
    "panel": 0.3,
    "roller": 0.03,
    "micr": 0.02,
    "lone": 0.17,
    "amount": 0.06,
    "span": 0.07,
    "cheque": 0.02,
    "number": 0.28,
    "words": 0.08,
    "real_words": 0.02,
    "blank": 0.02,
    "scribble": 0.04,
}


LoadSources = Callable[[], Sources]


def make_composer(load: LoadSources, weights: dict[str, float] | None, seed: int) -> Composer:
    """A composer in a worker process."""
    return Composer(load(), seed, weights)


def make_page_crops(load: LoadSources, fields: dict[str, list[RealField]], seed: int) -> PageCrops:
    """The same with fields cut out of pages; real ones are handed over, as finding them takes long."""
    return PageCrops(load(), seed, SECOND_STAGE, fields)


def load_page_samples(root: Path, sources: Sources, seed: int = 4_321) -> dict[str, list[Sample]]:
    """Validation fields of pages: real ones, composed ones, and those of layouts never trained on."""
    rng = np.random.default_rng(seed)
    out = {
        f"{name} cut": make_samples(some, rng, 600)
        for name, some in load_real_fields(root, "validation").items()
    }
    out["pages"] = make_page_samples(sources, None, 600, seed)
    out["other pages"] = make_page_samples(sources, dict.fromkeys(HOLD_OUT_LAYOUTS, 1.0), 600, seed)
    return out


def is_model_file(path: Path | None) -> bool:
    """Return True if the weights are those of an exported model."""
    return path is not None and path.suffix == ".onnx"


def load_unfolded(path: Path, composer: Composer | PageCrops, params: NormaliseParams) -> Transcriber:
    """Load a bundled model's network, its batch norms restored from the statistics of 256 composed crops."""
    crops = [make_crop(composer.sample(), params) for _ in range(512)]
    crops = sorted(crops, key=lambda crop: crop.pixels.shape[1])[:256]
    return restore_transcriber(path, make_batch(crops).image)


def parse_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("terms", choices=["base", "full"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=13_000)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument(
        "--weights", type=Path, help="begin with a checkpoint's averaged weights, or with a model file's"
    )
    fold = "validation fold; -1 trains on all but the test parts"
    parser.add_argument("--fold", type=int, default=VALIDATION_FOLD, help=fold)
    wide = "how much wider than its proportions a crop is made: 1 for the base, 1.2 for the second stage"
    parser.add_argument("--stretch", type=float, default=1.0, help=wide)
    reach = "how far beyond a tight crop's edges its margin may reach, as a part of the crop's height"
    parser.add_argument("--reach", type=float, default=0.06, help=reach)
    parser.add_argument("--columns", type=int, default=16_384, help="columns of pictures in a batch")
    parser.add_argument("--uses", type=int, default=1, help="rounds each composed chunk takes part in")
    parser.add_argument("--pages", action="store_true", help="train on fields cut out of pages too")
    out = "sets that are left out, to see how a network reads a source that it never saw"
    parser.add_argument("--without", nargs="*", default=[], metavar="SET", help=out)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def choose_composer(args: argparse.Namespace, root: Path, load: LoadSources) -> Callable[[int], Any]:
    """Choose how worker processes make the composer of the samples, from a seed."""
    if args.pages:
        fields = {
            name: some for name, some in load_real_fields(root, "train").items() if name not in args.without
        }
        return functools.partial(make_page_crops, load, fields)
    return functools.partial(make_composer, load, SECOND_STAGE if args.weights else None)


def main() -> None:
    """Train, or go on training."""
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    root, fold = Path(os.environ["SUTJA_DATA"]), None if args.fold < 0 else args.fold
    params = NormaliseParams(stretch=args.stretch, reach=args.reach)
    load = functools.partial(
        load_sources, root, fold, open_terms=args.terms == "base", without=tuple(args.without)
    )
    config = transcribe.TranscribeConfig(
        steps=args.steps,
        lr=args.lr,
        columns=args.columns,
        epochs_per_chunk=args.uses,
        seed=args.seed,
        damping=0.1 if args.weights else 0.0,
        freeze_norms_after=0.0 if args.weights else 0.3,
    )
    make = choose_composer(args, root, load)
    begin = (
        load_unfolded(args.weights, make(args.seed), params) if is_model_file(args.weights) else args.weights
    )
    state = transcribe.start(TranscriberConfig(1 + len(CHARSET)), config, args.out / "checkpoint.pt", begin)
    pool = ComposedCrops(make, params, 1000 * args.seed + state.step, args.workers)
    sources = load()
    sets = validation_sets.crops(
        validation_sets.real(root, VALIDATION_FOLD if fold is None else fold), params
    )
    sets |= validation_sets.crops(validation_sets.composed(sources), params, 300)
    if args.pages:
        sets |= validation_sets.crops(load_page_samples(root, sources), params)
    with (args.out / "train.log").open("a", buffering=1) as log:

        def say(line: str) -> None:
            print(time.strftime("%H:%M:%S"), line, file=log)

        n_parameters = sum(p.numel() for p in state.net.parameters())
        say(f"{' '.join(sys.argv)} · {n_parameters} parameters · {sources.used}")
        transcribe.TranscribeJob(state, pool, config, sets).fit(state, args.out, say)
    pool.close()


if __name__ == "__main__":
    main()
