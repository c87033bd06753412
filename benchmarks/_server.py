"""A server of its own process for measurements, and clients that cost it little."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from _machine import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
_POLL = 0.005  # seconds between two looks at a server that starts


@dataclass
class Server:
    """A server that runs.

    Attributes
    ----------
    port : int
        Port on this machine.
    process : subprocess.Popen[bytes]
        Its process; its workers are children of that.
    ready_seconds, ready_cpu_seconds : float
        Seconds until it said that it is ready, by the clock and of a processor.
    """

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float = 0.0
    ready_cpu_seconds: float = 0.0

    @property
    def address(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}"

    def list_processes(self) -> list[int]:
        """List the process and its children, by number."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += map(int, children.read_text().split())
        return found

    def measure_cpu(self) -> float:
        """Seconds of a processor that all its processes have spent."""
        return sum(map(read_cpu_seconds, self.list_processes()))

    def measure_memory(self, processes: Sequence[int] | None = None) -> float:
        """Memory of all its processes, or of some, in MB; shared parts counted in each."""
        pages = 0
        for pid in self.list_processes() if processes is None else processes:
            with suppress(OSError):  # it has ended meanwhile
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * PAGE / 1e6


def read_cpu_seconds(pid: int) -> float:
    """Seconds of a processor that a process has spent."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


@contextmanager
def run_server(*options: str, **variables: str) -> Iterator[Server]:
    """Run `sutja serve` with some options and variables of its environment until it is no longer needed.

    Raises
    ------
    RuntimeError
        If it ends before it is ready.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment |= variables
    command = [sys.executable, "-m", "sutja", "serve", "--port", str(port), *options]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    server = Server(port, process)
    try:
        while not is_ready(server.address):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            time.sleep(_POLL)
        server.ready_seconds = time.perf_counter() - began
        server.ready_cpu_seconds = server.measure_cpu()
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


def is_ready(address: str) -> bool:
    """Tell whether a server has opened its models."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def make_body(
    path: str, files: Sequence[tuple[str, str, bytes]], values: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Make a request of a form, whole, with its head: files as field, name and content."""
    boundary = b"----sutja"
    parts = [
        b'Content-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s'
        % (name.encode(), file.encode(), content)
        for name, file, content in files
    ]
    parts += [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (n.encode(), v.encode()) for n, v in values
    ]
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary
    return make_request("POST", path, body, f"multipart/form-data; boundary={boundary.decode()}")


def make_request(method: str, path: str, body: bytes = b"", kind: str = "application/octet-stream") -> bytes:
    """Make a request, whole, with its head."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Answers:
    """Answers to many requests.

    Attributes
    ----------
    seconds : list[float]
        Seconds of each.
    statuses : Counter[int]
        How many had each status.
    whole : float
        Seconds of all, by the clock.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    whole: float = 0.0

    def find_quantile(self, share: float) -> float:
        """Seconds below which a share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def ask_once(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bytes]:
    """Send a request over an open connection, and take its status and its body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    return int(head[9:12]), await reader.readexactly(length)


async def ask_many(port: int, requests: Sequence[bytes], clients: int) -> Answers:
    """Send requests by so many clients at once, each the next when its last is answered.

    Parameters
    ----------
    port : int
        Port of the server.
    requests : Sequence[bytes]
        Requests; a connection that the server closes is opened again.
    clients : int
        Number of clients.
    """
    answers, waiting = Answers(), iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            began = time.perf_counter()
            try:
                status, _ = await ask_once(reader, writer, request)
            except (OSError, asyncio.IncompleteReadError):
                status = 0  # no answer
            answers.seconds.append(time.perf_counter() - began)
            answers.statuses[status] += 1
            if status == 429:
                await asyncio.sleep(0.1)
            if status not in (200, 422, 429):  # after such an answer a body may be left unread
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(clients)))
    answers.whole = time.perf_counter() - began
    return answers


def read_json(address: str, path: str) -> object:
    """Ask a server for JSON."""
    with urllib.request.urlopen(f"{address}{path}", timeout=60) as answer:
        return json.load(answer)
