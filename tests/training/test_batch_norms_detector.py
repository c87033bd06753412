"""A detector's model file goes on learning: norms put back, answers unchanged."""

import numpy as np
import onnx
import pytest
import torch

from sutja.errors import ModelFileError
from sutja.model_file import Card, Preprocessing, read_model, write_model
from sutja.model_file.bundled import bundled_path
from sutja.nets.detector import Detector, DetectorConfig
from sutja.training.batch_norms import load_folded_weights, restore_detector
from sutja.training.export.network import export, prepare_weights
from sutja.training.export.quantise import quantise, widen_weights


def frames(n, seed=0, side=64):
    return np.random.default_rng(seed).normal(0, 1, (n, 1, side, side)).astype(np.float32)


def exported(path, size="s"):
    torch.manual_seed(3)
    net = Detector(DetectorConfig(2, size, 1)).train()
    for head in net.heads:  # equal tensors are stored once; trained ones differ
        torch.nn.init.normal_(head.answer.bias)
    for seed in range(3):  # running means and variances away from 0 and 1
        net(torch.from_numpy(frames(4, seed)))
    net.eval()
    card = Card("detect", "test", (), Preprocessing("frame", {"channels": 1}), classes=("a", "b"))
    export(net, card, path, [frames(2, 8)])
    return net


@pytest.mark.parametrize("size", ["s", "m"])
def test_an_unfolded_detector_answers_as_the_file_and_still_trains(tmp_path, size):
    path = tmp_path / "m.onnx"
    trained = exported(path, size)
    net = restore_detector(path, frames(8, 5))
    assert net.config == trained.config
    image = torch.from_numpy(frames(2, 9, 96))
    with torch.no_grad():
        assert torch.allclose(net(image), prepare_weights(trained, "detect")(image), atol=2e-3)
        # in training a norm takes the batch's own statistics: those that it was settled on
        same = torch.from_numpy(frames(8, 5))
        assert torch.allclose(net.train()(same), net.eval()(same), atol=0.05)
    net.train()(image).square().mean().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert {name for name, _ in net.named_parameters()} == {name for name, _ in trained.named_parameters()}


def test_integers_are_unfolded_too(tmp_path):
    path, small = tmp_path / "m.onnx", tmp_path / "q.onnx"
    trained = exported(path)
    file = read_model(path)
    model = widen_weights(onnx.load_model_from_string(file.data))
    shown = [frames(2, seed) for seed in range(10)]
    write_model(small, quantise(model, shown, ("stem", "answer")).SerializeToString(), file.card)
    assert any(name.endswith("look.0.weight") for name in load_folded_weights(small))
    net = restore_detector(small, frames(8, 5))
    image = torch.from_numpy(frames(2, 9))
    with torch.no_grad():
        assert torch.allclose(net(image), prepare_weights(trained, "detect")(image), atol=0.1)


def test_another_network_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="not to detect"):
        restore_detector(bundled_path("numbers"), frames(2))
    path = tmp_path / "m.onnx"
    exported(path)
    file = read_model(path)
    model = onnx.load_model_from_string(file.data)
    (tensor,) = (t for t in model.graph.initializer if t.name.startswith("stages.0.0.0.weight"))
    for node in model.graph.node:
        node.input[:] = [name + "x" if name == tensor.name else name for name in node.input]
    tensor.name += "x"
    write_model(path, model.SerializeToString(), file.card)
    with pytest.raises(ModelFileError, match="no detector of a size"):
        restore_detector(path, frames(2))
