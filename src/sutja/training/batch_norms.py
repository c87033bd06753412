"""From a model file back to a network that can go on learning.

Export folds every norm into the convolution before it. Here the norm is put back: on some pictures its
statistics are measured, and its gain and offset set so that it leaves the convolution's output as it was.
The network answers as the file does, and trains like one whose norms were never folded.
Letters: B batch, C channels, H, W rows and columns of the picture.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from sutja.charset import CHARSET
from sutja.errors import ModelFileError
from sutja.model_file import read_model
from sutja.nets.detector import Detector, DetectorConfig
from sutja.nets.transcriber import Transcriber, TranscriberConfig

# How weights are marked that are stored in float16, or in integers.
_HALF, _INTEGERS = ".half", "_quantized"


def load_folded_weights(path: Path) -> dict[str, Tensor]:
    """Load the tensors of a model file, float32, by the names that they have in the network."""
    graph = onnx.load_model_from_string(read_model(path, runs=False).data).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            integers, *scale_and_zero = (stored[name] for name in node.input)
            channels = (-1, *(1 for _ in integers.shape[1:]))  # the first axis has a scale for each channel
            scale, zero = (values.astype(np.float32).reshape(channels) for values in scale_and_zero)
            stored[node.input[0]] = (integers.astype(np.float32) - zero) * scale
    return {
        name.removesuffix(_HALF).removesuffix(_INTEGERS): torch.from_numpy(values.astype(np.float32))
        for name, values in stored.items()
    }


def average_networks(net: Transcriber, members: Sequence[tuple[float, Mapping[str, Tensor]]]) -> Transcriber:
    """Average networks of runs that began from one network: a weighted mean of their folded weights.

    Between a network and what became of it by training on other data, the mean keeps most of what the one
    could and the other learnt (Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022).

    Parameters
    ----------
    net : Transcriber
        Network whose batch norms the average has; it is not changed.
    members : Sequence[tuple[float, Mapping[str, Tensor]]]
        Shares that sum to 1, and folded tensors by name, from `load_folded_weights` or
        `export.fold_batch_norms`.
    """
    out = copy.deepcopy(net)
    with torch.no_grad():
        for parent_name, parent in list(out.named_modules()):
            prefix = f"{parent_name}." if parent_name else ""
            children = [*parent.named_children(), ("", nn.Identity())]
            for (name, first), (_, second) in pairwise(children):
                if not isinstance(first, nn.Conv2d):
                    continue
                weight, bias = (
                    sum(share * tensors[f"{prefix}{name}.{part}"] for share, tensors in members)
                    for part in ("weight", "bias")
                )
                assert isinstance(weight, Tensor)
                assert isinstance(bias, Tensor)
                if not isinstance(second, nn.BatchNorm2d):
                    first.weight.copy_(weight)
                    assert first.bias is not None
                    first.bias.copy_(bias)
                    continue
                assert second.running_mean is not None
                assert second.running_var is not None
                gain = second.weight / (second.running_var + second.eps).sqrt()
                first.weight.copy_(weight / gain.reshape(-1, 1, 1, 1))
                second.bias.copy_(bias + second.running_mean * gain)
    return out


def restore_transcriber(path: Path, pictures: Float[NDArray[np.float32], "B 1 32 W"]) -> Transcriber:
    """Restore the network of a transcriber's model file, batch norms included.

    Parameters
    ----------
    path : Path
        A model file that `training.export.export` wrote.
    pictures : Float[NDArray[float32], "B 1 32 W"]
        Normalised pictures such as the training will show; the norms' statistics are theirs.

    Raises
    ------
    ModelFileError
        The file is no model file, or not one of a `Transcriber` with this charset.
    """
    net = Transcriber(TranscriberConfig(1 + len(CHARSET)))
    restore_batch_norms(net, path, torch.from_numpy(pictures))
    return net


def restore_detector(path: Path, frames: Float[NDArray[np.float32], "B C H W"]) -> Detector:
    """Restore the network of a detector's model file, batch norms included.

    Parameters
    ----------
    path : Path
        A model file that `export.export` or `detect.quantise.quantise_detector` wrote.
    frames : Float[NDArray[float32], "B C H W"]
        Frames such as the training will show, from `to_frame` in `sutja.signals.preprocessing.frame_input`,
        H and W multiples of 32; the batch norms get their statistics.

    Raises
    ------
    ModelFileError
        The file is no model file, or not one of a `Detector`.
    """
    card = read_model(path, runs=False).card
    if card.task != "detect":
        raise ModelFileError(f"{path}: is a model to {card.task}, not to detect; pass a detector's file")
    net = Detector(DetectorConfig(len(card.classes), find_size(path), frames.shape[1]))
    restore_batch_norms(net, path, torch.from_numpy(frames))
    return net


def find_size(path: Path) -> str:
    """Find the size, of `nets.detector.SIZES`, of the network of a model file.

    Raises
    ------
    ModelFileError
        None of them.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in load_folded_weights(path).items()}
    for size in ("s", "m", "l"):
        net = Detector(DetectorConfig(1, size))
        inner = (n for n, m in net.named_parameters() if m.dim() == 4 and n.startswith(("stages", "mix")))
        if all(shapes.get(name) == tuple(net.get_parameter(name).shape) for name in inner):
            return size
    raise ModelFileError(f"{path}: is no detector of a size that is trained here; begin from nothing")


