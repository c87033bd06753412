"""The exact way to teach the bundled classifier of lone digits what is none.

    export SUTJA_FONTS=FOLDER                       # of recipes/fonts.sh
    python recipes/digits_none.py runs/digits/model.onnx --out runs/digits/none.onnx
    python recipes/digits_none.py runs/digits/model.onnx --out runs/digits/none.onnx --bundle

The network of `recipes/digits.py` stays as it is, and so do its answers among the digits. Behind its last
maps stands a small network with one output more, learnt from letters, signs, scribbles, several digits and
textures (`_no_digits`) beside digits of MNIST, exams, pens and print. The card then says that a character is
found, scaled and centred as MNIST's are. Temperature and threshold come from validation writers and fonts;
the test parts are looked at once, for the card.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import torch
from _no_digits import draw_no_digits, draw_printed_digits
from digits import SIDE
from digits import load as load_parts
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

import sutja
from sutja.confidence import RiskTable, fit_temperature, scale
from sutja.data.sets.catalogue import ENTRIES
from sutja.metrics import clopper_pearson
from sutja.model_file import Card, ModelFile, Preprocessing, RiskCounts, TrainingSet, read_model, write_model
from sutja.reading import Classifier
from sutja.runtime import Session
from sutja.signals.preprocessing.ink_centring import InkPlace, centre_ink
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.synthesis.fonts import Face, load_faces

Pictures = NDArray[np.uint8]
load = cache(load_parts)

PLACE = InkPlace(SIDE, SIDE, 20)  # as MNIST's digits lie
SETS = ("mnist", "exam-digits", "pen-digits")
DIGITS, NONE = 10, 10  # number of digits, and the class behind them
MOST = {"train": 1_500, "validation": 1_500, "test": 1_500}  # digits of each set
PRINTED = {"train": 900, "validation": 150, "test": 150}
NO_DIGITS = {"train": 3_000, "validation": 600, "test": 300}
SEEDS = {"train": 1, "validation": 2, "test": 3}
FONT_PARTS = {7: "validation", 8: "test"}  # one in 9 of the fonts each; the others teach
PAPER = (140, 255)  # how bright
LEAST_INK = 60  # levels that the darkest ink lies below the paper
LARGEST, SMALLEST = 4.0, 0.8  # times MNIST's size, of digits that are found and centred again
HIDDEN = 64
EPOCHS, BATCH, LR, WEIGHT_DECAY = 12, 256, 2e-3, 0.02
# Chosen on fonts and writers of the validation part: of 1,000 pictures of no digit 1 is accepted, and 92 % of
# MNIST's digits, of which 4 in 10,000 are wrong.
THRESHOLD = 0.9
FEATURES, LOGITS = "/net/net/Flatten_output_0", "/net/net/head/Gemm_output_0"


@dataclass(frozen=True, slots=True)
class Pool:
    """Centred pictures, uint8 (n, H, W), and their classes, int64 (n,), of which `NONE` is the last."""

    images: Pictures
    labels: NDArray[np.int64]


def put_on_paper(images: Pictures, seed: int) -> Pictures:
    """Digits drawn larger or smaller, dark on light, each on its own paper, then found and centred."""
    rng = np.random.default_rng(seed)
    made = []
    for image in images:
        size = rng.uniform(SMALLEST, LARGEST) * rng.uniform(0.9, 1.1, 2) * SIDE
        shape = (round(size[0]), round(size[1]))
        large = np.asarray(cv2.resize(image, shape, interpolation=cv2.INTER_CUBIC), np.float64)
        paper = rng.uniform(*PAPER)
        ink = rng.uniform(LEAST_INK, paper)  # levels below the paper
        drawn = paper - ink * (large / 255) + rng.normal(0, rng.uniform(0, 3), large.shape)
        made.append(centre_ink(np.rint(drawn.clip(0, 255)).astype(np.uint8), PLACE))
    return np.stack(made)


def choose_faces(part: str) -> list[Face]:
    """The fonts of a part."""
    faces = [face for sort in load_faces() for face in sort]
    return [face for place, face in enumerate(faces) if FONT_PARTS.get(place % 9, "train") == part]


def make_pool(part: str, limit: int | None = None) -> Pool:
    """Pictures of a part: digits as they come and on paper, printed digits, and what is no digit."""
    seed, share = SEEDS[part], 1.0 if limit is None else limit / MOST["train"]
    images, labels = [], []
    for name in SETS:
        data = getattr(load(name), part)
        data = data.take(range(min(MOST[part], limit or MOST[part], len(data))))
        centred = np.stack([centre_ink(image, PLACE) for image in data.images])
        images += [centred, put_on_paper(centred, seed)]
        labels += [data.labels, data.labels]
    faces = choose_faces(part) or choose_faces("train")
    printed, what = draw_printed_digits(max(20, round(share * PRINTED[part])), faces, PLACE, seed)
    none = draw_no_digits(max(60, round(share * NO_DIGITS[part])), faces, images[0], PLACE, seed)
    images += [printed, none]
    labels += [what, np.full(len(none), NONE, np.int64)]
    return Pool(np.concatenate(images), np.concatenate(labels))


def compute_features(model: ModelFile, images: Pictures) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Last maps (n, F) and logits (n, 10) of the network."""
    proto = onnx.load_from_string(model.data)
    for name in (FEATURES, LOGITS):
        proto.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    import onnxruntime

    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    pixels = batch_to_pixels(images, PixelsParams(**model.card.preprocessing.params))
    parts = [
        session.run([FEATURES, LOGITS], {"image": pixels[i : i + 512]}) for i in range(0, len(pixels), 512)
    ]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def learn_none(features: NDArray[np.float32], logits: NDArray[np.float32], pool: Pool) -> nn.Sequential:
    """Learn the logit of "none" beside the fixed logits of the digits, by cross entropy over all eleven."""
    torch.manual_seed(0)
    head = nn.Sequential(
        nn.Linear(features.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(0.2), nn.Linear(HIDDEN, 1)
    )
    X, fixed, y = (torch.from_numpy(array) for array in (features, logits, pool.labels))
    optimiser = torch.optim.AdamW(head.parameters(), LR, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(y) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LR, total_steps=steps)
    for epoch in range(EPOCHS):
        whole = 0.0
        for chosen in torch.split(torch.randperm(len(y)), BATCH):
            loss = nn.functional.cross_entropy(join(fixed[chosen], head(X[chosen])), y[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            whole += float(loss.detach()) * len(chosen)
        print(f"epoch {epoch + 1}/{EPOCHS}: loss {whole / len(y):.4f}", flush=True)
    return head.eval()


def join(digits: Tensor, none: Tensor) -> Tensor:
    """Logits of all eleven classes."""
    return torch.cat([digits, none], 1)


def add_output(data: bytes, head: nn.Sequential) -> ModelProto:
    """Put the output for "none" into the network's graph."""
    proto = onnx.load_from_string(data)
    last = proto.graph.node.pop()
    assert last.op_type == "LogSoftmax"
    first, second = head[0], head[3]
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    for name, tensor in (("none.0", first), ("none.1", second)):
        for kind, values in (("weight", tensor.weight), ("bias", tensor.bias)):
            proto.graph.initializer.append(numpy_helper.from_array(values.detach().numpy(), f"{name}.{kind}"))
    proto.graph.node.extend(
        [
            helper.make_node("Gemm", [FEATURES, "none.0.weight", "none.0.bias"], ["none_hidden"], transB=1),
            helper.make_node("Relu", ["none_hidden"], ["none_ink"]),
            helper.make_node("Gemm", ["none_ink", "none.1.weight", "none.1.bias"], ["none_logit"], transB=1),
            helper.make_node("Concat", [LOGITS, "none_logit"], ["all_logits"], axis=1),
            helper.make_node("LogSoftmax", ["all_logits"], ["log_probs"], axis=1),
        ]
    )
    proto.graph.output[0].type.tensor_type.shape.dim[1].dim_value = DIGITS + 1
    return proto


def calibrate(card: Card, outputs: NDArray[np.float32], pool: Pool) -> Card:
    """Card with the temperature, the threshold, and the counts of digits from there on."""
    scaling = fit_temperature(outputs, pool.labels)
    logs, digits = scale(outputs, scaling)[:, :DIGITS], pool.labels != NONE
    counts = RiskTable.measure(np.exp(logs.max(1))[digits], (logs.argmax(1) == pool.labels)[digits]).counts
    kept = tuple(point for point in counts.points if point[0] >= THRESHOLD)
    return replace(card, scaling=scaling, thresholds=RiskCounts(counts.cases, kept), threshold=THRESHOLD)


def measure(model: ModelFile) -> list[dict[str, Any]]:
    """Figures of each set as it comes, by the model file itself."""
    classifier, rows = Classifier(model), []
    for part in ("validation", "test"):
        for name in SETS:
            data = getattr(load(name), part)
            wrong = classifier.predict_with_confidence(data.images)[0] != data.labels
            low, high = clopper_pearson(int(wrong.sum()), len(wrong))
            rows.append(
                {"set": name, "part": part, "n": len(wrong), "error": round(float(wrong.mean()), 6)}
                | {"error_95": [round(low, 6), round(high, 6)]}
            )
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, learn, calibrate, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="model of recipes/digits.py")
    parser.add_argument("--out", type=Path, required=True, help="model to write")
    parser.add_argument("--limit", type=int, help="digits a set and a part, for a try")
    parser.add_argument("--bundle", action="store_true", help="copy the model into the package")
    args = parser.parse_args(argv)
    model = read_model(args.model)
    pools = {part: make_pool(part, args.limit) for part in ("train", "validation")}
    print({part: len(pool.labels) for part, pool in pools.items()}, flush=True)
    head = learn_none(*compute_features(model, pools["train"].images), pools["train"])
    params = PixelsParams(**model.card.preprocessing.params)
    known = {entry.name for entry in model.card.training_data}
    used = tuple(
        TrainingSet(name, min(MOST["train"], len(part)), ENTRIES[name].terms, part.checksum())
        for name, part in ((name, load(name).train) for name in SETS if name not in known)
    )
    card = replace(model.card, none_output=True, training_data=(*model.card.training_data, *used), results=())
    proto = add_output(model.data, head)
    session = Session(ModelFile(card, proto.SerializeToString(), str(args.out)))
    pixels = batch_to_pixels(pools["validation"].images, params)
    outputs = np.concatenate([session.run(pixels[i : i + 512]) for i in range(0, len(pixels), 512)])
    found = replace(params, ink=PLACE.side, centre=PLACE.centre)
    card = replace(
        calibrate(card, outputs, pools["validation"]), preprocessing=Preprocessing("pixels", found.to_json())
    )
    write_model(args.out, proto, card)
    card = replace(card, results=tuple(measure(read_model(args.out))))
    write_model(args.out, proto, card)
    print(f"threshold {card.threshold:.4f}", *card.results, sep="\n", flush=True)
    if args.bundle:
        target = Path(sutja.__file__).parent / "weights" / "digits.onnx"
        shutil.copyfile(args.out, target)
        print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
