"""Export: the file answers as the network does, and nothing is written when it does not."""

import numpy as np
import onnx
import pytest
import torch

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training import export


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = Transcriber(TranscriberConfig(1 + len(CHARSET), (8, 8, 16, 16), 32, 2))
    net.train()
    for _ in range(4):  # running means and variances away from 0 and 1
        net(torch.rand(8, 1, 32, 64))
    return net.eval()


def card():
    return Card("transcribe", "test", tuple(CHARSET), Preprocessing("normalise"))


def pictures():
    rng = np.random.default_rng(0)
    return [rng.random((b, 1, 32, w), dtype=np.float32) for b, w in ((1, 32), (3, 96), (2, 200))]


def test_file_answers_as_the_network(net, tmp_path):
    found = export.export(net, card(), tmp_path / "m.onnx", pictures())
    assert read_model(tmp_path / "m.onnx").card == found.card


def test_weights_take_half_the_bytes(net, tmp_path):
    export.export(net, card(), tmp_path / "m.onnx", pictures())
    model = onnx.load(tmp_path / "m.onnx")
    large = [t for t in model.graph.initializer if np.prod(t.dims) >= 256]
    assert large
    assert {t.data_type for t in large} == {onnx.TensorProto.FLOAT16}


def test_export_fails_when_the_file_differs(net, tmp_path, monkeypatch):
    whole = export.to_onnx

    def damaged(stored):
        model = onnx.load_model_from_string(whole(stored))
        for tensor in model.graph.initializer:
            if tensor.name == "head.bias":
                array = onnx.numpy_helper.to_array(tensor).copy()
                array[0] += 0.05
                tensor.CopyFrom(onnx.numpy_helper.from_array(array, tensor.name))
        return model.SerializeToString()

    monkeypatch.setattr(export, "to_onnx", damaged)
    with pytest.raises(export.ParityError, match="differs"):
        export.export(net, card(), tmp_path / "m.onnx", pictures())
    assert not (tmp_path / "m.onnx").exists()


def test_export_fails_on_answers_that_are_no_numbers():
    good = np.zeros((1, 2, 3), np.float32)
    with pytest.raises(export.ParityError):
        export.check_parity(good, np.full_like(good, np.nan), 1.0)
    with pytest.raises(export.ParityError):
        export.check_parity(good, good[:, :1], 1.0)
