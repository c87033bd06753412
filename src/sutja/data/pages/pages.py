"""Real pages with a box for each number: the page detector learns from them beside composed ones.

Each page comes at the size at which a detector should see it (digits about 10 to 24 pixels high). Labels
are `CLASSES`; what nobody labelled is marked to be ignored. The parts are those of `sutja.data.split.fixed`;
the test part is read by `"test"` alone, and not before all choices are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sutja.data.pages.cheques import load_cheque_pages
from sutja.data.pages.grids import load_grid_pages
from sutja.data.pages.real_page import (
    CLASSES,
    HANDWRITTEN,
    PARTS,
    PRINTED,
    VALIDATION_FOLDS,
    RealPage,
    in_part,
)
from sutja.data.pages.tables import load_table_pages

__all__ = [
    "CLASSES",
    "HANDWRITTEN",
    "PARTS",
    "PRINTED",
    "VALIDATION_FOLDS",
    "RealPage",
    "in_part",
    "load_real_pages",
]


def load_real_pages(root: Path, part: str) -> Iterator[RealPage]:
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
    yield from load_cheque_pages(root, part)
    yield from load_grid_pages(root, part)
    yield from load_table_pages(root, part)
