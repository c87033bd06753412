"""From a trained network to a model file, checked against the network it came from.

Weights are stored in half the bits and widened when the file is loaded: that halves the file, and rounding
them is part of what the check covers.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sutja.model_file import Card, ModelFile, read_model, write_model
from sutja.nets.transcriber import HEIGHT, Transcriber
from sutja.runtime import Session

OPSET = 17
# Of a log-probability, between the stored weights in torch and in ONNX; the order of sums gives about 1e-4.
TOLERANCE = 2e-3
ROUNDING = 0.25  # of a log-probability, between the trained weights and those stored in float16
LEAST_PROBABLE = -12.0  # log-probabilities below are compared as this
_LEAST_ELEMENTS = 256  # smaller tensors stay as they are


Pictures = Float[NDArray[np.float32], "_ 1 32 _"]  # each of its own size


class ParityError(RuntimeError):
    """The exported model does not answer as the network does; nothing was written."""


def _folded(net: Transcriber) -> Transcriber:
    """A copy with every norm folded into the convolution before it."""
    net = copy.deepcopy(net).eval()
    for module in net.modules():
        children = list(module.named_children())
        for (_, first), (name, second) in pairwise(children):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                fused = fuse_conv_bn_eval(first, second)
                first.weight, first.bias = fused.weight, fused.bias
                setattr(module, name, nn.Identity())
    return net


def prepare(net: Transcriber) -> Transcriber:
    """What is stored: norms folded into convolutions, large weights rounded to float16."""
    ready = _folded(net)
    with torch.no_grad():
        for parameter in ready.parameters():
            if parameter.numel() >= _LEAST_ELEMENTS:
                parameter.copy_(parameter.half().float())
    return ready.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def _halve(model: onnx.ModelProto) -> None:
    """Store large float32 weights as float16 with a cast behind them, in place."""
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LEAST_ELEMENTS:
            continue
        weights = numpy_helper.to_array(tensor).astype(np.float16)
        half = numpy_helper.from_array(weights, f"{tensor.name}.half")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        widen = f"{tensor.name}.widen"
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT, name=widen))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def to_onnx(net: Transcriber) -> bytes:
    """The network as an ONNX model with input "image" (B, 1, 32, W) and output "log_probs" (B, T, K)."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            net,
            (torch.zeros(1, 1, HEIGHT, 64),),
            path,
            input_names=["image"],
            output_names=["log_probs"],
            dynamic_axes={"image": {0: "B", 3: "W"}, "log_probs": {0: "B", 1: "T"}},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    _halve(model)
    model.producer_name = "sutja"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def export(net: Transcriber, card: Card, path: Path, pictures: Sequence[Pictures]) -> ModelFile:
    """Write a model file, and prove that it answers as the network does.

    Parameters
    ----------
    net : the trained network, float32.
    card : what goes with it.
    path : where the file goes; what is there is replaced at one stroke, or not at all.
    pictures : batches (B, 1, 32, W) to compare on; use real ones of several widths.

    Raises
    ------
    ParityError
        The file's answer differs from the stored network's by more than `TOLERANCE`, or that one's from the
        trained network's by more than `ROUNDING`. Nothing is written then.
    """
    stored_net = prepare(net)
    data = to_onnx(stored_net)
    session = Session(ModelFile(card, data, str(path)))
    trained_net = copy.deepcopy(net).eval()
    for batch in pictures:
        image = torch.from_numpy(batch)
        with torch.no_grad():
            trained, stored = trained_net(image).numpy(), stored_net(image).numpy()
        check_parity(stored, session.run(batch), TOLERANCE)
        check_parity(trained, stored, ROUNDING)
    write_model(path, data, card)
    return read_model(path)


def check_parity(wanted: NDArray[np.float32], found: NDArray[np.float32], tolerance: float) -> None:
    """Raise `ParityError` unless two answers agree in shape and within ``tolerance``."""
    if wanted.shape != found.shape:
        raise ParityError(f"the exported model answers {found.shape}, the network {wanted.shape}")
    gap = float(np.abs(np.maximum(wanted, LEAST_PROBABLE) - np.maximum(found, LEAST_PROBABLE)).max(initial=0))
    if not gap <= tolerance:  # a NaN fails too
        raise ParityError(f"the exported model differs from the network by {gap:.2g}; {tolerance} is allowed")
