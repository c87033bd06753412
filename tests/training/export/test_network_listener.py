"""The exported listener answers as the network does, or is not written."""

import numpy as np
import pytest
import torch

from sutja.grammar.number_words import WORDS
from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.listener import Listener, ListenerConfig
from sutja.runtime import Session
from sutja.signals.preprocessing.log_mel import LogMelParams
from sutja.training.batch_norms import restore_batch_norms
from sutja.training.export import network as exporting
from sutja.training.export.network import ParityError

CARD = Card("listen", "small", (), Preprocessing("log-mel", LogMelParams().to_json()), classes=WORDS)


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = Listener(ListenerConfig(1 + len(WORDS), (8, 8, 16), 32, 1))
    with torch.no_grad():
        net(torch.rand(4, 200, 64))  # norms get statistics that folding must keep
    return net.eval()


def recordings():
    rng = np.random.default_rng(0)
    return [rng.uniform(0, 3, (b, t, 64)).astype(np.float32) for b, t in ((1, 3), (2, 100), (1, 257))]


def test_the_file_answers_as_the_network_does(net, tmp_path):
    path = tmp_path / "model.onnx"
    exporting.export(net, CARD, path, recordings())
    assert read_model(path).card == CARD


def test_a_file_that_answers_otherwise_is_not_written(net, tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    other = Listener(net.config).eval()
    whole = exporting.to_onnx
    stored = exporting.prepare_weights(other, "listen")
    monkeypatch.setattr(exporting, "to_onnx", lambda net, task, shape: whole(stored, task, shape))
    with pytest.raises(ParityError, match="differs"):
        exporting.export(net, CARD, path, recordings())
    assert not path.exists()


def test_nothing_to_compare_on_is_no_proof(net, tmp_path):
    with pytest.raises(ParityError, match="no recording"):
        exporting.export(net, CARD, tmp_path / "model.onnx", [])


def test_a_file_becomes_a_network_again(net, tmp_path):
    """Norms are put back so that it answers as the file does, and goes on learning from there."""
    path = tmp_path / "model.onnx"
    file = exporting.export(net, CARD, path, recordings())
    again = Listener(net.config)
    features = torch.rand(4, 160, 64)
    restore_batch_norms(again, path, features)
    with torch.no_grad():
        answer = again(features).numpy()
    np.testing.assert_allclose(answer, Session(file).run(features.numpy()), atol=2e-3)
