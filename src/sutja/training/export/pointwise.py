"""A model's pointwise convolutions in 8-bit integers, with a proof that it answers alike.

How they run is told in `sutja.model_file.pointwise`. Ranges are those with the least error of what the
convolutions give, on real inputs; what error is left in the mean goes into their biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from sutja.model_file import ModelFile, read_model, write_model
from sutja.model_file.pointwise import MOST_LEVEL, list_pointwise, quantise_pointwise, quantise_weights
from sutja.runtime import Session
from sutja.training.export.network import Input, store_as_float16
from sutja.training.export.quantise import check_agreement, widen_weights

Range = tuple[float, float]
Rows = NDArray[np.float32]  # (n, channels)

_ROWS = 16  # pixels of a batch that are looked at
_SEED = 20_261_130
_INSIDE = 100.0, 99.999, 99.99, 99.97, 99.9  # percentiles that may bound a range


def quantise_pointwise_file(
    path: Path, out: Path, calibration: Sequence[Input], compared: Sequence[Input]
) -> ModelFile:
    """Write a model file with its pointwise convolutions in integers, and prove that it still answers alike.

    Convolutions of a single pixel, as of squeeze and excitation, stay as they are.

    Parameters
    ----------
    path : Path
        A model file in floats, from `export.export`.
    out : Path
        Path of the new file, with the same card; one that exists is replaced as a whole, or not at all.
    calibration : Sequence[Input]
        Batches that show the ranges of the activations; a few hundred real items.
    compared : Sequence[Input]
        Other batches, to compare the answers on.

    Raises
    ------
    ParityError
        The answers differ too much. Nothing is written then.
    """
    file = read_model(path)
    model = widen_weights(onnx.load_model_from_string(file.data))
    inputs = sample_inputs(model, file, calibration)
    ranges = choose_ranges(model, inputs)
    correct_biases(model, inputs, ranges)
    made = quantise_pointwise(model, ranges)
    store_as_float16(made)
    data = made.SerializeToString()
    floats, integers = Session(file), Session(ModelFile(file.card, data, str(out)))
    check_agreement([(floats.run(batch), integers.run(batch)) for batch in compared])
    write_model(out, data, file.card)
    return read_model(out)


def sample_inputs(model: onnx.ModelProto, file: ModelFile, batches: Sequence[Input]) -> dict[str, Rows]:
    """Sample the inputs of a model's pointwise convolutions over more than one pixel, by their names."""
    names = list(dict.fromkeys(node.input[0] for node in list_pointwise(model.graph)))
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    shown.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    session = Session(replace(file, data=shown.SerializeToString()))
    rng = np.random.default_rng(_SEED)
    found: dict[str, list[Rows]] = {}
    for batch in batches:
        outputs = session.run_all(batch)
        for name in names:
            if outputs[name].shape[2:] != (1, 1):
                rows = outputs[name].transpose(0, 2, 3, 1).reshape(-1, outputs[name].shape[1])
                found.setdefault(name, []).append(rows[rng.integers(0, len(rows), _ROWS)])
    return {name: np.concatenate(rows) for name, rows in found.items()}


def choose_ranges(model: onnx.ModelProto, inputs: dict[str, Rows]) -> dict[str, Range]:
    """Choose the range of each input: the one with the least squared error of what its convolution gives."""
    weights = _find_weights(model)
    ranges: dict[str, Range] = {}
    for node in list_pointwise(model.graph):
        rows = inputs.get(node.input[0])
        if rows is None or node.input[0] in ranges:
            continue
        errors = {
            limits: float(np.square((round_to_levels(rows, limits) - rows) @ weights[node.input[1]]).mean())
            for limits in {(float(a), float(b)) for a, b in _list_limits(rows)}
        }
        ranges[node.input[0]] = min(errors, key=errors.__getitem__)
    return ranges


def _list_limits(rows: Rows) -> list[tuple[float, float]]:
    return [tuple(np.percentile(rows, (100.0 - inside, inside))) for inside in _INSIDE]


def correct_biases(model: onnx.ModelProto, inputs: dict[str, Rows], ranges: dict[str, Range]) -> None:
    """Take the mean error that integers make from the biases of the convolutions, in place."""
    weights = _find_weights(model)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in list_pointwise(model.graph):
        if node.input[0] not in ranges or len(node.input) < 3:
            continue
        rows, matrix, bias = inputs[node.input[0]], weights[node.input[1]], stored[node.input[2]]
        integers, scales = quantise_weights(matrix)
        rounded = round_to_levels(rows, ranges[node.input[0]]) @ (integers * scales)
        corrected = numpy_helper.to_array(bias) + (rows @ matrix - rounded).mean(axis=0)
        bias.CopyFrom(numpy_helper.from_array(corrected.astype(np.float32), bias.name))


def _find_weights(model: onnx.ModelProto) -> dict[str, Rows]:
    """Find the matrices (inputs, outputs) of a model's pointwise convolutions, by their names."""
    wanted = {node.input[1] for node in list_pointwise(model.graph)}
    return {
        tensor.name: numpy_helper.to_array(tensor)[:, :, 0, 0].T
        for tensor in model.graph.initializer
        if tensor.name in wanted
    }


def round_to_levels(rows: Rows, limits: Range) -> Rows:
    """Round values to the levels of a range that holds 0; those beyond are clipped."""
    low, high = min(limits[0], 0.0), max(limits[1], 0.0)
    scale = max(high - low, 1e-6) / MOST_LEVEL
    zero = round(-low / scale)
    return np.asarray((np.clip(np.round(rows / scale) + zero, 0, MOST_LEVEL) - zero) * scale, np.float32)
