"""Networks that learn digits: how well, how quickly, beside scikit-learn and a plain PyTorch loop.

Every row is trained anew for each seed; errors and seconds are means with their standard deviations. Seconds
are those of training with the data in memory, from the call to the trained network, unless a row says more;
what the libraries do when they are first used is done before.

    python benchmarks/digits.py                                  # all rows, on validation writers
    python benchmarks/digits.py --row stack --row lecun1989      # some rows
    python benchmarks/digits.py --part test                      # the published figures
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import torch
from _digit_recipes import RECIPES, Recipe, make_plain_torch, make_scikit_learn, train_until
from _machine import ROOT, format_now, format_path, format_table, make_result_path, save_result, warn_if_busy
from _sutja_models import make_parser
from numpy.typing import NDArray

from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.split.fixed import is_validation
from sutja.metrics import risk_coverage
from sutja.model_file import Card, Preprocessing
from sutja.nets.mlp import Mlp
from sutja.nets.named import make_net
from sutja.runs.inputs.pictures import choose_params
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.classify.fit import FittedClassifier, fit_classifier, predict_log_proba
from sutja.training.export.network import export
from sutja.training.stacked.fit import fit_stacked, predict_log_proba_stacked
from sutja.training.stacked.optimisers import Member, StackedConfig

FIGURE = "digits"
SEEDS = 5
STACK = 64  # networks
STACK_EPOCHS = 1.0
LOOPED = 3  # of them trained one by one, to compare
REJECTION_ERROR = 0.01  # of what is not rejected, as in the paper of 1989
PACKAGES = ("torch", "scikit-learn")

Rows = list[dict[str, Any]]


class Trial:
    """Settings of the measurement: part, number of seeds, limit of digits, with peers or without."""

    def __init__(self, part: str, seeds: int, limit: int | None, peers: bool) -> None:
        self.part, self.seeds, self.limit, self.peers = part, seeds, limit, peers
        self._read: dict[str, tuple[Labelled, Labelled]] = {}

    def parts(self, name: str) -> tuple[Labelled, Labelled]:
        """Training and evaluation data of a set, read once."""
        if name not in self._read:
            self._read[name] = self.read(name)
        return self._read[name]

    def read(self, name: str) -> tuple[Labelled, Labelled]:
        """The same, from the files."""
        train = load_labelled(name, "train")
        if self.part == "test":
            ask = load_labelled(name, "test")
        else:
            keys = train.groups.tolist() if train.groups is not None else range(len(train))
            held_out = np.array([is_validation(name, key) for key in keys])
            train, ask = train.take(np.flatnonzero(~held_out)), train.take(np.flatnonzero(held_out))
        return self._some(train), self._some(ask)

    def _some(self, data: Labelled) -> Labelled:
        return data if self.limit is None else data.take(range(min(self.limit, len(data))))


def compute_spread(values: Sequence[float], digits: int = 5) -> tuple[float, float]:
    """Mean and standard deviation (of a sample) of some runs."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return round(float(np.mean(values)), digits), round(deviation, digits)


def make_row(what: str, by: str, runs: Sequence[Mapping[str, float]], **more: Any) -> dict[str, Any]:
    """Runs with several seeds as one row."""
    row: dict[str, Any] = {"what": what, "by": by, "runs": len(runs)}
    for key in runs[0]:
        row[key], row[f"{key}_std"] = compute_spread([run[key] for run in runs])
    return row | more


def compute_rejected(
    log_probs: NDArray[np.float32], y: NDArray[np.int64], error: float = REJECTION_ERROR
) -> float:
    """The part to reject so that at most `error` of the rest is wrong, the threshold set on these cases."""
    confidence = np.exp(log_probs.max(1).astype(np.float64)).clip(0, 1)
    _, coverage, risk = risk_coverage(confidence, log_probs.argmax(1) == y)
    kept = coverage[risk <= error]
    return 1.0 - float(kept.max(initial=0.0))


