"""From a trained listener to a model file, checked against the network it came from.

Weights are stored in half the bits, as those of the transcriber. Letters: B batch, T frames, M mel bands.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from sutja.model_file import Card, ModelFile, read_model, write_model
from sutja.nets.listener import Listener
from sutja.runtime import Session
from sutja.training.export import (
    OPSET,
    ROUNDING,
    TOLERANCE,
    ParityError,
    check_parity,
    fold_batch_norms,
    store_as_float16,
)

Features = Float[NDArray[np.float32], "_ _ _"]  # (B, T, M), each of its own length
_LEAST_ELEMENTS = 256  # smaller tensors stay as they are


def prepare_listener(net: Listener) -> Listener:
    """What is stored: norms folded into convolutions, large weights rounded to float16."""
    ready = fold_batch_norms(net)
    assert isinstance(ready, Listener)
    with torch.no_grad():
        for parameter in ready.parameters():
            if parameter.numel() >= _LEAST_ELEMENTS:
                parameter.copy_(parameter.half().float())
    return ready.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def listener_to_onnx(net: Listener) -> bytes:
    """The network as an ONNX model: "features" (B, T, M) → "log_probs" (B, U, K), of any B and T."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            net,
            (torch.zeros(1, 128, 64),),
            path,
            input_names=["features"],
            output_names=["log_probs"],
            dynamic_axes={"features": {0: "B", 1: "T"}, "log_probs": {0: "B", 1: "U"}},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    store_as_float16(model)
    model.producer_name = "sutja"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def export_listener(net: Listener, card: Card, path: Path, features: Sequence[Features]) -> ModelFile:
    """Write a model file, and prove that it answers as the network does.

    Parameters
    ----------
    net : Listener
        The trained network.
    card : Card
        What goes with it; its task is "listen".
    path : Path
        Where the file goes; what is there is replaced at one stroke, or not at all.
    features : Sequence[Features]
        Batches (B, T, M) of real recordings to compare on, of several lengths.

    Raises
    ------
    ParityError
        The file's answer differs from the stored network's by more than `export.TOLERANCE`, or that one's
        from the trained network's by more than `export.ROUNDING`. Nothing is written then.
    """
    if not features:
        raise ParityError("there is no recording to compare on")
    net = copy.deepcopy(net).cpu().eval()
    stored_net = prepare_listener(net)
    data = listener_to_onnx(stored_net)
    session = Session(ModelFile(card, data, str(path)))
    for batch in features:
        with torch.no_grad():
            trained = net(torch.from_numpy(batch)).numpy()
            stored = stored_net(torch.from_numpy(batch)).numpy()
        check_parity(stored, session.run(batch), TOLERANCE)
        check_parity(trained, stored, ROUNDING)
    write_model(path, data, card)
    return read_model(path)
