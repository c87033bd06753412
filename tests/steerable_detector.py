"""A detector whose answers a picture spells out, for tests that need no training.

One grid of 4 × 4 cells. A white cell is a "light" with a box of 12 × 12 pixels about it, a cell at a quarter
of white a "shade"; anything else is nothing.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from sutja.model_file import Card, Preprocessing
from sutja.signals.preprocessing.frame_input import FrameParams

CELL, REACH = 4, 1.5  # pixels; cells from the middle to each edge
CLASSES = ("light", "shade")
PARAMS = FrameParams(channels=1, mean=0.0, std=1.0, multiple=4, strides=(4,), overlap=0.6)


def make_network(channels=1):
    """image (B, C, H, W) → predictions (B, 6, A)."""
    # light: 40 (v - 0.75); shade: 4 - 400 (v - 0.25)², of the mean v of a cell and of the channels
    nodes = [
        helper.make_node("AveragePool", ["image"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("ReduceMean", ["cells"], ["v"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["v", "three_quarters"], ["above"]),
        helper.make_node("Mul", ["above", "forty"], ["light"]),
        helper.make_node("Sub", ["v", "quarter"], ["off"]),
        helper.make_node("Mul", ["off", "off"], ["square"]),
        helper.make_node("Mul", ["square", "four_hundred"], ["steep"]),
        helper.make_node("Sub", ["four", "steep"], ["shade"]),
        helper.make_node("Mul", ["v", "zero"], ["nought"]),
        helper.make_node("Add", ["nought", "edge"], ["edge_map"]),
        helper.make_node("Concat", ["edge_map"] * 4 + ["light", "shade"], ["maps"], axis=1),
        helper.make_node("Reshape", ["maps", "shape"], ["predictions"]),
    ]
    numbers = {
        "three_quarters": 0.75,
        "forty": 40.0,
        "quarter": 0.25,
        "four_hundred": 400.0,
        "four": 4.0,
        "zero": 0.0,
        "edge": float(np.log(REACH)),
    }
    graph = helper.make_graph(
        nodes,
        "steerable",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", channels, "H", "W"])],
        [helper.make_tensor_value_info("predictions", TensorProto.FLOAT, ["B", 6, "A"])],
        [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in numbers.items()]
        + [numpy_helper.from_array(np.array([0, 6, -1]), "shape")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_card(params=PARAMS, **more):
    """A card that goes with it."""
    given = {"threshold": 0.5, "created": "2026-01-01T00:00:00+00:00", **more}
    return Card("detect", "steerable", (), Preprocessing("frame", params.to_json()), classes=CLASSES, **given)


def picture(height, width, lights=(), shades=()):
    """Black, with cells (row, column) that are things; uint8 (height, width)."""
    pixels = np.zeros((height, width), np.uint8)
    for cells, value in ((lights, 255), (shades, 64)):
        for row, column in cells:
            pixels[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = value
    return pixels


def box_of(row, column):
    """The box that stands for a cell, before it is cut off at the picture's edges."""
    x, y = (column + 0.5) * CELL, (row + 0.5) * CELL
    return [x - 6, y - 6, x + 6, y + 6]
