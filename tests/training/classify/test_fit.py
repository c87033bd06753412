"""Training a classifier: it learns, one seed gives one result, a stopped run goes on to the same weights."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from labelled_blobs import blobs

from sutja.data.sets.readers import read_mnist
from sutja.errors import TrainingError
from sutja.nets.convnet import ConvNet
from sutja.nets.mlp import Mlp
from sutja.training import callbacks, checkpoint
from sutja.training.classify.fit import ClassifyConfig, fit_classifier, predict_log_proba

PLAIN = ClassifyConfig(epochs=4, batch_size=32, lr=1e-2, device="cpu", dtype="float32", threads=1)
QUIET = {"log": lambda line: None}


def mlp(dropout=0.0):
    torch.manual_seed(0)
    return Mlp(64, (16,), 4, dropout=dropout)


def weights(fitted):
    return torch.cat([tensor.flatten().double() for tensor in fitted.net.state_dict().values()])


class Stop(BaseException):
    """Stands in for Ctrl-C."""


def stopped(net, X, y, config, folder, monkeypatch, at):
    """A run that is stopped after step ``at``, with a checkpoint at every third step."""

    def on_step(self, state, loss):
        if state.step % 3 == 0:
            self.save(state)
        if state.step == at:
            raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Checkpoints, "on_step", on_step)
        with pytest.raises(Stop):
            fit_classifier(net, X, y, config, folder=folder, **QUIET)


@pytest.mark.parametrize("kind", ["float32", "uint8"])
def test_it_learns(kind):
    X, y = blobs(400)
    if kind == "uint8":
        X = np.clip(60 + 60 * X, 0, 255).astype(np.uint8)
    fitted = fit_classifier(
        mlp(), X[:300], y[:300], replace(PLAIN, epochs=12), validation=(X[300:], y[300:]), **QUIET
    )
    assert fitted.history[-1]["validation_error"] < 0.05 < fitted.history[0]["loss"]
    assert len(fitted.history) == 12
    log_probs = predict_log_proba(fitted.net, X, batch_size=64)
    assert log_probs.shape == (400, 4)
    assert log_probs.dtype == np.float32
    assert np.allclose(np.exp(log_probs).sum(1), 1, atol=1e-5)
    assert not fitted.net.training
    assert fitted.engine == {"device": "cpu", "dtype": "float32", "threads": 1}


def test_one_batch_is_learned_by_heart():
    X, _ = blobs(32)
    y = np.random.default_rng(1).integers(0, 4, 32)  # labels that mean nothing
    fitted = fit_classifier(mlp(), X, y, replace(PLAIN, epochs=300), **QUIET)
    assert fitted.history[-1]["loss"] < 1e-2


def test_same_seed_same_weights_and_the_network_given_stays_as_it_was():
    X, y = blobs()
    net = mlp(dropout=0.2)
    before = torch.cat([p.detach().flatten() for p in net.parameters()]).clone()
    rng = torch.get_rng_state()
    config = replace(PLAIN, augment="strong", ema=0.9)
    one, two = (weights(fit_classifier(net, X, y, config, **QUIET)) for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, weights(fit_classifier(net, X, y, replace(config, seed=1), **QUIET)))
    assert torch.equal(before, torch.cat([p.detach().flatten() for p in net.parameters()]))
    assert torch.equal(rng, torch.get_rng_state())


CONFIGS = {
    "adamw, average, drop-out, augmentation": (0.3, replace(PLAIN, ema=0.9, augment="strong", clip=1.0)),
    "sgd": (0.0, replace(PLAIN, optimiser="sgd", lr=0.1, schedule="linear", label_smoothing=0.1)),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_stopped_run_goes_on_to_the_same_weights(name, tmp_path, monkeypatch):
    dropout, config = CONFIGS[name]
    X, y = blobs()  # 6 batches and a quarter an epoch
    monkeypatch.setattr("sutja.training.classify.batches.CHUNK", 64)
    whole = fit_classifier(mlp(dropout), X, y, config, **QUIET)
    for at in (1, 7, 16):
        folder = tmp_path / str(at)
        stopped(mlp(dropout), X, y, config, folder, monkeypatch, at)
        resumed = fit_classifier(mlp(dropout), X, y, config, folder=folder, resume=True, **QUIET)
        assert torch.equal(weights(whole), weights(resumed))
        assert resumed.steps == whole.steps
        losses = [row["loss"] for row in whole.history]
        assert losses == [row["loss"] for row in resumed.history]


def test_a_network_with_norms_is_resumed_to_the_same_weights(tmp_path, monkeypatch):
    X, y = blobs(100)
    torch.manual_seed(0)
    net = ConvNet("s", (1, 8, 8), 4)
    config = replace(PLAIN, epochs=2, ema=0.9, dtype="bfloat16")
    whole = fit_classifier(net, X, y, config, **QUIET)
    stopped(net, X, y, config, tmp_path, monkeypatch, 4)
    assert torch.equal(
        weights(whole), weights(fit_classifier(net, X, y, config, folder=tmp_path, resume=True, **QUIET))
    )


KILLED = """
import sys, numpy as np, torch
from pathlib import Path
from sutja.nets.mlp import Mlp
from sutja.training import callbacks
from sutja.training.classify import fit as classify
callbacks.CHECKPOINT_EVERY = 0.0
folder = Path(sys.argv[1])
X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
torch.manual_seed(0)
config = classify.ClassifyConfig(
    epochs=4, batch_size=32, lr=1e-2, device="cpu", dtype="float32", threads=1, ema=0.9
)
def on_epoch(history):
    if len(history) == 2:
        print("second epoch", flush=True)
        import time; time.sleep(60)
