"""From a transcriber's model file back to a network that can go on learning.

Export folds every norm into the convolution before it. Here the norm is put back: on some pictures its
statistics are measured, and its gain and offset set so that it leaves the convolution's output as it was.
The network answers as the file does, and trains like one whose norms were never folded.
Letters: B batch, W columns of the picture.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

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
from sutja.nets.transcriber import Transcriber, TranscriberConfig

# How weights are marked that are stored in float16, or in integers.
_HALF, _INTEGERS = ".half", "_quantized"


def load_folded(path: Path) -> dict[str, Tensor]:
    """The tensors of a model file, float32, under the names that the network has for them."""
    graph = onnx.load_model_from_string(read_model(path).data).graph
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


def unfold(path: Path, pictures: Float[NDArray[np.float32], "B 1 32 W"]) -> Transcriber:
    """The network of a transcriber's model file, with its norms put back.

    Parameters
    ----------
    path : a model file that `training.export.export` wrote.
    pictures : normalised pictures such as the training will show; the norms' statistics are theirs.

    Raises
    ------
    ModelFileError
        The file is no model file, or not one of a `Transcriber` with this charset.
    """
    tensors = load_folded(path)
    net = Transcriber(TranscriberConfig(1 + len(CHARSET))).eval()
    image = torch.from_numpy(pictures)
    with torch.no_grad():
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d):
                _copy(path, tensors, name, module)
        for parent in list(net.modules()):
            for (_, first), (_, second) in pairwise(parent.named_children()):
                if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                    _settle(net, first, second, image)
    return net


def _copy(path: Path, tensors: dict[str, Tensor], name: str, module: nn.Conv2d) -> None:
    """Weights and bias of one convolution; a bias that the network has no place for waits in an attribute."""
    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    if weight is None or bias is None or weight.shape != module.weight.shape:
        raise ModelFileError(
            f"{path}: holds no transcriber of the shape trained here ({name} differs); "
            "begin from a checkpoint, or from nothing"
        )
    module.weight.copy_(weight)
    module.bias = nn.Parameter(bias.clone())


def _settle(
    net: Transcriber, convolution: nn.Conv2d, norm: nn.BatchNorm2d, image: Float[Tensor, "B 1 32 W"]
) -> None:
    """Measure what the convolution puts out, and set the norm to hand it on unchanged, bias and all."""
    seen: list[Tensor] = []
    hook = convolution.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    # Norms further on are still neutral, but nothing flows back from them to this one.
    net(image)
    hook.remove()
    output = seen[0]
    assert convolution.bias is not None
    mean, variance = output.mean((0, 2, 3)), output.var((0, 2, 3), unbiased=False)
    norm.running_mean, norm.running_var = mean - convolution.bias, variance.clone()
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean)
    convolution.bias = None
