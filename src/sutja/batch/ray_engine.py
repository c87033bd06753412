"""The engine beyond one machine: Ray Data gives blocks to actors, each with a worker process of its own.

An input that kills what works on it kills the worker, not the actor, so that it fails as it does without Ray;
what is lost with a machine, Ray tries again on another.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from sutja.batch.inputs import BLOCK, Input
from sutja.batch.ledger import Outcome
from sutja.batch.pool import BatchError, Block, Pool
from sutja.batch.work import Job

if TYPE_CHECKING:
    import pyarrow

_TASKS = 8  # tasks that each actor gets at least, where there are enough inputs
_LARGEST_TASK = 4 * BLOCK  # inputs of a task, which come into the ledger together
_MOST_TASKS = 20_000
_STARTING = 300  # seconds for Ray's processes to start, which takes long on a busy machine


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
        import ray.data  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise BatchError(
            f"{error.name} is not installed", where="engine ray", remedy="pip install 'ray[data]'"
        ) from error

    def process_on_ray(job: Job, blocks: Iterator[Block], n_workers: int) -> Iterator[list[Outcome]]:
        inputs = list(chain.from_iterable(blocks))
        if not inputs:
            return
        started = _start(address, n_workers)
        try:
            yield from _process(job, inputs, n_workers)
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
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    os.environ.setdefault("RAY_raylet_start_wait_time_s", str(_STARTING))
    local: dict[str, Any] = {} if address else {"num_cpus": n_workers, "include_dashboard": False}
    try:
        ray.init(address=address or None, log_to_driver=False, logging_level="error", **local)
    except Exception as error:  # Ray raises plain Exception where its processes start too slowly
        remedy = "check the address" if address else "try again; the logs are in /tmp/ray/session_latest"
        raise BatchError(
            f"no ray cluster answers ({type(error).__name__}: {_first_line(error)})",
            where=address or "engine ray",
            remedy=remedy,
        ) from error
    return True


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0][:300]


def _process(job: Job, inputs: list[Input], n_workers: int) -> Iterator[list[Outcome]]:
    """Yield the outcomes of all inputs as Ray's blocks come back."""
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    wanted = max(_TASKS * n_workers, math.ceil(len(inputs) / _LARGEST_TASK))
    n_tasks = min(math.ceil(len(inputs) / BLOCK), wanted, _MOST_TASKS)
    rows = [{"name": os.fsencode(one.name), "offset": one.offset, "size": one.size} for one in inputs]
    results = ray.data.from_items(rows, override_num_blocks=n_tasks).map_batches(
        _Actor,
        batch_size=BLOCK,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=n_workers),
        fn_constructor_args=(job,),
        num_cpus=1,
    )
    try:
        for table in results.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield [_to_outcome(row) for row in table.to_pylist()]
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, BatchError):
            raise cause from error
        raise BatchError(
            f"Ray gave up ({type(error).__name__}: {_first_line(error)})",
            where="engine ray",
            remedy="the same command goes on where it was",
        ) from error


class _Actor:
    """Keeps a worker process with the models open, for one block after another."""

    def __init__(self, job: Job) -> None:
        self._pool = Pool(job, 1)

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        import pyarrow

        block = [Input(os.fsdecode(row["name"]), row["offset"], row["size"]) for row in table.to_pylist()]
        rows = [
            {
                "name": os.fsencode(one.name),
                "content": one.content,
                "status": one.status,
                "reason": one.reason,
                "lines": one.lines,
            }
            for one in chain.from_iterable(self._pool.process([block]))
        ]
        types: list[tuple[str, pyarrow.DataType]] = [
            ("name", pyarrow.binary()),
            ("content", pyarrow.binary()),
            *((name, pyarrow.string()) for name in ("status", "reason", "lines")),
        ]
        return pyarrow.Table.from_pylist(rows, pyarrow.schema(types))


def _to_outcome(row: dict[str, Any]) -> Outcome:
    return Outcome(os.fsdecode(row["name"]), row["content"], row["status"], row["reason"], row["lines"])
