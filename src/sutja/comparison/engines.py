"""Where fits are done: on the cores of this machine, or on a cluster of dask or ray; all by joblib."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sutja.comparison import process
from sutja.comparison.faults import ComparisonError
from sutja.comparison.tasks import Outcome, Task

ENGINES = ("joblib", "ray", "dask")


@dataclass(frozen=True, slots=True)
class Engine:
    """What does the tasks.

    Attributes
    ----------
    name : in `ENGINES`.
    jobs : how many at once.
    address : of a running cluster of dask or ray; "" begins one here.
    """

    name: str = "joblib"
    jobs: int = 1
    address: str = ""

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Do the tasks, each as soon as there is room for it, and tell them as they are done.

        Tasks are asked for when there is room, so that what came of those before can decide which is next.
        """
        import joblib

        with self._backend() as backend:
            if self.name == "ray":  # its tasks come back together, so they are given a handful at a time
                source = iter(tasks)
                while some := list(itertools.islice(source, self.jobs)):
                    together = joblib.Parallel(n_jobs=self.jobs, batch_size=1, **backend)
                    yield from together(joblib.delayed(_with_task)(task) for task in some)
                return
            parallel = joblib.Parallel(
                n_jobs=self.jobs,
                return_as="generator_unordered",
                pre_dispatch="n_jobs",
                batch_size=1,
                **backend,
            )
            yield from parallel(joblib.delayed(_with_task)(task) for task in tasks)

    @contextlib.contextmanager
    def _backend(self) -> Iterator[dict[str, Any]]:
        """How joblib is told where to do its tasks."""
        if self.name == "joblib":
            try:
                yield {"backend": "threading"}  # threads that wait for a process each, which they can kill
            finally:
                process.close()
            return
        begin: Callable[[], contextlib.AbstractContextManager[Any]]
        begin = self._dask if self.name == "dask" else self._ray
        with begin():
            yield {}

    @contextlib.contextmanager
    def _dask(self) -> Iterator[None]:
        try:
            import joblib
            from distributed import Client
        except ModuleNotFoundError as error:
            raise _missing("dask", error) from error
        try:
            client: Any = Client(self.address) if self.address else _local_dask(self.jobs)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise ComparisonError(
                f"no dask cluster answers ({error})", where=self.address, remedy="check the address"
            ) from error
        with client, joblib.parallel_config("dask", wait_for_workers_timeout=60):
            yield

    @contextlib.contextmanager
    def _ray(self) -> Iterator[None]:
        try:
            import joblib
            import ray
            from ray.util.joblib import register_ray
        except ModuleNotFoundError as error:
            raise _missing("ray", error) from error
        ray.init(address=self.address or None, ignore_reinit_error=True)
        register_ray()
        try:
            with joblib.parallel_config("ray"):
                yield
        finally:
            ray.shutdown()


def _with_task(task: Task) -> tuple[Task, Outcome]:
    return task, process.do(task)


def _local_dask(jobs: int) -> Any:
    from distributed import Client

    return Client(n_workers=jobs, threads_per_worker=1, dashboard_address=None)  # type: ignore[no-untyped-call]


def _missing(name: str, error: ModuleNotFoundError) -> ComparisonError:
    package = {"dask": "sutja[cluster]", "ray": "ray[default]"}[name]
    return ComparisonError(
        f"{error.name} is not installed", where=f"engine {name}",
        remedy=f"pip install '{package}', or leave the engine at joblib",
    )  # fmt: skip


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose(name: str, jobs: int, address: str) -> Engine:
    """The engine of this name.

    Raises
    ------
    ComparisonError
        There is none, or its package is not installed.
    """
    if name not in ENGINES:
        raise ComparisonError(
            f"there is no engine {name!r}", where="engine", remedy=f"there are {', '.join(ENGINES)}"
        )
    package = {"joblib": "joblib", "dask": "distributed", "ray": "ray"}[name]
    try:
        __import__(package)
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error
    return Engine(name, jobs or cores(), address)
