"""The benchmarks of detectors count what they say, on pictures of a few seconds."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
import steerable_detector
from boxed_scenes import scene, write_voc

from sutja.model_file import write_model
from sutja.runs.detect import load_parts
from sutja.runs.inputs import frames


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """The folder on the path, as it is for `python benchmarks/X.py`."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))


def kept(script, monkeypatch, tmp_path):
    """Let a script keep its figures in a file of the test's own."""
    path = tmp_path / "figures.json"
    monkeypatch.setattr(script, "make_result_path", lambda *_, **__: path)
    return path


def test_frames_are_timed_stage_by_stage(monkeypatch, tmp_path, capsys):
    script = importlib.import_module("detector")
    model = tmp_path / "steerable.onnx"
    write_model(model, steerable_detector.make_network(), steerable_detector.make_card())
    shown = [steerable_detector.picture(60, 80, lights=[(3, 3)], shades=[(9, 9)])]
    monkeypatch.setattr(script, "make_pictures", lambda channels, side: shown)
    monkeypatch.setattr(script, "SIZES", ("s",))
    path = kept(script, monkeypatch, tmp_path)
    script.main(["--model", str(model), "--side", "64", "--rounds", "3"])
    rows = json.loads(path.read_text())["rows"]
    assert [row["boxes"] for row in rows] == [2.0, 0.0, 0.0, 0.0, 0.0]
    assert rows[0]["frame"] == [1, 60, 80]
    for row in rows:
        assert row["whole_ms"]["least"] <= row["whole_ms"]["median"] <= row["whole_ms"]["p95"]
        assert set(row["stages_ms"]) == {"frame", "network", "decode", "merge"}
    assert rows[1]["macs"] == pytest.approx(424e6 / 25, rel=0.15)  # without those with what is filled up
    assert "untrained s" in capsys.readouterr().out


def test_a_training_is_timed_and_measured(monkeypatch, tmp_path, capsys):
    script = importlib.import_module("bccd")
    folder = write_voc(tmp_path / "cells", [scene(seed, 48, 64) for seed in range(8)], train=range(6))
    monkeypatch.setattr(script.detect, "load_parts", lambda data, log: load_parts(folder, log))
    monkeypatch.setattr(frames, "LEAST_LONGEST", 64)
    path = kept(script, monkeypatch, tmp_path)
    script.main(["--epochs", "1"])
    content = json.loads(path.read_text())
    (run,) = content["runs"]
    assert run["part"].startswith("validation")  # the test part is not looked at
    assert run["cpu_minutes"] > 0
    assert content["summary"]["ap50"] == pytest.approx(run["ap50"], abs=1e-3)
    script.main(["--epochs", "1", "--part", "test"])
    assert json.loads(path.read_text())["runs"][0]["part"] == "test"
    assert "CPU minutes" in capsys.readouterr().out
    assert np.isfinite(run["ap"])
