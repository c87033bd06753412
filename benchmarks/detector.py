"""A detector's frame of 320 px on one thread: from the picture to the boxes, and stage by stage.

Each model file looks at real pictures, as large as `--side` on their longer side: those of blood cells for a
model in colour, cheques for a grey one. Networks of each size without training show what the network alone
costs, in floats and in 8-bit integers. Models take turns, round by round; the first round does
not count. Where other work runs, the processor's time is nearer to the truth than the clock's.

    python benchmarks/detector.py                              # the bundled detector of number fields
    python benchmarks/detector.py --model RUN/model.onnx       # others
"""

from __future__ import annotations

import os

# Before the libraries that read them are loaded:
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from _machine import format_path, format_table, make_result_path, save_result, warn_if_busy
from _macs import count_macs
from numpy.typing import NDArray

from sutja.boxes.decode import decode
from sutja.boxes.nms import merge_detections
from sutja.data.boxes.load import load_boxed
from sutja.detection import Detector
from sutja.model_file import Card, ModelFile, Preprocessing, read_model
from sutja.model_file.bundled import bundled_path
from sutja.nets.detector import SIZES, DetectorConfig
from sutja.nets.detector import Detector as Network
from sutja.runtime import Session
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture, to_frame
from sutja.training.detect.quantise import KEEP
from sutja.training.export.network import export
from sutja.training.export.quantise import quantise, widen_weights

FIGURE = "detector"
SIDE = 320  # pixels
ROUNDS, PICTURES = 60, 12
STAGES = ("frame", "network", "decode", "merge")
PACKAGES = ("torch",)

Picture = NDArray[np.uint8]


class Timed:
    """Milliseconds of something, run by run: on the clock, and of the processor."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.cpu_ms: list[float] = []

    def __call__(self, function: Callable[[], Any]) -> Any:
        """Run it and keep the times."""
        began, began_cpu = time.perf_counter(), time.process_time()
        answer = function()
        self.ms.append(1e3 * (time.perf_counter() - began))
        self.cpu_ms.append(1e3 * (time.process_time() - began_cpu))
        return answer

    def row(self) -> dict[str, float]:
        """The least, the median and the 95th hundredth, the first run left out; the processor's median."""
        least, median, most = np.quantile(self.ms[1:], [0.0, 0.5, 0.95])
        cpu = float(np.median(self.cpu_ms[1:]))
        times = {"least": least, "median": median, "p95": most, "cpu_median": cpu}
        return {name: round(float(value), 2) for name, value in times.items()}


class TimedDetector:
    """A model, the frames it looks at, and how long everything took."""

    def __init__(self, name: str, file: ModelFile, pictures: Sequence[Picture]) -> None:
        self.name, self.file, self.pictures = name, file, pictures
        self.detector = Detector(file)
        self.session = Session(file)
        self.whole, self.stages = Timed(), {stage: Timed() for stage in STAGES}
        self.boxes: list[int] = []

    def turn(self, number: int) -> None:
        """One picture, once as a person would, once stage by stage."""
        pixels = self.pictures[number % len(self.pictures)]
        found = self.whole(lambda: self.detector.detect_arrays([pixels]))
        self.boxes.append(len(found[0]))
        params, least = self.detector.params, max(0.01, self.detector.threshold / 2)
        frame = self.stages["frame"](lambda: to_frame(pixels, params))
        raw = self.stages["network"](lambda: self.session.run(frame))[0]
        cells = self.stages["decode"](
            lambda: decode(raw, frame.shape[2], frame.shape[3], params.strides, least)
        )
        self.stages["merge"](lambda: merge_detections(cells, params.overlap, params.across))

    def row(self) -> dict[str, Any]:
        """Everything about it."""
        import onnx

        shape = to_frame(self.pictures[0], self.detector.params).shape
        model = widen_weights(onnx.load_model_from_string(self.file.data))
        return {
            "model": self.name,
            "frame": list(shape[1:]),
            "bytes": len(self.file.data),
            "macs": _count_macs(model, shape),
            "boxes": round(float(np.mean(self.boxes)), 1),
            "whole_ms": self.whole.row(),
            "stages_ms": {name: t.row() for name, t in self.stages.items()},
        }


