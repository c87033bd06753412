"""The acoustic model: chunks of sound become emissions, the log probabilities of words frame by frame.

Letters: T frames of features, S frames of emissions, K classes with blank, M mel bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, ModelFileError
from sutja.listening.chunks import Chunk
from sutja.model_file import ModelFile
from sutja.runtime import Session
from sutja.signals.audio import RATE
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel

MIN_SAMPLES = RATE // 2  # shorter sound is padded with silence


@dataclass(frozen=True, slots=True)
class Emissions:
    """The network's output for some seconds of a recording.

    Attributes
    ----------
    start : float
        Time of the first frame, in seconds.
    frame : float
        Seconds from one frame to the next.
    log_probs : NDArray[float32]
        (S, K) log probabilities.
    """

    start: float
    frame: float
    log_probs: NDArray[np.float32]


class AcousticModel:
    """Runs the network on one chunk after the other, and joins the emissions where chunks overlap.

    Parameters
    ----------
    model : ModelFile
        A model of the task "listen".
    threads : int
        Threads that one run may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Attributes
    ----------
    params : LogMelParams
        The preprocessing, as the card has it.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be used.
    """

    def __init__(self, model: ModelFile, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        self.params: LogMelParams = model.build_preprocessing({"log-mel": LogMelParams.from_json})
        margin, stride = self.params.margin, self.params.stride
        fault = None
        if self.params.rate != RATE:
            fault = f"listens at {self.params.rate} samples a second, this version at {RATE}"
        elif min(self.params.hop, stride, self.params.mels) <= 0:
            fault = f"has features with hop {self.params.hop}, stride {stride} and {self.params.mels} bands"
        elif margin < 0 or margin % stride:
            fault = f"has a margin of {margin} frames, which is no multiple of its stride, {stride}"
        if fault is not None:
            where = f"model {model.source}"
            raise ModelFileError(fault, where=where, remedy="make the model file again")
        self._session = Session(model, threads, providers)
        self._n_outputs = model.card.n_outputs
        self._step = self.params.hop * self.params.stride  # samples a frame of emissions
        self._margin = self.params.margin // self.params.stride  # frames of emissions

    def emit(self, chunk: Chunk, since: int) -> tuple[Emissions | None, int]:
        """Compute the emissions of a chunk from a position in the recording on.

        Parameters
        ----------
        chunk : Chunk
            Its emissions count up to its end, or up to a frame between the limits of its seam.
        since : int
            Position in the recording, in samples, up to which earlier chunks counted.

        Returns
        -------
        tuple[Emissions | None, int]
            The emissions, None for a silent chunk; and the position up to which they count.
        """
        end = chunk.end
        if chunk.is_silent:
            return None, end if chunk.seam is None else sum(chunk.seam) // 2
        log_probs = self._run(chunk.samples)
        origin = chunk.start - self._margin * self._step  # of frame 0
        first = -(-(max(since, chunk.start) - origin) // self._step) if chunk.start else 0
        stop = len(log_probs) if chunk.final else len(log_probs) - self._margin
        if chunk.seam is not None:
            low, high = ((position - origin) // self._step for position in chunk.seam)
            stop = low + int(log_probs[low : high + 1, 0].argmax())  # the frame surest to be blank
            end = origin + stop * self._step
        start = (origin + first * self._step) / RATE
        return Emissions(start, self._step / RATE, log_probs[first:stop]), end

    def emit_at_speed(self, sound: NDArray[np.float32], start: int, speed: float) -> Emissions:
        """Compute the emissions of sound played at another speed; times stay those of the recording.

        Parameters
        ----------
        sound : NDArray[float32]
            float32 (n,).
        start : int
            Position of its first sample in the recording.
        speed : float
            1.1 plays it a tenth quicker, and higher.
        """
        import soxr

        played = np.asarray(soxr.resample(sound, RATE, RATE / speed, quality="MQ"), np.float32)
        frame = self._step / RATE * speed
        return Emissions(start / RATE - self._margin * frame, frame, self._run(played))

    def _run(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network: log probabilities (S, K), those of the margins and of any padding included."""
        shortest = MIN_SAMPLES - 2 * self.params.margin * self.params.hop
        if len(samples) < shortest:
            padded = np.zeros(shortest, np.float32)
            padded[: len(samples)] = samples
        else:
            padded = samples
        features = log_mel(padded, self.params)
        log_probs = self._session.run(features[None])
        expected = -(-len(features) // self.params.stride)
        if (
            log_probs.ndim != 3
            or abs(log_probs.shape[1] - expected) > 1
            or log_probs.shape[2] != self._n_outputs
        ):
            raise self._fault(
                f"gave {log_probs.shape} for features of {features.shape}, "
                f"not (1, {expected}, {self._n_outputs})"
            )
        if np.isnan(log_probs).any():
            raise self._fault("gave outputs that are not numbers (NaN)")
        return np.asarray(log_probs[0])

    def _fault(self, what: str) -> InferenceError:
        return InferenceError(what, where=f"model {self._session.source}", remedy="make the model file again")
