"""A transcriber without training, and the pictures it reads: bars whose height says which character they are.

The network looks at a bar's row and nothing else, so a test decides what is read, and how surely, by where it
draws and how dark. Letters: K classes with blank.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sutja.model_file import Card, Preprocessing

CHARSET = "0123456789.-/ □"
K = len(CHARSET) + 1
ROWS = 2 * K  # two rows a class
BAR = 4  # columns of a bar, and of the gap behind it: two frames each


def make_network(classes: int = K, rows: int | None = ROWS) -> onnx.ModelProto:
    """The network: image (B, 1, 32, W) to log_probs (B, W / 2, K)."""
    bias = np.zeros(classes, np.float32)
    bias[0] = 12.0  # where nothing is drawn the blank is as good as certain
    initializers = [
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(np.array(24.0, np.float32), "gain"),
        numpy_helper.from_array(bias, "bias"),
    ]
    nodes = [
        helper.make_node("AveragePool", ["image"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Squeeze", ["pooled", "axis"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("Mul", ["frames", "gain"], ["strong"]),
        helper.make_node("Add", ["strong", "bias"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", 1, rows or "H", "W"])
    output = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", "T", classes])
    graph = helper.make_graph(nodes, "steerable", [image], [output], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_card(**changes: object) -> Card:
    """A card for the network; the pictures are used as they are."""
    fields = {
        "task": "transcribe",
        "name": "steerable",
        "charset": tuple(CHARSET),
        "preprocessing": Preprocessing("normalise", {"trim": False, "height": ROWS}),
        "threshold": 0.9,
        "created": "2026-01-01",
    }
    return Card(**{**fields, **changes})  # type: ignore[arg-type]


def draw(text: str, width: int | None = None, ink: float = 1.0) -> np.ndarray:
    """A picture that reads `text`, uint8 (32, W): black bars on white, `ink` dark.

    >>> draw("12").shape
    (32, 20)
    """
    picture = np.full((ROWS, width or BAR * (2 * len(text) + 1)), 255, np.uint8)
    for i, character in enumerate(text):
        add_bar(picture, i, character, ink)
    return picture


def add_bar(picture: np.ndarray, place: int, character: str, ink: float, columns: int = BAR) -> None:
    """Draw a bar for `character` at `place`, `ink` dark: 0.5 is as likely as not to be seen."""
    row, column = 2 * (CHARSET.index(character) + 1), BAR * (2 * place + 1)
    picture[row : row + 2, column : column + columns] = round(255 * (1 - ink))
