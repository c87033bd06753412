"""From a trained network to a model file, checked against the network that it came from.

The weights of larger networks are stored in half the bits and widened when the file is loaded: that halves
the file, and rounding them is part of what the check covers. Letters: B batch, C channels, H, W rows and
columns, T, U frames, M mel bands, K classes, A cells.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sutja.boxes.decode import MAX_LOG_DISTANCE
from sutja.model_file import Card, ModelFile, read_model, write_model
from sutja.runtime import Session

OPSET = 17
# Of a log-probability, between the stored weights in torch and in ONNX; the order of sums gives about 1e-4.
TOLERANCE = 2e-3
DETECTION_TOLERANCE = 5e-3  # the same of logarithms of distances and of logits
ROUNDING = 0.25  # of either, between the trained weights and those stored in float16
LEAST_PROBABLE = -12.0  # log-probabilities below are compared as this
LEAST_LOGIT = -7.0  # a score of one in a thousand; logits below are compared as this
_LEAST_ELEMENTS = 256  # smaller tensors stay as they are
_LEAST_WEIGHTS = 250_000  # in all; a smaller classifier stays as it was trained

Input = Float[NDArray[np.float32], "_ ..."]  # (B, …), each of its own size
Output = NDArray[np.float32]


class ParityError(RuntimeError):
    """The exported model does not answer as the network does; nothing was written."""


def check_log_probs(expected: Output, actual: Output, tolerance: float = TOLERANCE) -> None:
    """Raise `ParityError` unless two outputs of log-probabilities agree in shape and within ``tolerance``."""
    _check_shapes(expected, actual)
    gap = np.abs(np.maximum(expected, LEAST_PROBABLE) - np.maximum(actual, LEAST_PROBABLE))
    _check_gap(float(gap.max(initial=0)), tolerance)


def check_predictions(expected: Output, actual: Output, tolerance: float = DETECTION_TOLERANCE) -> None:
    """Raise `ParityError` unless two outputs (B, 4 + K, A) agree in shape and within ``tolerance``.

    Edges are compared where a class has a score above that of `LEAST_LOGIT`; elsewhere they are never used.
    """
    _check_shapes(expected, actual)
    gap = np.abs(np.maximum(expected[:, 4:], LEAST_LOGIT) - np.maximum(actual[:, 4:], LEAST_LOGIT))
    used = expected[:, 4:].max(axis=1, keepdims=True) >= LEAST_LOGIT
    edges = np.abs(
        np.minimum(expected[:, :4], MAX_LOG_DISTANCE) - np.minimum(actual[:, :4], MAX_LOG_DISTANCE)
    )
    _check_gap(max(float(gap.max(initial=0)), float((edges * used).max(initial=0))), tolerance)


def _check_shapes(expected: Output, actual: Output) -> None:
    if expected.shape != actual.shape:
        raise ParityError(f"the exported model answers {actual.shape}, the network {expected.shape}")


def _check_gap(gap: float, tolerance: float) -> None:
    if not gap <= tolerance:  # a NaN fails too
        raise ParityError(f"the exported model differs from the network by {gap:.2g}; {tolerance} is allowed")


@dataclass(frozen=True, slots=True)
class Signature:
    """Input and output of a task's network in a model file.

    Parameters
    ----------
    input, output : str
        Their names.
    axes : Mapping[str, Mapping[int, str]]
        Axes of any size, for each of the two, by their letters.
    traced : Mapping[int, int]
        Sizes of the input's axes of any size while the network is traced; the batch has 1.
    check : Callable[[Output, Output, float], None]
        Compares two outputs within a tolerance.
    tolerance : float
        Tolerance between torch and ONNX.
    item : str
        One item of the input, for messages.
    """

    input: str
    output: str
    axes: Mapping[str, Mapping[int, str]]
    traced: Mapping[int, int]
    check: Callable[[Output, Output, float], None] = check_log_probs
    tolerance: float = TOLERANCE
    item: str = "picture"


SIGNATURES: Mapping[str, Signature] = MappingProxyType(
    {
        "classify": Signature("image", "log_probs", {"image": {0: "B"}, "log_probs": {0: "B"}}, {}),
        "transcribe": Signature(
            "image", "log_probs", {"image": {0: "B", 3: "W"}, "log_probs": {0: "B", 1: "T"}}, {3: 64}
        ),
        "listen": Signature(
            "features",
            "log_probs",
            {"features": {0: "B", 1: "T"}, "log_probs": {0: "B", 1: "U"}},
            {1: 128},
            item="recording",
        ),
        "detect": Signature(
            "image",
            "predictions",
            {"image": {0: "B", 2: "H", 3: "W"}, "predictions": {0: "B", 2: "A"}},
            {2: 64, 3: 96},
            check_predictions,
            DETECTION_TOLERANCE,
        ),
    }
)


class LogProbabilities(nn.Module):
    """A classifier whose logits become log-probabilities, as a model file has them."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → log-probabilities."""
        return F.log_softmax(self.net(image), dim=1)


