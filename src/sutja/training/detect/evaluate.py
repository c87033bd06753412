"""Batches of frames, and the evaluation of a network in training on whole pictures, as in use.

Letters: B pictures, C channels, H, W rows and columns, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from sutja.boxes.average_precision import BoxScores, GroundTruth, score_boxes
from sutja.boxes.decode import Detections, decode
from sutja.boxes.nms import merge_detections
from sutja.data.boxes.boxed_pictures import BoxedPicture
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture, to_frame
from sutja.training import loop
from sutja.training.detect.loss import Targets, make_targets

LEAST_SCORE = 0.01  # of the detections that are evaluated


@dataclass(frozen=True, slots=True)
class DetectBatch:
    """Frames as input of the network, and its targets."""

    image: Float[Tensor, "B C H W"]
    targets: Targets


def make_batch(
    frames: Sequence[BoxedPicture], params: FrameParams, device: torch.device | str = "cpu"
) -> DetectBatch:
    """Make a batch of frames of one size, whose sides are multiples of the strides."""
    pixels = np.stack([frame.pixels for frame in frames])
    height, width = pixels.shape[1:3]
    targets = make_targets(frames, height, width, params.strides)
    image = torch.from_numpy(pixels).to(device)
    image = image[:, None] if pixels.ndim == 3 else image.permute(0, 3, 1, 2)
    image = (image.float() * (1 / (255 * params.std)) - params.mean / params.std).contiguous(
        memory_format=torch.channels_last
    )
    return DetectBatch(image, targets.to(torch.device(device)))


def detect_boxes(
    net: nn.Module, picture: BoxedPicture, params: FrameParams, least: float = LEAST_SCORE
) -> Detections:
    """Detect boxes in a whole picture, in the picture's pixels."""
    pixels = picture.pixels
    h, w = pixels.shape[:2]
    size = params.compute_size(h, w)
    frame = to_frame(resize_picture(pixels, size), params)
    device = next(net.parameters()).device
    raw = loop.evaluation_step(net, torch.from_numpy(frame).to(device))[0].cpu().numpy()
    detections = decode(raw, frame.shape[2], frame.shape[3], params.strides, least)
    detections = merge_detections(detections, params.overlap, params.across)
    scale = np.array([w / size[1], h / size[0]] * 2, np.float32)
    boxes = (detections.boxes * scale).clip(0, np.array([w, h, w, h], np.float32))
    return Detections(boxes, detections.scores, detections.labels)


def measure_average_precision(
    net: nn.Module, pictures: Sequence[BoxedPicture], params: FrameParams, classes: Sequence[str]
) -> BoxScores:
    """Measure COCO's average precision of a network on whole pictures."""
    truth = [GroundTruth(picture.boxes, picture.labels, picture.ignore) for picture in pictures]
    return score_boxes(truth, [detect_boxes(net, picture, params) for picture in pictures], classes)
