"""A fingerprint of the pictures a model was trained on, small enough for its card.

With it `sutja evaluate` can tell that a test picture was trained on, long after the training data are gone.
It is a set of hashes, so it answers yes for each picture that is in it, and by chance for one in 16,384
that is not. A picture that was cropped or packed again is not known: before training,
`sutja.data.labelled.leak` finds those. Whoever has a picture can ask whether it was trained on; nobody can
get a picture out. The hashes are sorted and kept as Elias (1974) and Fano (1971) did: of each the lower
bits as they are, the upper ones as the steps between them. That takes 16 bits an item, where a Bloom filter
that errs as seldom takes 20. Letters: n pictures, H and W pixels, C channels.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.errors import DataError
from sutja.metrics import binomial_tail
from sutja.signals.preprocessing.pixels_input import fit_channels, fit_size

LOW_BITS = 14  # kept of each hash as they are; two more tell the rest
KEPT_ITEMS = 131_072  # above, one item in 2, 3, … is kept, so that the card stays under half a megabyte
SURE = 1e-3  # as seldom would so many pictures be taken for known by chance
_HEADER = struct.Struct(">BBHHBHII")  # version, low bits, H, W, C, one in, items, hashes
_VERSION = 1
_ITEM_LIMIT = 4 * KEPT_ITEMS  # of a text that came from anywhere


@dataclass(frozen=True, slots=True)
class Overlap:
    """Number of different test pictures that are known from training.

    Attributes
    ----------
    n_items : int
        Different pictures asked about.
    n_hits : int
        Those the fingerprint takes for known.
    by_chance : float
        Number of hits to expect if none was trained on.
    one_in : int
        One of this many training pictures is in the fingerprint.
    """

    n_items: int
    n_hits: int
    by_chance: float
    one_in: int

    @property
    def chance(self) -> float:
        """Probability of so many hits or more if none was trained on."""
        rate = self.by_chance / max(self.n_items, 1)
        return max(0.0, 1.0 - binomial_tail(self.n_hits - 1, self.n_items, rate)) if self.n_hits else 1.0

    @property
    def is_significant(self) -> bool:
        """True if chance alone hardly explains the hits."""
        return self.n_hits > 0 and self.chance < SURE

    @property
    def estimate(self) -> int:
        """Estimated number that were trained on: hits beyond chance, for all training pictures."""
        return min(self.n_items, max(0, round((self.n_hits - self.by_chance) * self.one_in)))

    def describe(self) -> str:
        """A line for the person; empty where no more pictures are known than by chance."""
        if not self.is_significant:
            return ""
        about = f"{self.n_hits:,}" if self.one_in == 1 else f"about {self.estimate:,}"
        return (
            f"{about} of {self.n_items:,} different test pictures were trained on "
            f"({self.by_chance:.2g} expected by chance): the error on new ones is higher"
        )


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of training pictures; made by `make_fingerprint`.

    Attributes
    ----------
    shape : tuple[int, int, int]
        (H, W, C) of the pictures as they were trained on.
    n_items : int
        Different pictures it was made of, without those left out for `one_in`.
    one_in : int
        One in so many pictures is kept, chosen by hash.
    hashes : NDArray[uint64]
        uint64 array, rising, below ``n_items << LOW_BITS``.
    """

    shape: tuple[int, int, int]
    n_items: int
    one_in: int
    hashes: NDArray[np.uint64]

    @property
    def false_positive_rate(self) -> float:
        """Probability that a picture which is not among them is taken for one of them."""
        return len(self.hashes) / (self.n_items << LOW_BITS) / self.one_in

    def find_known(self, images: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Find the pictures that are taken for training pictures.

        Parameters
        ----------
        images : NDArray[uint8]
            uint8 (n, h, w) or (n, h, w, 3), of any size; they are made as large and as many-coloured as the
            training pictures were.

        Returns
        -------
        bool array (n,)
        """
        keys = hash_pictures(_as_trained(images, self.shape))
        kept, values = _values(keys, self.one_in, self.n_items)
        return kept & np.isin(values, self.hashes)

    def count_known(self, images: NDArray[np.uint8]) -> Overlap:
        """Count the different pictures among these that were trained on, as the fingerprint tells."""
        fitted = _as_trained(images, self.shape)
        _, first = np.unique(hash_pictures(fitted), return_index=True)
        n_hits = int(self.find_known(fitted[first]).sum())
        return Overlap(len(first), n_hits, len(first) * self.false_positive_rate, self.one_in)

    def to_text(self) -> str:
        """The fingerprint in base64, about 21 characters for 8 pictures."""
        n_hashes = len(self.hashes)
        upper = (self.hashes >> np.uint64(LOW_BITS)).astype(np.int64)
        steps = np.zeros(n_hashes + self.n_items, np.uint8)
        steps[upper + np.arange(n_hashes)] = 1
        lower = self.hashes[:, None] >> np.arange(LOW_BITS, dtype=np.uint64) & np.uint64(1)
        header = _HEADER.pack(_VERSION, LOW_BITS, *self.shape, self.one_in, self.n_items, n_hashes)
        bits = (np.packbits(steps), np.packbits(lower.astype(np.uint8)))
        return base64.b64encode(header + b"".join(part.tobytes() for part in bits)).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> Fingerprint:
        """The fingerprint that `to_text` wrote.

        Raises
        ------
        DataError
            The text is none.
        """
        try:
            raw = base64.b64decode(text, validate=True)
            version, low_bits, *shape, one_in, n_items, n_hashes = _HEADER.unpack_from(raw)
        except (binascii.Error, ValueError, struct.error) as error:
            raise _broken(str(error)) from error
        if version != _VERSION or low_bits != LOW_BITS:
            raise _broken(f"version {version} with {low_bits} bits")
        body = np.frombuffer(raw, np.uint8, offset=_HEADER.size)
        n_steps = -(-(n_hashes + n_items) // 8)
        sizes_fit = 1 <= n_hashes <= n_items <= _ITEM_LIMIT and one_in >= 1 and 0 not in shape
        if not sizes_fit or len(body) != n_steps + -(-n_hashes * LOW_BITS // 8):
            raise _broken("its sizes do not fit together")
        steps = np.flatnonzero(np.unpackbits(body[:n_steps], count=n_hashes + n_items))
        if len(steps) != n_hashes:
            raise _broken("its hashes are not as many as it says")
        upper = (steps - np.arange(n_hashes)).astype(np.uint64)
        lower = np.unpackbits(body[n_steps:], count=n_hashes * LOW_BITS).reshape(n_hashes, LOW_BITS)
        weights = np.uint64(1) << np.arange(LOW_BITS, dtype=np.uint64)
        hashes = (upper << np.uint64(LOW_BITS)) + lower.astype(np.uint64) @ weights
        return cls((shape[0], shape[1], shape[2]), n_items, one_in, hashes)


def make_fingerprint(images: NDArray[np.uint8]) -> Fingerprint:
    """The fingerprint of training pictures, uint8 (n, H, W) or (n, H, W, 3), n of 1 or more."""
    shape = (*images.shape[1:3], 1 if images.ndim == 3 else 3)
    return join_hashes(hash_pictures(images), (shape[0], shape[1], shape[2]))


def join_hashes(hashes: NDArray[np.uint64], shape: tuple[int, int, int]) -> Fingerprint:
    """Make the fingerprint of training pictures whose hashes are known.

    Parameters
    ----------
    hashes : NDArray[uint64]
        (n,) of `hash_pictures`, n of 1 or more.
    shape : tuple[int, int, int]
        (H, W, C) of the pictures.
    """
    if len(hashes) == 0:
        raise ValueError("a fingerprint needs a picture")
    keys = np.unique(hashes)
    one_in = -(-len(keys) // KEPT_ITEMS)
    n_items = max(1, int((_choice(keys) % np.uint64(one_in) == 0).sum()))
    kept, values = _values(keys, one_in, n_items)
    chosen = np.unique(values[kept])
    if not len(chosen):
        raise ValueError("no picture was chosen")
    return Fingerprint(shape, n_items, one_in, chosen)


def hash_pictures(images: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Hash each picture with its shape: 64 bits of BLAKE2.

    Parameters
    ----------
    images : NDArray[uint8]
        (n, H, W) or (n, H, W, 3).
    """
    salt = repr(images.shape[1:]).encode()[:16]
    digests = (hashlib.blake2b(image.tobytes(), digest_size=8, salt=salt).digest() for image in images)
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def _choice(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lower half of each key chooses what is kept."""
    return keys & np.uint64(0xFFFFFFFF)


def _values(
    keys: NDArray[np.uint64], one_in: int, n_items: int
) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
    """Mask of the kept keys, and the upper half of each spread evenly over 0 to ``n_items << LOW_BITS``."""
    spread = (keys >> np.uint64(32)) * np.uint64(n_items << LOW_BITS) >> np.uint64(32)
    return _choice(keys) % np.uint64(one_in) == 0, spread


def _as_trained(images: NDArray[np.uint8], shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Pictures of the training pictures' size and channels, made the way those were when they were loaded."""
    height, width, channels = shape
    n_channels = 1 if images.ndim == 3 else 3
    if (*images.shape[1:3], n_channels) == shape:
        return images
    if channels == 1:
        fitted = [fit_size(fit_channels(image, 1), height, width) for image in images]
    else:
        fitted = [fit_channels(fit_size(image, height, width), 3) for image in images]
    return np.stack(fitted)


def _broken(why: str) -> DataError:
    return DataError(f"the fingerprint on the card is broken ({why})", remedy="make the model file again")
