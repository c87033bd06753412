"""The detector's network: shapes, sizes, and what a shift of the picture does."""

import pytest
import torch
from torch import nn

from sutja.boxes.decode import STRIDES
from sutja.nets.detector import SIZES, Detector, DetectorConfig


@pytest.mark.parametrize(("height", "width", "channels"), [(32, 32, 1), (64, 160, 3), (320, 96, 1)])
def test_every_cell_of_any_size_of_picture_has_an_answer(height, width, channels):
    net = Detector(DetectorConfig(5, "s", channels)).eval()
    answer = net(torch.zeros(2, channels, height, width))
    assert answer.shape == (2, 9, sum((height // s) * (width // s) for s in STRIDES))


def multiplications(net, image):
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += output.numel() * module.weight[0].numel()

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    net(image)
    return total


def test_the_dial_turns_up_the_work():
    work = [
        multiplications(Detector(DetectorConfig(2, size)).eval(), torch.zeros(1, 1, 64, 64)) for size in SIZES
    ]
    assert work == sorted(work)
    assert work[0] * 25 < 0.45e9  # of a frame of 320 px


def test_before_training_hardly_anything_is_there():
    torch.manual_seed(0)
    with torch.no_grad():
        scores = Detector(DetectorConfig(2)).eval()(torch.randn(1, 1, 64, 64))[:, 4:].sigmoid()
    assert 0.001 < float(scores.mean()) < 0.03


def test_a_picture_shifted_by_whole_cells_shifts_the_answer():
    torch.manual_seed(0)
    net = Detector(DetectorConfig(1)).double().eval()
    picture = torch.zeros(1, 1, 64, 1536).double()
    picture[..., 700:760] = torch.randn(60)
    moved = torch.roll(picture, 32, 3)
    for stride in STRIDES:
        start = sum((64 // s) * (1536 // s) for s in STRIDES if s < stride)
        shape = (5, 64 // stride, 1536 // stride)
        one, other = (
            net(image)[0, :, start : start + shape[1] * shape[2]].reshape(shape) for image in (picture, moved)
        )
        inner = slice(400 // stride, 1000 // stride)  # away from the edges
        torch.testing.assert_close(torch.roll(one, 32 // stride, 2)[:, :, inner], other[:, :, inner])


@pytest.mark.parametrize("wrong", [{"size": "xl"}, {"classes": 0}, {"channels": 2}])
def test_what_makes_no_detector_is_refused(wrong):
    with pytest.raises(ValueError, match=r"detector|size"):
        DetectorConfig(**{"classes": 2, **wrong})
