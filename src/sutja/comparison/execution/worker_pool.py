"""A pool of worker processes with a hard time limit: a fit that exceeds it is killed.

On Linux they are forked by a server that has imported what fits need; a GPU's workers, which must see only
that GPU, and those of other systems are processes from nothing. Each leads a session of its own, so that
everything a learner starts in it ends with it, and Ctrl-C in a terminal reaches only the owner.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import IO, TypeAlias

from sutja.comparison.execution import fork_server, gpu_locks
from sutja.comparison.execution.fork_server import ForkedProcess, ForkServer
from sutja.comparison.execution.tasks import Outcome, Reason, Task
from sutja.comparison.execution.worker import LENGTH, READY, send

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_EXIT_TIMEOUT = 20.0  # seconds for a process to end by itself, which takes long on a busy machine
_START_TIMEOUT = 180.0  # seconds for a process to start: importing takes long on a busy machine
_IDLE_SECONDS = 60.0  # after which a process on another machine is ended
Process: TypeAlias = "subprocess.Popen[bytes] | ForkedProcess"

_KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # exit codes of a process that was killed from outside


class _WorkerDiedError(Exception):
    """A worker process ended before it answered.

    Parameters
    ----------
    code : int
        Its exit code; negative for the signal that ended it.
    early : bool
        It had not started yet.
    """

    def __init__(self, code: int, early: bool) -> None:
        self.code, self.early = code, early

    def __str__(self) -> str:
        if self.code == -signal.SIGKILL:
            return "killed, likely since the memory was too small"
        cause = f"signal {-self.code}" if self.code < 0 else f"status {self.code}"
        return f"{cause}, before it could start" if self.early else cause

    def to_outcome(self, start: float) -> Outcome:
        """Return the outcome of the task that it had since `start`, by `time.monotonic`."""
        reason = Reason.OUT_OF_MEMORY if self.code == -signal.SIGKILL else Reason.ERROR
        return Outcome.failed(f"its process ended ({self})", time.monotonic() - start, reason)


class Worker:
    """A process that fits; it is started when it is first needed, and again after it was killed.

    Parameters
    ----------
    gpu : str
        The only GPU that it sees; "" for all or none.
    fork : Callable[[], ForkedProcess] | None
        Forks its process; None starts one from nothing.
    """

    def __init__(self, gpu: str = "", fork: Callable[[], ForkedProcess] | None = None) -> None:
        self.gpu, self._fork = gpu, fork
        self._process: Process | None = None
        self._is_ready = False
        self._closed = False

    def run(self, task: Task) -> Outcome:
        """Run a task within its limits."""
        start = time.monotonic()
        deadline = start + task.total_limit
        try:
            message = _pickle(task)
        except Exception as error:  # an estimator of one's own may hold anything
            return Outcome.failed(f"cannot be sent to a process ({error})")
        try:
            return self._ask(message, task.limit, deadline)
        except _WorkerDiedError as died:
            if died.code not in _KILLED or self._closed or time.monotonic() >= deadline:
                return died.to_outcome(start)
        try:  # whoever killed it may not have meant this fit
            return self._ask(message, task.limit, deadline)
        except _WorkerDiedError as died:
            return died.to_outcome(start)

    def _ask(self, message: bytes, limit: float, deadline: float) -> Outcome:
        """Send a task to the process and return its answer."""
        start = time.monotonic()
        answer: bytes | None = None
        early = True
        try:
            process = self._ensure_process(deadline)
            early, start = False, time.monotonic()  # starting the process is not the learner's time
            if process is not None:
                assert process.stdin is not None
                assert process.stdout is not None
                send(process.stdin, message)
                answer = _receive(process.stdout, min(start + limit, deadline))
        except (OSError, EOFError) as error:
            code = self._wait_for_exit()
            if code is None:
                return Outcome.failed(f"no process can be started ({error})")
            raise _WorkerDiedError(code, early) from error
        seconds = time.monotonic() - start
        if answer is None:
            self._end()
            return Outcome.stopped(limit, seconds)
        try:
            outcome: Outcome = pickle.loads(answer)  # noqa: S301  # from the process started here
        except Exception as error:
            return Outcome.failed(f"its answer cannot be read ({error})", seconds)
        if outcome.reason is Reason.OUT_OF_MEMORY:
            self._end()  # its memory is fragmented
        return replace(outcome, seconds=seconds)

    def close(self) -> None:
        """Kill the process, and start no other."""
        self._closed = True
        self._end()

    def kill(self) -> None:
        """Kill the process that another thread waits for, and start no other."""
        self._closed = True
        process = self._process
        if process is not None:
            _kill_session(process)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _kill_session(process)
            if isinstance(process, ForkedProcess):
                process.close()
                return
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError, AttributeError):
                    stream.close()  # type: ignore[union-attr]
            process.wait()

    def start(self) -> None:
        """Start the process, if there is none, and do not wait until it is ready."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            if self._closed:
                raise EOFError("stopped")
            self._is_ready = False
            self._process = self._fork() if self._fork is not None else self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start a process from nothing."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "sutja.comparison.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_make_environment(self.gpu),
        )

    def _ensure_process(self, deadline: float) -> Process | None:
        """Return the process, ready for a task; None if it does not start in time."""
        self.start()
        assert self._process is not None
        if not self._is_ready:
            assert self._process.stdout is not None
            if _receive(self._process.stdout, min(time.monotonic() + _START_TIMEOUT, deadline)) != READY:
                return None
            self._is_ready = True
        return self._process

    def _wait_for_exit(self) -> int | None:
        """Return the exit code of a process that is ending; None if there was none."""
        process = self._process
        if process is None:
            return None
        try:
            code = process.wait(_EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        return code


def _make_environment(gpu: str = "") -> dict[str, str]:
    """Return the variables of a process that fits: the paths of this one, and one thread."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    threads = dict.fromkeys(_THREAD_VARIABLES, "1")
    return {**os.environ, "PYTHONPATH": paths, **threads, **gpu_locks.make_environment(gpu)}


def _kill_session(process: Process) -> None:
    """Kill a process and all that it started."""
    if isinstance(process, ForkedProcess):
        process.kill()
        return
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()  # in the moment before it leads its session


def _pickle(task: Task) -> bytes:
    """Pickle a task; an estimator of one's own may be of a class that exists only in the person's script."""
    with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError):
        plain = pickle.dumps(task)
        if b"__main__" not in plain:  # which is another module in another process
            return plain
    try:
        import cloudpickle
    except ModuleNotFoundError:  # joblib before 1.6 brings its own
        from joblib.externals import cloudpickle

    data: bytes = cloudpickle.dumps(task)
    return data


def _receive(stream: IO[bytes], deadline: float) -> bytes | None:
    """Receive a message; None if it does not come in time."""
    header, n_missing, handle = b"", LENGTH.size, stream.fileno()
    parts: list[bytes] = []
    in_body = False
    while True:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(handle, min(1 << 20, n_missing if in_body else n_missing - len(header)))
        if not part:
            raise EOFError
        if not in_body:
            header += part
            if len(header) == LENGTH.size:
                n_missing, in_body = LENGTH.unpack(header)[0], True
        else:
            parts.append(part)
            n_missing -= len(part)
            if n_missing == 0:
                return b"".join(parts)


class WorkerPool:
    """Worker processes for the threads that wait for fits; a thread has its worker for one task."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Worker]] = defaultdict(list)  # by the GPU that they see
        self._busy: set[Worker] = set()
        self._server: ForkServer | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._idle_since = 0.0  # when the last one became idle, by `time.monotonic`

    def run(self, task: Task) -> Outcome:
        """Run a task in an idle process, on a free GPU if it needs one."""
        gpus = gpu_locks.list_gpus(task.device)
        if not gpus:
            if task.device.startswith("cuda"):
                return Outcome.failed(f"there is no device {task.device}")
            return self._run(task, "")
        deadline = time.monotonic() + task.total_limit
        with gpu_locks.lock_gpu(gpus, deadline) as gpu:
            if gpu is None:
                return Outcome.stopped(task.limit, 0.0)
            total_limit = deadline - time.monotonic()
            return self._run(replace(task, device="cuda", total_limit=total_limit), gpu)

    def _run(self, task: Task, gpu: str) -> Outcome:
        with self._lock:
            if self._closed:
                return Outcome.failed("stopped")
            worker = self._idle[gpu].pop() if self._idle[gpu] else self._make_worker(gpu)
            self._busy.add(worker)
        try:
            return worker.run(task)
        finally:
            with self._lock:
                self._busy.discard(worker)
                self._idle[gpu].append(worker)
                self._idle_since = time.monotonic()
                closed = self._closed
            if closed:
                worker.close()

    def warm(self, n: int) -> None:
        """Start so many processes, which import what fits need while the caller does something else."""
        workers = [self._make_worker("") for _ in range(n)]
        with self._lock:
            self._idle[""] += workers
        for worker in workers:
            with contextlib.suppress(OSError, EOFError):  # a task says what is wrong
                worker.start()

    def close(self) -> None:
        """Kill all processes; the threads that wait for one get the outcome that it ended."""
        with self._lock:
            self._closed = True
            busy = list(self._busy)
            idle = self._take_idle()
            server, self._server = self._server, None
        for worker in busy:
            worker.kill()
        for worker in idle:
            worker.close()
        if server is not None:
            server.close()

    def close_idle(self) -> None:
        """End the processes if none has had anything to do for a while."""
        with self._lock:
            if self._busy or time.monotonic() - self._idle_since < _IDLE_SECONDS:
                return
            idle = self._take_idle()
            server, self._server = self._server, None
        for worker in idle:
            worker.close()
        if server is not None:
            server.close()

    def _make_worker(self, gpu: str) -> Worker:
        return Worker(gpu, self._fork if fork_server.is_available() and not gpu else None)

    def _fork(self) -> ForkedProcess:
        """Fork a process; the server is started when it is first needed, and again after it has ended."""
        with self._lock:
            if self._closed:
                raise EOFError("stopped")
            if self._server is None or not self._server.is_running():
                if self._server is not None:
                    self._server.close()
                self._server = ForkServer(_make_environment())
            return ForkedProcess(self._server)

    def _take_idle(self) -> list[Worker]:
        idle = [worker for workers in self._idle.values() for worker in workers]
        self._idle.clear()
        return idle


_pool = WorkerPool()


def run_in_pool(task: Task) -> Outcome:
    """Run a task in the pool of this process: what a cluster calls on each of its machines."""
    try:
        return _pool.run(task)
    finally:
        timer = threading.Timer(_IDLE_SECONDS + 1, _pool.close_idle)
        timer.daemon = True
        timer.start()
