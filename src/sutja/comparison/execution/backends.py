"""Engines that run fits: the cores of this machine, or a cluster of Dask or Ray.

Fits are joblib tasks. Its threads wait for them: each for a process of this machine, which it can kill, or
for a task of the cluster, which gives the fit to another worker if one is lost.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from typing import Any

from sutja.comparison.execution import worker_pool
from sutja.comparison.execution.gpu_locks import list_gpus
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.errors import ComparisonError

ENGINES = ("joblib", "ray", "dask")
_RETRIES = 3  # of a fit whose worker the cluster lost
_WORKER_TIMEOUT = 60  # seconds for the first worker of a cluster

RunTask = Callable[[Task], Outcome]


class Engine:
    """Runs tasks. Processes and connections are kept from one `run` to the next, until `close`.

    Parameters
    ----------
    name : str
        One of `ENGINES`.
    jobs : int
        Number of tasks at a time; 0 for the number of cores, of the cluster if there is one.
    address : str
        Address of a running cluster of Dask or Ray; "" starts one on this machine.
    """

    def __init__(self, name: str = "joblib", jobs: int = 1, address: str = "") -> None:
        self.name, self.address = name, address
        self._jobs = jobs
        self._turn = threading.RLock()  # an outcome is handled or the next task chosen: one at a time
        self._opened: tuple[ExitStack, RunTask, int] | None = None

    @property
    def jobs(self) -> int:
        """Number of tasks at a time."""
        if self._jobs > 0:
            return self._jobs
        return self._open()[1] if self.address else count_cores()

    def run(self, tasks: Iterable[Task]) -> Generator[tuple[Task, Outcome]]:
        """Run the tasks, and yield each with its outcome as soon as it is done.

        A task is taken from the iterable when a worker is free, so that earlier outcomes can decide which is
        next. Other threads take it, but never while the caller handles an outcome.
        """
        import joblib

        run_task, _ = self._open()
        source = _TaskSource(tasks, self._turn)
        parallel = joblib.Parallel(
            n_jobs=self.jobs,
            backend="threading",
            return_as="generator_unordered",
            pre_dispatch="n_jobs",
            batch_size=1,
        )
        with contextlib.closing(parallel(joblib.delayed(_pair)(run_task, task) for task in source)) as done:
            for pair in done:
                with self._turn:
                    yield pair
        source.raise_error()

    def close(self) -> None:
        """Kill the processes, or leave the cluster."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened[0].close()

    def _open(self) -> tuple[RunTask, int]:
        """Return the function that runs a task, and the number of tasks at a time."""
        if self._opened is None:
            with ExitStack() as stack:
                start = {"joblib": self._start_local, "dask": self._start_dask, "ray": self._start_ray}
                run_task, jobs = start[self.name](stack)
                self._opened = stack.pop_all(), run_task, jobs
        return self._opened[1:]

    def warm(self) -> None:
        """Start the processes of this machine, so that they are ready when the data are."""
        if self.name == "joblib":
            self._open()

    def _start_local(self, stack: ExitStack) -> tuple[RunTask, int]:
        pool = worker_pool.WorkerPool()
        stack.callback(pool.close)
        pool.warm(self.jobs)
        return pool.run, count_cores()

    def _start_dask(self, stack: ExitStack) -> tuple[RunTask, int]:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise _make_missing_error("dask", error) from error
        n_workers = self._jobs if self._jobs > 0 else count_cores()
        try:
            client: Any = Client(self.address) if self.address else _start_dask_here(n_workers)  # type: ignore[no-untyped-call]
            stack.callback(client.close)
            client.wait_for_workers(1, timeout=_WORKER_TIMEOUT)
            n_cores = sum(client.ncores().values())
        except OSError as error:
            raise ComparisonError(
                f"no dask cluster answers ({error})", where=self.address, remedy="check the address"
            ) from error

        def run_task(task: Task) -> Outcome:
            future = client.submit(worker_pool.run_in_pool, task, pure=False, retries=_RETRIES)
            try:
                outcome: Outcome = future.result()
            except Exception as error:  # of any kind: the fit is lost, and the next may not be
                return _make_lost_outcome(error)
            return outcome

        return run_task, n_cores

    def _start_ray(self, stack: ExitStack) -> tuple[RunTask, int]:
        try:
            import ray
        except ModuleNotFoundError as error:
            raise _make_missing_error("ray", error) from error
        if not ray.is_initialized():  # else the caller has one, and keeps it
            local = (
                {}
                if self.address
                else {"num_cpus": max(self._jobs, 0) or count_cores(), "include_dashboard": False}
            )
            try:
                ray.init(address=self.address or None, log_to_driver=False, **local)
            except (OSError, ValueError) as error:  # ConnectionError is one of the former
                raise ComparisonError(
                    f"no ray cluster answers ({str(error).strip().splitlines()[0]})",
                    where=self.address,
                    remedy="check the address",
                ) from error
            stack.callback(ray.shutdown)
        remote = ray.remote(worker_pool.run_in_pool)

        def run_task(task: Task) -> Outcome:
            options = {"num_cpus": 1, "num_gpus": 1 if task.device.startswith("cuda") else 0}
            try:
                outcome: Outcome = ray.get(remote.options(max_retries=_RETRIES, **options).remote(task))
            except Exception as error:  # of any kind: the fit is lost, and the next may not be
                return _make_lost_outcome(error)
            return outcome

        return run_task, int(ray.cluster_resources().get("CPU", 1))


