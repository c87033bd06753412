"""Recorded passes give what the network gives; the recording itself is tested where there is a GPU."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from sutja.nets.convnet import ConvNet
from sutja.training.classify import cuda_graphs
from sutja.training.classify.cuda_graphs import CudaGraph
from sutja.training.classify.fit import ClassifyConfig, fit_classifier

CONFIG = ClassifyConfig(epochs=2, batch_size=8, lr=1e-3, dtype="float32", threads=1)


def recorder(played):
    """Records nothing, but does to the network what recording does: passes in training mode."""

    def record(module, args):
        for _ in range(3):
            module(*args).sum().backward()

        def play(image):
            played.append(image.shape)
            return module(image)

        return play

    return record


def test_recording_leaves_the_network_as_it_was():
    net = ConvNet("s").train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    image = torch.rand(4, 1, 28, 28)
    seed = torch.get_rng_state()
    CudaGraph(net, image, torch.float32, recorder([]))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert torch.equal(seed, torch.get_rng_state())
    assert all(not parameter.grad.any() for parameter in net.parameters())


def test_batches_of_another_shape_go_the_usual_way():
    played = []
    net = ConvNet("s").train()
    graphed = CudaGraph(net, torch.rand(4, 1, 28, 28), torch.bfloat16, recorder(played))
    assert graphed(torch.rand(4, 1, 28, 28)).shape == (4, 10)
    assert graphed(torch.rand(3, 1, 28, 28)).shape == (3, 10)
    assert played == [(4, 1, 28, 28)]


def pictures():
    rng = np.random.default_rng(0)
    return rng.random((20, 1, 28, 28), np.float32), rng.integers(0, 10, 20)


def test_training_with_recorded_passes_is_the_same_training(monkeypatch):
    X, y = pictures()
    torch.manual_seed(0)
    net, played = ConvNet("s"), []
    plain = fit_classifier(net, X, y, CONFIG, log=lambda line: None)
    monkeypatch.setattr(cuda_graphs, "has_cuda_graphs", lambda device: True)
    monkeypatch.setattr(cuda_graphs, "CudaGraph", partial(CudaGraph, record=recorder(played)))
    recorded = fit_classifier(net, X, y, CONFIG, log=lambda line: None)
    assert played
    for one, other in zip(plain.net.parameters(), recorded.net.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.gpu
def test_a_graph_recorded_on_a_gpu_trains_as_the_usual_way_does(monkeypatch):
    X, y = pictures()
    torch.manual_seed(0)
    net = ConvNet("s")
    recorded = fit_classifier(net, X, y, replace(CONFIG, device="cuda"), log=lambda line: None)
    monkeypatch.setattr(cuda_graphs, "has_cuda_graphs", lambda device: False)
    plain = fit_classifier(net, X, y, replace(CONFIG, device="cuda"), log=lambda line: None)
    for one, other in zip(plain.net.parameters(), recorded.net.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)
