"""A recording, block by block, cut into pieces short enough to be heard at once: at pauses, if there are any.

Where nobody pauses, two pieces share some seconds, and the seam is laid later, where no word is said.
Letters: n samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.signals.audio import RATE

LEAST, MOST = 8.0, 20.0  # seconds of a piece, but the last
OVERLAP = 1.5  # seconds that pieces share where there is no pause
SILENT = 10 ** (-75 / 20)  # of full scale: where nothing is louder, nothing is heard
PAUSE_DEPTH = 10 ** (-25 / 10)  # of the power of loud frames: what is quieter may be a pause
FRAME = RATE // 100  # samples whose power is measured together: 10 ms
_PAUSE = 30  # frames: the least pause to cut at
_LOUD = 95.0  # percentile of the frames' power


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a recording.

    Attributes
    ----------
    samples : NDArray[float32]
        float32 (n,).
    start : int
        Its first sample's place in the recording.
    seam : tuple[int, int] | None
        The places between which its answer gives way to the next piece's; None where that is its end.
    final : bool
        Whether nothing follows it, or nothing that is waited for.
    """

    samples: NDArray[np.float32]
    start: int
    seam: tuple[int, int] | None = None
    final: bool = False

    @property
    def silent(self) -> bool:
        """Whether nothing in it is loud enough to be heard."""
        return not len(self.samples) or float(_powers(self.samples).max()) < SILENT**2


class Cutter:
    """Takes blocks and gives pieces.

    Parameters
    ----------
    patience : float | None
        Seconds of pause after which a piece is given without waiting for more, for live sound; None waits
        until a piece is full.
    """

    def __init__(self, patience: float | None = None) -> None:
        self._waiting = np.zeros(0, np.float32)
        self._start = 0
        self._patience = patience

    def push(self, block: NDArray[np.float32]) -> Iterator[Piece]:
        """The pieces that are complete with one more block, float32 (n,)."""
        self._waiting = np.concatenate([self._waiting, block])
        while len(self._waiting) >= (MOST + OVERLAP) * RATE:
            yield self._cut()
        if self._patience is not None and self._is_over(self._patience):
            yield from self.finish()

    def finish(self) -> Iterator[Piece]:
        """The piece that is left at the end."""
        if len(self._waiting):
            yield Piece(self._waiting, self._start, final=True)
            self._start += len(self._waiting)
            self._waiting = np.zeros(0, np.float32)

    def _is_over(self, patience: float) -> bool:
        """Whether something was said, and then nothing for so many seconds."""
        quiet = round(patience * RATE / FRAME)
        powers = _powers(self._waiting)
        if len(powers) <= quiet:
            return False
        loud = float(np.percentile(powers, _LOUD))
        return float(powers[-quiet:].max()) < max(SILENT**2, loud * PAUSE_DEPTH)

    def _cut(self) -> Piece:
        """The next piece: up to the quietest place, or a full one with a seam."""
        powers = _powers(self._waiting[: round(MOST * RATE)])
        smooth = np.convolve(powers, np.full(_PAUSE, 1.0 / _PAUSE), "valid")
        first = round(LEAST * RATE / FRAME)
        place = first + int(smooth[first:].argmin())
        cut = (place + _PAUSE // 2) * FRAME
        loud = float(np.percentile(powers, _LOUD))
        if smooth[place] < max(SILENT**2, loud * PAUSE_DEPTH):
            piece = Piece(self._waiting[:cut], self._start)
            return self._moved(piece, cut)
        end = cut + round(OVERLAP * RATE)
        quarter = round(OVERLAP * RATE / 2)
        seam = (self._start + cut - quarter, self._start + cut + quarter)
        return self._moved(Piece(self._waiting[:end], self._start, seam), cut - round(OVERLAP * RATE))

    def _moved(self, piece: Piece, by: int) -> Piece:
        self._waiting = self._waiting[by:]  # the next block makes a copy
        self._start += by
        return piece


def _powers(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean square of each whole frame; of what is shorter than one, of all of it."""
    n = len(samples) // FRAME
    if not n:
        return np.array([float(np.square(samples, dtype=np.float64).mean())])
    framed = samples[: n * FRAME].reshape(n, FRAME)
    return np.asarray(np.einsum("nf,nf->n", framed, framed, dtype=np.float64) / FRAME)