class _TaskSource:
    """Tasks for threads: one is chosen at a time; an error in choosing ends the tasks and is kept."""

    def __init__(self, tasks: Iterable[Task], turn: contextlib.AbstractContextManager[Any]) -> None:
        self._tasks, self._turn = iter(tasks), turn
        self._error: BaseException | None = None

    def __iter__(self) -> _TaskSource:
        return self

    def __next__(self) -> Task:
        with self._turn:
            if self._error is None:
                try:
                    return next(self._tasks)
                except StopIteration:
                    raise
                except BaseException as error:  # in a thread of joblib's it would be lost
                    self._error = error
            raise StopIteration

    def raise_error(self) -> None:
        """Raise the error that ended the tasks, if one did."""
        if self._error is not None:
            raise self._error


def _pair(run_task: RunTask, task: Task) -> tuple[Task, Outcome]:
    return task, run_task(task)


def _make_lost_outcome(error: Exception) -> Outcome:
    first_line = (str(error).strip().splitlines() or [""])[0]
    return Outcome.failed(f"the cluster lost it ({type(error).__name__}: {first_line[:200]})")


def _start_dask_here(n_workers: int) -> Any:
    from distributed import Client

    return Client(n_workers=n_workers, threads_per_worker=1, dashboard_address=None)  # type: ignore[no-untyped-call]


def _make_missing_error(name: str, error: ModuleNotFoundError) -> ComparisonError:
    package = {"dask": "sutja[cluster]", "ray": "ray[default]"}[name]
    return ComparisonError(
        f"{error.name} is not installed",
        where=f"engine {name}",
        remedy=f"pip install '{package}', or leave the engine at joblib",
    )


def count_cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_engine(name: str, jobs: int, address: str) -> Engine:
    """Make the engine of this name.

    Parameters
    ----------
    name : str
        One of `ENGINES`.
    jobs : int
        Number of tasks at a time; 0 or less for the number of cores.
    address : str
        Address of a running cluster of Dask or Ray; "" for none.

    Raises
    ------
    ComparisonError
        There is no such engine, its package is not installed, or it takes no address.
    """
    if name not in ENGINES:
        raise ComparisonError(
            f"there is no engine {name!r}", where="engine", remedy=f"there are {', '.join(ENGINES)}"
        )
    if address and name == "joblib":
        raise ComparisonError(
            "is given, but the engine joblib runs on this machine only",
            where="address",
            remedy="choose the engine dask or ray, or leave the address out",
        )
    package = {"joblib": "joblib", "dask": "distributed", "ray": "ray"}[name]
    try:
        __import__(package)
    except ModuleNotFoundError as error:
        raise _make_missing_error(name, error) from error
    return Engine(name, jobs, address)


def count_gpu_slots(engine: Engine, device: str) -> int:
    """Return how many fits can run on GPUs at a time; a cluster's number of GPUs is not known here."""
    return engine.jobs if engine.name != "joblib" else max(1, len(list_gpus(device)))
