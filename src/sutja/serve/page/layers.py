"""A classifier's layers as outputs: what every neuron answers to a picture, and the weights into it.

A layer begins at a convolution, a product with weights or a pooling, and ends before the next one: biases,
activations and scales after it are part of it. Letters: C channels, H rows, W columns, N neurons, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import ModelFileError
from sutja.model_file import ModelFile
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams, to_pixels

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

KINDS = {
    "Conv": "convolution",
    "Gemm": "dense",
    "MatMul": "dense",
    "MaxPool": "pooling",
    "AveragePool": "pooling",
    "GlobalAveragePool": "pooling",
}
_ELEMENTWISE = {
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Relu",
    "Tanh",
    "Sigmoid",
    "Clip",
    "Erf",
    "LeakyRelu",
    "Elu",
    "Selu",
}
_OUTPUT = "log_probs"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network.

    Attributes
    ----------
    kind : str
        "convolution", "dense", "pooling" or "output".
    activation : str | None
        Operator of its activation, if any.
    tensor : str
        Name of the tensor that it gives.
    weights, bias : str | None
        Names of the tensors of its weights, for a dense layer (N, inputs) or (inputs, N), for a convolution
        (C, C before / groups, H, W).
    transposed : bool
        True if dense weights are (inputs, N).
    """

    kind: str
    activation: str | None
    tensor: str
    weights: str | None = None
    bias: str | None = None
    transposed: bool = False


