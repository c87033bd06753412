"""Integers answer as the floats do, in fewer bytes, and nothing is written when they do not."""

import numpy as np
import onnx
import pytest
import torch

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training.export import quantise
from sutja.training.export.network import ParityError, export


def crops(seed, n=6, width=64):
    """Strokes on nothing, as normalised crops have them."""
    rng = np.random.default_rng(seed)
    return [(rng.random((1, 1, 32, width)) < 0.15).astype(np.float32) for _ in range(n)]


@pytest.fixture(scope="module")
def floats(tmp_path_factory):
    torch.manual_seed(0)
    net = Transcriber(TranscriberConfig(1 + len(CHARSET), (8, 8, 16, 16), 32, 2)).train()
    for seed in range(4):  # running means and variances away from 0 and 1
        net(torch.from_numpy(np.concatenate(crops(seed))))
    net.head.weight.data *= 12  # answers that differ from frame to frame, as a trained network's do
    path = tmp_path_factory.mktemp("floats") / "m.onnx"
    export(net.eval(), Card("transcribe", "test", tuple(CHARSET), Preprocessing("normalise")), path, crops(9))
    return path


def test_integers_answer_as_floats_do(floats, tmp_path):
    found = quantise.quantise_file(floats, tmp_path / "q.onnx", crops(1, 30), crops(2, 10))
    assert found.card == read_model(floats).card
    model = onnx.load(tmp_path / "q.onnx")
    kernels = [t for t in model.graph.initializer if len(t.dims) == 4]
    integers = [t.name for t in kernels if t.data_type == onnx.TensorProto.INT8]
    assert [name.split(".weight")[0] for name in integers[:2]] == ["look.1.0", "look.2.0"]
    assert not any(kept in name for name in integers for kept in quantise.KEEP)
    assert {opset.domain for opset in model.opset_import} <= {"", "ai.onnx"}


def test_nothing_is_written_when_the_answers_differ(floats, tmp_path, monkeypatch):
    whole = quantise.quantise

    def damaged(model, calibration, keep):
        made = whole(model, calibration, keep)
        head = next(t for t in made.graph.initializer if t.name == "head.weight")
        head.CopyFrom(onnx.numpy_helper.from_array(-onnx.numpy_helper.to_array(head), head.name))
        return made

    monkeypatch.setattr(quantise, "quantise", damaged)
    with pytest.raises(ParityError, match="answers otherwise"):
        quantise.quantise_file(floats, tmp_path / "q.onnx", crops(1), crops(2, 10))
    assert not (tmp_path / "q.onnx").exists()


def test_answers_that_are_no_numbers_are_refused():
    good = np.zeros((1, 2, 3), np.float32)
    with pytest.raises(ParityError):
        quantise.check_agreement([(good, np.full_like(good, np.nan))])
