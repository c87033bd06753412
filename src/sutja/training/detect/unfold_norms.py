"""From a detector's model file back to a network that can go on learning; how, `training.unfold` says.

Letters: B frames, C channels, H, W rows and columns.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from sutja.errors import ModelFileError
from sutja.model_file import read_model
from sutja.nets.detector import Detector, DetectorConfig
from sutja.training.unfold_norms import load_folded, put_back


def unfold_detector(path: Path, frames: Float[NDArray[np.float32], "B C H W"]) -> Detector:
    """The network of a detector's model file, with its norms put back.

    Parameters
    ----------
    path : Path
        A model file that `detect_export.export_detector` or `detect_quantise.quantise_detector` wrote.
    frames : Float[NDArray[float32], "B C H W"]
        What the training will show, as `sutja.signals.frame_input.to_frame` makes it, H and W multiples of
        32; the norms' statistics are those on them.

    Raises
    ------
    ModelFileError
        The file is no model file, or not one of a `Detector`.
    """
    card = read_model(path).card
    if card.task != "detect":
        raise ModelFileError(f"{path}: is a model to {card.task}, not to detect; pass a detector's file")
    net = Detector(DetectorConfig(len(card.classes), size_of(path), frames.shape[1]))
    put_back(net, path, torch.from_numpy(frames))
    return net


def size_of(path: Path) -> str:
    """Which size of `nets.detector.SIZES` the network of a model file has.

    Raises
    ------
    ModelFileError
        None of them.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in load_folded(path).items()}
    for size in ("s", "m", "l"):
        net = Detector(DetectorConfig(1, size))
        inner = (n for n, m in net.named_parameters() if m.dim() == 4 and n.startswith(("stages", "mix")))
        if all(shapes.get(name) == tuple(net.get_parameter(name).shape) for name in inner):
            return size
    raise ModelFileError(f"{path}: is no detector of a size that is trained here; begin from nothing")
