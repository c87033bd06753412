"""Sound that is already in an array: what shapes and types of number may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SoundError


def check_array(array: NDArray[Any]) -> NDArray[Any]:
    """An array as (n, channels).

    Raises
    ------
    SoundError
        If it is no sound.
    """
    shape = "(" + ", ".join(map(str, array.shape)) + ")"
    if array.ndim not in (1, 2):
        raise SoundError(f"an array of shape {shape} is no sound", remedy="pass (n,) or (n, channels)")
    if array.dtype.kind not in "iuf":
        raise SoundError(
            f"an array of {array.dtype} is no sound", remedy="pass integers, or floats in [-1, 1]"
        )
    if array.ndim == 2 and (not array.shape[1] or array.shape[1] > array.shape[0] > 0):
        raise SoundError(
            f"an array of shape {shape} has more channels than samples", remedy="pass it as (n, channels)"
        )
    return array[:, None] if array.ndim == 1 else array


def as_float(block: NDArray[Any]) -> NDArray[np.float32]:
    """Integers over the whole range of their type to [-1, 1]; floats stay."""
    if block.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return block.astype(np.float32)
    bits = 8 * block.dtype.itemsize
    middle = 2.0 ** (bits - 1) if block.dtype.kind == "u" else 0.0
    return ((block.astype(np.float64) - middle) / 2.0 ** (bits - 1)).astype(np.float32)
