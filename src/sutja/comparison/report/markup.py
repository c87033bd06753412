"""Pieces of a page: sections, tables and pictures that can be read by ear."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_THUMBNAIL = 96  # pixels a side: two dozen photos would make the page many MB otherwise


def section(title: str, body: str) -> str:
    """A section; nothing where it has no body."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>\n" if body else ""


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    text: Sequence[int] = (),
    safe: Sequence[int] = (),
) -> str:
    """A table that scrolls within itself where it is wider than the page.

    Parameters
    ----------
    caption : str
        Stands above it, and does not scroll.
    heads, rows : Sequence[str] or Sequence[Sequence[str]]
        Cells; the first of a row names it.
    text : Sequence[int]
        Columns of words, which stand to the left.
    safe : Sequence[int]
        Columns that are HTML already.
    """
    top = "".join(f'<th scope="col"{_class(i, text)}>{escape(head)}</th>' for i, head in enumerate(heads))
    body = []
    for row in rows:
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        for i, cell in enumerate(row[1:], start=1):
            cells.append(f"<td{_class(i, text)}>{cell if i in safe else escape(cell)}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    mark = f"t{zlib.crc32((caption + str(rows)).encode()):08x}"
    return (
        f'<p class="soft caption" id="{mark}">{escape(caption)}</p><div class="scroll" role="region" '
        f'aria-labelledby="{mark}" tabindex="0"><table aria-labelledby="{mark}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def figure(svg: str, words: str, caption: str, numbered: Sequence[str] = ()) -> str:
    """A drawing, what it shows in words, and its caption; a list of lines below it."""
    picture = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    below = f"<ol>{''.join(f'<li>{escape(line)}</li>' for line in numbered)}</ol>" if numbered else ""
    return f'<figure class="wide">{picture}<figcaption>{escape(caption)}{below}</figcaption></figure>'


def beside(figures: Sequence[str]) -> str:
    """Figures side by side where there is room."""
    return f'<div class="beside">{"".join(figures)}</div>' if any(figures) else ""


def unbroken(text: str) -> str:
    """Text in which no number is parted from its unit."""
    return re.sub(r"(?<=[0-9]) (?=%|µs\b|ms\b|s\b|points\b|labels\b|[kMGTP] )", "\u00a0", text)


def items(lines: Sequence[str]) -> str:
    """A list of lines that are HTML already."""
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def folded(title: str, body: str) -> str:
    """A body that shows when its title is touched."""
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def as_url(picture: NDArray[np.uint8]) -> str:
    """A picture, (H, W) or (H, W, 3), as the text of a PNG; large ones are made smaller."""
    from PIL import Image

    out = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))  # leaves smaller ones as they are
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _class(i: int, text: Sequence[int]) -> str:
    return ' class="text"' if i in text else ""
