"""Pages that are decoded or drawn in a child process, since their files may come from anyone.

A page that takes too long, or too much memory, gives an error in its place, and the next is tried, until the
file has spent the time that one may lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sutja.errors import PictureError, SutjaError
from sutja.sandbox import MB, Budget, LimitExceededError, run_in_child
from sutja.signals.pdf_text import make_characters
from sutja.signals.picture import PIXEL_LIMIT, Picture

PICTURE_BUDGET = Budget(seconds=4.0, wall=20.0, memory=600 * MB, output=3 * PIXEL_LIMIT)
DRAWING_BUDGET = Budget(seconds=4.0, wall=20.0, memory=280 * MB, output=3 * PIXEL_LIMIT)
_LOST_SECONDS = 5.0  # that the pages of one file may lose together
_MOST_ERRORS = 20  # pages in a row that cannot be read, before the file counts as damaged
_REMEDY = "open it with another program, and save or print it again"


def iter_untrusted(
    task: str, arguments: dict[str, Any], data: bytes | None, name: str, budget: Budget
) -> Iterator[Picture | PictureError]:
    """Yield the pages of a file, and an error in the place of each that cannot be had.

    Parameters
    ----------
    task : str
        As for `sutja.sandbox.run_in_child`. Besides its arguments it takes `first`, the page to begin with.
        Its first item is the `count` of pages, if more than one; each other has `page`, and `error`, or
        pixels and perhaps `dpi` and `characters`.
    arguments : dict[str, Any]
        Its arguments.
    data : bytes | None
        Its input.
    name : str
        Name of the source in results.
    budget : Budget
        Limits of a page.
    """
    page, count, lost, errors = 1, 1, 0.0, 0
    while True:
        try:
            for values, pixels in run_in_child(
                task, {**arguments, "first": page}, data, _shorten(budget, lost)
            ):
                if "count" in values:
                    count = int(values["count"])
                    continue
                page = int(values["page"])
                if pixels is not None:
                    errors = 0
                    characters = make_characters(values.get("characters", ()))
                    yield Picture(pixels, name, page, values.get("dpi"), characters)
                else:
                    errors += 1
                    yield PictureError(str(values["error"]), source=name, page=page)
                    if errors >= _MOST_ERRORS and page < count:
                        yield _give_up(name, page + 1)
                        return
                page += 1
            return
        except LimitExceededError as error:
            yield PictureError(str(error), remedy=_REMEDY, source=name, page=page)
            lost += max(min(error.seconds, budget.seconds), 1.0)
            page += 1
            if page > count:
                return
            if lost >= _LOST_SECONDS:
                yield _give_up(name, page)
                return
        except SutjaError as error:
            yield PictureError(str(error), source=name, page=page)
            return


def _shorten(budget: Budget, lost: float) -> Budget:
    """Return the budget of the pages to come, where so many seconds were lost on earlier ones."""
    return replace(budget, seconds=min(budget.seconds, _LOST_SECONDS - lost))


def _give_up(name: str, page: int) -> PictureError:
    return PictureError(
        "this page and all behind it were not tried, since too many before them failed",
        remedy=_REMEDY,
        source=name,
        page=page,
    )
