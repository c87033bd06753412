"""Train 1,000 networks 784-16-16-10 for ten epochs each, in stacks, in as many processes as there are cores.

python benchmarks/compare_stack.py
python benchmarks/compare_stack.py --networks 64 --epochs 1 --limit 2000      # a try
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from _compare_data import load_data
from _machine import format_path, make_result_path, save_result, warn_if_busy
from joblib import Parallel, delayed

from sutja.comparison.execution.backends import count_cores

FIGURE = "compare_stack"
NETWORKS, EPOCHS, A_STACK = 1000, 10.0, 125
GOAL = 480.0  # seconds


def train_stack(
    X: Any, y: Any, X_test: Any, truth: Any, seeds: Sequence[int], epochs: float, shared: bool
) -> list[float]:
    """Train a stack of networks, each with its own seed; return their errors."""
    import torch

    from sutja.nets.mlp import Mlp
    from sutja.training.stacked.fit import fit_stacked, predict_log_proba_stacked
    from sutja.training.stacked.optimisers import Member, StackedConfig

    torch.set_num_threads(1)
    members = [Member(seed=seed, lr=5e-3) for seed in seeds]
    config = StackedConfig(epochs=epochs, order_seed=seeds[0] if shared else None)
    done = fit_stacked(lambda: Mlp(X[0].size), X, y, members, config)
    return [
        float(wrong) for wrong in (predict_log_proba_stacked(done.nets, X_test).argmax(2) != truth).mean(1)
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Train all, save, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--stack", type=int, default=A_STACK, help="networks trained as one")
    parser.add_argument("--jobs", type=int, default=count_cores())
    parser.add_argument("--own-order", action="store_true", help="give each network its own order of rows")
    parser.add_argument("--limit", type=int, help="at most so many items, for a try")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    data = load_data("mnist", args.part, args.limit)
    names, y = np.unique(data["y"], return_inverse=True)
    X = data["X"][:, None].astype(np.float32) / np.float32(255)
    X_test = data["test"][0][:, None].astype(np.float32) / np.float32(255)
    truth = np.searchsorted(names, data["test"][1])
    parts = [range(i, min(i + args.stack, args.networks)) for i in range(0, args.networks, args.stack)]
    start = time.perf_counter()
    errors = Parallel(n_jobs=args.jobs)(
        delayed(train_stack)(X, y, X_test, truth, list(part), args.epochs, not args.own_order)
        for part in parts
    )
    seconds = time.perf_counter() - start
    wrong = np.concatenate(errors)
    row = {
        "networks": args.networks,
        "epochs": args.epochs,
        "n": len(y),
        "stack": args.stack,
        "jobs": args.jobs,
        "order": "own" if args.own_order else "one for a stack",
        "seconds": round(seconds, 1),
        "seconds_a_network_an_epoch": seconds / args.networks / args.epochs,
        "error": float(wrong.mean()),
        "error_std": float(wrong.std(ddof=1)),
        "goal": GOAL,
        "reached": seconds <= GOAL,
    }
    few = args.limit or (args.networks if args.networks < NETWORKS else None)
    path = save_result(
        make_result_path(FIGURE, args.part, few), FIGURE, {"load_before": load_before, **row}, ("torch",)
    )
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
