"""Proposals of templates: the fields that a scan of a form seems to have.

Boxes and combs are found by their lines (`sutja.reading.printed_boxes`). Where there is none, a handwritten
number that is read on the page is taken for a field.

Letters: H, W rows and columns of the scan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError, TemplateError
from sutja.reading.page.geometry.layout import measure_layout
from sutja.reading.page.text.joining import measure_shared
from sutja.reading.printed_boxes import Comb, find_combs, find_single_boxes
from sutja.reading.templates.template import Template
from sutja.reading.templates.template_field import MAX_DIGITS, TemplateField
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box, Page

_SHARED = 0.3  # of a single box, by a comb: it is a part of that
_INSIDE, _LEFT_OVER = 0.8, 0.6  # of a comb in a single box, and of a cell's width that it leaves of that
_MARGIN = 0.35  # of a number's height, around it where no box is


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A box that seems to be a field, and the boxes of its comb; 1 for none."""

    box: Box
    n_cells: int


def propose_template(
    source: str | bytes,
    name: str,
    read_page: Callable[[NDArray[np.uint8]], Page] | None = None,
    page: int = 1,
) -> Template:
    """Propose a template from a scan.

    Parameters
    ----------
    source : str | bytes
        Path of the scan, or its file.
    name : str
        Name of the form.
    read_page : Callable[[NDArray[uint8]], Page] | None
        Reads the numbers of a page, for fields without a box: `Reader.read`. None looks for boxes alone.
    page : int
        Page of the scan's file, from 1.

    Raises
    ------
    TemplateError
        If the scan cannot be read, or shows no field.
    """
    picture = _open_page(source, page)
    proposed = propose_boxes(to_grey(picture.pixels))
    if read_page is not None:
        numbers = read_page(picture.pixels).numbers
        proposed += [
            ProposedField(_clip(_widen(number.box), picture), 1)
            for number in numbers
            if number.written == "handwritten" and not _is_covered(number.box, proposed)
        ]
    if not proposed:
        raise TemplateError(
            "shows no boxes and no numbers", where=picture.source, remedy="write the template by hand"
        )
    ordered = sorted(proposed, key=lambda field: (round(field.box.y0 / 10), field.box.x0))
    fields = tuple(
        TemplateField(
            f"field{number}",
            field.box,
            digits=(1, field.n_cells) if field.n_cells > 1 else None,
            comb=field.n_cells > 1,
        )
        for number, field in enumerate(ordered, start=1)
    )
    return Template(name, str(picture.source), picture.pixels, fields, page=page)


def _open_page(source: str | bytes, page: int) -> Picture:
    for picture in iter_pages(source if isinstance(source, bytes) else Path(source)):
        if isinstance(picture, PictureError):
            raise TemplateError(f"the scan cannot be read: {picture}")
        if picture.page == page:
            return picture
    where = source if isinstance(source, str) else "scan"
    raise TemplateError(f"has no page {page}", where=where)


def propose_boxes(grey: NDArray[np.uint8]) -> list[ProposedField]:
    """Propose the printed boxes and combs of a form that may hold numbers.

    Parameters
    ----------
    grey : NDArray[uint8]
        Scan, (H, W).
    """
    layout = measure_layout(grey)
    if layout.character_height is None:
        return []
    singles = find_single_boxes(grey)
    combs = [
        ProposedField(comb.box, len(comb.cells))
        for comb in find_combs(grey, layout.character_height, layout.n_characters, with_ticks=False)
        if len(comb.cells) <= MAX_DIGITS and not any(_lies_within(comb, box) for box in singles)
    ]
    return combs + [
        ProposedField(box, 1)
        for box in singles
        if not any(
            measure_shared(comb.box, box) > _SHARED * min(_area(box), _area(comb.box)) for comb in combs
        )
    ]


def _lies_within(comb: Comb, box: Box) -> bool:
    """Tell whether the boxes of a comb fill a part of a single box only: strokes passed for their lines."""
    return (
        measure_shared(comb.box, box) > _INSIDE * _area(comb.box)
        and box.width > comb.box.width + _LEFT_OVER * comb.cells[0].width
    )


def _area(box: Box) -> float:
    return box.width * box.height


def _is_covered(box: Box, fields: list[ProposedField]) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(f.box.x0 <= x <= f.box.x1 and f.box.y0 <= y <= f.box.y1 for f in fields)


def _widen(box: Box) -> Box:
    margin = _MARGIN * box.height
    return Box(box.x0 - 2 * margin, box.y0 - margin, box.x1 + 2 * margin, box.y1 + margin)


def _clip(box: Box, picture: Picture) -> Box:
    return Box(max(box.x0, 0.0), max(box.y0, 0.0), min(box.x1, picture.width), min(box.y1, picture.height))
