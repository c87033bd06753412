"""Pieces of sound through the network: log probabilities of words, frame by frame, each with its time.

Letters: T frames of features, S frames of the network's answer, K classes with blank, M mel bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, ModelFileError
from sutja.listening.chunks import Piece
from sutja.model_file import ModelFile
from sutja.runtime import Session
from sutja.signals.audio import RATE
from sutja.signals.log_mel import LogMelParams, log_mel

SHORTEST = RATE // 2  # samples; what is shorter gets silence behind it


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the network says to some seconds of a recording.

    Attributes
    ----------
    start : float
        Of its first frame, in seconds.
    frame : float
        Seconds from one frame to the next.
    log_probs : NDArray[float32]
        (S, K).
    """

    start: float
    frame: float
    log_probs: NDArray[np.float32]


class Ear:
    """Runs the network on one piece after the other, and joins what overlaps.

    Parameters
    ----------
    model : ModelFile
        A model that listens.
    threads : int
        Threads a run may use.

    Raises
    ------
    ModelFileError, InferenceError
        If it cannot be used.
    """

    def __init__(self, model: ModelFile, threads: int = 1) -> None:
        preprocessing = model.card.preprocessing
        if preprocessing.name != "log-mel":
            raise ModelFileError(
                f"wants the preprocessing {preprocessing.name!r}, which this version does not have",
                where=f"model {model.source}",
                remedy="update sutja",
            )
        try:
            self.params = LogMelParams.from_json(dict(preprocessing.params))
        except (TypeError, ValueError) as error:
            raise ModelFileError(str(error), where=f"model {model.source}", remedy="update sutja") from error
        margin, stride = self.params.margin, self.params.stride
        whole = min(self.params.hop, stride, self.params.mels) > 0 <= margin and margin % stride == 0
        if self.params.rate != RATE or not whole:
            raise ModelFileError(
                f"listens at {self.params.rate} samples a second, this version at {RATE}",
                where=f"model {model.source}",
                remedy="make the model file again",
            )
        self._session = Session(model, threads)
        self._n_outputs = model.card.n_outputs
        self._step = self.params.hop * self.params.stride  # samples
        self._margin = self.params.margin // self.params.stride  # frames of the answer

    def hear(self, piece: Piece, since: int) -> tuple[Stretch | None, int]:
        """What is said in a piece from a place on.

        Parameters
        ----------
        piece : Piece
            Whose answer counts up to its end, or up to a seam between the limits it gives.
        since : int
            The place in the recording, in samples, up to which earlier pieces were heard.

        Returns
        -------
        The answer, None where it is silent, and the place up to which it counts.
        """
        end = piece.start + len(piece.samples)
        if piece.silent:
            return None, end if piece.seam is None else sum(piece.seam) // 2
        log_probs = self._run(piece.samples)
        origin = piece.start - self._margin * self._step  # of frame 0
        first = -(-(max(since, piece.start) - origin) // self._step) if piece.start else 0
        last = len(log_probs) if piece.final else len(log_probs) - self._margin
        if piece.seam is not None:
            low, high = ((place - origin) // self._step for place in piece.seam)
            last = low + int(log_probs[low : high + 1, 0].argmax())  # where surely no word is said
            end = origin + last * self._step
        return Stretch((origin + first * self._step) / RATE, self._step / RATE, log_probs[first:last]), end

    def hear_at(self, sound: NDArray[np.float32], start: int, speed: float) -> Stretch:
        """What is said in some sound when it is played at another speed; times stay those of the recording.

        Parameters
        ----------
        sound : NDArray[float32]
            float32 (n,).
        start : int
            Its first sample's place in the recording.
        speed : float
            1.1 for a tenth quicker, and higher.
        """
        import soxr

        played = np.asarray(soxr.resample(sound, RATE, RATE / speed, quality="MQ"), np.float32)
        frame = self._step / RATE * speed
        return Stretch(start / RATE - self._margin * frame, frame, self._run(played))

    def _run(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log probabilities (S, K) of a piece, in its margins and in the silence behind a short one, too."""
        shortest = SHORTEST - 2 * self.params.margin * self.params.hop
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
            raise InferenceError(
                f"gave {log_probs.shape} for features of {features.shape}, "
                f"not (1, {expected}, {self._n_outputs})",
                where=f"model {self._session.source}",
                remedy="make the model file again",
            )
        if np.isnan(log_probs).any():
            raise InferenceError(
                "gave answers that are no numbers",
                where=f"model {self._session.source}",
                remedy="make the model file again",
            )
        return np.asarray(log_probs[0])
