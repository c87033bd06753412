"""How a verb ends when it cannot go on: a line on the standard error and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from sutja.cli.output.pages import printable
from sutja.errors import SutjaError

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_MEMORY_WORDS = ("can't allocate memory", "out of memory")  # torch has no exception of its own on a CPU


def stop(message: str, status: int = FAILED) -> NoReturn:
    """Say why, and end."""
    click.echo(f"error: {printable(message)}", err=True)
    sys.exit(status)


@contextmanager
def told(interrupted: str | Callable[[], str]) -> Iterator[None]:
    """Errors that sutja raises on purpose become a line on the standard error and exit 1.

    Parameters
    ----------
    interrupted : str | Callable[[], str]
        What to say after Ctrl-C, with exit 130; or what makes it, if it is not known before.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the standard output has gone: click ends quietly
    except ModuleNotFoundError as error:
        if (error.name or "sutja").partition(".")[0] == "sutja":
            raise
        stop(f"this needs {error.name}, which is not installed: pip install 'sutja[train]'")
    except (OSError, SutjaError) as error:
        stop(str(error))
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not any(word in str(error) for word in _MEMORY_WORDS):
            raise
        stop("the memory is too small for this; take smaller pictures, fewer of them, or a smaller batch")
    except KeyboardInterrupt:
        stop(interrupted if isinstance(interrupted, str) else interrupted(), INTERRUPTED)
