"""A classifier without training: it answers with the class whose pixel is brightest.

Its pictures are K × 2 pixels, one row a class; a row's brightness, 0 to 1, times `GAIN` is the class's logit.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sutja.model_file import Card, Preprocessing

CLASSES = ("0", "1", "7", "A", "ten")
K = len(CLASSES)
GAIN = 20.0


def make_network(classes: int = K, channels: int | str = 1, rows: int | str = K) -> onnx.ModelProto:
    """The network: image (B, C, K, 2) to log_probs (B, K)."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["bright"], axes=[1, 3], keepdims=0),
        helper.make_node("Mul", ["bright", "gain"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", channels, rows, 2])
    output = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", classes])
    gain = numpy_helper.from_array(np.array(GAIN, np.float32), "gain")
    graph = helper.make_graph(nodes, "answering", [image], [output], [gain])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_card(**changes: object) -> Card:
    """A card for the network."""
    fields = {
        "task": "classify",
        "name": "answering",
        "charset": (),
        "classes": CLASSES,
        "preprocessing": Preprocessing("pixels", {"height": K, "width": 2}),
        "threshold": 0.9,
        "created": "2026-01-01",
    }
    return Card(**{**fields, **changes})  # type: ignore[arg-type]


def draw(label: str, ink: float = 1.0, **others: float) -> np.ndarray:
    """A picture uint8 (K, 2) that shows `label`, and other classes as brightly as said."""
    picture = np.zeros((K, 2), np.uint8)
    for name, bright in {label: ink, **others}.items():
        picture[CLASSES.index(name)] = round(255 * bright)
    return picture
