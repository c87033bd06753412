"""Lanes: a thread each that runs models on what waits, several requests together.

While one batch runs the next one gathers, so that nothing waits for company and a crowd is served in batches.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sutja.errors import SutjaError
from sutja.serve.problems import ProblemError
from sutja.types import Result

KEPT = 8  # tasks that stay open; the one used longest ago is closed first
RETRY_AFTER = 1  # seconds that a client should wait when the queue is full


class Task(Protocol):
    """A verb with its options, its models open.

    Attributes
    ----------
    batch : int
        Inputs that are run together.
    """

    batch: int

    def run(self, sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        """Give results as they come, each with the number of its source; sources keep their order."""


Opener = Callable[[Hashable], Task]


@dataclass(slots=True, eq=False)
class Job:
    """One input that waits for its results."""

    key: Hashable
    source: bytes
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[list[Result]]
    results: list[Result] = field(default_factory=list)
    cancelled: bool = False
    finished: bool = False

    def finish(self, outcome: BaseException | None = None) -> None:
        """Hand the results, or an error, to the request."""
        self.finished = True
        self.loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: BaseException | None) -> None:
        if self.future.done():
            return
        if outcome is None:
            self.future.set_result(self.results)
        else:
            self.future.set_exception(outcome)


class Lane:
    """One thread that runs tasks.

    Parameters
    ----------
    open_task : Opener
        Opens the task of a key; called in the lane's thread, once for each key while it is kept.
    limit : int
        Inputs that may wait.
    most_pages : int
        Results that one input may have.
    """

    def __init__(self, open_task: Opener, limit: int, most_pages: int) -> None:
        self._open, self._limit, self._most_pages = open_task, limit, most_pages
        self._tasks: dict[Hashable, Task] = {}
        self._waiting: deque[Job] = deque()
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="lane", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Number of inputs that wait."""
        return len(self._waiting)

    async def run(self, key: Hashable, sources: Sequence[bytes]) -> list[list[Result]]:
        """Run inputs, and wait for the results of each.

        Raises
        ------
        ProblemError
            429 where too many wait already; nothing is taken then.
        SutjaError
            If the task cannot be opened, or a model cannot be run at all.
        """
        loop = asyncio.get_running_loop()
        jobs = [Job(key, source, loop, loop.create_future()) for source in sources]
        with self._change:
            if self._closed:
                raise ProblemError(503, "the server is closing; ask again in a moment", {"retry-after": "5"})
            if len(self._waiting) + len(jobs) > max(self._limit, len(jobs)):
                raise ProblemError(
                    429,
                    f"{len(self._waiting):,} inputs are waiting already; ask again in a moment",
                    {"retry-after": str(RETRY_AFTER)},
                )
            self._waiting.extend(jobs)
            self._change.notify()
        try:
            return list(await asyncio.gather(*(job.future for job in jobs)))
        finally:
            for job in jobs:
                job.cancelled = True  # if it was given up: what has not begun never will

    async def prepare(self, key: Hashable) -> None:
        """Open a task before it is asked for."""
        await self.run(key, [b""])

    def close(self) -> None:
        """Finish what was taken, and stop."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def _work(self) -> None:
        while jobs := self._take():
            try:
                self._run_jobs(self._find_task(jobs[0].key), jobs)
            except BaseException as error:  # the thread must live on; the requests are told
                for job in jobs:
                    if not job.finished:
                        job.finish(error)

    def _find_task(self, key: Hashable) -> Task:
        task = self._tasks.pop(key, None) or self._open(key)
        self._tasks[key] = task
        if len(self._tasks) > KEPT:
            del self._tasks[next(iter(self._tasks))]
        return task

    def _take(self) -> list[Job]:
        """Wait for work, and take what can be run together; nothing once the lane is closed."""
        with self._change:
            while True:
                while self._waiting and self._waiting[0].cancelled:
                    self._waiting.popleft()
                if self._waiting:
                    return self._take_batch()
                if self._closed:
                    return []
                self._change.wait()

    def _take_batch(self) -> list[Job]:
        first = self._waiting.popleft()
        most = self._tasks[first.key].batch if first.key in self._tasks else 1
        taken, left = [first], deque[Job]()
        for job in self._waiting:
            if len(taken) < most and job.key == first.key and not job.cancelled:
                taken.append(job)
            else:
                left.append(job)
        self._waiting = left
        return taken

    def _run_jobs(self, task: Task, jobs: Sequence[Job]) -> None:
        """Run inputs together; where that fails, those without an answer one by one."""
        try:
            self._run_together(task, jobs)
        except SutjaError:
            left = [job for job in jobs if not job.finished]
            if len(jobs) == 1:
                raise
            for job in left:
                job.results.clear()
                try:
                    self._run_together(task, [job])
                except SutjaError as error:
                    job.finish(error)

    def _run_together(self, task: Task, jobs: Sequence[Job]) -> None:
        current = 0
        for index, result in task.run([job.source for job in jobs]):
            for job in jobs[current:index]:
                job.finish()
            current = index
            if all(job.cancelled for job in jobs[current:]):
                return
            jobs[index].results.append(result)
            if len(jobs[index].results) > self._most_pages:
                raise SutjaError(
                    f"has more than {self._most_pages} pages",
                    where="document",
                    remedy="split it first, or raise --max-pages",
                )
        for job in jobs[current:]:
            job.finish()