def _count_macs(model: Any, shape: tuple[int, ...]) -> int | None:
    """Multiplications of the convolutions; None where there are none to count."""
    convolves = any(node.op_type == "Conv" for node in model.graph.node)
    return round(count_macs(model, shape)) if convolves else None


def make_pictures(channels: int, side: int) -> list[Picture]:
    """Real pictures from the training part, of this longer side."""
    data = load_boxed("bccd" if channels == 3 else "cheques")["train"]
    params = FrameParams(channels=channels, longest=side)
    found = [one.pixels for one in data.pictures[:PICTURES]]
    return [resize_picture(pixels, params.compute_size(*pixels.shape[:2])) for pixels in found]


def make_untrained(size: str, channels: int, folder: Path) -> dict[str, ModelFile]:
    """A network of a size that has learnt nothing, in floats and in integers."""
    import onnx

    torch.manual_seed(0)
    net = Network(DetectorConfig(2, size, channels))
    params = FrameParams(channels=channels)
    card = Card("detect", size, (), Preprocessing("frame", params.to_json()), classes=("a", "b"))
    noise = np.random.default_rng(0).standard_normal((4, channels, 128, 128), np.float32)
    floats = export(net, card, folder / f"{size}{channels}.onnx", [noise])
    proto = quantise(widen_weights(onnx.load_model_from_string(floats.data)), [noise], KEEP)
    return {"floats": floats, "8 bits": ModelFile(card, proto.SerializeToString(), f"{size} in 8 bits")}


def make_detectors(models: Sequence[str], side: int, folder: Path) -> list[TimedDetector]:
    """The model files, and the untrained networks on square frames of noise."""
    found = []
    for name in models:
        path = bundled_path(name) if bundled_path(name).is_file() else Path(name)
        file = read_model(path)
        channels = FrameParams.from_json(file.card.preprocessing.params).channels
        found.append(TimedDetector(format_path(path.resolve()), file, make_pictures(channels, side)))
    rng = np.random.default_rng(0)
    for size in SIZES:
        for channels in (1, 3):
            shape = (side, side) if channels == 1 else (side, side, 3)
            noise = [rng.integers(0, 256, shape, np.uint8)]
            for form, file in make_untrained(size, channels, folder).items():
                found.append(
                    TimedDetector(f"untrained {size}, {channels} × {side} × {side}, {form}", file, noise)
                )
    return found


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The times as text."""
    cells = [
        (
            row["model"],
            "–" if row["macs"] is None else f"{row['macs'] / 1e6:.0f}",
            f"{row['boxes']:.0f}",
            *(f"{row['whole_ms'][name]:.2f}" for name in ("least", "median", "p95", "cpu_median")),
            *(f"{row['stages_ms'][stage]['cpu_median']:.2f}" for stage in STAGES),
        )
        for row in rows
    ]
    headers = ("model", "M MACs", "boxes", "ms least", "median", "95 %", "of the processor", *STAGES)
    return format_table(headers, cells)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", action="append", help="file or bundled name; may be given again")
    parser.add_argument("--side", type=int, default=SIDE, help=f"longer side in pixels (default: {SIDE})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}; fewer are a try")
    args = parser.parse_args(argv)
    load = warn_if_busy()
    cv2.setNumThreads(1)
    models = args.model or (["pages"] if bundled_path("pages").is_file() else [])
    with tempfile.TemporaryDirectory() as folder:
        every = make_detectors(models, args.side, Path(folder))
        for number in range(args.rounds + 1):
            for contestant in every:
                contestant.turn(number)
        rows = [contestant.row() for contestant in every]
    path = make_result_path(FIGURE, limit=None if args.rounds >= ROUNDS else args.rounds)
    content = {"side": args.side, "threads": 1, "rounds": args.rounds, "load": load, "rows": rows}
    save_result(path, FIGURE, content, PACKAGES)
    print(format_rows(rows), f"\nin {format_path(path)}", sep="\n")


if __name__ == "__main__":
    main()
