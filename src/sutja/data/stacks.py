"""A stack of pictures of one size: an array, or anything else that gives those at some places as an array.

Letters: n pictures, H and W pixels.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class PictureStack(Protocol):
    """A uint8 array (n, H, W) or (n, H, W, 3), or pictures on a disk that are read as if they were one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, H, W) grey or (n, H, W, 3) RGB."""

    @property
    def ndim(self) -> int:
        """3 for grey pictures, 4 for RGB."""

    def __len__(self) -> int: ...

    def __getitem__(self, places: slice | NDArray[np.intp], /) -> NDArray[np.uint8]: ...
