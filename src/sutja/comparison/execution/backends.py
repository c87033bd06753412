"""Where fits are done: on the cores of this machine, or on a cluster of dask or ray.

Fits are tasks of joblib. Its threads wait for them: each for a process of this machine, which it can kill, or
for a task of the cluster, which gives it to another worker where one is lost.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from typing import Any

from sutja.comparison.execution import worker_pool
from sutja.comparison.execution.gpu_locks import wanted
from sutja.comparison.execution.table import FAILED
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.errors import ComparisonError

ENGINES = ("joblib", "ray", "dask")
_AGAIN = 3  # times that a cluster begins a fit anew whose worker was lost
_WAIT = 60  # seconds for the first worker of a cluster

Do = Callable[[Task], Outcome]


class Engine:
    """What does the tasks. Processes and connections are kept from one `run` to the next, until `close`.

    Parameters
    ----------
    name : str
        In `ENGINES`.
    jobs : int
        How many at once; 0 for as many as there are cores, of the cluster where there is one.
    address : str
        Of a running cluster of dask or ray; "" begins one here.
    """

    def __init__(self, name: str = "joblib", jobs: int = 1, address: str = "") -> None:
        self.name, self.address = name, address
        self._jobs = jobs
        self._turn = threading.RLock()  # what came of a task is noted, or the next one chosen: one at a time
        self._opened: tuple[ExitStack, Do, int] | None = None

    @property
    def jobs(self) -> int:
        """How many at once."""
        if self._jobs > 0:
            return self._jobs
        return self._open()[1] if self.address else cores()

    def run(self, tasks: Iterable[Task]) -> Generator[tuple[Task, Outcome]]:
        """Do the tasks, each as soon as there is room for it, and tell them as they are done.

        Tasks are asked for when there is room, so that what came of those before can decide which is next.
        They are asked for by other threads, but never while the caller looks at what came of one.
        """
        import joblib

        do, _ = self._open()
        source = _Source(tasks, self._turn)
        parallel = joblib.Parallel(
            n_jobs=self.jobs,
            backend="threading",
            return_as="generator_unordered",
            pre_dispatch="n_jobs",
            batch_size=1,
        )
        with contextlib.closing(parallel(joblib.delayed(_with_task)(do, task) for task in source)) as done:
            for pair in done:
                with self._turn:
                    yield pair
        source.check()

    def close(self) -> None:
        """Kill the processes, leave the cluster."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened[0].close()

    def _open(self) -> tuple[Do, int]:
        """What does a task, and how many there can be at once."""
        if self._opened is None:
            with ExitStack() as stack:
                begin = {"joblib": self._here, "dask": self._dask, "ray": self._ray}[self.name]
                do, jobs = begin(stack)
                self._opened = stack.pop_all(), do, jobs
        return self._opened[1:]

    def _here(self, stack: ExitStack) -> tuple[Do, int]:
        workers = worker_pool.Workers()
        stack.callback(workers.close)
        return workers.do, cores()

    def _dask(self, stack: ExitStack) -> tuple[Do, int]:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise _missing("dask", error) from error
        size = self._jobs if self._jobs > 0 else cores()
        try:
            client: Any = Client(self.address) if self.address else _local_dask(size)  # type: ignore[no-untyped-call]
            stack.callback(client.close)
            client.wait_for_workers(1, timeout=_WAIT)
            there = sum(client.ncores().values())
        except OSError as error:
            raise ComparisonError(
                f"no dask cluster answers ({error})", where=self.address, remedy="check the address"
            ) from error

        def do(task: Task) -> Outcome:
            future = client.submit(worker_pool.do, task, pure=False, retries=_AGAIN)
            try:
                outcome: Outcome = future.result()
            except Exception as error:  # of any kind: the fit is lost, and the next may not be
                return _lost(error)
            return outcome

        return do, there

    def _ray(self, stack: ExitStack) -> tuple[Do, int]:
        try:
            import ray
        except ModuleNotFoundError as error:
            raise _missing("ray", error) from error
        if not ray.is_initialized():  # else the caller has one, and keeps it
            here = (
                {}
                if self.address
                else {"num_cpus": max(self._jobs, 0) or cores(), "include_dashboard": False}
            )
            try:
                ray.init(address=self.address or None, log_to_driver=False, **here)
            except (OSError, ValueError) as error:  # ConnectionError is one of the former
                raise ComparisonError(
                    f"no ray cluster answers ({str(error).strip().splitlines()[0]})",
                    where=self.address,
                    remedy="check the address",
                ) from error
            stack.callback(ray.shutdown)
        remote = ray.remote(worker_pool.do)

        def do(task: Task) -> Outcome:
            options = {"num_cpus": 1, "num_gpus": 1 if task.device.startswith("cuda") else 0}
            try:
                outcome: Outcome = ray.get(remote.options(max_retries=_AGAIN, **options).remote(task))
            except Exception as error:  # of any kind: the fit is lost, and the next may not be
                return _lost(error)
            return outcome

        return do, int(ray.cluster_resources().get("CPU", 1))


class _Source:
    """Tasks for threads: one is chosen at a time, and an error in choosing ends them and is kept."""

    def __init__(self, tasks: Iterable[Task], turn: contextlib.AbstractContextManager[Any]) -> None:
        self._tasks, self._turn = iter(tasks), turn
        self._fault: BaseException | None = None

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> Task:
        with self._turn:
            if self._fault is None:
                try:
                    return next(self._tasks)
                except StopIteration:
                    raise
                except BaseException as error:  # in a thread of joblib's it would be lost
                    self._fault = error
            raise StopIteration

    def check(self) -> None:
        """Raise the error that ended the tasks."""
        if self._fault is not None:
            raise self._fault


def _with_task(do: Do, task: Task) -> tuple[Task, Outcome]:
    return task, do(task)


def _lost(error: Exception) -> Outcome:
    first = (str(error).strip().splitlines() or [""])[0]
    return Outcome(FAILED, note=f"the cluster lost it ({type(error).__name__}: {first[:200]})")


def _local_dask(jobs: int) -> Any:
    from distributed import Client

    return Client(n_workers=jobs, threads_per_worker=1, dashboard_address=None)  # type: ignore[no-untyped-call]


def _missing(name: str, error: ModuleNotFoundError) -> ComparisonError:
    package = {"dask": "sutja[cluster]", "ray": "ray[default]"}[name]
    return ComparisonError(
        f"{error.name} is not installed",
        where=f"engine {name}",
        remedy=f"pip install '{package}', or leave the engine at joblib",
    )


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose(name: str, jobs: int, address: str) -> Engine:
    """The engine of this name.

    Parameters
    ----------
    jobs : int
        Fits at once; 0 or less for one a core.

    Raises
    ------
    ComparisonError
        There is none, or its package is not installed.
    """
    if name not in ENGINES:
        raise ComparisonError(
            f"there is no engine {name!r}", where="engine", remedy=f"there are {', '.join(ENGINES)}"
        )
    if address and name == "joblib":
        raise ComparisonError(
            "is given, and the engine joblib fits on this machine",
            where="address",
            remedy="choose the engine dask or ray, or leave the address out",
        )
    package = {"joblib": "joblib", "dask": "distributed", "ray": "ray"}[name]
    try:
        __import__(package)
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error
    return Engine(name, jobs, address)


def cards(engine: Engine, device: str) -> int:
    """Fits on graphics cards that there can be at once; of a cluster it is not known here."""
    return engine.jobs if engine.name != "joblib" else max(1, len(wanted(device)))
