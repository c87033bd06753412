"""Small pictures of classes that differ, for tests that train."""

import numpy as np


def blobs(n=200, classes=4, side=8, seed=0, channels=1):
    """Noise with a bright square whose place is the class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    X = rng.normal(0, 0.3, (n, channels, side, side)).astype(np.float32)
    for picture, label in zip(X, y, strict=True):
        row, column = divmod(int(label), 2)
        picture[:, 4 * row : 4 * row + 3, 4 * column : 4 * column + 3] += 1.5
    return X, y.astype(np.int64)
