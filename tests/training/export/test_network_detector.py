"""Export of a detector: the file answers as the network does at any size, in floats and in integers."""

import numpy as np
import onnx
import pytest
import torch
from boxed_scenes import CLASSES, scene

from sutja.model_file import Card, Preprocessing, read_model
from sutja.nets.detector import Detector, DetectorConfig
from sutja.runtime import Session
from sutja.signals.preprocessing.frame_input import FrameParams, to_frame
from sutja.training.detect import quantise
from sutja.training.detect.quantise import make_frames, quantise_detector
from sutja.training.export import network as exporting
from sutja.training.export.network import ParityError, check_predictions, export

PARAMS = FrameParams(channels=3, longest=96)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = Detector(DetectorConfig(2, "s", 3)).train()
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for _ in range(4):  # running means and variances away from 0 and 1
            net(torch.from_numpy(rng.standard_normal((2, 3, 64, 96), np.float32)))
        for head in net.heads:
            head.answer.weight *= 30
            head.answer.bias[4:] = -1
    return net.eval()


def card():
    return Card("detect", "test", (), Preprocessing("frame", PARAMS.to_json()), classes=CLASSES)


def frames():
    return [
        to_frame(scene(seed, h, w, channels=3).pixels, PARAMS)
        for seed, (h, w) in enumerate([(64, 96), (96, 64), (160, 64)])
    ]


def test_the_file_answers_as_the_network_at_any_size(net, tmp_path):
    file = export(net, card(), tmp_path / "m.onnx", frames())
    assert read_model(tmp_path / "m.onnx").card == file.card
    batch = np.concatenate([frames()[0]] * 3)
    assert Session(file).run(batch).shape == (3, 6, 24 * 16 + 12 * 8 + 6 * 4 + 3 * 2)


def test_norms_are_folded_and_weights_take_half_the_bytes(net, tmp_path):
    export(net, card(), tmp_path / "m.onnx", frames())
    graph = onnx.load(tmp_path / "m.onnx").graph
    assert "BatchNormalization" not in {node.op_type for node in graph.node}
    large = [tensor for tensor in graph.initializer if np.prod(tensor.dims) >= 256]
    assert {tensor.data_type for tensor in large} == {onnx.TensorProto.FLOAT16}


def test_nothing_is_written_when_the_answers_differ(net, tmp_path, monkeypatch):
    plain = exporting.to_onnx

    def spoiled(stored, task, shape):
        with torch.no_grad():
            stored.heads[1].answer.bias[4] += 0.5
        model = plain(stored, task, shape)
        with torch.no_grad():
            stored.heads[1].answer.bias[4] -= 0.5
        return model

    monkeypatch.setattr(exporting, "to_onnx", spoiled)
    with pytest.raises(ParityError, match=r"differs from the network by 0\.5"):
        export(net, card(), tmp_path / "m.onnx", frames())
    assert not list(tmp_path.iterdir())
    with pytest.raises(ParityError, match="no picture to compare on"):
        export(net, card(), tmp_path / "m.onnx", [])


def test_edges_count_where_something_is_found_and_nan_never_passes():
    wanted = np.zeros((1, 5, 2), np.float32)
    wanted[0, 4] = [3.0, -20.0]
    found = wanted.copy()
    found[0, 0, 1], found[0, 4, 1] = 5.0, -30.0
    check_predictions(wanted, found, 1e-3)
    found[0, 0, 0] = 0.1
    with pytest.raises(ParityError, match=r"by 0\.1"):
        check_predictions(wanted, found, 1e-3)
    found[0, 4, 0] = np.nan
    with pytest.raises(ParityError):
        check_predictions(wanted, found, 1e9)
    with pytest.raises(ParityError, match="answers"):
        check_predictions(wanted, found[:, :, :1], 1e-3)


def test_integers_find_the_same_or_nothing_is_written(net, tmp_path, monkeypatch):
    export(net, card(), tmp_path / "m.onnx", frames())
    shown = make_frames([scene(seed, channels=3) for seed in range(4)], PARAMS)
    monkeypatch.setattr(quantise, "MOST_LOST", 1.0)
    file = quantise_detector(tmp_path / "m.onnx", tmp_path / "q.onnx", shown, shown)
    assert file.card.classes == CLASSES
    assert len(file.data) < 0.9 * len(read_model(tmp_path / "m.onnx").data)
    monkeypatch.setattr(quantise, "MOST_LOST", -1.0)
    with pytest.raises(ParityError, match="in integers the detector answers otherwise"):
        quantise_detector(tmp_path / "m.onnx", tmp_path / "other.onnx", shown, shown)
    assert not (tmp_path / "other.onnx").exists()
