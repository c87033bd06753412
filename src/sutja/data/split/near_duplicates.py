"""Pictures that show the same thing twice: the same scan packed again, cropped or brightened a little.

A split by writer or document does not help where one document is in a set twice. `find_near_duplicates` finds
such pairs. A difference hash (dHash: is each pixel of a tiny picture brighter than its right neighbour?)
selects candidates among all pairs, and the correlation of small pictures decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.stacks import PictureStack

_SIDE = 24  # pixels, small picture for the correlation
_STEP = 0.03  # of the range of greys: on plain paper the noise would decide which pixel is brighter
_CANDIDATES = 20_000  # compared at a time
_SMALL_ENOUGH = 2048  # values a picture has at most to be compared as it is
_SAMPLE = 2000  # pictures that show the main directions
_DIRECTIONS = 9  # more sort out more, but make the tree slow
_ROUNDING = 1e-3  # of a distance, in float32
_PAIRS = 4_000  # of look-alikes compared at a time
_BLOCK = 1024  # pictures of one side compared at a time with all of the other


@dataclass(frozen=True)
class NearDuplicate:
    """Picture `a` of one side and `b` of the other, and the correlation of the two, up to 1."""

    a: int
    b: int
    correlation: float


def find_near_duplicates(
    images_a: Sequence[NDArray[np.uint8]],
    images_b: Sequence[NDArray[np.uint8]],
    *,
    max_distance: int = 10,
    min_correlation: float = 0.99,
) -> list[NearDuplicate]:
    """Pairs of pictures, one of each side, that show the same.

    Parameters
    ----------
    images_a, images_b : Sequence[NDArray[uint8]]
        Sequences of uint8 arrays (H, W) or (H, W, 3) Of any sizes. Put the shorter one first: it is compared
        in blocks with all of the other.
    max_distance : int
        Bits of the 128 in which the hashes of candidates may differ.
    min_correlation : float
        From which a candidate counts. The default finds scans packed again as JPEG; digits that different
        people wrote alike stay below it, except plain strokes such as 1.

    Returns
    -------
    list of NearDuplicate
        In the order of `a`, then `b`.
    """
    if len(images_a) == 0 or len(images_b) == 0:
        return []
    hashes_a, small_a = _hashes(images_a), _small(images_a)
    hashes_b, small_b = _hashes(images_b), _small(images_b)
    found = []
    for start in range(0, len(hashes_a), _BLOCK):
        block = hashes_a[start : start + _BLOCK]
        distance = np.zeros((len(block), len(hashes_b)), dtype=np.uint8)
        for word in range(hashes_a.shape[1]):
            distance += np.bitwise_count(block[:, None, word] ^ hashes_b[None, :, word])
        rows, columns = np.nonzero(distance <= max_distance)
        correlation = _correlations(small_a, start + rows, small_b, columns)
        found += [
            NearDuplicate(int(start + rows[i]), int(columns[i]), float(correlation[i]))
            for i in np.flatnonzero(correlation >= min_correlation)
        ]
    return found


def find_look_alikes(
    images_a: PictureStack, images_b: PictureStack, *, min_correlation: float = 0.995
) -> list[NearDuplicate]:
    """For each picture of one stack the one of another that is most like it, if any is like it at all.

    No pair is missed: two pictures of unit length correlate by at least c only if their distance is at most
    sqrt(2 - 2c), and seen along a few directions they are nearer still. So a search tree over the first
    principal components gives the candidates, of which the full pictures are compared.

    Parameters
    ----------
    images_a, images_b : PictureStack
        uint8 (N, H, W) or (N, H, W, 3), each of one size. Small ones of one size are compared as they are,
        others as grey at 24 by 24. Of the first, some kilobytes each are held in memory; of the other, a
        block at a time.
    min_correlation : float
        From which two count as alike, above 0 and up to 1.

    Returns
    -------
    list of NearDuplicate
        In the order of `a`, at most one for each. Blank pictures are like nothing.
    """
    if len(images_a) == 0 or len(images_b) == 0:
        return []
    from scipy.spatial import cKDTree

    as_they_are = images_a.shape[1:] == images_b.shape[1:] and prod(images_a.shape[1:]) <= _SMALL_ENOUGH
    values_a = np.concatenate([values for _, values in _iter_values(images_a, as_they_are)])
    directions = _find_directions(images_b, as_they_are)
    blocks_a = range(0, len(values_a), _BLOCK)
    tree = cKDTree(np.concatenate([_to_units(values_a[i : i + _BLOCK]) @ directions for i in blocks_a]))
    reach = float(np.sqrt(max(2 - 2 * min_correlation, 0))) + _ROUNDING
    best: dict[int, NearDuplicate] = {}
    for start, values in _iter_values(images_b, as_they_are):
        units = _to_units(values)
        lists = tree.query_ball_point(units @ directions, reach)
        rows = np.repeat(np.arange(len(units)), [len(some) for some in lists])
        places = np.fromiter(chain.from_iterable(lists), np.intp, len(rows))
        for i in range(0, len(rows), _PAIRS):
            some, ours = rows[i : i + _PAIRS], places[i : i + _PAIRS]
            correlation = np.einsum("nd,nd->n", units[some], _to_units(values_a[ours]))
            for pair in np.flatnonzero(correlation >= min_correlation):
                found = NearDuplicate(int(ours[pair]), start + int(some[pair]), float(correlation[pair]))
                if found.a not in best or found.correlation > best[found.a].correlation:
                    best[found.a] = found
    return [best[a] for a in sorted(best)]


def _iter_values(images: PictureStack, as_they_are: bool) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """Yield the first place and the values (N, D) of each block of pictures."""
    for start in range(0, len(images), _BLOCK):
        yield start, _to_values(images[start : start + _BLOCK], as_they_are)


def _to_values(block: NDArray[np.uint8], as_they_are: bool) -> NDArray[np.generic]:
    return block.reshape(len(block), -1) if as_they_are else _small(list(block))


def _to_units(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Make vectors without mean and of length 1."""
    vectors = values.astype(np.float32)
    vectors -= vectors.mean(axis=1, keepdims=True)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors


