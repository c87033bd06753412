"""Two processes with batch norms, one of which is killed midway, reach what one unbroken process reaches."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from labelled_blobs import blobs
from torch import nn

from sutja.training.classify.fit import ClassifyConfig, fit_classifier
from sutja.training.shared_norms import SharedBatchNorm2d, share_norms

CHOICES = {
    "epochs": 3,
    "batch_size": 16,
    "lr": 1e-3,
    "optimiser": "sgd",
    "augment": "light",
    "ema": 0.9,
    "device": "cpu",
    "dtype": "float32",
    "threads": 1,
}
KILLED_AT = 10  # steps, of 25

PROGRAM = """
import os, signal, sys, numpy as np, torch
from pathlib import Path
from test_shared_norms import CHOICES, KILLED_AT, make_net
from sutja.training import callbacks, distributed, loop
from sutja.training.classify.fit import ClassifyConfig, fit_classifier
folder = Path(sys.argv[1])
X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
callbacks.CHECKPOINT_EVERY = 0.0
with distributed.processes() as rank:
    if rank == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        step = loop.train_step
        def step_and_die(state, job, batch):
            if state.step == KILLED_AT:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(state, job, batch)
        loop.train_step = step_and_die
    own = folder / f"of-{rank}"  # as on machines that share no disk
    try:
        fit_classifier(make_net(), X, y, ClassifyConfig(seconds=1.0), log=print)
    except Exception as error:
        print(f"{type(error).__name__} {error}\\n", end="", flush=True)  # in one piece: two processes print
    fitted = fit_classifier(make_net(), X, y, ClassifyConfig(**CHOICES), folder=own, resume=True, log=print)
values = torch.cat([value.detach().flatten().float() for value in fitted.net.state_dict().values()])
np.save(folder / f"weights{rank}.npy", values.numpy())
"""


def make_net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 5, 2, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 6, 5, 2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(96, 4),
    )


def test_a_killed_process_costs_nothing_and_norms_are_those_of_one(tmp_path):
    X, y = blobs(136, side=28)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [*torchrun, "--max-restarts", "1", "--no-python", sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([here, *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"goes on after {KILLED_AT} steps" in done.stdout
    assert "silently incorrect" not in done.stderr
    assert "TrainingError seconds: several processes have no common clock" in done.stdout
    alone = fit_classifier(make_net(), X, y, ClassifyConfig(**CHOICES), log=lambda line: None)
    values = [value.detach().flatten().float() for value in alone.net.state_dict().values()]
    expected = torch.cat(values).numpy()
    both = [np.load(tmp_path / f"weights{rank}.npy") for rank in range(2)]
    assert np.array_equal(both[0], both[1])
    assert np.abs(both[0] - expected).max() < 1e-4
    assert (tmp_path / "of-0" / "checkpoint.pt").is_file()
    assert not (tmp_path / "of-1").exists()


@pytest.fixture
def two(monkeypatch):
    """A second process that holds what this one holds."""
    monkeypatch.setattr("sutja.training.distributed.world_size", lambda: 2)
    monkeypatch.setattr("torch.distributed.all_reduce", lambda tensor: tensor.mul_(2))


def test_the_norm_of_two_equal_parts_is_that_of_one(two):
    image = torch.randn(8, 3, 5, 6, requires_grad=True)
    alone, other = nn.BatchNorm2d(3), nn.Sequential(nn.BatchNorm2d(3))
    share_norms(other)
    assert isinstance(other[0], SharedBatchNorm2d)
    gradients = []
    for norm in (alone, other):
        out = norm(image)
        (out * torch.linspace(0, 1, 6)).sum().backward()
        gradients.append((image.grad.clone(), out.detach()))
        image.grad = None
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(alone.running_mean, other[0].running_mean)
    unbiased = alone.running_var - 0.9  # a tenth of the variance, over n - 1
    biased = 8 * 5 * 6 - 1, 2 * 8 * 5 * 6 - 1
    torch.testing.assert_close(unbiased * 2 * biased[0] / biased[1], other[0].running_var - 0.9)
