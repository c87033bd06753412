"""A process that imports what fits need once, and forks workers.

Importing takes seconds of a processor: by each worker anew it would take much of a short budget, and again
for each fit that is killed. A fork takes milliseconds and shares the memory of what is imported. The server
runs no fit and starts no thread, so its forks are sound; the owner, which has threads, never forks.

The owner asks for a worker by sending three file descriptors: the worker's input, its output, and a socket
for its state. On that socket the server answers the process id, and the exit code once the worker has ended.
A worker that has ended is not reaped before the owner closes the socket: until then its process id cannot
become another's, so that the owner may signal it. When the owner closes the socket, or ends, the server kills
the worker with all that it started.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, NoReturn

MODULE = "sutja.comparison.execution.fork_server"
_NUMBER = struct.Struct(">q")  # a process id, then an exit code: each a message
_REQUEST = b"f"
_N_DESCRIPTORS = 3
_EXIT_TIMEOUT = 1.0  # seconds for the server to reap its workers and end


def is_available() -> bool:
    """Tell if this system has what the server needs; elsewhere each worker is a process of its own."""
    return sys.platform == "linux"


class ForkedProcess:
    """A process that the server forks, with the part of the interface of `subprocess.Popen` that is used.

    Parameters
    ----------
    server : ForkServer
        The server that forks it.

    Attributes
    ----------
    stdin, stdout : IO[bytes]
        Its input and output.
    """

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        self._pid: int | None = None
        self._code: int | None = None
        input_read, input_write = os.pipe()
        output_read, output_write = os.pipe()
        self.stdin: IO[bytes] = os.fdopen(input_write, "wb")
        self.stdout: IO[bytes] = os.fdopen(output_read, "rb")
        self._state, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            server.request((input_read, output_write, theirs.fileno()))
        except OSError:
            self.close()
            raise
        finally:
            os.close(input_read)
            os.close(output_write)
            theirs.close()

    @property
    def pid(self) -> int | None:
        """Its process id; None before it is forked."""
        self._read_state(0.0)
        return self._pid

    def poll(self) -> int | None:
        """Return its exit code, negative for a signal; None as long as it runs."""
        while self._code is None and self._read_state(0.0):
            pass
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; return its exit code.

        Parameters
        ----------
        timeout : float | None
            Most seconds to wait; None waits for ever.

        Raises
        ------
        TimeoutExpired
            It has not ended by then.
        """
        while self._code is None:
            if not self._read_state(timeout):
                raise subprocess.TimeoutExpired(MODULE, timeout or 0.0)
        return self._code

    def kill(self) -> None:
        """Kill it and all that it started. One that is not forked yet ends by `close`."""
        pid = self.pid
        if pid is not None:
            _kill_session(pid)

    def close(self) -> None:
        """Let the server kill and reap it."""
        self._state.close()
        for stream in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def _read_state(self, timeout: float | None) -> bool:
        """Read what the server says of it; return False if it says nothing in so many seconds."""
        if self._state.fileno() < 0 or not select.select([self._state], [], [], timeout)[0]:
            return False
        message = self._state.recv(_NUMBER.size)
        if not message:  # the server has ended, and kills its workers by that
            self._code = self._server.wait()
        elif self._pid is None:
            (self._pid,) = _NUMBER.unpack(message)
        else:
            (self._code,) = _NUMBER.unpack(message)
        return True


class ForkServer:
    """The owner's side of the server; the process starts at once, and forks when it has imported.

    Parameters
    ----------
    environment : Mapping[str, str]
        Variables of the process and its workers.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=dict(environment),
            )
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()

    def request(self, descriptors: Sequence[int]) -> None:
        """Ask for a worker with this input, output and socket for its state."""
        socket.send_fds(self._control, [_REQUEST], descriptors)

    def is_running(self) -> bool:
        """Tell if the process runs."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait until the process has ended; return its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """End the process and its workers; it reaps these, unless it imports still."""
        self._control.close()
        try:
            self._process.wait(_EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main() -> None:
    """Import what fits need, then fork workers until the owner has ended."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    from sutja.comparison.execution.worker import import_for_fits

    import_for_fits()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.signal(signal.SIGCHLD, _ignore)  # a handler of any kind: an ignored signal wakes nobody
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    states: dict[socket.socket, int] = {}
    while True:
        watched: list[socket.socket | int] = [control, wake_read, *states]
        ready, _, _ = select.select(watched, [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            _tell_ended(states)
        for state in [one for one in states if one in ready]:  # its owner closed it, as nothing else is sent
            _end(states.pop(state), state)
        if control in ready:
            message, descriptors, _, _ = socket.recv_fds(control, len(_REQUEST), _N_DESCRIPTORS)
            if not message:
                break
            _fork(descriptors, (control.fileno(), wake_read, wake_write), states)
    for state, pid in states.items():
        _end(pid, state)


def _fork(descriptors: Sequence[int], inherited: Sequence[int], states: dict[socket.socket, int]) -> None:
    """Fork a worker, and tell its process id."""
    source, target, state_descriptor = descriptors
    state = socket.socket(fileno=state_descriptor)
    pid = os.fork()
    if pid == 0:
        _become_worker(source, target, (*inherited, *(one.fileno() for one in (state, *states))))
    os.close(source)
    os.close(target)
    states[state] = pid
    _tell(state, pid)


def _become_worker(source: int, target: int, inherited: Sequence[int]) -> NoReturn:
    """Turn this process, just forked, into a worker; it ends here."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(source, 0)
        os.dup2(target, 1)
        for descriptor in (source, target, *inherited):
            os.close(descriptor)
        from sutja.comparison.execution.worker import serve

        serve()
        code = 0
    finally:
        os._exit(code)


def _tell_ended(states: Mapping[socket.socket, int]) -> None:
    """Tell the exit codes of workers that have ended, and leave these to be reaped."""
    for state, pid in states.items():
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            _tell(state, ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)


def _tell(state: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # its owner has closed it meanwhile
        state.send(_NUMBER.pack(number), socket.MSG_DONTWAIT)


def _end(pid: int, state: socket.socket) -> None:
    """Kill a worker and all that it started, and reap it."""
    _kill_session(pid)
    os.waitpid(pid, 0)
    state.close()


def _kill_session(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)  # in the moment before it leads its session


def _ignore(number: int, frame: object) -> None:
    """Do nothing with a signal."""


if __name__ == "__main__":
    main()
