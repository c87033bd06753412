"""One worker process: it opens the models once, and then processes block after block of inputs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeAlias

from sutja.batch.ledger import Outcome
from sutja.errors import SutjaError
from sutja.regular_files import open_regular

_HASHED = 1 << 20  # bytes at a time


class Result(Protocol):
    """The result of an input, or of a page of it."""

    @property
    def source(self) -> str:
        """Name of the input."""

    @property
    def error(self) -> str | None:
        """Reason why it could not be processed."""

    def to_dict(self) -> dict[str, Any]:
        """Content of its line of JSON."""


Process: TypeAlias = "Callable[[list[str]], Iterable[Result]]"


@dataclass(frozen=True, slots=True)
class Job:
    """Work to do on each input.

    Attributes
    ----------
    opener : str
        Function, as "module:function", that takes the options and returns a function of a list of names,
        which yields the results in order.
    options : Mapping[str, Any]
        Its options.
    models : tuple[str, ...]
        Checksums of the models, which belong to the key of the results.
    """

    opener: str
    options: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Key of the results: other models, options or versions have another."""
        from sutja import __version__

        facts = [__version__, self.opener, sorted(self.options.items()), self.models]
        return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()

    def open(self) -> Process:
        """Open the models."""
        module, _, name = self.opener.partition(":")
        process: Process = getattr(import_module(module), name)(**self.options)
        return process


def hash_content(name: str) -> bytes | None:
    """Compute the SHA-256 of a file; None if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open_regular(name) as file:
            while block := file.read(_HASHED):
                digest.update(block)
    except OSError:
        return None
    return digest.digest()


def process_block(process: Process, block: list[tuple[str, bytes | None]]) -> list[Outcome]:
    """Process a block of inputs, whose names differ.

    Parameters
    ----------
    process : Process
        Yields the results of a list of names.
    block : list[tuple[str, bytes | None]]
        Name and checksum of each.
    """
    results: dict[str, list[Result]] = {name: [] for name, _ in block}
    for result in process([name for name, _ in block]):
        results[result.source].append(result)
    return [summarise(name, content, results[name]) for name, content in block]


def summarise(name: str, content: bytes | None, results: list[Result]) -> Outcome:
    """Summarise the results of one input."""
    lines = "".join(to_line(result.to_dict()) for result in results)
    errors = [result.error for result in results if result.error is not None]
    if errors or not results:
        return Outcome(name, content, "failed", errors[0] if errors else "nothing came back", lines)
    numbers = [number for result in results for number in getattr(result, "numbers", ())]
    found = [one for result in results for one in getattr(result, "detections", ())]
    if not numbers:
        return Outcome(name, content, *(("read", "") if found else ("rejected", "nothing was found")), lines)
    doubtful = sum(not number.accepted for number in numbers)
    if doubtful:
        return Outcome(name, content, "rejected", f"{doubtful} of {len(numbers)} to check", lines)
    return Outcome(name, content, "read", "", lines)


def to_line(value: dict[str, Any]) -> str:
    """Write a line of JSON."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a file name that is not UTF-8
        text = json.dumps(value)
    return text + "\n"


def work(connection: Connection, job: Job) -> None:
    """Answer blocks until the driver closes the connection; the body of a worker process.

    Parameters
    ----------
    connection : Connection
        To the driver, who is trusted.
    job : Job
        What to do.
    """
    for name in ("SIGINT", "SIGHUP"):  # the driver's; when it ends, the connection closes
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        process = job.open()
    except SutjaError as error:
        connection.send(error.args[0])
        return
    with contextlib.suppress(OSError):  # the driver has gone
        connection.send(None)
        for block in _receive(connection):
            connection.send(process_block(process, block))


def _receive(connection: Connection) -> Iterator[list[tuple[str, bytes | None]]]:
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return
