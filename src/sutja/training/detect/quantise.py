"""A detector's convolutions in 8-bit integers, with a proof that it finds the same boxes.

The stem stays as it is, since it has few channels, and so does each head's last convolution: the fine steps
of logits and edges decide confidences and tight boxes. Letters: B batch, C channels, H, W.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from sutja.boxes.decode import Detections, decode
from sutja.boxes.nms import match_detections, merge_detections
from sutja.data.boxes.boxed_pictures import BoxedPicture
from sutja.model_file import ModelFile, read_model
from sutja.runtime import Session
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture, to_frame
from sutja.training.export.network import ParityError
from sutja.training.export.quantise import quantise_file

FrameArray = Float[NDArray[np.float32], "_ _ _ _"]  # (B, C, H, W), each of its own size
KEEP = ("stem", "answer")
LIKELY = 0.3  # boxes of this score count
LEAST_OVERLAP = 0.75  # of a box and the one that the integers give for it
MOST_LOST = 0.05  # part of the boxes that may have no such counterpart, either way


def quantise_detector(
    path: Path, out: Path, calibration: Sequence[FrameArray], compared: Sequence[FrameArray]
) -> ModelFile:
    """Write a model file with its convolutions in integers, and prove that it finds the same boxes.

    Parameters
    ----------
    path : Path
        A model file in floats, from `training.export.export`.
    out : Path
        Path of the new file, with the same card; one that exists is replaced as a whole, or not at all.
    calibration : Sequence[FrameArray]
        Frames that show the ranges of the activations; a few dozen real ones.
    compared : Sequence[FrameArray]
        Other frames, to compare on.

    Raises
    ------
    ParityError
        More than `MOST_LOST` of the boxes differ. Nothing is written then.
    """
    params = FrameParams.from_json(read_model(path).card.preprocessing.params)

    def check(floats: Session, integers: Session, frames: Sequence[FrameArray]) -> None:
        check_same_boxes(floats, integers, frames, params)

    return quantise_file(path, out, calibration, compared, keep=KEEP, check=check)


def check_same_boxes(
    floats: Session, integers: Session, frames: Sequence[FrameArray], params: FrameParams
) -> None:
    """Raise `ParityError` unless two networks find the same boxes, but for `MOST_LOST` of them."""
    lost = count = 0
    for frame in frames:
        one, other = (_found(session, frame, params) for session in (floats, integers))
        for these, those in ((one, other), (other, one)):
            sure = these.take(these.scores >= LIKELY)
            nothing = np.zeros(len(sure), np.bool_)
            answer = match_detections(those, sure.boxes, sure.labels, nothing, LEAST_OVERLAP)
            lost += len(sure) - int((answer >= 0).sum())
            count += len(sure)
    part = lost / count if count else 0.0
    if not part <= MOST_LOST:
        raise ParityError(
            f"in integers the detector answers otherwise: {part:.1%} of {count:,} boxes changed "
            f"(at most {MOST_LOST:.0%})"
        )


def _found(session: Session, frame: FrameArray, params: FrameParams) -> Detections:
    """Boxes of half that score on, so that one near the limit is not lost for it."""
    raw = session.run(frame)[0]
    detections = decode(raw, frame.shape[2], frame.shape[3], params.strides, LIKELY / 2)
    return merge_detections(detections, params.overlap, params.across)


def make_frames(pictures: Sequence[BoxedPicture], params: FrameParams) -> list[FrameArray]:
    """Pictures as the network sees them, to show or to compare on."""
    arrays = []
    for picture in pictures:
        pixels = picture.pixels
        arrays.append(to_frame(resize_picture(pixels, params.compute_size(*pixels.shape[:2])), params))
    return arrays
