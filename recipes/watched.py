"""The exact way to train the small networks, the tree and the vectors that `sutja serve` shows at work.

    python recipes/watched.py --out runs/watched            # MNIST alone: open terms
    python recipes/watched.py --out runs/watched --bundle   # also put them into src/sutja

Three networks with a place in history, as model files: 784-16-16-10, the zip-code network of 1989, and
LeNet-5 of 1998. A decision tree and a support-vector machine, small enough to be sent to a browser, as JSON.
All learn from the training part without its validation writers; every figure on a card is measured on the
test part, once.
"""

from __future__ import annotations

import argparse
import base64
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import sutja
from sutja.baselines import BASELINES
from sutja.data.labelled.load import AnyLabelled
from sutja.metrics import clopper_pearson
from sutja.runs.classify import RECIPES, Plan, load_parts, train
from sutja.runs.folder import RunFolder
from sutja.runs.parts import Parts, drop_line

NETS = {"mlp": "light", "lecun1989": "light", "lenet5": "light"}  # the network, and how its data vary
LEAVES = 250  # of the tree: a path of it can be read
PICTURES = 700  # that the support-vector machine learns from: its vectors are sent to a browser
PACKAGE = Path(sutja.__file__).parent


def train_network(name: str, parts: Parts[AnyLabelled], out: Path, epochs: int | None) -> Path:
    """Train a network, and return its model file."""
    config = replace(RECIPES[name], augment=NETS[name])
    config = config if epochs is None else replace(config, epochs=epochs)
    folder = RunFolder.open(out / name, shlex.join(["python", *sys.argv]), resume=True)
    return Path(train(parts, Plan(name, config=config, name=name), folder, resume=True).model.source)


def flatten(data: AnyLabelled) -> NDArray[np.float32]:
    """Pixels (n, 784) from 0 to 1."""
    return (data.images[:].reshape(len(data), -1) / 255).astype(np.float32)


def measure(pipeline: Pipeline, test: AnyLabelled) -> dict[str, Any]:
    """Share of wrong answers on the test part, with its interval."""
    wrong = int((pipeline.predict(flatten(test)) != test.labels).sum())
    low, high = clopper_pearson(wrong, len(test))
    return {"n": len(test), "error": round(wrong / len(test), 5), "error_95": [round(low, 5), round(high, 5)]}


def fit_tree(parts: Parts[AnyLabelled]) -> dict[str, Any]:
    """Fit the decision tree: for each node its pixel, threshold and children, and its shares of the classes.

    A leaf has no children; a value up to the threshold goes left.
    """
    pipeline = BASELINES["decision-tree"].make().set_params(model__max_leaf_nodes=LEAVES)
    pipeline.fit(flatten(parts.train), parts.train.labels)
    model: DecisionTreeClassifier = pipeline[-1]
    tree = model.tree_
    shares = tree.value[:, 0] / tree.value[:, 0].sum(axis=1, keepdims=True)
    return {
        "feature": tree.feature.tolist(),
        "threshold": np.floor(tree.threshold * 255 + 1e-3).astype(int).tolist(),
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "share": np.rint(shares * 1000).astype(int).tolist(),
        "result": measure(pipeline, parts.test),
    }


def fit_vectors(parts: Parts[AnyLabelled]) -> dict[str, Any]:
    """Fit the support-vector machine on a few pictures: its vectors, and how much each counts.

    It compares pixels alone, without the projection of the baseline, so that a vector is a picture.
    """
    rng = np.random.default_rng(0)
    part = parts.train.take(rng.choice(len(parts.train), PICTURES, replace=False))
    machine: SVC = BASELINES["svm-rbf"].make()[-1].estimator
    X = flatten(part)
    gamma = 1 / (X.shape[1] * float(X.var()))  # what scikit-learn takes as "scale"
    pipeline = Pipeline([("model", machine.set_params(gamma=gamma))]).fit(X, part.labels)
    pixels = np.rint(machine.support_vectors_ * 15).astype(np.uint8)  # 4 bits are enough to see and compare
    packed = pixels[:, ::2] << 4 | pixels[:, 1::2]
    return {
        "gamma": gamma,
        "count": machine.n_support_.tolist(),
        "pixels": base64.b64encode(packed.tobytes()).decode(),
        "weight": np.round(machine.dual_coef_, 3).tolist(),
        "bias": np.round(machine.intercept_, 4).tolist(),
        "result": {**measure(pipeline, parts.test), "pictures": PICTURES},
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Train what is not trained yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", default="mnist", help="labelled data")
    parser.add_argument("--epochs", type=int, help="of each network, for a try")
    parser.add_argument("--bundle", action="store_true", help="copy all into the package")
    args = parser.parse_args(argv)
    parts = load_parts(args.data, print)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, fit in (("tree", fit_tree), ("vectors", fit_vectors)):
        fitted = fit(parts)
        print(name, fitted["result"])
        (args.out / f"{name}.json").write_text(json.dumps(fitted, separators=(",", ":")))
    for name in NETS:
        small = load_parts(args.data, drop_line, resize=(16, 16)) if name == "lecun1989" else parts
        print(train_network(name, small, args.out, args.epochs))
    if args.bundle:
        for name in NETS:
            shutil.copyfile(args.out / name / "model.onnx", PACKAGE / "weights" / f"{name}.onnx")
        for name in ("tree", "vectors"):
            shutil.copyfile(args.out / f"{name}.json", PACKAGE / "serve" / "static" / "data" / f"{name}.json")


if __name__ == "__main__":
    main()
