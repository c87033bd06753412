"""The driver: it hands blocks of inputs to worker processes, and writes what comes back into the ledger."""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path

from sutja.atomic import open_atomic
from sutja.batch.ledger import Ledger, Outcome
from sutja.batch.work import Job, hash_content, to_line, work
from sutja.errors import SutjaError

BLOCK = 32  # inputs that a worker gets at a time, and that are repeated at most after it was killed
_DEATHS_ALONE = 2  # of workers that had one and the same input, before that input fails
_DEATHS = 5  # of workers in a row without any result, before the run is given up

Block = list[tuple[str, bytes | None]]


class BatchError(SutjaError):
    """A batch cannot go on."""


@dataclass(slots=True)
class Summary:
    """Result of a run.

    Attributes
    ----------
    statuses : Counter[str]
        Inputs by status.
    processed : int
        Inputs that this run processed; the others were in the ledger.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    processed: int = 0


class _Worker:
    """One worker process and the block that it has."""

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


class _Pool:
    """Workers that are replaced when they die."""

    def __init__(self, job: Job, n_workers: int) -> None:
        self._job = job
        self.workers = [_Worker(job) for _ in range(n_workers)]
        self._deaths = 0

    def receive(self) -> Iterator[tuple[_Worker, list[Outcome] | None]]:
        """Wait, and yield each worker that is ready for a block, with outcomes, or None where it has died."""
        connections: dict[Connection, _Worker] = {worker.connection: worker for worker in self.workers}
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

    def _replace(self, dead: _Worker) -> _Worker:
        self._deaths += 1
        if self._deaths > _DEATHS * len(self.workers):
            raise BatchError("the worker processes die again and again", remedy="use fewer --workers")
        fresh = _Worker(self._job)
        fresh.block = dead.block
        dead.close()
        self.workers[self.workers.index(dead)] = fresh
        return fresh

    def close(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.close()


def name_ledger(out: Path) -> Path:
    """Name the ledger of a file of results."""
    return out.with_name(f"{out.name}.ledger")


def run_batch(
    job: Job,
    names: Sequence[str],
    out: Path,
    n_workers: int,
    failed: Sequence[Outcome] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Process inputs by several processes, and write their results as JSON lines, in the order of the inputs.

    What a ledger beside the results has already, with the same content and the same models, is not processed
    again: a run that was stopped goes on, and a second run processes what is new or has changed.

    Parameters
    ----------
    job : Job
        What to do with each input.
    names : Sequence[str]
        Names of the inputs; one that is named twice is processed once.
    out : Path
        File of the results, which appears whole at the end; the ledger is `OUT.ledger` beside it.
    n_workers : int
        Number of processes.
    failed : Sequence[Outcome]
        Outcomes of names that stand for no input, which come first.
    progress : Callable[[int, int], None] | None
        Called with the number of inputs done and of all.

    Raises
    ------
    BatchError
        If the models cannot be opened, or workers die again and again.
    SutjaError
        If the ledger cannot be used.
    """
    unique = list(dict.fromkeys(names))
    ledger = Ledger(name_ledger(out), job.key)
    try:
        summary = Summary()
        _process(job, unique, ledger, n_workers, summary, progress)
        with open_atomic(out) as file:
            for outcome in (*failed, *ledger.iter_outcomes(unique)):
                summary.statuses[outcome.status] += 1
                file.write(outcome.lines.encode("utf-8", "surrogateescape"))
        return summary
    finally:
        ledger.close()


def _process(
    job: Job,
    names: list[str],
    ledger: Ledger,
    n_workers: int,
    summary: Summary,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Process the inputs that the ledger does not have."""
    done = 0
    fresh = _iter_new(names, ledger)
    waiting = deque(islice(fresh, 1))
    if not waiting:
        return
    deaths: Counter[str] = Counter()
    pool = _Pool(job, n_workers)
    try:
        while True:
            for worker, outcomes in pool.receive():
                if outcomes is None:
                    waiting.extend(_split(worker, deaths, ledger, summary))
                elif outcomes:
                    ledger.add(outcomes)
                    summary.processed += len(outcomes)
                    done += len(outcomes)
                    if progress is not None:
                        progress(done, len(names))
            for worker in pool.workers:
                if not waiting:
                    waiting.extend(islice(fresh, 1))
                if worker.ready and worker.block is None and waiting:
                    worker.give(waiting.popleft())
            if not waiting and all(worker.block is None for worker in pool.workers):
                return
    finally:
        pool.close()


def _split(worker: _Worker, deaths: Counter[str], ledger: Ledger, summary: Summary) -> list[Block]:
    """Take the block of a worker that died: its inputs are tried one by one; one that kills twice fails."""
    block, worker.block = worker.block, None
    if not block:
        return []
    if len(block) > 1:
        return [[one] for one in block]
    [(name, _)] = block
    deaths[name] += 1
    if deaths[name] < _DEATHS_ALONE:  # the worker may have been killed from outside
        return [block]
    reason = "the process that worked on it died; it may take too much memory"
    error = f"{name}: {reason}"
    line = to_line({"source": name, "error": error})
    ledger.add([Outcome(name, None, "failed", error, line)])
    summary.processed += 1
    return []


def _iter_new(names: list[str], ledger: Ledger) -> Iterator[Block]:
    """Yield blocks of the inputs that the ledger does not have."""
    block: Block = []
    for name in names:
        content = hash_content(name)
        if ledger.find(name, content) is None:
            block.append((name, content))
            if len(block) >= BLOCK:
                yield block
                block = []
    if block:
        yield block
