"""A network of pointwise convolutions in integers answers as it does in floats, or is not written."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import nn

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, read_model
from sutja.training.export import pointwise
from sutja.training.export.network import ParityError, export

CLASSES = 1 + len(CHARSET)


class Small(nn.Module):
    """A stem, a block whose channels are weighed by their means, and a head."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, (8, 2), 1)
        self.squeeze = nn.Conv2d(16, 16, 1)
        self.widen = nn.Conv2d(16, 48, 1)
        self.narrow = nn.Conv2d(48, 16, 1)
        self.head = nn.Linear(16, CLASSES)

    def forward(self, image):
        x = torch.relu(self.stem(image))
        x = x * torch.sigmoid(self.squeeze(x.mean(dim=(2, 3), keepdim=True)))
        x = x + self.narrow(torch.nn.functional.gelu(self.widen(x)))
        return torch.log_softmax(self.head(x.mean(dim=2).transpose(1, 2)), dim=-1)


def crops(seed, n, width=64):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (1, 1, 32, width)).astype(np.float32) for _ in range(n)]


@pytest.fixture(scope="module")
def floats(tmp_path_factory):
    torch.manual_seed(0)
    net = Small().eval()
    net.head.weight.data *= 12  # answers that differ from frame to frame, as a trained network's do
    path = tmp_path_factory.mktemp("floats") / "m.onnx"
    export(net, Card("transcribe", "test", tuple(CHARSET), Preprocessing("text-line")), path, crops(9, 2))
    return path


def test_integers_answer_as_floats_do_and_one_pixel_stays(floats, tmp_path):
    found = pointwise.quantise_pointwise_file(floats, tmp_path / "q.onnx", crops(1, 30), crops(2, 5))
    assert found.card == read_model(floats).card
    model = onnx.load(tmp_path / "q.onnx")
    matrices = [t for t in model.graph.initializer if t.data_type == TensorProto.INT8 and len(t.dims) == 2]
    assert sorted(tuple(t.dims) for t in matrices) == [(16, 48), (48, 16)]
    assert any(t.name == "squeeze.weight.half" for t in model.graph.initializer)
    assert {opset.domain for opset in model.opset_import} <= {"", "ai.onnx"}


def test_nothing_is_written_when_the_answers_differ(floats, tmp_path, monkeypatch):
    monkeypatch.setattr(
        pointwise, "choose_ranges", lambda model, inputs: dict.fromkeys(inputs, (-1e-3, 1e-3))
    )
    with pytest.raises(ParityError, match="answers otherwise"):
        pointwise.quantise_pointwise_file(floats, tmp_path / "q.onnx", crops(1, 5), crops(2, 5))
    assert not (tmp_path / "q.onnx").exists()


def test_a_range_leaves_out_a_value_far_beyond_the_others_and_holds_0():
    rows = np.random.default_rng(0).uniform(0.5, 1.0, (20_000, 1)).astype(np.float32)
    rows[0] = 400.0
    low, high = min(pointwise._list_limits(rows), key=lambda limits: limits[1])
    assert high < 2.0
    rounded = pointwise.round_to_levels(rows[1:], (low, high))
    assert np.abs(rounded - rows[1:]).max() < 0.01
    assert pointwise.round_to_levels(np.zeros((1, 1), np.float32), (low, high)).item() == 0.0


def test_biases_take_what_integers_err_in_the_mean(floats):
    file = read_model(floats)
    model = pointwise.widen_weights(onnx.load_model_from_string(file.data))
    inputs = pointwise.sample_inputs(model, file, crops(1, 30))
    ranges = dict.fromkeys(inputs, (0.0, 0.5))  # clipped, so that there is an error in the mean
    before = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    pointwise.correct_biases(model, inputs, ranges)
    after = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert sorted(changed) == ["narrow.bias", "widen.bias"]