def restore_batch_norms(net: nn.Module, path: Path, image: Float[Tensor, "B ..."]) -> None:
    """Give a network the weights of a model file, in place, and put it in evaluation mode.

    Parameters
    ----------
    net : nn.Module
        Network of the shape that the file's had before its batch norms were folded.
    path : Path
        The model file, in floats or in integers.
    image : Float[Tensor, "B ..."]
        Pictures or features such as the training will show; the norms get their statistics.

    Raises
    ------
    ModelFileError
        The file is no model file, or holds another network.
    """
    tensors = load_folded_weights(path)
    net.eval()
    with torch.no_grad():
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d):
                _copy(path, tensors, name, module, type(net).__name__.lower())
        pairs = [
            (first, second)
            for parent in net.modules()
            for (_, first), (_, second) in pairwise(parent.named_children())
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d)
        ]
        statistics: dict[nn.Module, tuple[Tensor, Tensor]] = {}
        hooks = [first.register_forward_hook(_make_hook(statistics)) for first, _ in pairs]
        net(image)  # one pass is enough: neutral norms change nothing
        for hook, (first, second) in zip(hooks, pairs, strict=True):
            hook.remove()
            _set_norm(first, second, *statistics[first])


def _copy(path: Path, tensors: dict[str, Tensor], name: str, module: nn.Conv2d, what: str) -> None:
    """Weights and bias of one convolution; a bias that the network has no place for waits in an attribute.

    A convolution of one channel a group has none where a mix of channels follows.
    """
    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    bare = bias is None and module.groups == 1
    if weight is None or bare or weight.shape != module.weight.shape:
        raise ModelFileError(
            f"{path}: holds no {what} of the shape trained here ({name} differs); "
            "begin from a checkpoint, or from nothing"
        )
    module.weight.copy_(weight)
    if bias is not None:
        module.bias = nn.Parameter(bias.clone())


def _make_hook(
    statistics: dict[nn.Module, tuple[Tensor, Tensor]],
) -> Callable[[nn.Module, Any, Tensor], None]:
    """Make a hook that keeps mean and variance of a convolution's output."""

    def keep(convolution: nn.Module, _inputs: Any, output: Tensor) -> None:
        statistics[convolution] = output.mean((0, 2, 3)), output.var((0, 2, 3), unbiased=False)

    return keep


def _set_norm(convolution: nn.Conv2d, norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Set a batch norm so that it leaves its convolution's output, bias included, as it is."""
    assert convolution.bias is not None
    norm.running_mean, norm.running_var = mean - convolution.bias, variance.clone()
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean)
    convolution.bias = None
