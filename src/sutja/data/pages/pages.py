"""Real pages with a box for each number: the page detector learns from them beside composed ones.

Each page comes at the size at which a detector should see it (digits about 10 to 24 pixels high). Labels
are `CLASSES`; what nobody labelled is marked to be ignored. The parts are those of `sutja.data.split.fixed`;
the test part is read by `"test"` alone, and not before all choices are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sutja.data.pages.base import CLASSES, HANDWRITTEN, PARTS, PRINTED, VALIDATION_FOLDS, RealPage, in_part
from sutja.data.pages.cheques import cheque_pages
from sutja.data.pages.grids import grid_pages
from sutja.data.pages.tables import table_pages

__all__ = [
    "CLASSES",
    "HANDWRITTEN",
    "PARTS",
    "PRINTED",
    "VALIDATION_FOLDS",
    "RealPage",
    "in_part",
    "real_pages",
]


def real_pages(root: Path, part: str) -> Iterator[RealPage]:
    """The pages of a part: cheques, grids, tables.

    Parameters
    ----------
    root : Path
        The data folder.
    part : str
        Train, validation or test.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    yield from cheque_pages(root, part)
    yield from grid_pages(root, part)
    yield from table_pages(root, part)
