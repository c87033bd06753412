"""What a page reader asks of a transcriber."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.types import Number

# Crops of one number each, uint8 (H, W) or (H, W, 3): for each its number, boxes in its pixels, or None.
Transcribe: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]