quiet = {"log": lambda line: None, "on_epoch": on_epoch}
classify.fit_classifier(Mlp(64, (16,), 4), X, y, config, folder=folder, **quiet)
"""


def test_a_killed_process_loses_nothing(tmp_path):
    X, y = blobs()
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, env=os.environ, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "second epoch\n"
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    config = replace(PLAIN, ema=0.9)
    resumed = fit_classifier(mlp(), X, y, config, folder=tmp_path, resume=True, **QUIET)
    assert torch.equal(weights(resumed), weights(fit_classifier(mlp(), X, y, config, **QUIET)))


def test_a_run_is_not_resumed_with_something_else(tmp_path):
    X, y = blobs()
    fit_classifier(mlp(), X, y, PLAIN, folder=tmp_path, **QUIET)
    other = y.copy()
    other[3] = (other[3] + 1) % 4
    for labels, config, name in ((other, PLAIN, "data"), (y, replace(PLAIN, lr=0.1), "lr")):
        with pytest.raises(TrainingError, match=rf"{name}: .* then, .* now"):
            fit_classifier(mlp(), X, labels, config, folder=tmp_path, resume=True, **QUIET)
    (tmp_path / checkpoint.NAME).write_bytes(b"half of it")
    with pytest.raises(TrainingError, match="no checkpoint"):
        fit_classifier(mlp(), X, y, PLAIN, folder=tmp_path, resume=True, **QUIET)


def test_a_budget_of_time_is_kept_and_its_schedule_ends_with_it():
    X, y = blobs()
    begun = time.monotonic()
    fitted = fit_classifier(mlp(), X, y, replace(PLAIN, seconds=0.5), **QUIET)
    assert time.monotonic() - begun < 3
    assert 0.5 <= fitted.seconds < 1.5
    assert fitted.history[-1]["lr"] < 0.2 * PLAIN.lr
    assert fitted.steps > 10


def broken(X, y):
    """What is wrong with the data → X, y, and what the error says."""
    nan = X.copy()
    nan[3, 0, 0, 0] = np.nan
    return {
        "NaN": (nan, y, "NaN"),
        "flat": (X[:, 0], y, "shape"),
        "few labels": (X, y[:-1], "200 pictures"),
        "one class": (X, y * 0, "only the class 0"),
        "too many": (X, y + 1, "classes 1 to 4"),
        "double": (X.astype(np.float64), y, "float64"),
        "nothing": (X[:0], y[:0], "no picture"),
        "wrong size": (X[:, :, :4], y, "cannot take"),
        "negative": (X, y - 1, "classes -1 to 2"),
    }


@pytest.mark.parametrize("what", broken(*blobs(4)))
def test_bad_data_is_refused_before_the_work(what):
    X, y, message = broken(*blobs())[what]
    with pytest.raises(TrainingError, match=message):
        fit_classifier(mlp(), X, y, PLAIN, **QUIET)


def test_a_loss_that_runs_away_is_an_error():
    X, y = blobs()
    with pytest.raises(TrainingError, match="learning rate"):
        fit_classifier(mlp(), X * 1e30, y, replace(PLAIN, lr=1e30, optimiser="sgd"), **QUIET)


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"lr": 0.0}, {"augment": "none"}, {"optimiser": "lbfgs"}, {"label_smoothing": 1.0}],
)
def test_choices_that_make_no_sense_are_refused(wrong):
    with pytest.raises(TrainingError, match=next(iter(wrong))):
        replace(PLAIN, **wrong)


def test_784_16_16_10_learns_real_digits(data_root):
    data = read_mnist(Path(data_root), "train")
    X = (data.images[:, None].astype(np.float32) / 255 - 0.13) / 0.31
    torch.manual_seed(0)
    config = replace(PLAIN, epochs=2, batch_size=128)
    fitted = fit_classifier(Mlp(), X[:20_000], data.labels[:20_000], config, **QUIET)
    wrong = predict_log_proba(fitted.net, X[50_000:]).argmax(1) != data.labels[50_000:]
    assert wrong.mean() < 0.09
