"""Pieces of sound through the network: log probabilities of words, frame by frame, each with its time.

Letters: T frames of features, S frames of the network's answer, K classes with blank, M mel bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, ModelFileError
from sutja.listening.pieces import Piece
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
    start
        Of its first frame, in seconds.
    frame
        Seconds from one frame to the next.
    log_probs
        (S, K).
    """

    start: float
    frame: float
    log_probs: NDArray[np.float32]


class Ear:
    """Runs the network on one piece after the other, and joins what overlaps.

    Parameters
    ----------
    model
        A model that listens.
    threads
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
                where=f"model {model.source}", remedy="update sutja",
            )  # fmt: skip
        try:
            self.params = LogMelParams.from_json(dict(preprocessing.params))
        except (TypeError, ValueError) as error:
            raise ModelFileError(str(error), where=f"model {model.source}", remedy="update sutja") from error
        if self.params.rate != RATE or min(self.params.hop, self.params.stride, self.params.mels) < 1:
            raise ModelFileError(
                f"listens at {self.params.rate} samples a second, this version at {RATE}",
                where=f"model {model.source}", remedy="make the model file again",
            )  # fmt: skip
        self._session = Session(model, threads)
        self._n_outputs = model.card.n_outputs
        self._step = self.params.hop * self.params.stride  # samples

    def hear(self, piece: Piece, since: int) -> tuple[Stretch | None, int]:
        """What is said in a piece from a place on.

        Parameters
        ----------
        piece
            Whose answer counts up to its end, or up to a seam between the limits it gives.
        since
            The place in the recording, in samples, up to which earlier pieces were heard.

        Returns
        -------
        The answer, None where it is silent, and the place up to which it counts.
        """
        end = piece.start + len(piece.samples)
        if piece.silent:
            return None, end if piece.seam is None else sum(piece.seam) // 2
        log_probs = self._run(piece.samples)
        first = max(0, -(-(since - piece.start) // self._step))
        last = len(log_probs)
        if piece.seam is not None:
            low, high = ((place - piece.start) // self._step for place in piece.seam)
            last = low + int(log_probs[low : high + 1, 0].argmax())  # where surely no word is said
            end = piece.start + last * self._step
        start = (piece.start + first * self._step) / RATE
        return Stretch(start, self._step / RATE, log_probs[first:last]), end

    def hear_at(self, sound: NDArray[np.float32], start: int, speed: float) -> Stretch:
        """What is said in some sound when it is played at another speed; times stay those of the recording.

        Parameters
        ----------
        sound
            float32 (n,).
        start
            Its first sample's place in the recording.
        speed
            1.1 for a tenth quicker, and higher.
        """
        import soxr

        played = np.asarray(soxr.resample(sound, RATE, RATE / speed, quality="MQ"), np.float32)
        return Stretch(start / RATE, self._step / RATE * speed, self._run(played))

    def _run(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log probabilities (S, K) of a piece; frames of the silence behind a short one are left out."""
        if len(samples) < SHORTEST:
            padded = np.zeros(SHORTEST, np.float32)
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
                where=f"model {self._session.source}", remedy="make the model file again",
            )  # fmt: skip
        if np.isnan(log_probs).any():
            raise InferenceError(
                "gave answers that are no numbers", where=f"model {self._session.source}",
                remedy="make the model file again",
            )  # fmt: skip
        return np.asarray(log_probs[0])
