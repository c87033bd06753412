"""The digit recipes on a GPU: seconds to 99.0 % and 99.5 % on MNIST, and how far from the arithmetic limit.

    python benchmarks/gpu.py                      # the first CUDA device, on validation writers
    python benchmarks/gpu.py --part test
    python benchmarks/gpu.py --device cpu --limit 2000    # a try anywhere

The first run of a recipe loads kernels and records graphs; it is made once beforehand and not counted, as is
usual for such records. The limit is what the device's own large matrix products reach, in the same number
format: a network that did nothing but multiply at that rate would take `limit_seconds`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import torch
from _digit_recipes import RECIPES, Recipe
from _machine import format_path, format_table, make_result_path, save_result, warn_if_busy
from _macs import count_macs
from _sutja_models import make_parser
from digits import PACKAGES, SEEDS, Trial, make_inputs, make_row
from torch import nn

from sutja.data.labelled.load import Labelled
from sutja.metrics import format_percent
from sutja.nets.named import make_net
from sutja.training.classify.fit import fit_classifier, predict_log_proba
from sutja.training.export.network import LogProbabilities, to_onnx

FIGURE = "gpu"
GOALS = {"MNIST, 99.0 %": 0.1, "MNIST, 99.5 %": 0.5}  # seconds of training, aimed at on an H100
BATCH = 1024  # small batches leave a GPU idle; the learning rate follows
PASSES = 3  # forward, gradients of maps, gradients of weights: each about the same arithmetic
SIDE = {"cuda": 8192, "cpu": 1024}  # rows and columns of the product that shows what the device can do
TURNS = 10


def adapt_to_device(recipe: Recipe, device: str, cpu: bool) -> Recipe:
    """The recipe with batches that fill a GPU."""
    config = replace(recipe.config, device=device)
    if cpu:
        return replace(recipe, config=config)
    times = BATCH / config.batch_size
    epochs = max(config.epochs + 2, round(1.5 * config.epochs))  # fewer steps an epoch learn less
    config = replace(config, batch_size=BATCH, lr=config.lr * times**0.5, epochs=epochs)
    return replace(recipe, config=config)


def measure_best_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Multiplications with additions a second of a large matrix product."""
    side = SIDE[device.type]
    left = torch.rand(side, side, device=device, dtype=dtype)
    times = []
    for _ in range(TURNS):
        _wait(device)
        begun = time.perf_counter()
        torch.mm(left, left)
        _wait(device)
        times.append(time.perf_counter() - begun)
    return side**3 / min(times)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def count_net_macs(net: nn.Module, shape: tuple[int, int, int]) -> int:
    """Multiplications of one picture's forward pass."""
    return count_macs(
        onnx.load_model_from_string(to_onnx(LogProbabilities(net).eval(), "classify", shape)), (1, *shape)
    )


def train_once(
    recipe: Recipe, X: Any, learn: Labelled, X_eval: Any, ask: Labelled, seed: int
) -> dict[str, float]:
    """One network trained: its error, and the seconds from data on the device to trained weights."""
    device = torch.device(recipe.config.device)
    torch.manual_seed(seed)
    net = make_net(recipe.net, X.shape[1:], len(learn.classes), size=recipe.size).to(device)
    pictures, labels = torch.from_numpy(X).to(device), torch.from_numpy(learn.labels).to(device)
    _wait(device)
    begun = time.perf_counter()
    fitted = fit_classifier(net, pictures, labels, replace(recipe.config, seed=seed), log=lambda line: None)
    _wait(device)
    seconds = time.perf_counter() - begun
    wrong = (predict_log_proba(fitted.net, X_eval).argmax(1) != ask.labels).mean()
    return {"error": float(wrong), "seconds": seconds, "steps": float(fitted.steps)}


def measure_recipe(name: str, t: Trial, device: torch.device) -> dict[str, Any]:
    """One recipe with every seed, beside the arithmetic limit."""
    recipe = adapt_to_device(RECIPES[name], str(device), device.type == "cpu")
    learn, ask = t.parts(recipe.data)
    X, params = make_inputs(recipe, learn)
    X_eval, _ = make_inputs(recipe, ask, params)
    train_once(recipe, X, learn, X_eval, ask, t.seeds)  # loads kernels, records graphs
    runs = [train_once(recipe, X, learn, X_eval, ask, seed) for seed in range(t.seeds)]
    net = make_net(recipe.net, X.shape[1:], len(learn.classes), size=recipe.size)
    macs = count_net_macs(net, X.shape[1:]) * PASSES * len(learn) * recipe.config.epochs
    # a processor may have no arithmetic in bfloat16, and is faster in float32
    rate = max(measure_best_rate(device, dtype) for dtype in (torch.float32, torch.bfloat16))
    seconds = float(np.mean([run["seconds"] for run in runs]))
    return make_row(
        name,
        "sutja",
        runs,
        n=len(ask),
        goal=[recipe.goal[0], GOALS[name]],
        macs=macs,
        mm_macs_a_second=rate,
        limit_seconds=macs / rate,
        times_the_limit=seconds * rate / macs,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, model=False, peers=False)
    parser.add_argument("--device", help="of torch (default: cuda where there is one, else nothing is done)")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    args = parser.parse_args(argv)
    if args.device is None and not torch.cuda.is_available():
        print(
            "there is no CUDA device here: nothing was measured (--device cpu --limit 2000 tries the script)"
        )
        return
    device = torch.device(args.device or "cuda")
    t = Trial(args.part, args.seeds, args.limit, False)
    load = warn_if_busy()
    rows = [measure_recipe(name, t, device) for name in GOALS]
    few = args.limit or (args.seeds if args.seeds < SEEDS else None) or (None if device.type == "cuda" else 1)
    path = make_result_path(FIGURE, args.part, few)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    save_result(
        path, FIGURE, {"part": args.part, "device": name, "load_before": load, "rows": rows}, PACKAGES
    )
    cells = [
        (
            r["what"],
            r["runs"],
            format_percent(r["error"]),
            f"{r['seconds']:.3f} ± {r['seconds_std']:.3f}",
            f"{r['goal'][1]:g}",
            f"{r['limit_seconds']:.4f}",
            f"{r['times_the_limit']:.1f}",
        )
        for r in rows
    ]
    headers = ("what", "runs", "error", "seconds", "aim on an H100", "limit, s", "times the limit")
    print(format_table(headers, cells))
    print(f"device: {name}; part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