def make_inputs(
    recipe: Recipe, data: Labelled, params: PixelsParams | None = None
) -> tuple[NDArray[np.float32], PixelsParams]:
    """Pictures as the recipe's network sees them."""
    params = params or choose_params(recipe.net, data)
    return batch_to_pixels(data.images, params), params


def fit(recipe: Recipe, X: NDArray[np.float32], data: Labelled, seed: int) -> tuple[FittedClassifier, float]:
    """The trained network, and the seconds from the call to it."""
    torch.manual_seed(seed)
    begun = time.perf_counter()
    shape = (X.shape[1], X.shape[2], X.shape[3])
    net = make_net(recipe.net, shape, len(data.classes), size=recipe.size)
    fitted = fit_classifier(net, X, data.labels, replace(recipe.config, seed=seed), log=lambda line: None)
    return fitted, time.perf_counter() - begun


def train_recipe(name: str, t: Trial) -> dict[str, Any]:
    """One of `RECIPES`, with every seed."""
    recipe = RECIPES[name]
    learn, ask = t.parts(recipe.data)
    X, params = make_inputs(recipe, learn)
    X_eval, _ = make_inputs(recipe, ask, params)
    runs = []
    for seed in range(t.seeds):
        fitted, seconds = fit(recipe, X, learn, seed)
        log_probs = predict_log_proba(fitted.net, X_eval)
        wrong = float((log_probs.argmax(1) != ask.labels).mean())
        run = {"error": wrong, "seconds": seconds, "rejected": compute_rejected(log_probs, ask.labels)}
        if recipe.views > 1:
            answers = predict_five_views(fitted, X_eval, log_probs).argmax(1)
            run["error_five_looks"] = float((answers != ask.labels).mean())
        print(f"{name}, seed {seed}: {run}", flush=True)
        runs.append(run)
    return make_row(
        name, "sutja", runs, goal=_to_finite(recipe.goal), n=len(ask), reached=has_reached(runs, recipe.goal)
    )


