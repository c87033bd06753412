"""The engine beyond one machine: actors of Ray take blocks, each with a worker process of its own.

An input that kills what works on it kills the worker, not the actor, so that it fails as it does without Ray;
what is lost with a machine, Ray tries again on another.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sutja.batch.ledger import Outcome
from sutja.batch.pool import BatchError, Block, Pool
from sutja.batch.work import Job

_AHEAD = 2  # blocks that each actor has: one in work, and one that waits for it
_PATIENCE = "300"  # seconds for Ray's processes to start and to answer, which take long on a busy machine
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": _PATIENCE,
    "RAY_gcs_rpc_server_reconnect_timeout_s": _PATIENCE,  # after 60 s Ray would exit with 1 in mid-work
}


def make_ray_engine(address: str = "") -> Callable[[Job, Iterator[Block], int], Iterator[list[Outcome]]]:
    """Make the engine of a cluster of Ray.

    Parameters
    ----------
    address : str
        Address of a running cluster; "" starts one on this machine, unless the program has one.

    Raises
    ------
    BatchError
        If ray is not installed.
    """
    try:
        import ray  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise BatchError(
            f"{error.name} is not installed", where="engine ray", remedy="pip install ray"
        ) from error

    def process_on_ray(job: Job, blocks: Iterator[Block], n_workers: int) -> Iterator[list[Outcome]]:
        first = next(blocks, None)
        if first is None:
            return
        started = _start(address, n_workers)
        try:
            yield from _process(job, chain([first], blocks), n_workers)
        finally:
            if started:
                import ray

                ray.shutdown()

    return process_on_ray


def _start(address: str, n_workers: int) -> bool:
    """Connect to the cluster; return False if the program already is."""
    import ray

    if ray.is_initialized():
        return False
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    local: dict[str, Any] = {} if address else {"num_cpus": n_workers, "include_dashboard": False}
    try:
        with _keep_sigterm():
            ray.init(address=address or None, log_to_driver=False, logging_level="error", **local)
    except Exception as error:  # Ray raises plain Exception where its processes start too slowly
        remedy = "check the address" if address else "try again; the logs are in /tmp/ray/session_latest"
        raise BatchError(
            f"no ray cluster answers ({type(error).__name__}: {_first_line(error)})",
            where=address or "engine ray",
            remedy=remedy,
        ) from error
    return True


@contextmanager
def _keep_sigterm() -> Iterator[None]:
    """Keep the program's handler of SIGTERM, which Ray replaces by one that exits with 1 and says nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    asked = False
    try:
        yield
    except SystemExit:  # by Ray's handler
        asked = True
    finally:
        signal.signal(signal.SIGTERM, before)
    if asked:
        signal.raise_signal(signal.SIGTERM)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0][:300]


def _process(job: Job, blocks: Iterator[Block], n_workers: int) -> Iterator[list[Outcome]]:
    """Yield the outcomes of all blocks as they come back; blocks are made as actors are ready for them."""
    import ray

    make: Any = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_Actor)
    actors = [make.remote(job) for _ in range(n_workers)]
    starting = {
        actor.wait_until_ready.remote(): actor for actor in actors
    }  # some never do on a small cluster
    busy: dict[Any, Any] = {}
    idle: deque[Any] = deque()
    try:
        while True:
            while idle and (block := next(blocks, None)) is not None:
                actor = idle.popleft()
                busy[actor.process.remote(block)] = actor
            if idle and not busy:
                return
            [done], _ = ray.wait([*busy, *starting], num_returns=1)
            outcomes: list[Outcome] = ray.get(done)
            if done in starting:
                idle.extend([starting.pop(done)] * _AHEAD)
                continue
            actor = busy.pop(done)
            if (block := next(blocks, None)) is None:
                idle.append(actor)
            else:  # before what it did is written down
                busy[actor.process.remote(block)] = actor
            del done  # or Ray would keep what it brought
            yield outcomes
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, BatchError):
            raise cause from error
        raise BatchError(
            f"Ray gave up ({type(error).__name__}: {_first_line(error)})",
            where="engine ray",
            remedy="the same command goes on where it was",
        ) from error
    finally:
        for actor in actors:
            ray.kill(actor)


class _Actor:
    """Keeps a worker process with the models open, for one block after another."""

    def __init__(self, job: Job) -> None:
        self._pool = Pool(job, 1)

    def wait_until_ready(self) -> list[Outcome]:
        """Answer as soon as the actor has started."""
        return []

    def process(self, block: Block) -> list[Outcome]:
        """Process a block."""
        return [one for outcomes in self._pool.process([block]) for one in outcomes]
