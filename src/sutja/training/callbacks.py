"""Callbacks of the training loop: progress, history, checkpoints, the stop signal."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor

from sutja.errors import TrainingError
from sutja.training.loop import Budget, Callback, State

CHECKPOINT_EVERY = 5.0  # seconds
_LINE_EVERY = 10.0  # seconds, of progress within an epoch
_ROW_LINE_EVERY = 1.0  # seconds, of progress where rows of the history come fast

Row = Mapping[str, float]
Log = Callable[[str], None]
OnEpoch = Callable[[Sequence[Row]], None]
Evaluate = Callable[[State], dict[str, float]]


class Progress(Callback):
    """Log lines of progress: position, loss, rate and time left.

    A line comes every ten seconds, and with each row of the history, at most one a second.

    Parameters
    ----------
    log : Log
        Takes a line.
    budget : Budget
        Length of the run.
    describe : Callable[[Row], str]
        Words for the figures of a row beside its loss, "" for none.
    batches_per_epoch : int
        Batches an epoch; 0 counts steps instead of epochs.
    batch_size : int
        Items a step, where the rate is to be given in items; 0 gives steps.
    """

    def __init__(
        self,
        log: Log,
        budget: Budget,
        describe: Callable[[Row], str],
        *,
        batches_per_epoch: int = 0,
        batch_size: int = 0,
    ) -> None:
        self._log, self._budget, self._describe = log, budget, describe
        self._batches, self._batch_size = batches_per_epoch, batch_size
        self._logged_at, self._rows = time.monotonic(), 0

    def on_start(self, state: State) -> None:
        """Count the time and the rows from here on."""
        self._logged_at, self._rows = time.monotonic(), len(state.history)

    def on_step(self, state: State, loss: Tensor) -> None:
        """Log the mean loss of the epoch so far, or a new row."""
        if len(state.history) > self._rows:
            self._log_row(state)
        elif time.monotonic() - self._logged_at >= _LINE_EVERY:
            self._log_line(state, f"loss {float(state.loss_sum) / state.batch:.4f}")

    def on_epoch(self, state: State, batches: int) -> None:
        """Log a new row."""
        if len(state.history) > self._rows:
            self._log_row(state)

    def _log_row(self, state: State) -> None:
        self._rows = len(state.history)
        if time.monotonic() - self._logged_at < _ROW_LINE_EVERY and not self._budget.is_spent(state):
            return
        row = state.history[-1]
        figures = self._describe(row)
        self._log_line(state, f"loss {row['loss']:.4f}{', ' if figures else ''}{figures}")

    def _log_line(self, state: State, figures: str) -> None:
        self._logged_at = time.monotonic()
        if self._batches:
            epochs = "" if self._budget.seconds else f"/{self._budget.steps // self._batches}"
            position = f"epoch {state.epoch + state.batch / self._batches:.3g}{epochs}"
        else:
            position = f"step {state.step:,}/{self._budget.steps:,}"
        steps = state.step / max(1e-9, state.seconds())
        rate = f"{steps * self._batch_size:,.0f}/s" if self._batch_size else f"{steps:.2f} steps/s"
        self._log(f"{position}: {figures}; {rate}, {self._budget.seconds_left(state):,.0f} s left")


class History(Callback):
    """Add a row to the history now and then, with the results on validation data.

    Parameters
    ----------
    lr : Callable[[State], float]
        Learning rate of the next step.
    evaluate : Evaluate
        Measures the network; gives figures by name, or none where no evaluation is due.
    on_row : OnEpoch | None
        Takes the history after each new row.
    every : int
        Steps between rows; 0 adds a row an epoch.
    last : int
        The last step, which gets a row too, where steps are counted.
    window : int
        Last steps whose mean loss a row has, where steps are counted.
    is_due : Callable[[State], bool] | None
        Asked after each step, where no steps are counted, if a row is due within the epoch; None for never.

    Raises
    ------
    TrainingError
        The loss is not finite any more.
    """

    def __init__(
        self,
        lr: Callable[[State], float],
        evaluate: Evaluate,
        on_row: OnEpoch | None = None,
        *,
        every: int = 0,
        last: int = 0,
        window: int = 50,
        is_due: Callable[[State], bool] | None = None,
    ) -> None:
        self._is_due = is_due
        self._lr, self._evaluate, self._on_row, self._every, self._last = lr, evaluate, on_row, every, last
        self._losses: deque[Tensor] = deque(maxlen=window)

    def on_step(self, state: State, loss: Tensor) -> None:
        """Add a row where one is due."""
        if not self._every:
            if self._is_due is not None and self._is_due(state):
                self._add(state, float(state.loss_sum) / state.batch, f"in epoch {state.epoch}")
            return
        self._losses.append(loss)
        if state.step % self._every == 0 or state.step == self._last:
            mean = float(torch.stack(list(self._losses)).mean())
            self._add(state, mean, f"at step {state.step}")

    def on_epoch(self, state: State, batches: int) -> None:
        """Add a row, unless steps are counted."""
        if not self._every:
            self._add(state, float(state.loss_sum) / batches, f"in epoch {state.epoch}")

    def _add(self, state: State, loss: float, when: str) -> None:
        if not math.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} {when}",
                where="training",
                remedy="take a smaller learning rate, or look for extreme values in the data",
            )
        row = {
            "epoch": float(state.epoch),
            "step": float(state.step),
            "seconds": state.seconds(),
            "lr": self._lr(state),
            "loss": loss,
        }
        state.history.append(row | self._evaluate(state))
        if self._on_row is not None:
            self._on_row(state.history)


class Checkpoints(Callback):
    """Write a checkpoint every few seconds, at the start of a run and at its end.

    Parameters
    ----------
    path : Path | None
        File of the checkpoint; None keeps none.
    parts : Mapping[str, Any]
        Further parts of the checkpoint beside the state, by name.
    every : float | None
        Seconds between two checkpoints; None for `CHECKPOINT_EVERY`, infinity for one at each row of the
        history.
    """

    def __init__(self, path: Path | None, parts: Mapping[str, Any], every: float | None = None) -> None:
        self._path, self._parts, self._every = path, parts, every
        self._saved_at, self._rows = time.monotonic(), 0

    def on_start(self, state: State) -> None:
        """Write a first checkpoint of a fresh run, where seconds are counted."""
        self._saved_at, self._rows = time.monotonic(), len(state.history)
        if state.step == 0 and not self._at_rows:
            self.save(state)

    def on_step(self, state: State, loss: Tensor) -> None:
        """Write a checkpoint where one is due."""
        if self._at_rows:
            if len(state.history) > self._rows:
                self.save(state)
        elif time.monotonic() - self._saved_at >= (CHECKPOINT_EVERY if self._every is None else self._every):
            self.save(state)

    def on_end(self, state: State) -> None:
        """Write the last checkpoint."""
        if not self._at_rows:
            self.save(state)

    @property
    def _at_rows(self) -> bool:
        return self._every == math.inf

    def save(self, state: State) -> None:
        """Write a checkpoint, unless the loss is not finite: the one before is worth more then."""
        self._saved_at, self._rows = time.monotonic(), len(state.history)
        if self._path and torch.isfinite(state.loss_sum):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            state.save(self._path, **self._parts)


class StopSignal(Callback):
    """Stop a run after its current step on Ctrl-C or SIGTERM, with a checkpoint.

    A second signal stops at once. Outside the main thread, where Python gives no signals, it does nothing.

    Parameters
    ----------
    save : Callable[[State], None]
        Writes the checkpoint.
    """

    def __init__(self, save: Callable[[State], None]) -> None:
        self._save, self._received = save, False
        self._before: dict[int, Any] = {}

    def on_start(self, state: State) -> None:
        """Listen for signals."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = True
        self.close()  # the next one is handled as before

    def on_step(self, state: State, loss: Tensor) -> None:
        """Stop where a signal has come.

        Raises
        ------
        KeyboardInterrupt
            A signal has come.
        """
        if self._received:
            self._save(state)
            raise KeyboardInterrupt

    def close(self) -> None:
        """Give the signals back."""
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)