def predict_five_views(
    fitted: FittedClassifier, X: NDArray[np.float32], log_probs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The mean probabilities of each picture as it is, and moved by a pixel up, down, left and right."""
    total = np.exp(log_probs.astype(np.float64))
    for rows, columns in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        total += np.exp(predict_log_proba(fitted.net, np.roll(X, (rows, columns), (2, 3))))
    return total / 5


def warm_up() -> None:
    """A first step of each kind of network, which loads what the library loads when it is first used."""
    X, y = np.zeros((256, 1, 28, 28), np.float32), np.arange(256) % 10
    for name in ("784-16-16-10, quick", "MNIST, 99.0 %"):
        recipe = RECIPES[name]
        net = make_net(recipe.net, (1, 28, 28), 10, size=recipe.size)
        fit_classifier(net, X, y, replace(recipe.config, epochs=1), log=lambda line: None)


def has_reached(runs: Sequence[Mapping[str, float]], goal: tuple[float, float]) -> bool:
    """Return True if the means stay within the goal's error and seconds."""
    return bool(
        np.mean([run["error"] for run in runs]) <= goal[0]
        and np.mean([run["seconds"] for run in runs]) <= goal[1]
    )


def _to_finite(goal: tuple[float, float]) -> list[float | None]:
    return [part if np.isfinite(part) else None for part in goal]


def measure_perceptron(t: Trial) -> Rows:
    """784-16-16-10: as good as it gets, and as quick; the peers until they reach the same error."""
    quick = train_recipe("784-16-16-10, quick", t)
    rows = [train_recipe("784-16-16-10, best", t), quick]
    if not t.peers:
        return rows
    recipe = RECIPES["784-16-16-10, quick"]
    learn, ask = t.parts(recipe.data)
    X, params = make_inputs(recipe, learn, PixelsParams())  # 0 to 1, as peers are mostly fed
    X_eval, _ = make_inputs(recipe, ask, params)
    for make in (make_scikit_learn, make_plain_torch):
        runs, name = [], ""
        for seed in range(t.seeds):
            peer = make(X, learn.labels, seed)
            name = peer.name
            error, seconds, epochs = train_until(peer, X_eval, ask.labels, recipe.goal[0])
            runs.append({"error": error, "seconds": seconds, "epochs": float(epochs)})
        got = bool(max(run["error"] for run in runs) <= recipe.goal[0])
        row = make_row(quick["what"], name, runs, n=len(ask), reached=got)
        rows.append(row | {"times_slower": round(row["seconds"] / quick["seconds"], 2)})
    return rows


def measure_stack(t: Trial) -> Rows:
    """64 perceptrons of one shape together, in three ways; then one after another, and in the plain way."""
    recipe = RECIPES["784-16-16-10, quick"]
    learn, ask = t.parts(recipe.data)
    X, params = make_inputs(recipe, learn)
    X_eval, _ = make_inputs(recipe, ask, params)
    variants = {
        "each its own order": StackedConfig(epochs=STACK_EPOCHS),
        "one order for all": StackedConfig(epochs=STACK_EPOCHS, order_seed=0),
        "one order, bfloat16": StackedConfig(epochs=STACK_EPOCHS, order_seed=0, dtype="bfloat16"),
    }
    rows = []
    for variant, config in variants.items():
        runs = []
        for run in range(t.seeds):
            members = [Member(seed=STACK * run + k, lr=5e-3) for k in range(STACK)]
            begun = time.perf_counter()
            nets = fit_stacked(lambda: Mlp(X[0].size), X, learn.labels, members, config).nets
            seconds = (time.perf_counter() - begun) / STACK / STACK_EPOCHS
            wrong = (predict_log_proba_stacked(nets, X_eval).argmax(2) != ask.labels).mean()
            runs.append({"error": float(wrong), "seconds": seconds})
        rows.append(make_row(f"{STACK} networks, {variant}", "sutja", runs, n=len(ask), goal=[None, 0.06]))
    loops: dict[str, Callable[[int], float]] = {
        "sutja, one by one": lambda seed: _train_alone(X, learn, seed)
    }
    if t.peers:
        loops["plain PyTorch loop"] = lambda seed: _train_plain(X, learn, seed)
    for by, seconds_of in loops.items():
        rows.append(
            make_row(f"{STACK} networks", by, [{"seconds": seconds_of(seed)} for seed in range(LOOPED)])
        )
    return rows


def _train_alone(X: NDArray[np.float32], learn: Labelled, seed: int) -> float:
    """Seconds of one network's epoch by `fit_classifier`."""
    recipe = RECIPES["784-16-16-10, quick"]
    once = replace(recipe, config=replace(recipe.config, epochs=1, batch_size=128))
    return fit(once, X, learn, seed)[1]


def _train_plain(X: NDArray[np.float32], learn: Labelled, seed: int) -> float:
    """Seconds of one network's epoch in a plain loop with the stack's batches."""
    peer = make_plain_torch(X, learn.labels, seed, batch_size=128)
    begun = time.perf_counter()
    next(peer.epochs)
    return time.perf_counter() - begun


def measure_to_file(t: Trial) -> Rows:
    """MNIST to 99.0 %, from files on disk to a model file: reading, training and export are all counted."""
    name = "MNIST, 99.0 %"
    recipe, runs, n = RECIPES[name], [], 0
    for seed in range(t.seeds):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            learn, ask = t.read(recipe.data)
            X, params = make_inputs(recipe, learn)
            fitted, training = fit(recipe, X, learn, seed)
            card = Card(
                "classify", "mnist", (), Preprocessing("pixels", params.to_json()), classes=learn.classes
            )
            export(fitted.net, card, Path(folder) / "mnist.onnx", [X[:256]])
            seconds = time.perf_counter() - begun
        n, X_eval = len(ask), make_inputs(recipe, ask, params)[0]
        wrong = float((predict_log_proba(fitted.net, X_eval).argmax(1) != ask.labels).mean())
        runs.append({"error": wrong, "seconds": seconds, "training_seconds": training})
    what = f"{name}, from files to a model file"
    return [
        make_row(
            what, "sutja", runs, goal=_to_finite(recipe.goal), n=n, reached=has_reached(runs, recipe.goal)
        )
    ]


def measure_lecun1989(t: Trial) -> Rows:
    """The experiment of 1989, by its recipe."""
    recipe = load_recipe("lecun1989")
    passes = recipe.PASSES if t.limit is None else 1
    runs = recipe.repeat(t.part, t.seeds, passes)
    rows = recipe.make_rows(runs, len(recipe.load_parts(t.part)[1]))
    for row in rows:
        row["runs"] = row.pop("seeds")
        row["what"] = f"1989, {passes} passes, {row['what']}"
        row |= {"by": "sutja", "goal": [0.05, 2.0], "reached": row["error"] <= 0.05 and row["seconds"] <= 2.0}
    published = {"error": recipe.PUBLISHED["test_error"], "train_error": recipe.PUBLISHED["train_error"]}
    return [
        {"what": f"1989, {recipe.PASSES} passes", "by": "LeCun et al. 1989", "runs": 1, **published},
        *rows,
    ]


def load_recipe(name: str) -> ModuleType:
    """A script of recipes/, by its path."""
    folder = ROOT / "recipes"
    if str(folder) not in sys.path:
        sys.path.append(str(folder))  # at the end: it has scripts of the same names as benchmarks/
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROWS: Mapping[str, Callable[[Trial], Rows]] = MappingProxyType(
    {
        "perceptron": measure_perceptron,
        "stack": measure_stack,
        "99": measure_to_file,
        "99.5": lambda t: [train_recipe("MNIST, 99.5 %", t)],
        "full": lambda t: [train_recipe("MNIST, in full", t)],
        "lecun1989": measure_lecun1989,
        "postal": lambda t: [train_recipe("postal digits, best", t)],
    }
)


def format_rows(rows: Rows) -> str:
    """The rows as a table."""
    headers = ("what", "by", "runs", "error %", "seconds", "rejected % at 1 % error", "goal")
    return format_table(
        headers,
        [
            (
                row["what"],
                row["by"],
                row["runs"],
                _format_pair(row, "error", 100.0),
                _format_pair(row, "seconds", 1.0),
                _format_pair(row, "rejected", 100.0),
                _format_goal(row),
            )
            for row in rows
        ],
    )


def _format_pair(row: Mapping[str, Any], key: str, times: float) -> str:
    if key not in row:
        return "–"
    deviation = f" ± {times * row[f'{key}_std']:.2f}" if f"{key}_std" in row else ""
    return f"{times * row[key]:.2f}{deviation}"


def _format_goal(row: Mapping[str, Any]) -> str:
    error, seconds = row.get("goal", (None, None))
    parts = [f"{100 * error:g} %"] if error is not None else []
    parts += [f"{seconds:g} s"] if seconds is not None else []
    verdict = {True: ": reached", False: ": not reached", None: ""}[row.get("reached")]
    return " in ".join(parts) + verdict or "–"


def load_others(path: Path, chosen: Sequence[str]) -> Rows:
    """Load the stored rows that were not measured now; each has its own date."""
    if not path.is_file():
        return []
    kept: Rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [row for row in kept if row["row"] not in chosen]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, model=False)
    parser.add_argument("--row", action="append", choices=list(ROWS), help="one row, again for more")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"runs of each row (default: {SEEDS})")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 leaves its choice")
    args: argparse.Namespace = parser.parse_args(argv)
    load = warn_if_busy()
    if args.threads:
        torch.set_num_threads(args.threads)
    t = Trial(args.part, args.seeds, args.limit, not args.no_peers)
    warm_up()
    chosen, rows = args.row or list(ROWS), []
    for name in chosen:
        rows += [{"row": name, "date": format_now(), **row} for row in ROWS[name](t)]
    few = args.limit or (args.seeds if args.seeds < SEEDS else None)
    path = make_result_path(FIGURE, args.part, few)
    content = {
        "part": args.part,
        "seeds": args.seeds,
        "load_before": load,
        "threads": torch.get_num_threads(),
        "rows": [*load_others(path, chosen), *rows],
    }
    save_result(path, FIGURE, content, PACKAGES)
    print(format_rows(rows))
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
