"""Errors and interruptions: a line on the standard error and an exit status, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from sutja.cli.execution.termination import Terminated
from sutja.cli.output.writer import printable
from sutja.errors import SutjaError
from sutja.memory import is_out_of_memory

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def fail(message: str, status: int = FAILED) -> NoReturn:
    """Print an error and exit."""
    click.echo(f"error: {printable(message)}", err=True)
    sys.exit(status)


@contextmanager
def report_errors(interrupted: str | Callable[[], str], status: int = FAILED) -> Iterator[None]:
    """Turn the errors that sutja raises on purpose into a line on the standard error and an exit status.

    Parameters
    ----------
    interrupted : str | Callable[[], str]
        Message after Ctrl-C, which exits with 130, or a signal to end; or a function that makes it.
    status : int
        Exit status of the errors.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the standard output has gone: click ends quietly
    except ModuleNotFoundError as error:
        if (error.name or "sutja").partition(".")[0] == "sutja":
            raise
        fail(f"this needs {error.name}, which is not installed: pip install 'sutja[train]'", status)
    except (OSError, SutjaError) as error:
        fail(str(error), status)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        fail("not enough memory; use smaller pictures, fewer of them, or a smaller batch", status)
    except KeyboardInterrupt as error:
        status = error.status if isinstance(error, Terminated) else INTERRUPTED
        fail(interrupted if isinstance(interrupted, str) else interrupted(), status)
