"""Results in short: one line for a Python prompt, HTML for a notebook."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_ITEMS = 5  # in one line
_MOST_ROWS = 50  # in a notebook
_MOST_WIDTH = 1000  # pixels of a picture in a notebook


class Judged(Protocol):
    """An answer that is accepted, or for a person to check."""

    @property
    def confidence(self) -> float:
        """Calibrated probability that it is right."""

    @property
    def accepted(self) -> bool:
        """True if the confidence clears the threshold."""


class OfInput(Protocol):
    """The result of one input."""

    @property
    def source(self) -> str:
        """Name of the input."""

    @property
    def error(self) -> str | None:
        """Reason why there is none."""


def describe_confidence(answer: Judged) -> str:
    """Write a confidence, rounded down, and the verdict.

    Parameters
    ----------
    answer : Judged
        The answer.
    """
    return f"{shorten_confidence(answer.confidence)}, {'accepted' if answer.accepted else 'to check'}"


def shorten_confidence(confidence: float) -> str:
    """Round a confidence down to three decimals, so that only certainty shows as 1.000."""
    return f"{int(confidence * 1000) / 1000:.3f}"


def describe_items(result: OfInput, noun: str, items: Sequence[str]) -> str:
    """Describe the result of an input in one line: how many there are, and the first of them."""
    page = getattr(result, "page", 1)
    name = f"<{type(result).__name__} {result.source!r}" + (f" page {page}" if page > 1 else "")
    if result.error is not None:
        return f"{name}, error: {result.error}>"
    plural = "" if len(items) == 1 else "s"
    shown = ", ".join(items[:_MOST_ITEMS]) + (", …" if len(items) > _MOST_ITEMS else "")
    return f"{name}, {len(items)} {noun}{plural}" + (f": {shown}>" if items else ">")


def printable(text: str) -> str:
    """Escape everything in `text` that a terminal would obey: file names may hold any character."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def make_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Make an HTML table of the first rows."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_write_cell(row.get(name))}</td>" for name in columns) + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    more = f"<p>and {len(rows) - _MOST_ROWS:,} more</p>" if len(rows) > _MOST_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def make_page(title: str, picture: str, table: str, error: str | None = None) -> str:
    """Put a title, a picture and a table together as HTML; an error takes the table's place."""
    below = table if error is None else f"<p>{html.escape(error)}</p>"
    return f"<div><p><code>{html.escape(title)}</code></p>{picture}{below}</div>"


def to_image_tag(picture: Image) -> str:
    """Make an HTML image of a picture, with its bytes in it."""
    picture.thumbnail((_MOST_WIDTH, 4 * _MOST_WIDTH))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return html.escape(f"{value:.3f}" if isinstance(value, float) else str(value))