class LayeredNetwork:
    """A classifier that shows what each of its layers answers.

    Parameters
    ----------
    model : ModelFile
        A model to classify pictures by pixels.
    threads : int
        Threads of one run.

    Attributes
    ----------
    layers : list[Layer]
        Layers in order; the last is the output.
    shapes : list[tuple[int, ...]]
        Shape of each layer's answer to one picture.
    params : PixelsParams
        Preprocessing of a picture.

    Raises
    ------
    ModelFileError, InferenceError
        If it is no such model, or cannot be run.
    """

    def __init__(self, model: ModelFile, threads: int = 1) -> None:
        import onnx

        if model.card.task != "classify":
            raise ModelFileError("shows no layers: it is no classifier", where=f"model {model.source}")
        self.model = model
        self.params = model.build_preprocessing({"pixels": lambda params: PixelsParams(**params)})
        graph = onnx.load_model_from_string(model.data)
        self.layers = find_layers(graph, branches=not model.card.none_output)
        wanted = [layer.tensor for layer in self.layers]
        tensors = [name for layer in self.layers for name in (layer.weights, layer.bias) if name]
        open_outputs(graph, [*wanted, *tensors])
        session = Session(ModelFile(model.card, graph.SerializeToString(), model.source), threads)
        answers = session.run_all(np.zeros((1, *self.params.shape), np.float32))
        self.tensors = {name: answers[name] for name in tensors}
        self.shapes = [tuple(answers[name].shape[1:]) for name in wanted]
        plain = onnx.load_model_from_string(model.data)
        open_outputs(plain, wanted)
        self._session = Session(ModelFile(model.card, plain.SerializeToString(), model.source), threads)

    def run(self, picture: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Give the input as the network takes it, (C, H, W), and the answer of each layer to a picture.

        Parameters
        ----------
        picture : NDArray[uint8]
            uint8 (h, w), grey.
        """
        pixels = to_pixels(picture, self.params)
        answers = self._session.run_all(pixels[None])
        return [pixels, *(answers[layer.tensor][0] for layer in self.layers)]

    def serialize(self) -> bytes:
        """Serialize the network as ONNX whose outputs are its layers' answers, "0", "1", …."""
        import onnx
        from onnx import helper

        graph = onnx.load_model_from_string(self.model.data)
        open_outputs(graph, [layer.tensor for layer in self.layers])
        outputs = {output.name: output for output in graph.graph.output}
        del graph.graph.output[:]
        for place, layer in enumerate(self.layers):
            info: Any = helper.make_empty_tensor_value_info(str(place))
            info.type.CopyFrom(outputs[layer.tensor].type)
            graph.graph.node.append(helper.make_node("Identity", [layer.tensor], [str(place)]))
            graph.graph.output.append(info)
        return bytes(graph.SerializeToString())

    def find_weights(self, layer: Layer) -> NDArray[np.float32] | None:
        """Find the weights of a layer: (N, inputs), or (C, C before / groups, H, W)."""
        if layer.weights is None:
            return None
        weights = self.tensors[layer.weights]
        return weights.T if layer.transposed else weights

    def find_bias(self, layer: Layer) -> NDArray[np.float32] | None:
        """Find the biases of a layer, flat."""
        return None if layer.bias is None else self.tensors[layer.bias].reshape(-1)


def find_layers(model: ModelProto, branches: bool = True) -> list[Layer]:
    """Find the layers of a network that ends in `log_probs`; without branches, those on its first path."""
    users: dict[str, list[NodeProto]] = {}
    for node in model.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    constants = find_constants(model)
    path = None if branches else find_first_path(model)
    layers = [
        make_layer(node, users, constants)
        for node in model.graph.node
        if is_layer(node, constants) and (path is None or node.output[0] in path)
    ]
    if layers and layers[-1].activation is None:  # the logits, of which the output makes probabilities
        last = layers.pop()
        layers.append(Layer("output", None, _OUTPUT, last.weights, last.bias, last.transposed))
    else:
        layers.append(Layer("output", None, _OUTPUT))
    return layers


def find_first_path(model: ModelProto) -> set[str]:
    """Find the tensors from which `log_probs` comes by the first input of each node."""
    makers = {name: node for node in model.graph.node for name in node.output}
    path, name = {_OUTPUT}, _OUTPUT
    while name in makers and makers[name].input:
        name = makers[name].input[0]
        path.add(name)
    return path


def find_constants(model: ModelProto) -> set[str]:
    """Find the tensors that do not depend on the picture."""
    constants = {tensor.name for tensor in model.graph.initializer} | {""}
    for node in model.graph.node:
        if node.op_type == "Constant" or all(name in constants for name in node.input):
            constants.update(node.output)
    return constants


def is_layer(node: NodeProto, constants: set[str]) -> bool:
    """Tell whether a layer begins at a node."""
    return node.op_type in KINDS and node.input[0] not in constants


def make_layer(node: NodeProto, users: dict[str, list[NodeProto]], constants: set[str]) -> Layer:
    """Make the layer that begins at a node, to the end of its own chain of biases and activations."""
    tensor, activation = node.output[0], None
    bias = node.input[2] if len(node.input) > 2 and node.op_type in ("Conv", "Gemm") else None
    while len(following := users.get(tensor, [])) == 1 and following[0].op_type in _ELEMENTWISE:
        after = following[0]
        others = [name for name in after.input if name != tensor]
        if any(name not in constants for name in others):
            break
        if after.op_type == "Add" and bias is None and activation is None:
            bias = others[0]
        elif after.op_type not in ("Add", "Sub", "Mul", "Div"):
            activation = after.op_type
        tensor = after.output[0]
    weights = (
        node.input[1] if node.op_type in ("Conv", "Gemm", "MatMul") and node.input[1] in constants else None
    )
    transposed = node.op_type == "MatMul" or (node.op_type == "Gemm" and not _get_flag(node, "transB"))
    return Layer(KINDS[node.op_type], activation, tensor, weights, bias, transposed)


def _get_flag(node: NodeProto, name: str) -> int:
    return next((int(item.i) for item in node.attribute if item.name == name), 0)


def open_outputs(model: ModelProto, names: list[str]) -> None:
    """Make tensors outputs of a model, so that a run gives them."""
    from onnx import helper

    present = {output.name for output in model.graph.output}
    for name in dict.fromkeys(names):
        if name not in present:
            info: Any = helper.make_empty_tensor_value_info(name)
            info.type.tensor_type.elem_type = 1  # float32
            model.graph.output.append(info)
