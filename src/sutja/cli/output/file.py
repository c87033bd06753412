"""Destinations of the output: the standard output, a file that appears whole or not at all, a folder."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

import click

from sutja.atomic import open_atomic
from sutja.cli.messages import wants_colour
from sutja.cli.output.writer import R_contra, Writer, printable

_MOST_NAME = 240  # bytes of a file's name; file systems take 255, and a number may follow


class UniqueNames:
    """File names in a folder: the name of each input with another ending, never the same twice."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._taken: set[str] = set()

    def make(self, source: str, page: int = 1) -> str:
        """Make the name for a page of an input; a number tells inputs of one name apart."""
        page_part = f"-page{page}" if page > 1 else ""
        stem = shorten_name(Path(source).stem, _MOST_NAME - len(page_part) - len(self._suffix)) + page_part
        name, count = stem, 1
        while name.lower() in self._taken:  # many file systems ignore case
            count += 1
            name = f"{stem}-{count}"
        self._taken.add(name.lower())
        return f"{name}{self._suffix}"


def shorten_name(name: str, most: int) -> str:
    """Shorten a file's name to so many bytes, as file systems count them; a short one stays."""
    while len(os.fsencode(name)) > most:
        name = name[:-1]
    return name


def make_folder(folder: str, option: str) -> Path:
    """Make a folder that a person named with an option.

    Raises
    ------
    click.UsageError
        If it cannot be made.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(
            f"cannot make the folder {folder} ({error.strerror}); choose another for {option}"
        ) from error
    return Path(folder)


class Output:
    """A context that writes text to `path`, or to the standard output where that is None or "-".

    The text goes to a temporary file, which takes its place at the end; if the work stops before, the
    temporary file is removed and an older file stays as it was. A special file such as /dev/null is written
    to directly.

    Raises
    ------
    click.UsageError
        On entering, if the file cannot be made.
    """

    def __init__(self, path: str | None) -> None:
        self._path = None if path in (None, "-") else Path(str(path)).resolve()
        self._file: IO[bytes] | None = None
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Output:
        if self._path is not None:
            special = self._path.exists() and not self._path.is_file()  # such as /dev/null
            try:
                self._file = self._opened.enter_context(
                    self._path.open("wb") if special else open_atomic(self._path)
                )
            except OSError as error:
                raise click.UsageError(
                    f"cannot write {self._path} ({error.strerror}); choose another place for --out"
                ) from error
        return self

    def write(self, text: str | bytes) -> None:
        """Write `text`, without its colours unless they are wanted (`wants_colour`); bytes as they are."""
        if isinstance(text, bytes):
            if self._file is None:
                click.echo(text, nl=False)
            else:
                self._file.write(text)
        elif self._file is not None:
            self._file.write(click.unstyle(text).encode("utf-8", "surrogateescape"))
        elif wants_colour(sys.stdout):
            click.echo(text.encode("utf-8", "replace").decode(), nl=False, color=True)
        elif sys.stdout.isatty():
            click.echo(click.unstyle(text).encode("utf-8", "replace").decode(), nl=False)
        else:
            click.echo(click.unstyle(text).encode("utf-8", "surrogateescape"), nl=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)


class FolderWriter(Writer[R_contra]):
    """Saves each result as a file of its own in a folder, under the name of its input; prints nothing.

    An input that could not be read has no file.

    Attributes
    ----------
    failed : int
        Count of files that could not be written.

    Parameters
    ----------
    folder : str
        Folder of the files; made if needed.
    suffix : str
        Ending of their names.
    to_text : Callable[[Result], str]
        Makes the content of a file.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, suffix: str, to_text: Callable[[R_contra], str]) -> None:
        self._folder = make_folder(folder, "--out")
        self.failed = 0
        self._names = UniqueNames(suffix)
        self._to_text = to_text

    def write(self, result: R_contra) -> str:
        if result.error is None:
            name = self._names.make(result.source, getattr(result, "page", 1))
            try:
                with Output(str(self._folder / name)) as output:
                    output.write(self._to_text(result))
            except (OSError, click.UsageError) as error:  # the files of the other inputs are written
                self.failed += 1
                click.echo(f"error: {printable(f'{result.source}: {error}')}", err=True)
        return ""
