"""Export: the file answers as the network does, and nothing is written when it does not."""

import numpy as np
import onnx
import pytest
import torch

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.convnet import ConvNet, InkNet
from sutja.nets.lecun1989 import Lecun1989
from sutja.nets.lenet5 import LeNet5
from sutja.nets.mlp import Mlp
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.runtime import Session
from sutja.training.export import network as exporting


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
    found = exporting.export(net, card(), tmp_path / "m.onnx", pictures())
    assert read_model(tmp_path / "m.onnx").card == found.card


def test_weights_take_half_the_bytes(net, tmp_path):
    exporting.export(net, card(), tmp_path / "m.onnx", pictures())
    model = onnx.load(tmp_path / "m.onnx")
    large = [t for t in model.graph.initializer if np.prod(t.dims) >= 256]
    assert large
    assert {t.data_type for t in large} == {onnx.TensorProto.FLOAT16}


def test_export_fails_when_the_file_differs(net, tmp_path, monkeypatch):
    whole = exporting.to_onnx

    def damaged(stored, task, shape):
        model = onnx.load_model_from_string(whole(stored, task, shape))
        for tensor in model.graph.initializer:
            if tensor.name == "head.bias":
                array = onnx.numpy_helper.to_array(tensor).copy()
                array[0] += 0.05
                tensor.CopyFrom(onnx.numpy_helper.from_array(array, tensor.name))
        return model.SerializeToString()

    monkeypatch.setattr(exporting, "to_onnx", damaged)
    with pytest.raises(exporting.ParityError, match="differs"):
        exporting.export(net, card(), tmp_path / "m.onnx", pictures())
    assert not (tmp_path / "m.onnx").exists()


def test_export_fails_on_answers_that_are_no_numbers():
    good = np.zeros((1, 2, 3), np.float32)
    with pytest.raises(exporting.ParityError):
        exporting.check_log_probs(good, np.full_like(good, np.nan), 1.0)
    with pytest.raises(exporting.ParityError):
        exporting.check_log_probs(good, good[:, :1], 1.0)


CLASSIFIERS = {
    "mlp": (lambda: Mlp(12 * 10, (16, 16), 4), (1, 12, 10)),
    "lecun1989": (Lecun1989, (1, 16, 16)),
    "lenet5": (LeNet5, (1, 28, 28)),
    "convnet": (lambda: ConvNet("s", (3, 20, 24), 5), (3, 20, 24)),
    "large convnet": (lambda: ConvNet("l", (1, 28, 28), 10), (1, 28, 28)),
    "inknet": (lambda: InkNet(ConvNet("s", (3, 20, 24), 5)), (3, 20, 24)),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_answers_with_log_probabilities(name, tmp_path):
    make, shape = CLASSIFIERS[name]
    torch.manual_seed(0)
    net = make()
    if "conv" in name:
        net.train()(torch.rand(16, *shape))
    batch = np.random.default_rng(0).random((5, *shape), dtype=np.float32)
    n_classes = net.eval()(torch.from_numpy(batch)).shape[1]
    params = {"height": shape[1], "width": shape[2], "channels": shape[0], "mean": 0.0, "std": 1.0}
    classes = tuple(f"class {i}" for i in range(n_classes))
    card = Card("classify", name, (), Preprocessing("pixels", params), classes=classes)
    found = exporting.export(net, card, tmp_path / "m.onnx", [batch, batch[:1]])
    assert read_model(tmp_path / "m.onnx").card == found.card == card
    log_probs = Session(found).run(batch)
    assert log_probs.dtype == np.float32
    assert np.allclose(np.exp(log_probs).sum(1), 1, atol=1e-5)
    with torch.no_grad():
        expected = torch.log_softmax(net(torch.from_numpy(batch)), 1).numpy()
    assert np.allclose(np.exp(log_probs), np.exp(expected), atol=2e-3 if "large" in name else 1e-5)


def test_a_classifier_is_compared_on_pictures(tmp_path):
    card = Card("classify", "none", (), Preprocessing("pixels"), classes=tuple("abc"))
    with pytest.raises(exporting.ParityError, match="no picture"):
        exporting.export(Mlp(4, (), 3), card, tmp_path / "m.onnx", [])
