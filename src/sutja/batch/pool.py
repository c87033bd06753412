"""A pool of worker processes: blocks go in, outcomes come back, and a worker that dies is replaced."""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType

from sutja.batch.inputs import Input
from sutja.batch.ledger import Outcome
from sutja.batch.work import Job, make_failure, work
from sutja.errors import SutjaError

_DEATHS_ALONE = 2  # of workers that had one and the same input, before that input fails
_DEATHS = 5  # of workers in a row without any result, before the run is given up

Block = list[Input]


class BatchError(SutjaError):
    """A batch cannot go on."""


class Worker:
    """One worker process and the block that it has.

    Parameters
    ----------
    job : Job
        What it does with each input.
    """

    def __init__(self, job: Job) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.block: Block | None = None
        self.ready = False

    def give(self, block: Block) -> None:
        """Give it a block; that it has died is noticed when its answer is waited for."""
        self.block = block
        with contextlib.suppress(OSError):
            self.connection.send(block)

    def close(self) -> None:
        """End it."""
        self.connection.close()
        self.process.terminate()
        self.process.join()


class Pool:
    """Workers that are replaced when they die.

    Parameters
    ----------
    job : Job
        What they do with each input.
    n_workers : int
        Number of processes.
    """

    def __init__(self, job: Job, n_workers: int) -> None:
        self._job = job
        self._workers = [Worker(job) for _ in range(n_workers)]
        self._deaths = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def process(self, blocks: Iterable[Block]) -> Iterator[list[Outcome]]:
        """Process blocks, and yield outcomes as they come, each input's once.

        The inputs of a block whose worker died are tried one by one, and one that kills twice fails.

        Parameters
        ----------
        blocks : Iterable[Block]
            Blocks of inputs whose names differ; one more is asked for than the workers have.

        Raises
        ------
        BatchError
            If the models cannot be opened, or workers die again and again.
        """
        fresh = iter(blocks)
        waiting: deque[Block] = deque()
        deaths: Counter[str] = Counter()
        while True:
            for worker in self._workers:
                if not waiting:
                    waiting.extend(islice(fresh, 1))
                if worker.ready and worker.block is None and waiting:
                    worker.give(waiting.popleft())
            if not waiting:  # the next is made while all workers work
                waiting.extend(islice(fresh, 1))
            if not waiting and all(worker.block is None for worker in self._workers):
                return
            settled: list[Outcome] = []
            for worker, outcomes in self._receive():
                if outcomes is None:
                    again, failed = _split(worker, deaths)
                    waiting.extend(again)
                    if failed:
                        self._deaths = 0  # the run gets on, whatever its inputs do
                        settled += failed
                else:
                    settled += outcomes
                if worker.ready and worker.block is None and waiting:  # before what it did is written down
                    worker.give(waiting.popleft())
            if settled:
                yield settled

    def _receive(self) -> Iterator[tuple[Worker, list[Outcome] | None]]:
        """Wait, and yield each worker that is ready for a block, with outcomes, or None where it has died."""
        connections: dict[Connection, Worker] = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(connections)):
            worker = connections[connection]  # type: ignore[index]
            try:
                message = worker.connection.recv()
            except (EOFError, OSError):
                yield self._replace(worker), None
                continue
            if isinstance(message, str):
                raise BatchError(message)
            worker.ready = True
            if message is not None:
                self._deaths = 0
                worker.block = None
            yield worker, message or []

    def _replace(self, dead: Worker) -> Worker:
        self._deaths += 1
        if self._deaths > _DEATHS * len(self._workers):
            raise BatchError("the worker processes die again and again", remedy="use fewer --workers")
        fresh = Worker(self._job)
        fresh.block = dead.block
        dead.close()
        self._workers[self._workers.index(dead)] = fresh
        return fresh

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.close()


def _split(worker: Worker, deaths: Counter[str]) -> tuple[list[Block], list[Outcome]]:
    """Take the block of a worker that died: what to try again, and what killed twice."""
    block, worker.block = worker.block, None
    if not block:
        return [], []
    if len(block) > 1:
        return [[one] for one in block], []
    [given] = block
    deaths[given.name] += 1
    if deaths[given.name] < _DEATHS_ALONE:  # the worker may have been killed from outside
        return [block], []
    return [], [make_failure(given.name, "the process that worked on it died; it may take too much memory")]
