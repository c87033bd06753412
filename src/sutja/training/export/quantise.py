"""Convolutions in 8-bit integers: a third of the time and a quarter of the bytes.

Static quantisation: the ranges of the activations are measured on real pictures, the weights are scaled
channel by channel (Jacob et al., Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, CVPR 2018). Weights keep 7 bits, since processors without the VNNI
instructions add two products of 8 bits in 16 and would overflow.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from sutja.model_file import ModelFile, read_model, write_model
from sutja.runtime import Session
from sutja.training.export.network import Input, ParityError

Check = Callable[[Session, Session, Sequence[Input]], None]
_STANDARD = ("", "ai.onnx")  # the domains a model file may use
# Integers answer a little differently than floats: how much may the answers drift apart?
MOST_DIVERGENCE = 0.02  # nats a frame: mean Kullback-Leibler divergence from the float32 answers
MOST_CHANGED = 0.05  # part of the frames whose likeliest class becomes another
# Convolutions that stay in float32: the first has one input channel, those along the line one a group, and
# integers save nothing there; the head's log-probabilities need their fine steps (docs/log.md).
KEEP = ("look.0", "along", "head")


class _Calibration(CalibrationDataReader):  # type: ignore[misc]  # the library carries no types
    """Hands the batches to the library, one at a time."""

    def __init__(self, name: str, calibration: Sequence[Input]) -> None:
        self._batches = iter([{name: batch} for batch in calibration])

    def get_next(self) -> dict[str, Input] | None:
        return next(self._batches, None)


def quantise(
    model: onnx.ModelProto, calibration: Sequence[Input], keep: Sequence[str] = KEEP
) -> onnx.ModelProto:
    """Convert the convolutions of a model to 8-bit integers.

    Parameters
    ----------
    model : onnx.ModelProto
        float32, from `export.to_onnx`.
    calibration : Sequence[Input]
        Batches that show the ranges of the activations; a few hundred real items.
    keep : Sequence[str]
        Parts of the names of convolutions that stay in floats.

    Returns
    -------
    onnx.ModelProto
        A model with the same input and output, of standard operators alone.
    """
    kept = [
        node.name for node in model.graph.node if node.op_type == "Conv" and any(k in node.name for k in keep)
    ]
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the library logs its steps as warnings
    try:
        with tempfile.TemporaryDirectory() as folder:
            plain, ready, made = (Path(folder) / name for name in ("plain.onnx", "ready.onnx", "made.onnx"))
            onnx.save(model, plain)
            quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
            quantize_static(
                str(ready),
                str(made),
                _Calibration(model.graph.input[0].name, calibration),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["Conv"],
                nodes_to_exclude=kept,
            )
            result = onnx.load(made)
    finally:
        root.setLevel(level)
    standard = [opset for opset in result.opset_import if opset.domain in _STANDARD]
    del result.opset_import[:]
    result.opset_import.extend(standard)
    del result.metadata_props[:]
    return result


def widen_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Widen weights that are stored in float16 to float32, without the casts behind them; in place."""
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "Cast" and node.input[0] in stored:
            weights = numpy_helper.to_array(stored[node.input[0]]).astype(np.float32)
            graph.initializer.remove(stored[node.input[0]])
            graph.initializer.append(numpy_helper.from_array(weights, node.output[0]))
            graph.node.remove(node)
    return model


def quantise_file(
    path: Path,
    out: Path,
    calibration: Sequence[Input],
    compared: Sequence[Input],
    *,
    keep: Sequence[str] = KEEP,
    check: Check | None = None,
) -> ModelFile:
    """Write a model file with its convolutions in integers, and prove that it still answers alike.

    Parameters
    ----------
    path : Path
        A model file in floats, from `export.export`.
    out : Path
        Path of the new file, with the same card; one that exists is replaced as a whole, or not at all.
    calibration : Sequence[Input]
        Batches that show the ranges of the activations.
    compared : Sequence[Input]
        Other batches, to compare the answers on.
    keep : Sequence[str]
        Parts of the names of convolutions that stay in floats.
    check : Check | None
        Compares the two models; None compares their log-probabilities by `check_agreement`.

    Raises
    ------
    ParityError
        The answers differ too much. Nothing is written then.
    """
    file = read_model(path)
    made = quantise(widen_weights(onnx.load_model_from_string(file.data)), calibration, keep)
    data = made.SerializeToString()
    floats, integers = Session(file), Session(ModelFile(file.card, data, str(out)))
    if check is None:
        check_agreement([(floats.run(batch), integers.run(batch)) for batch in compared])
    else:
        check(floats, integers, compared)
    write_model(out, data, file.card)
    return read_model(out)


def check_agreement(answers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> None:
    """Raise `ParityError` unless pairs of log-probabilities (B, T, K) agree on most frames."""
    divergence, changed, frames = 0.0, 0, 0
    for wanted, found in answers:
        frames += wanted.shape[0] * wanted.shape[1]
        divergence += float((np.exp(wanted) * (wanted - found)).sum())
        changed += int((wanted.argmax(-1) != found.argmax(-1)).sum())
    divergence, part = divergence / frames, changed / frames
    if not (divergence <= MOST_DIVERGENCE and part <= MOST_CHANGED):  # a NaN fails too
        raise ParityError(
            f"in integers the model answers otherwise: {divergence:.4f} nats a frame "
            f"(at most {MOST_DIVERGENCE}), {part:.1%} of the frames changed (at most {MOST_CHANGED:.0%})"
        )
