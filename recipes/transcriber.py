"""The exact way to train the bundled transcribers again.

    python recipes/transcriber.py base  --out runs/open            # open terms only: MNIST, exam digits, sudoku, cheques, fonts
    python recipes/transcriber.py full  --out runs/full --weights runs/open/checkpoint.pt   # + ORAND-CAR, USPS

Fonts: run recipes/fonts.sh first. Data: `SUTJA_DATA`. A run continues where it stopped when started again.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import time
from pathlib import Path

import torch

from sutja.charset import CHARSET
from sutja.data.synthesis.samples import Composer
from sutja.data.synthesis.sources import VALIDATION_FOLD, load
from sutja.nets.transcriber import TranscriberConfig
from sutja.signals.normalise import NormaliseParams
from sutja.training import loop, validation
from sutja.training.pool import Pool


def make_composer(root: str, fold: int | None, open_terms: bool, seed: int) -> Composer:
    """A composer in a worker process."""
    return Composer(load(Path(root), fold, open_terms=open_terms), seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("terms", choices=["base", "full"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=13_000)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--weights", type=Path, help="begin with this run's averaged weights")
    parser.add_argument("--fold", type=int, default=VALIDATION_FOLD, help="validation fold; -1 trains on all but the test parts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    root, fold = os.environ["SUTJA_DATA"], None if args.fold < 0 else args.fold
    open_terms, params = args.terms == "base", NormaliseParams()
    config = loop.FitConfig(steps=args.steps, lr=args.lr, seed=args.seed)
    state = loop.start(TranscriberConfig(1 + len(CHARSET)), config, args.out / "checkpoint.pt", args.weights)
    pool = Pool(functools.partial(make_composer, root, fold, open_terms), params, 1000 * args.seed + state.step, args.workers)
    sources = load(Path(root), fold, open_terms=open_terms)
    sets = validation.crops(validation.real(Path(root), args.fold if fold is not None else VALIDATION_FOLD), params)
    sets |= validation.crops(validation.composed(sources), params, 300)
    with open(args.out / "train.log", "a", buffering=1) as log:

        def say(line: str) -> None:
            print(time.strftime("%H:%M:%S"), line, file=log)

        say(f"{' '.join(sys.argv)} · {sum(p.numel() for p in state.net.parameters())} parameters · {sources.used}")
        loop.fit(state, pool, config, sets, args.out, say)
    pool.close()


if __name__ == "__main__":
    main()
