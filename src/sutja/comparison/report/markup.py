"""Make parts of an HTML page: sections, tables, lists and pictures, accessible to screen readers."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_THUMBNAIL = 96  # pixels a side, at most: two dozen photos would make the page many MB otherwise


def make_table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    text: Sequence[int] = (),
    safe: Sequence[int] = (),
) -> str:
    """Make a table that scrolls by itself if it is wider than the page.

    Parameters
    ----------
    caption : str
        Text above the table, which does not scroll.
    heads : Sequence[str]
        Heads of the columns.
    rows : Sequence[Sequence[str]]
        Cells of each row; the first is its head.
    text : Sequence[int]
        Indices of columns of words, which are aligned left.
    safe : Sequence[int]
        Indices of columns that are HTML already; the others are escaped.
    """
    top = "".join(
        f'<th scope="col"{_make_class(i, text)}>{escape(head)}</th>' for i, head in enumerate(heads)
    )
    body = []
    for row in rows:
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        for i, cell in enumerate(row[1:], start=1):
            cells.append(f"<td{_make_class(i, text)}>{cell if i in safe else escape(cell)}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    mark = f"t{zlib.crc32((caption + str(rows)).encode()):08x}"
    return (
        f'<p class="soft caption" id="{mark}">{escape(caption)}</p><div class="scroll" role="region" '
        f'aria-labelledby="{mark}" tabindex="0"><table aria-labelledby="{mark}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def make_figure(svg: str, words: str, caption: str, numbered: Sequence[str] = ()) -> str:
    """Make a figure.

    Parameters
    ----------
    svg : str
        The drawing.
    words : str
        Description for screen readers.
    caption : str
        Text below it.
    numbered : Sequence[str]
        Lines of a numbered list below the caption.
    """
    picture = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    below = f"<ol>{''.join(f'<li>{escape(line)}</li>' for line in numbered)}</ol>" if numbered else ""
    return f'<figure class="wide">{picture}<figcaption>{escape(caption)}{below}</figcaption></figure>'


def place_side_by_side(figures: Sequence[str]) -> str:
    """Place figures side by side if the page is wide enough."""
    return f'<div class="beside">{"".join(figures)}</div>' if any(figures) else ""


def make_list(lines: Sequence[str]) -> str:
    """Make a list of lines that are HTML already."""
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def make_details(title: str, body: str) -> str:
    """Make a body that is shown when its title is clicked."""
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def make_data_url(picture: NDArray[np.uint8]) -> str:
    """Encode a picture, (H, W) or (H, W, 3), as the data URL of a PNG; large pictures are scaled down."""
    from PIL import Image

    out = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))  # leaves smaller ones as they are
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _make_class(i: int, text: Sequence[int]) -> str:
    return ' class="text"' if i in text else ""
