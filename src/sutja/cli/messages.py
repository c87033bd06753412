"""Messages for people on the standard error, and whether they, and colours, are wanted."""

from __future__ import annotations

import logging
import os
from typing import IO, Any

import click

VERBOSITY = "verbosity"  # key in the context: "quiet" or "verbose"


def is_quiet() -> bool:
    """Tell if results and errors alone are wanted."""
    context = click.get_current_context(silent=True)
    return context is not None and context.find_root().meta.get(VERBOSITY) == "quiet"


def tell(message: str) -> None:
    """Print a message on the standard error, unless only results and errors are wanted."""
    if not is_quiet():
        click.echo(message, err=True)


def show_log() -> None:
    """Show what the library logs on the standard error."""
    logging.basicConfig(format="%(relativeCreated)d ms  %(name)s: %(message)s")
    logging.getLogger("sutja").setLevel(logging.DEBUG)


def wants_colour(stream: IO[Any]) -> bool:
    """Tell if colours are wanted: as NO_COLOR (no-color.org) or FORCE_COLOR say, else on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()