def _find_directions(images: PictureStack, as_they_are: bool) -> NDArray[np.float32]:
    """(D, d) orthonormal: along which a sample of the pictures differs most."""
    places = np.arange(0, len(images), -(-len(images) // _SAMPLE))
    blocks = (places[i : i + _BLOCK] for i in range(0, len(places), _BLOCK))
    sample = np.concatenate([_to_units(_to_values(images[some], as_they_are)) for some in blocks])
    _, vectors = np.linalg.eigh(sample.T @ sample)  # rising
    return np.ascontiguousarray(vectors[:, -_DIRECTIONS:], np.float32)


def _correlations(
    small_a: NDArray[np.float32],
    rows: NDArray[np.intp],
    small_b: NDArray[np.float32],
    columns: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Correlation of each candidate, a few at a time: there may be millions."""
    correlation = np.empty(len(rows), dtype=np.float32)
    for i in range(0, len(rows), _CANDIDATES):
        part = slice(i, i + _CANDIDATES)
        correlation[part] = np.einsum("nd,nd->n", small_a[rows[part]], small_b[columns[part]])
    return correlation


def _hashes(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint64]:
    """(N, 2) words: 64 bits of differences to the right, 64 of differences downwards."""
    bits = np.empty((len(images), 128), dtype=bool)
    for n, image in enumerate(images):
        tiny = cv2.resize(_gray(image), (9, 9), interpolation=cv2.INTER_AREA).astype(np.float32)
        step = _STEP * np.ptp(tiny)
        bits[n, :64] = (tiny[:8, 1:] > tiny[:8, :-1] + step).ravel()
        bits[n, 64:] = (tiny[1:, :8] > tiny[:-1, :8] + step).ravel()
    return np.packbits(bits, axis=1).view(np.uint64)


def _small(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """(N, D) small pictures without mean and of length 1; a blank one is all zero and matches nothing."""
    small = np.empty((len(images), _SIDE * _SIDE), dtype=np.float32)
    for n, image in enumerate(images):
        small[n] = cv2.resize(_gray(image), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean(axis=1, keepdims=True)
    small /= np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)
    return small


def _gray(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(gray, dtype=np.float32)