def fold_batch_norms(net: nn.Module) -> nn.Module:
    """Copy a network in evaluation mode, with every batch norm folded into the convolution before it."""
    net = copy.deepcopy(net).eval()
    for module in net.modules():
        children = list(module.named_children())
        for (_, first), (name, second) in pairwise(children):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                fused = fuse_conv_bn_eval(first, second)
                first.weight, first.bias = fused.weight, fused.bias
                setattr(module, name, nn.Identity())
    return net


def stores_float16(net: nn.Module, task: str) -> bool:
    """Return True if the network's weights are stored in half the bits."""
    return task != "classify" or sum(p.numel() for p in net.parameters()) >= _LEAST_WEIGHTS


def prepare_weights(net: nn.Module, task: str) -> nn.Module:
    """Copy a network as it is stored: batch norms folded, large weights rounded to float16."""
    stored = fold_batch_norms(net)
    if stores_float16(stored, task):
        with torch.no_grad():
            for parameter in stored.parameters():
                if parameter.numel() >= _LEAST_ELEMENTS:
                    parameter.copy_(parameter.half().float())
    return stored.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def store_as_float16(model: onnx.ModelProto) -> None:
    """Store large float32 weights as float16 with a cast behind them, in place; scales of integers stay."""
    graph = model.graph
    scales = {node.input[1] for node in graph.node if node.op_type == "DequantizeLinear"}
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LEAST_ELEMENTS:
            continue
        if tensor.name in scales:
            continue
        weights = numpy_helper.to_array(tensor).astype(np.float16)
        half = numpy_helper.from_array(weights, f"{tensor.name}.half")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        widen = f"{tensor.name}.widen"
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT, name=widen))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def to_onnx(net: nn.Module, task: str, shape: tuple[int, ...]) -> bytes:
    """Write a network as an ONNX model.

    Parameters
    ----------
    net : nn.Module
        Network in evaluation mode; of "classify" one with log-probabilities.
    task : str
        A name in `SIGNATURES`.
    shape : tuple[int, ...]
        Shape of an input without its batch; axes of any size may have any.

    Returns
    -------
    bytes
        The model, with input and output as in `SIGNATURES`.
    """
    signature = SIGNATURES[task]
    sizes = (signature.traced.get(axis, size) for axis, size in enumerate(shape, 1))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            net,
            (torch.zeros(1, *sizes),),
            path,
            input_names=[signature.input],
            output_names=[signature.output],
            dynamic_axes={name: dict(axes) for name, axes in signature.axes.items()},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    if stores_float16(net, task):
        store_as_float16(model)
    model.producer_name = "sutja"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def export(net: nn.Module, card: Card, path: Path, inputs: Sequence[Input]) -> ModelFile:
    """Write a model file, and prove that it answers as the network does.

    Parameters
    ----------
    net : nn.Module
        Trained network, float32, of the card's task; a classifier gives logits.
    card : Card
        Card of the model; its task says which signature the file has.
    path : Path
        Path of the file; one that exists is replaced as a whole, or not at all.
    inputs : Sequence[Input]
        Batches (B, ...) to compare on: real items, of several sizes where these may differ.

    Raises
    ------
    ParityError
        The file's output differs from that of the stored network by more than the tolerance of its task, or
        that one's from the trained network's by more than `ROUNDING`. Nothing is written then.
    """
    signature = SIGNATURES[card.task]
    if not inputs:
        raise ParityError(f"there is no {signature.item} to compare on")
    net = copy.deepcopy(net).cpu().eval()
    net = LogProbabilities(net) if card.task == "classify" else net
    stored_net = prepare_weights(net, card.task)
    data = to_onnx(stored_net, card.task, inputs[0].shape[1:])
    session = Session(ModelFile(card, data, str(path)))
    for batch in inputs:
        with torch.no_grad():
            trained, stored = (one(torch.from_numpy(batch)).numpy() for one in (net, stored_net))
        signature.check(stored, session.run(batch), signature.tolerance)
        signature.check(trained, stored, ROUNDING)
    write_model(path, data, card)
    return read_model(path)
