"""What goes on beside the steps of a run: progress, history, checkpoints, and a stop that loses nothing."""

import math
import os
import signal

import pytest
import torch
from torch import nn

from sutja.errors import TrainingError
from sutja.training import callbacks, checkpoint, loop
from sutja.training.callbacks import Checkpoints, History, Progress, StopSignal

BATCHES = 3


class Job(loop.Job):
    """Epochs of three batches that depend on their place alone."""

    def __init__(self, steps=12, seconds=0.0):
        self.budget = loop.Budget(steps, seconds)

    def batches(self, state):
        for index in range(state.batch, BATCHES):
            yield torch.rand(4, 2, generator=torch.Generator().manual_seed(BATCHES * state.epoch + index))

    def loss(self, net, batch):
        return net(batch).square().mean()

    def lr(self, state):
        return 0.01


def fresh():
    torch.manual_seed(0)
    return loop.State(nn.Linear(2, 1), "adamw", 0.01, 0.0, (0.9, 0.99), average=True)


def weights(state):
    return torch.cat([tensor.flatten() for tensor in state.net.state_dict().values()])


class Signals(loop.Callback):
    """Sends this process a signal after some steps."""

    def __init__(self, number, *steps):
        self.number, self.steps = number, steps

    def on_step(self, state, loss):
        if state.step in self.steps:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_ends_the_run_with_a_checkpoint_of_the_last_step(number, tmp_path):
    path, handlers = (
        tmp_path / checkpoint.NAME,
        [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)],
    )
    written = Checkpoints(path, {}, every=1000.0)
    state = fresh()
    with pytest.raises(KeyboardInterrupt):
        loop.fit(state, Job(), [written, Signals(number, 4), StopSignal(written.save)])
    assert state.step == 4
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
    resumed = fresh()
    resumed.load(checkpoint.read(path))
    assert (resumed.step, resumed.epoch, resumed.batch) == (4, 1, 1)
    assert torch.equal(weights(loop.fit(resumed, Job())), weights(loop.fit(fresh(), Job())))


def test_signals_are_given_back_at_the_end_of_a_run():
    before = signal.getsignal(signal.SIGINT)
    loop.fit(fresh(), Job(), [StopSignal(lambda state: None)])
    assert signal.getsignal(signal.SIGINT) is before


def test_the_history_has_a_row_an_epoch_or_a_row_every_so_many_steps():
    rows = []
    state = loop.fit(fresh(), Job(7), [History(lambda state: 0.5, lambda state: {"error": 0.1}, rows.append)])
    assert [row["step"] for row in state.history] == [3, 6, 7]
    assert all(row["lr"] == 0.5 and row["error"] == 0.1 for row in state.history)
    assert len(rows) == 3
    state = loop.fit(fresh(), Job(7), [History(lambda state: 0.5, lambda state: {}, every=5, last=7)])
    assert [(row["step"], row["epoch"]) for row in state.history] == [(5, 1), (7, 2)]


@pytest.mark.parametrize("every", [0, 2])
def test_a_loss_that_is_not_finite_ends_the_run(every):
    state = fresh()
    with torch.no_grad():
        state.flat.rows[0].fill_(math.nan)
    with pytest.raises(TrainingError, match="the loss became nan"):
        loop.fit(state, Job(), [History(lambda state: 0.5, lambda state: {}, every=every)])


def test_a_checkpoint_is_not_replaced_by_one_of_a_loss_that_is_not_finite(tmp_path):
    path, state = tmp_path / checkpoint.NAME, fresh()
    written = Checkpoints(path, {"more": 1})
    written.on_start(state)
    before = path.read_bytes()
    assert checkpoint.read(path)["more"] == 1
    state.loss_sum.fill_(math.inf)
    written.on_end(state)
    assert path.read_bytes() == before


def test_checkpoints_are_written_every_few_seconds_or_with_each_row(tmp_path, monkeypatch):
    def steps_saved(every):
        written, saved = Checkpoints(tmp_path / checkpoint.NAME, {}, every), []
        save = written.save
        monkeypatch.setattr(written, "save", lambda state: (saved.append(state.step), save(state)))
        loop.fit(fresh(), Job(6), [History(lambda state: 0.5, lambda state: {}, every=4, last=6), written])
        return saved

    assert steps_saved(1000.0) == [0, 6]
    assert steps_saved(math.inf) == [4, 6]
    monkeypatch.setattr(callbacks, "CHECKPOINT_EVERY", 0.0)
    assert steps_saved(None) == [0, 1, 2, 3, 4, 5, 6, 6]


def lines_of(job, monkeypatch, **counts):
    lines = []
    history = History(lambda state: 0.5, lambda state: {"error": 0.25})
    progress = Progress(lines.append, job.budget, lambda row: f"{row['error']} wrong", **counts)
    loop.fit(fresh(), job, [history, progress])
    return lines


def test_lines_of_progress_say_where_the_run_is(monkeypatch):
    assert len(lines_of(Job(6), monkeypatch)) == 1  # rows within a second have no line, but for the last
    monkeypatch.setattr(callbacks, "_ROW_LINE_EVERY", 0.0)
    monkeypatch.setattr(callbacks, "_LINE_EVERY", 0.0)
    lines = lines_of(Job(6), monkeypatch, batches_per_epoch=BATCHES, batch_size=4)
    assert len(lines) == 8
    assert lines[0].startswith("epoch 0.333/2: loss ")
    assert lines[3].startswith("epoch 1/2: loss ")
    assert "0.25 wrong" in lines[3]
    assert lines[-1].endswith("/s, 0 s left")
    assert lines_of(Job(6), monkeypatch)[0].startswith("step 1/6: loss ")
    assert "steps/s" in lines_of(Job(6), monkeypatch)[0]


def test_a_budget_of_time_is_measured_by_the_clock():
    state, budget = fresh(), loop.Budget(10, seconds=100.0)
    state.spent = 25.0
    position, length = budget.measure(state)
    assert position / length == pytest.approx(0.25, abs=0.01)
    assert budget.seconds_left(state) == pytest.approx(75.0, abs=1)
    assert not budget.is_spent(state)
    state.spent = 100.0
    assert budget.is_spent(state)
    assert loop.Budget(10).measure(state) == (0.0, 10.0)
