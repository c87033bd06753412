"""Cut a recording, block by block, into chunks short enough for one run of the network: at pauses, if any.

Where nobody pauses, two chunks overlap by some seconds, and the seam between them is chosen later, at a frame
without a word. Letters: n samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.signals.audio import RATE

MIN_SECONDS, MAX_SECONDS = 8.0, 20.0  # of a chunk; the last may be shorter
OVERLAP = 1.5  # seconds that neighbouring chunks share where there is no pause
SILENCE = 10 ** (-95 / 20)  # of full scale: a chunk that is nowhere louder is skipped
PAUSE_DEPTH = 10 ** (-25 / 10)  # of the power of loud frames: what is quieter may be a pause
FRAME = RATE // 100  # samples whose power is measured together: 10 ms
_PAUSE = 30  # frames: the shortest pause to cut at
_LOUD = 95.0  # percentile of the frames' power


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a recording.

    Attributes
    ----------
    samples : NDArray[float32]
        float32 (n,).
    start : int
        Position of its first sample in the recording.
    seam : tuple[int, int] | None
        Positions between which the next chunk takes over; None where this chunk counts to its end.
    final : bool
        True where nothing follows, or nothing that is waited for.
    """

    samples: NDArray[np.float32]
    start: int
    seam: tuple[int, int] | None = None
    final: bool = False

    @property
    def end(self) -> int:
        """Position in the recording behind its last sample."""
        return self.start + len(self.samples)

    @property
    def is_silent(self) -> bool:
        """True where nothing in it is loud enough to be speech."""
        return not len(self.samples) or float(_measure_powers(self.samples).max()) < SILENCE**2


class Chunker:
    """Takes blocks of samples and gives chunks.

    Parameters
    ----------
    endpoint_pause : float | None
        For live sound: seconds of silence behind speech after which a chunk is given at once. None waits
        until a chunk is full.
    """

    def __init__(self, endpoint_pause: float | None = None) -> None:
        self._buffer = np.zeros(0, np.float32)
        self._start = 0
        self._endpoint_pause = endpoint_pause

    def push(self, block: NDArray[np.float32]) -> Iterator[Chunk]:
        """Add a block, float32 (n,), and give the chunks that it completes."""
        self._buffer = np.concatenate([self._buffer, block])
        while len(self._buffer) >= (MAX_SECONDS + OVERLAP) * RATE:
            yield self._cut()
        if self._endpoint_pause is not None and self._is_endpoint(self._endpoint_pause):
            yield from self.finish()

    def finish(self) -> Iterator[Chunk]:
        """Give the chunk that is left at the end."""
        if len(self._buffer):
            yield Chunk(self._buffer, self._start, final=True)
            self._start += len(self._buffer)
            self._buffer = np.zeros(0, np.float32)

    def _is_endpoint(self, pause: float) -> bool:
        """Tell whether speech has been followed by so many seconds of silence."""
        quiet = round(pause * RATE / FRAME)
        powers = _measure_powers(self._buffer)
        if len(powers) <= quiet:
            return False
        loud = float(np.percentile(powers, _LOUD))
        return float(powers[-quiet:].max()) < max(SILENCE**2, loud * PAUSE_DEPTH)

    def _cut(self) -> Chunk:
        """Take the next chunk: up to the quietest place, or a full one with a seam."""
        powers = _measure_powers(self._buffer[: round(MAX_SECONDS * RATE)])
        smooth = np.convolve(powers, np.full(_PAUSE, 1.0 / _PAUSE), "valid")
        first = round(MIN_SECONDS * RATE / FRAME)
        quietest = first + int(smooth[first:].argmin())
        cut = (quietest + _PAUSE // 2) * FRAME
        loud = float(np.percentile(powers, _LOUD))
        if smooth[quietest] < max(SILENCE**2, loud * PAUSE_DEPTH):
            chunk = Chunk(self._buffer[:cut], self._start)
            self._advance(cut)
            return chunk
        end = cut + round(OVERLAP * RATE)
        quarter = round(OVERLAP * RATE / 2)
        seam = (self._start + cut - quarter, self._start + cut + quarter)
        chunk = Chunk(self._buffer[:end], self._start, seam)
        self._advance(cut - round(OVERLAP * RATE))
        return chunk

    def _advance(self, samples: int) -> None:
        self._buffer = self._buffer[samples:]  # a view: the next block makes a copy
        self._start += samples


def _measure_powers(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Measure the variance of each whole frame, or of all samples where there are fewer than one frame.

    It is the power without the offset that a microphone may add.
    """
    n = len(samples) // FRAME
    framed = samples[: n * FRAME].reshape(n, FRAME) if n else samples[None]
    squares = np.einsum("nf,nf->n", framed, framed, dtype=np.float64) / framed.shape[1]
    return np.asarray(np.maximum(squares - np.square(framed.mean(axis=1, dtype=np.float64)), 0.0))
