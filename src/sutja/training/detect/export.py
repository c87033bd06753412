"""From a trained detector to a model file, checked against the network it came from.

Letters: B batch, C channels, H, W rows and columns, K classes, A cells.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import nn

from sutja.boxes.decode import MAX_LOG_DISTANCE
from sutja.model_file import Card, ModelFile, read_model, write_model
from sutja.nets.detector import Detector
from sutja.runtime import Session
from sutja.training.export import OPSET, ParityError, fold_batch_norms, store_as_float16

# Between the stored weights in torch and in ONNX, of logarithms of distances and of logits.
TOLERANCE = 5e-3
ROUNDING = 0.25  # between the trained weights and those stored in float16
LEAST_LOGIT = -7.0  # a score of one in a thousand; what is below is compared as this
_LEAST_ELEMENTS = 256

FrameArray = Float[NDArray[np.float32], "_ _ _ _"]  # (B, C, H, W), each of its own size


def ready(net: Detector) -> nn.Module:
    """What is stored: norms folded into convolutions, large weights rounded to float16."""
    stored = fold_batch_norms(net)
    with torch.no_grad():
        for parameter in stored.parameters():
            if parameter.numel() >= _LEAST_ELEMENTS:
                parameter.copy_(parameter.half().float())
    return stored.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def detector_to_onnx(net: nn.Module, channels: int) -> onnx.ModelProto:
    """The network as an ONNX model from "image" (B, C, H, W) to "predictions" (B, 4 + K, A)."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            net,
            (torch.zeros(1, channels, 64, 96),),
            path,
            input_names=["image"],
            output_names=["predictions"],
            dynamic_axes={"image": {0: "B", 2: "H", 3: "W"}, "predictions": {0: "B", 2: "A"}},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    model.producer_name = "sutja"
    return model


def export_detector(net: Detector, card: Card, path: Path, frames: Sequence[FrameArray]) -> ModelFile:
    """Write a model file, and prove that it answers as the network does.

    Parameters
    ----------
    net : Detector
        The trained network.
    card : Card
        What goes with it.
    path : Path
        Where the file goes; what is there is replaced at one stroke, or not at all.
    frames : Sequence[FrameArray]
        (B, C, H, W) to compare on, as `sutja.signals.frame_input.to_frame` makes them; of several sizes.

    Raises
    ------
    ParityError
        The file's answer differs from the stored network's by more than `TOLERANCE`, or that one's from the
        trained network's by more than `ROUNDING`. Nothing is written then.
    """
    if not frames:
        raise ParityError("there is no picture to compare on")
    net = copy.deepcopy(net).cpu().eval()
    stored = ready(net)
    model = detector_to_onnx(stored, net.config.channels)
    store_as_float16(model)
    onnx.checker.check_model(model)
    data = bytes(model.SerializeToString())
    session = Session(ModelFile(card, data, str(path)))
    for frame in frames:
        image = torch.from_numpy(frame)
        with torch.no_grad():
            trained, kept = net(image).numpy(), stored(image).numpy()
        check_predictions(kept, session.run(frame), TOLERANCE)
        check_predictions(trained, kept, ROUNDING)
    write_model(path, data, card)
    return read_model(path)


def check_predictions(wanted: NDArray[np.float32], found: NDArray[np.float32], tolerance: float) -> None:
    """Raise `ParityError` unless two answers (B, 4 + K, A) agree in shape and within `tolerance`.

    Edges are compared where a class has a score worth looking at; elsewhere nobody will.
    """
    if wanted.shape != found.shape:
        raise ParityError(f"the exported model answers {found.shape}, the network {wanted.shape}")
    gap = np.abs(np.maximum(wanted[:, 4:], LEAST_LOGIT) - np.maximum(found[:, 4:], LEAST_LOGIT))
    seen = wanted[:, 4:].max(axis=1, keepdims=True) >= LEAST_LOGIT
    edges = np.abs(np.minimum(wanted[:, :4], MAX_LOG_DISTANCE) - np.minimum(found[:, :4], MAX_LOG_DISTANCE))
    greatest = max(float(gap.max(initial=0)), float((edges * seen).max(initial=0)))
    if not greatest <= tolerance:  # a NaN fails too
        raise ParityError(
            f"the exported model differs from the network by {greatest:.2g}; {tolerance} is allowed"
        )
