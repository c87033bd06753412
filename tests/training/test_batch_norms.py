"""A model file's network goes on learning: norms put back, answers unchanged."""

import numpy as np
import pytest
import torch

from sutja.charset import CHARSET
from sutja.errors import ModelFileError
from sutja.model_file import Card, Preprocessing
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training.batch_norms import average_networks, load_folded_weights, restore_transcriber
from sutja.training.export.network import export, fold_batch_norms, prepare_weights
from sutja.training.export.quantise import quantise_file


def crops(n, width, seed=0):
    return np.random.default_rng(seed).random((n, 1, 32, width), dtype=np.float32)


def exported(path, config=None):
    torch.manual_seed(3)
    net = Transcriber(config or TranscriberConfig(1 + len(CHARSET)))
    net.train()
    for seed in range(3):  # running means and variances away from 0 and 1
        net(torch.from_numpy(crops(4, 64, seed)))
    net.eval()
    export(net, Card("transcribe", "test", tuple(CHARSET), Preprocessing("normalise")), path, [crops(2, 64)])
    return net


def test_an_unfolded_network_answers_as_the_file_and_still_trains(tmp_path):
    path = tmp_path / "m.onnx"
    trained = exported(path)
    net = restore_transcriber(path, crops(8, 64, 5))
    image = torch.from_numpy(crops(2, 96, 9))
    with torch.no_grad():
        assert torch.allclose(net.eval()(image), prepare_weights(trained, "transcribe")(image), atol=1e-3)
        # in training a norm takes the batch's own statistics: near those it was settled on
        same = torch.from_numpy(crops(8, 64, 5))
        net.drop.p = 0.0
        assert torch.allclose(net.train()(same), net.eval()(same), atol=0.05)
    net.train()(image).exp()[..., 0].sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert {name for name, _ in net.named_parameters()} == {name for name, _ in trained.named_parameters()}


def test_integers_are_unfolded_too(tmp_path):
    path, small = tmp_path / "m.onnx", tmp_path / "q.onnx"
    trained = exported(path)
    quantise_file(path, small, [crops(1, 64, seed) for seed in range(20)], [crops(1, 64, 30)])
    net = restore_transcriber(small, crops(8, 64, 5)).eval()
    image = torch.from_numpy(crops(2, 96, 9))
    with torch.no_grad():
        assert torch.allclose(net(image), prepare_weights(trained, "transcribe")(image), atol=0.1)


def test_the_mean_of_networks_is_that_of_their_folded_weights(tmp_path):
    path = tmp_path / "m.onnx"
    began = exported(path)
    net = restore_transcriber(path, crops(8, 64, 5))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    image, ends = (
        torch.from_numpy(crops(2, 96, 9)),
        [load_folded_weights(path), fold_batch_norms(net).state_dict()],
    )
    with torch.no_grad():
        same = average_networks(net, [(0.0, ends[0]), (1.0, ends[1])]).eval()
        assert torch.allclose(same(image), net.eval()(image), atol=1e-3)
        assert torch.allclose(
            average_networks(net, [(1.0, ends[0]), (0.0, ends[1])]).eval()(image),
            prepare_weights(began, "transcribe")(image),
            atol=1e-3,
        )
    half = average_networks(net, [(0.5, ends[0]), (0.5, ends[1])])
    middle = fold_batch_norms(half).state_dict()
    for name, tensor in middle.items():
        assert torch.allclose(tensor, (ends[0][name] + ends[1][name]) / 2, atol=1e-4)


def test_a_network_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "m.onnx"
    exported(path, TranscriberConfig(1 + len(CHARSET), (8, 8, 16, 16), 32, 2))
    with pytest.raises(ModelFileError, match="no transcriber of the shape"):
        restore_transcriber(path, crops(2, 64))
