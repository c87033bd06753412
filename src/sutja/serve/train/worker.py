"""The process that trains: commands come in as lines of JSON, and what happens goes out as lines.

It is the only part of the server that needs torch. It ends with the server, whose pipe it reads.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SutjaError
from sutja.serve.page.networks import SIDE, pack

if TYPE_CHECKING:
    from sutja.runs.live import LiveTraining, Moment

Command = dict[str, Any]
MOST_SHOWN = 64  # neurons or maps of the first layer


class Worker:
    """Obeys commands, also while it trains.

    Parameters
    ----------
    commands : queue.Queue[Command | None]
        What to do; None to end.
    say : Callable[[Command], None]
        Takes what happens.
    """

    def __init__(self, commands: queue.Queue[Command | None], say: Callable[[Command], None]) -> None:
        self._commands, self._say = commands, say
        self._training: LiveTraining | None = None
        self._drawing: NDArray[np.uint8] | None = None
        self._stopping = self._ending = False

    def serve(self) -> None:
        """Obey until the end."""
        while not self._ending and (command := self._commands.get()) is not None:
            self._obey(command)

    def _obey(self, command: Command) -> None:
        if command["do"] == "start":
            self._start(command["settings"])
        elif command["do"] == "draw":
            data = base64.b64decode(command["drawing"])
            self._drawing = np.frombuffer(data, np.uint8).reshape(SIDE, SIDE)
            if self._training is not None:
                self._say({"type": "answer", "probabilities": self._answer()})
        elif command["do"] == "save":
            self._save(Path(command["path"]), command["name"])

    def _is_stopped(self) -> bool:
        """Obey what was said meanwhile, and tell whether the training shall stop."""
        while not self._commands.empty():
            command = self._commands.get()
            if command is None:
                self._ending = True
            if command is None or command["do"] == "stop":
                self._stopping = True
            elif command["do"] != "start":
                self._obey(command)
        return self._stopping

    def _start(self, settings: dict[str, Any]) -> None:
        from sutja.runs.live import LiveSettings, LiveTraining

        self._stopping = False
        try:
            hidden = settings.get("hidden")
            chosen = {**settings, "hidden": None if hidden is None else tuple(hidden)}
            training = self._training = LiveTraining(LiveSettings(**chosen))
            self._say(
                {
                    "type": "started",
                    "settings": settings,
                    "parameters": training.parameters,
                    "labels": len(training.train),
                    "validation": len(training.validation),
                    "lr": training.config.lr,
                    "epochs": training.config.epochs,
                    "classes": list(training.train.classes),
                }
            )
            finished = training.run(self._show, self._is_stopped)
            self._say({"type": "ended", "finished": finished})
        except SutjaError as error:
            self._say({"type": "failed", "detail": str(error)})

    def _show(self, moment: Moment) -> None:
        if moment.row is not None:
            names = ("epoch", "loss", "validation_loss", "validation_error", "seconds")
            self._say({"type": "epoch", **{name: moment.row[name] for name in names if name in moment.row}})
        shown = moment.weights[:MOST_SHOWN]
        self._say(
            {
                "type": "look",
                "epoch": round(moment.epoch, 3),
                "weights": pack(shown, exact=False),
                "hidden": len(moment.weights) - len(shown),
                "probabilities": self._answer(),
            }
        )

    def _answer(self) -> list[float] | None:
        """Compute the probabilities of the drawing, if there is one."""
        if self._drawing is None or self._training is None:
            return None
        return [round(float(share), 5) for share in self._training.answer(self._drawing)]

    def _save(self, path: Path, name: str) -> None:
        if self._training is None:
            self._say({"type": "saved", "detail": "nothing was trained yet"})
            return
        try:
            self._training.save(path, name)
        except (
            SutjaError,
            RuntimeError,
            OSError,
        ) as error:  # a network that is no number any more, or no room
            self._say({"type": "saved", "detail": str(error)})
        else:
            self._say({"type": "saved", "detail": None})


def describe() -> Command:
    """Describe what can be trained."""
    from sutja.runs import live

    eras = [
        {
            "name": name,
            "hidden": None if era.hidden is None else list(era.hidden),
            "layers": era.layers,
            "lr": era.config.lr,
        }
        for name, era in live.ERAS.items()
    ]
    return {"type": "hello", "eras": eras, "data": live.list_data(), "neurons": live.MOST_NEURONS}


def main() -> None:
    """Obey the lines of the standard input."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is no message
    commands: queue.Queue[Command | None] = queue.Queue()

    def say(message: Command) -> None:
        out.write(json.dumps(message).encode() + b"\n")

    def listen() -> None:
        for line in sys.stdin.buffer:
            commands.put(json.loads(line))
        commands.put(None)

    threading.Thread(target=listen, daemon=True).start()
    say(describe())
    Worker(commands, say).serve()


if __name__ == "__main__":
    main()
