"""One worker process: it opens the models once, and then processes block after block of inputs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from sutja.batch.inputs import Input, Result, hash_input, process_inputs
from sutja.batch.ledger import Outcome
from sutja.errors import SutjaError

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


def process_block(process: Process, block: Sequence[Input]) -> list[Outcome]:
    """Process a block of inputs, whose names differ.

    Parameters
    ----------
    process : Process
        Yields the results of a list of paths.
    block : Sequence[Input]
        The inputs.
    """
    contents = {one.name: hash_input(one) for one in block}  # before they are read: a change is noticed later
    results: dict[str, list[Result]] = {one.name: [] for one in block}
    try:
        for result in process_inputs(process, block):
            results[result.source].append(result)
    except Exception as error:  # whatever an input does to a reader, the others are read
        if len(block) > 1:
            return [outcome for one in block for outcome in process_block(process, [one])]
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        return [make_failure(block[0].name, f"could not be processed ({type(error).__name__}: {first_line})")]
    return [summarise(name, content, results[name]) for name, content in contents.items()]


def make_failure(name: str, reason: str) -> Outcome:
    """Make the outcome of an input without any result, which is to be tried again another time."""
    error = f"{name}: {reason}"
    return Outcome(name, None, "failed", to_printable(error), to_line({"source": name, "error": error}))


def summarise(name: str, content: bytes | None, results: list[Result]) -> Outcome:
    """Summarise the results of one input."""
    lines = "".join(to_line(result.to_dict()) for result in results)
    errors = [result.error for result in results if result.error is not None]
    if errors or not results:
        reason = to_printable(errors[0]) if errors else "nothing came back"
        return Outcome(name, content, "failed", reason, lines)
    numbers = [number for result in results for number in getattr(result, "numbers", ())]
    found = [one for result in results for one in getattr(result, "detections", ())]
    if not numbers:
        return Outcome(name, content, *(("read", "") if found else ("rejected", "nothing was found")), lines)
    doubtful = sum(not number.accepted for number in numbers)
    if doubtful:
        return Outcome(name, content, "rejected", f"{doubtful} of {len(numbers)} to check", lines)
    return Outcome(name, content, "read", "", lines)


def to_printable(text: str) -> str:
    """Escape what is no Unicode: the bytes of a file's name that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


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


def _receive(connection: Connection) -> Iterator[list[Input]]:
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return
