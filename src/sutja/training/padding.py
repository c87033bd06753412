"""Labels of different lengths as one array, as the loss of temporal classification takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64
from numpy.typing import NDArray


def pad_labels(
    labels: Sequence[tuple[int, ...]],
) -> tuple[Int64[NDArray[np.int64], "B L"], Int64[NDArray[np.int64], " B"]]:
    """Pad labels with 0.

    Parameters
    ----------
    labels : Sequence[tuple[int, ...]]
        B labels of classes.

    Returns
    -------
    tuple[Int64[NDArray[int64], "B L"], Int64[NDArray[int64], "B"]]
        Labels, L at least 1, and their lengths.
    """
    lengths = np.array([len(label) for label in labels], np.int64)
    targets = np.zeros((len(labels), max(1, int(lengths.max()))), np.int64)
    for row, label in zip(targets, labels, strict=True):
        row[: len(label)] = label
    return targets, lengths
