"""From a trained network to a model file, checked against the network it came from.

The weights of larger networks are stored in half the bits and widened when the file is loaded: that halves
the file, and rounding them is part of what the check covers. Letters: B batch, C channels, H, W, T, K.
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
from torch import Tensor, nn
from torch.nn import functional as F
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
_LEAST_WEIGHTS = 250_000  # in all; a smaller classifier stays as it was trained


Pictures = Float[NDArray[np.float32], "_ _ _ _"]  # (B, C, H, W), for a transcriber each of its own size


class ParityError(RuntimeError):
    """The exported model does not answer as the network does; nothing was written."""


class LogProbabilities(nn.Module):
    """A classifier whose logits become log-probabilities, as the contract of the model file has it."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → log-probabilities."""
        return F.log_softmax(self.net(image), dim=1)


def fold_batch_norms(net: nn.Module) -> nn.Module:
    """A copy in evaluation mode, with every norm folded into the convolution before it."""
    net = copy.deepcopy(net).eval()
    for module in net.modules():
        children = list(module.named_children())
        for (_, first), (name, second) in pairwise(children):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                fused = fuse_conv_bn_eval(first, second)
                first.weight, first.bias = fused.weight, fused.bias
                setattr(module, name, nn.Identity())
    return net


def stores_float16(net: nn.Module) -> bool:
    """Whether the network's weights are stored in half the bits."""
    return isinstance(net, Transcriber) or sum(p.numel() for p in net.parameters()) >= _LEAST_WEIGHTS


def prepare(net: nn.Module) -> nn.Module:
    """What is stored: norms folded into convolutions, large weights of large networks rounded to float16."""
    ready = fold_batch_norms(net)
    with torch.no_grad():
        for parameter in ready.parameters():
            if parameter.numel() >= _LEAST_ELEMENTS and stores_float16(net):
                parameter.copy_(parameter.half().float())
    return ready.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def store_as_float16(model: onnx.ModelProto) -> None:
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


def to_onnx(net: nn.Module, shape: tuple[int, int, int] = (1, HEIGHT, 64)) -> bytes:
    """The network as an ONNX model.

    Parameters
    ----------
    net : nn.Module
        A `Transcriber`, (B, 1, 32, W) → log-probabilities (B, T, K), or `LogProbabilities`,
        (B, C, H, W) → (B, K).
    shape : tuple[int, int, int]
        C, H, W of the pictures; a transcriber's W may then be any.

    Returns
    -------
    bytes, with the input "image" and the output "log_probs".
    """
    axes: dict[str, dict[int, str]] = {"image": {0: "B"}, "log_probs": {0: "B"}}
    if isinstance(net, Transcriber):
        axes = {"image": {0: "B", 3: "W"}, "log_probs": {0: "B", 1: "T"}}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            net,
            (torch.zeros(1, *shape),),
            path,
            input_names=["image"],
            output_names=["log_probs"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    if stores_float16(net):
        store_as_float16(model)
    model.producer_name = "sutja"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def export(net: nn.Module, card: Card, path: Path, pictures: Sequence[Pictures]) -> ModelFile:
    """Write a model file, and prove that it answers as the network does.

    Parameters
    ----------
    net : nn.Module
        The trained network, float32: a `Transcriber`, or a classifier from pictures to logits.
    card : Card
        What goes with it; its task says which of the two.
    path : Path
        Where the file goes; what is there is replaced at one stroke, or not at all.
    pictures : Sequence[Pictures]
        Batches (B, C, H, W) to compare on; use real ones, for a transcriber of several widths.

    Raises
    ------
    ParityError
        The file's answer differs from the stored network's by more than `TOLERANCE`, or that one's from the
        trained network's by more than `ROUNDING`. Nothing is written then.
    """
    if not pictures:
        raise ParityError("there is no picture to compare on")
    net = copy.deepcopy(net).cpu().eval()
    net = net if card.task == "transcribe" else LogProbabilities(net)
    stored_net = prepare(net)
    _, channels, height, width = pictures[0].shape
    data = to_onnx(stored_net, (channels, height, width))
    session = Session(ModelFile(card, data, str(path)))
    for batch in pictures:
        image = torch.from_numpy(batch)
        with torch.no_grad():
            trained, stored = net(image).numpy(), stored_net(image).numpy()
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
