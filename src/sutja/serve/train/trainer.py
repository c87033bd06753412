"""`Trainer`: the process that trains, and what it said, for all who look on."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sutja.serve.problems import ProblemError

Message = dict[str, Any]
GRACE = 5.0  # seconds that a training goes on when nobody looks on any more
IDLE = 60.0  # seconds that the process waits for the next training
STOPPING = 10.0  # seconds until a training that does not stop is ended
WATCH = (
    10.0  # seconds of one answer with events; the page asks again, and a server that closes waits no longer
)
_LONGEST_LINE = 2**22  # bytes of a message
WORKER = (sys.executable, "-m", "sutja.serve.train.worker")
_NEEDED = ("torch", "sklearn")  # of the [train] extra


def find_obstacle(workers: int) -> str | None:
    """Find what stands in the way of training here: "train" for the missing extra, "workers", or None."""
    if any(find_spec(name) is None for name in _NEEDED):
        return "train"
    return "workers" if workers > 1 else None


class Trainer:
    """One training at a time, in a process that is there while somebody looks on.

    Parameters
    ----------
    obstacle : str | None
        What stands in the way of training, if anything (`find_obstacle`).
    worker : Sequence[str]
        Command line of the process.

    Attributes
    ----------
    running : bool
        True while a training goes on.
    """

    def __init__(self, obstacle: str | None, worker: Sequence[str] = WORKER) -> None:
        self.obstacle, self._worker = obstacle, worker
        self.running = False
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._hello: Message = {}
        self._generation = 0
        self._events: list[Message] = []
        self._look: Message | None = None
        self._looks = 0
        self._saved: asyncio.Future[str | None] | None = None
        self._watchers = 0
        self._leaving: asyncio.Task[None] | None = None
        self._change = asyncio.Condition()
        self._opening = asyncio.Lock()

    async def describe(self) -> Message:
        """Describe what can be trained here, and start the process that will.

        Raises
        ------
        ProblemError
            503 where training is not possible here.
        """
        await self._open()
        self._plan_leaving()
        return {**self._hello, "running": self.running}

    async def start(self, settings: Message) -> None:
        """Start a training.

        Raises
        ------
        ProblemError
            409 where one is going on; 503 where training is not possible here.
        """
        await self._open()
        if self.running:
            raise ProblemError(409, "a training is going on; stop it first")
        self.running = True
        self._generation += 1
        self._events, self._look = [], None
        self._send({"do": "start", "settings": settings})
        self._plan_leaving()

    async def stop(self) -> None:
        """Stop the training, and return once it has stopped."""
        if not self.running:
            return
        self._send({"do": "stop"})
        try:
            async with asyncio.timeout(STOPPING), self._change:
                await self._change.wait_for(lambda: not self.running)
        except TimeoutError:
            await self._end()

    async def draw(self, drawing: bytes) -> None:
        """Let the network answer to a drawing, now and as it learns."""
        if self._process is not None:
            self._send({"do": "draw", "drawing": base64.b64encode(drawing).decode()})

    async def save(self, name: str) -> bytes:
        """Make a model file of the network as it is now.

        Raises
        ------
        ProblemError
            409 where nothing was trained, or another person is saving.
        """
        if self._process is None or not self._events:
            raise ProblemError(409, "nothing was trained yet; start a training first")
        if self._saved is not None:
            raise ProblemError(409, "the model is being saved already; ask again in a moment")
        self._saved = asyncio.get_running_loop().create_future()
        with tempfile.TemporaryDirectory(prefix="sutja-") as folder:
            path = Path(folder) / f"{name}.onnx"
            self._send({"do": "save", "path": str(path), "name": name})
            try:
                if (reason := await self._saved) is not None:
                    raise ProblemError(409, reason)
                return path.read_bytes()
            finally:
                self._saved = None

    async def watch(self, after: str) -> AsyncIterator[tuple[str, Message]]:
        """Watch: messages with their names as they come, for some seconds.

        Parameters
        ----------
        after : str
            Name of the last message that was seen; "" for none.
        """
        generation, seen, looks = self._parse(after)
        until = time.monotonic() + WATCH
        self._watchers += 1
        self._plan_leaving()
        try:
            while (left := until - time.monotonic()) > 0:
                if generation != self._generation:
                    generation, seen, looks = self._generation, 0, 0
                while generation == self._generation and seen < len(self._events):
                    seen += 1
                    yield f"{generation}.{seen}.{looks}", self._events[seen - 1]
                if looks != self._looks:
                    looks = self._looks
                    if self._look is not None:
                        yield f"{generation}.{seen}.{looks}", self._look
                await self._wait_for_change(generation, seen, looks, left)
        finally:
            self._watchers -= 1
            self._plan_leaving()

    async def _wait_for_change(self, generation: int, seen: int, looks: int, seconds: float) -> None:
        async with self._change:
            if (generation, seen, looks) == (self._generation, len(self._events), self._looks):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._change.wait(), seconds)

    def _parse(self, after: str) -> tuple[int, int, int]:
        parts = after.split(".")
        if len(parts) != 3 or not all(part.isdecimal() for part in parts):
            return -1, 0, 0
        generation, seen, looks = map(int, parts)
        return generation, min(seen, len(self._events)), looks

    async def close(self) -> None:
        """End the process."""
        if self._leaving is not None:
            self._leaving.cancel()
        await self._end()

    async def _open(self) -> None:
        """Start the process, unless it is there."""
        if self.obstacle is not None:
            raise ProblemError(503, "no training here", obstacle=self.obstacle)
        async with self._opening:
            if self._process is not None:
                return
            process = await asyncio.create_subprocess_exec(
                *self._worker, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE
            )
            assert process.stdout is not None
            line = await process.stdout.readline()
            if not line:
                raise ProblemError(503, "the training could not be started; the server's log says why")
            self._hello = json.loads(line)
            self._process = process
            self._events, self._look = [], None
            self._generation += 1
            self._reading = asyncio.create_task(self._read(process))

    def _send(self, command: Message) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _read(self, process: Process) -> None:
        """Take what the process says, to its end."""
        assert process.stdout is not None
        while line := await process.stdout.readline():
            await self._take(json.loads(line))
        if self._process is process:
            self._process = None
        if self.running:
            await self._take({"type": "failed", "detail": "the training ended before its time"})
        if self._saved is not None and not self._saved.done():
            self._saved.set_result("the training ended before its time")

    async def _take(self, message: Message) -> None:
        async with self._change:
            if message["type"] == "saved":
                if self._saved is not None and not self._saved.done():
                    self._saved.set_result(message["detail"])
            elif message["type"] in ("look", "answer"):
                self._look = {**(self._look or {}), **message, "type": "look"}
                self._looks += 1
            else:
                self._events.append(message)
                self.running = message["type"] not in ("ended", "failed")
            self._change.notify_all()

    def _plan_leaving(self) -> None:
        """Stop in a while, and end the process later, unless somebody looks on by then."""
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = asyncio.create_task(self._leave()) if self._watchers == 0 else None

    async def _leave(self) -> None:
        await asyncio.sleep(GRACE)
        await self.stop()
        await asyncio.sleep(IDLE)
        self._leaving = None
        await self._end()

    async def _end(self) -> None:
        """End the process, and what it was doing."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()  # it has nothing that it would have to finish
        await process.wait()
        if self._reading is not None:
            await self._reading
