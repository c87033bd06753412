"""Two processes that train together reach what one process reaches."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from labelled_blobs import blobs

from sutja.errors import TrainingError
from sutja.nets.lenet5 import LeNet5
from sutja.training import distributed
from sutja.training.classify.fit import ClassifyConfig, fit_classifier

PROGRAM = """
import sys, numpy as np, torch
from pathlib import Path
from sutja.nets.lenet5 import LeNet5
from sutja.training import distributed
from sutja.training.classify.fit import ClassifyConfig, fit_classifier
folder = Path(sys.argv[1])
X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
config = ClassifyConfig(**eval(sys.argv[2]))
with distributed.processes() as rank:
    assert distributed.world_size() == 2
    torch.manual_seed(rank)  # the first one's weights count
    fitted = fit_classifier(LeNet5(4), X, y, config, folder=folder / "run", log=lambda line: None)
    try:
        fit_classifier(LeNet5(4), X, y, ClassifyConfig(seconds=1.0), log=print)
    except Exception as error:
        print(f"{type(error).__name__} {error}\\n", end="", flush=True)  # in one piece: two processes print
values = torch.cat([p.detach().flatten() for p in fitted.net.parameters()])
np.save(folder / f"weights{rank}.npy", values.numpy())
"""


def test_two_processes_reach_what_one_reaches(tmp_path):
    X, y = blobs(136, side=28)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    choices = {
        "epochs": 2,
        "batch_size": 16,
        "lr": 1e-3,
        "optimiser": "sgd",
        "augment": "light",
        "ema": 0.9,
        "device": "cpu",
        "dtype": "float32",
        "threads": 1,
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node",
            "2",
            "--no-python",
            sys.executable,
            "-c",
            PROGRAM,
            str(tmp_path),
            repr(choices),
        ],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "silently incorrect" not in done.stderr
    assert done.stdout.count("TrainingError seconds: several processes have no common clock") == 2
    torch.manual_seed(0)
    alone = fit_classifier(LeNet5(4), X, y, ClassifyConfig(**choices), log=lambda line: None)
    expected = torch.cat([p.detach().flatten() for p in alone.net.parameters()]).numpy()
    both = [np.load(tmp_path / f"weights{rank}.npy") for rank in range(2)]
    assert np.array_equal(both[0], both[1])
    assert np.abs(both[0] - expected).max() < 1e-5
    assert np.abs(expected).max() > 0.1
    assert (tmp_path / "run" / "checkpoint.pt").is_file()


def test_alone_it_does_nothing():
    assert (distributed.rank(), distributed.world_size()) == (0, 1)
    tensor = torch.tensor([3.0])
    distributed.average_([tensor])
    distributed.broadcast_([tensor])
    assert tensor == 3.0
    with distributed.processes() as rank:
        assert rank == 0


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch):
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    X, y = blobs(40)
    with pytest.raises(TrainingError, match="multiple of the 2 processes"):
        fit_classifier(LeNet5(4), X, y, ClassifyConfig(batch_size=15, device="cpu"))
