"""The mistakes of `sutja read --truth` with the picture of each, in one HTML page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sutja.atomic import write_atomic
from sutja.errors import PictureError, SutjaError, make_unwritable_error
from sutja.reading.page.labels import Case
from sutja.signals.document import iter_pages
from sutja.types import Box, Page
from sutja.types.summaries import printable, shorten_confidence

if TYPE_CHECKING:
    from sutja.signals.image import Picture

MOST_SHOWN = 500
_MOST_SIDE = 480  # pixels of a crop in the page
_MARGIN = 0.5  # of the height of a box, about it


@dataclass(frozen=True, slots=True)
class Mistake:
    """A number that was not read right.

    Attributes
    ----------
    source, page : str or int
        Name of its file, and the page.
    box : Box | None
        Place of the number; None for all of the page.
    truth, answer : str
        Text of the label, and the one that was read; "" for none.
    confidence : str
        Confidence of the answer, "" for none.
    accepted : bool
        True if it was accepted.
    """

    source: str
    page: int
    box: Box | None
    truth: str
    answer: str
    confidence: str
    accepted: bool


def list_mistakes(page: Page, cases: Iterable[Case]) -> Iterator[Mistake]:
    """List the mistakes among the cases of a page; a page without a number is right where none was read."""
    for case in cases:
        label, number = case.label, case.number
        truth = "" if label is None else label.text
        if case.right or (number is None and not truth):
            continue
        box = label.box if label is not None and label.box is not None else None
        yield Mistake(
            page.source,
            page.page,
            number.box if box is None and number is not None else box,
            truth,
            "" if number is None else number.text,
            "" if number is None else shorten_confidence(number.confidence),
            number is not None and number.accepted,
        )


def write_mistakes(path: str, mistakes: Sequence[Mistake], n_cases: int, labels: str, report: str) -> None:
    """Write the page, with the picture of each mistake in it.

    Parameters
    ----------
    path : str
        File to write.
    mistakes : Sequence[Mistake]
        All of them; those that were accepted are shown first.
    n_cases : int
        Number of cases that were judged.
    labels, report : str
        Name of the labels, and the figures.

    Raises
    ------
    SutjaError
        If it cannot be written.
    """
    from jinja2 import Environment, PackageLoader

    shown = sorted(mistakes, key=lambda one: not one.accepted)[:MOST_SHOWN]
    pictures = _cut_out(shown)
    rows = [
        {
            "truth": printable(one.truth),
            "answer": printable(one.answer),
            "confidence": one.confidence,
            "accepted": one.accepted,
            "source": printable(one.source),
            "page": one.page,
            "picture": pictures.get(place, ""),
        }
        for place, one in enumerate(shown)
    ]
    environment = Environment(loader=PackageLoader("sutja.cli.judging"), autoescape=True, trim_blocks=True)
    text = environment.get_template("mistakes.html").render(
        labels=printable(labels), report=report, mistakes=rows, n_mistakes=len(mistakes), n_cases=n_cases
    )
    try:
        write_atomic(Path(path), text.encode("utf-8", "replace"))
    except OSError as error:
        raise make_unwritable_error(SutjaError, Path(path), error, "choose another place") from error


def _cut_out(mistakes: Sequence[Mistake]) -> dict[int, str]:
    """Cut out the pictures of mistakes, each document read once; keys are their places."""
    by_source: dict[str, list[int]] = {}
    for place, one in enumerate(mistakes):
        by_source.setdefault(one.source, []).append(place)
    pictures: dict[int, str] = {}
    for source, places in by_source.items():
        last = max(mistakes[place].page for place in places)
        for picture in iter_pages(Path(source), source):
            if isinstance(picture, PictureError):
                continue
            for place in places:
                if mistakes[place].page == picture.page:
                    pictures[place] = _to_data_url(picture, mistakes[place].box)
            if picture.page >= last:
                break
    return pictures


def _to_data_url(picture: Picture, box: Box | None) -> str:
    """Encode a part of a picture, with a little about it, as the data URL of a PNG."""
    from PIL import Image

    image: Any = Image.fromarray(picture.pixels)
    if box is not None:
        margin = _MARGIN * max(box.height, 8.0)
        edges = (box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
        limits = (picture.width, picture.height) * 2
        left, top, right, bottom = (
            round(min(max(edge, 0.0), limit)) for edge, limit in zip(edges, limits, strict=True)
        )
        image = image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    image.thumbnail((_MOST_SIDE, _MOST_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
