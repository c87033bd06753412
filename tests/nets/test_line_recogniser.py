"""The line recogniser's shapes, and that padding in a batch changes nothing where widths are the same."""

import numpy as np
import pytest
import torch

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.line_recogniser import LineRecogniser, LineRecogniserConfig
from sutja.training.export.network import export


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return LineRecogniser(LineRecogniserConfig(12)).eval()


@pytest.mark.parametrize("width", [32, 64, 160])
def test_a_frame_stands_for_eight_columns(net, width):
    with torch.no_grad():
        log_probs = net(torch.zeros(2, 1, 48, width))
    assert log_probs.shape == (2, width // 8, 12)
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(2, width // 8), atol=1e-5)


def test_an_answer_does_not_depend_on_the_others_of_its_batch(net):
    lines = torch.randn(3, 1, 48, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        together, alone = net(lines), net(lines[1:2])
    assert torch.allclose(together[1], alone[0], atol=1e-4)


def test_size():
    """The weights of PP-OCRv6's file beside its head, three batch norms folded and one channel for three."""
    in_file, norms, biases, channels = 3_003_720, 3 * 4 * 120, 3 * 120, 2 * 48 * 3 * 3
    head = 121  # of one class
    total = sum(p.numel() for p in LineRecogniser(LineRecogniserConfig(1)).parameters())
    assert total == in_file - norms + biases - channels + head


def test_its_file_can_be_read_by_who_does_not_trust_it(tmp_path):
    net = LineRecogniser(LineRecogniserConfig(len(CHARSET) + 1)).eval()
    card = Card(
        "transcribe", "drawn", tuple(CHARSET), Preprocessing("text-line", {"channels": 1, "height": 48})
    )
    made = export(net, card, tmp_path / "lines.onnx", [np.zeros((2, 1, 48, 96), np.float32)])
    assert read_model(tmp_path / "lines.onnx").card == made.card
