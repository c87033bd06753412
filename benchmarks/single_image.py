"""Cost of one picture from Python: 784-16-16-10 and LeNet-5, beside onnxruntime and PyTorch as they come.

All ways take turns, picture after picture, on one processor and one thread. They answer three questions: the
network alone (a float picture is there, log probabilities are wanted: session.run, BoundRun, inference_mode),
a class (a picture of bytes is there, the likeliest class is wanted: by hand), and an answer (the class, a
confidence, other classes, accepted or not: classify).

    python benchmarks/single_image.py [--rounds 30]
"""

from __future__ import annotations

import os

# Before the libraries that read them are loaded:
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _classifiers import load_hold_out, train
from _machine import DRAFTS, format_path, format_table, make_result_path, save_result, warn_if_busy
from _sutja_models import make_parser
from numpy.typing import NDArray
from speed import pin_process

from sutja.model_file import ModelFile, read_model
from sutja.reading import Classifier
from sutja.runtime import BoundRun, Session

FIGURE = "single_image"
NETS = ("mlp", "lenet5")
ROUNDS = 30  # with fewer the figure is a try
CALLS = 1_000  # a round
PICTURES = 250

Ask = Callable[[int], Any]


def make_network_calls(file: ModelFile, classifier: Classifier, X: NDArray[np.float32]) -> dict[str, Ask]:
    """Ways from a float picture to log probabilities, by the number of the picture."""
    bare = _make_bare_session(file)
    bound = BoundRun(Session(file), X[:1].shape, (1, len(classifier.classes)))
    singles = [X[i : i + 1] for i in range(len(X))]
    names = (bare.get_inputs()[0].name, bare.get_outputs()[0].name)

    def bound_run(i: int) -> NDArray[np.float32]:
        np.copyto(bound.input, singles[i])
        bound.run()
        return bound.output

    return {
        "onnxruntime, session.run": lambda i: bare.run([names[1]], {names[0]: singles[i]})[0],
        "sutja, BoundRun": bound_run,
    }


def make_torch_calls(net: Any, X: NDArray[np.float32]) -> dict[str, Ask]:
    """The network alone in PyTorch, as it comes and without its gradients."""
    import torch

    torch.set_num_threads(1)
    singles = list(torch.split(torch.from_numpy(X), 1))

    def run(i: int) -> Any:
        with torch.inference_mode():
            return net(singles[i])

    return {"PyTorch, inference_mode": run}


def make_byte_calls(
    file: ModelFile, classifier: Classifier, images: NDArray[np.uint8]
) -> tuple[dict[str, Ask], dict[str, Ask]]:
    """Ways from a picture of bytes to a class, and to an answer."""
    bare, params = _make_bare_session(file), classifier.params
    singles, classes = list(images), classifier.classes
    scale, shift = np.float32(1 / (255 * params.std)), np.float32(params.mean / params.std)

    def by_hand(i: int) -> str:
        picture = (singles[i] * scale - shift)[None, None]
        return classes[int(bare.run(None, {"image": picture})[0].argmax())]

    return (
        {"onnxruntime, by hand": by_hand},
        {"sutja, Classifier.classify": lambda i: classifier.classify(singles[i])},
    )


def _make_bare_session(file: ModelFile) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file.data, options, providers=["CPUExecutionProvider"])


def take_turns(variants: dict[str, Ask], pictures: int, rounds: int, calls: int = CALLS) -> dict[str, Any]:
    """Microseconds a call of each way: the median round, the quickest, and the slowest."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(rounds + 1):
        for name, ask in variants.items():
            began = time.perf_counter()
            for i in range(calls):
                ask(i % pictures)
            if turn:  # the first round warms up
                seconds[name].append((time.perf_counter() - began) / calls)
    return {
        name: {
            "median_us": round(1e6 * statistics.median(times), 3),
            "least_us": round(1e6 * min(times), 3),
            "most_us": round(1e6 * max(times), 3),
        }
        for name, times in seconds.items()
    }


def measure(path: Path, images: NDArray[np.uint8], rounds: int, calls: int = CALLS) -> dict[str, Any]:
    """All ways with one model, after a look that they give the same classes."""
    from sutja.signals.preprocessing.pixels_input import batch_to_pixels

    file = read_model(path)
    classifier = Classifier(file)
    X = batch_to_pixels(images, classifier.params)
    by_hand, answers = make_byte_calls(file, classifier, images)
    alone = make_network_calls(file, classifier, X)
    variants = alone | _make_torch_calls(file, X) | by_hand | answers
    check_agreement(variants, classifier, len(images))
    sure = [classifier.classify(image).alternatives == () for image in images]
    return {
        "name": file.card.name,
        "parameters": _count_parameters(file),
        "pictures": len(images),
        "without_alternatives": sum(sure),
        "ways": take_turns(variants, len(images), rounds, calls),
    }


def _make_torch_calls(file: ModelFile, X: NDArray[np.float32]) -> dict[str, Ask]:
    """PyTorch's own way, for the networks that are made here: speed does not depend on the weights."""
    from sutja.nets.named import NETS as KNOWN
    from sutja.nets.named import make_net

    if file.card.name not in KNOWN:
        return {}
    return make_torch_calls(make_net(file.card.name, X.shape[1:], len(file.card.classes)).eval(), X)


def _count_parameters(file: ModelFile) -> int:
    import onnx
    from _macs import count_parameters

    return count_parameters(onnx.load_model_from_string(file.data))


def check_agreement(variants: dict[str, Ask], classifier: Classifier, pictures: int) -> None:
    """Stop where the ways that use the model's weights do not agree: then they are no contestants."""
    for i in range(pictures):
        wanted = variants["sutja, Classifier.classify"](i).label
        logs = [variants[name](i) for name in ("onnxruntime, session.run", "sutja, BoundRun")]
        found = {
            variants["onnxruntime, by hand"](i),
            *(classifier.classes[int(np.argmax(log))] for log in logs),
        }
        if found != {wanted}:
            raise SystemExit(f"error: picture {i} is {wanted} to one way and {sorted(found)} to others")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, part=False, peers=False)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns of each way (default: {ROUNDS})")
    args = parser.parse_args(argv)
    load, processor = warn_if_busy(), pin_process()
    images = load_hold_out("validation").images[:PICTURES]
    paths = [Path(name) for name in args.model or []] or [
        train(net, DRAFTS / f"{net}.onnx", limit=args.limit) for net in NETS
    ]
    found = [measure(path, images, args.rounds) for path in paths]
    tried = args.limit if args.rounds >= ROUNDS else (args.limit or args.rounds)
    path = make_result_path(FIGURE, limit=tried)
    content = {"rounds": args.rounds, "calls": CALLS, "load": load, "processor": processor, "rows": found}
    save_result(path, FIGURE, content, ("torch",))
    rows = [
        (row["name"], variant, f"{us['median_us']:.2f}", f"{us['least_us']:.2f}", f"{us['most_us']:.2f}")
        for row in found
        for variant, us in row["ways"].items()
    ]
    print(format_table(("network", "way", "µs a picture", "least", "most"), rows))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
