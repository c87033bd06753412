"""`LineReader`: a recogniser of lines in a model file of its own, asked about the same crops as the first.

It sees a crop as it is, scaled to a fixed height, where the first reader looks for the ink and cuts the rest
away: the two fail in different ways. Its frames go through the same constrained search.

Letters: B batch, T frames, K classes of the charset with the blank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, ModelFileError
from sutja.grammar import Grammar
from sutja.model_file import ModelFile
from sutja.model_file.bundled import open_model
from sutja.reading.decode import Hypothesis, decode
from sutja.runtime import Session
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised
from sutja.signals.preprocessing.text_line import TextLineParams, measure_width, to_text_line

BUNDLED = "lines"  # PP-OCRv6's small recogniser, taught the numbers of our sets (recipes/second_reader.py)
PREPROCESSING = "text-line"
BATCH_COLUMNS = 1024  # columns of lines that run together


class LineReader:
    """Reads crops with a model to transcribe whose preprocessing is "text-line".

    Parameters
    ----------
    file : ModelFile
        The model.
    threads : int
        Threads the network may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    ModelFileError
        The model is made for another preprocessing.
    InferenceError
        The engine cannot load the network.
    """

    def __init__(self, file: ModelFile, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        self._params: TextLineParams = file.build_preprocessing({PREPROCESSING: _make_params})
        self._alphabet = ["", *file.card.charset]
        self._session = Session(file, threads, providers)

    def read(
        self,
        crops: Sequence[NDArray[np.uint8]],
        normalised: Sequence[Normalised],
        grammar: Grammar | None = None,
    ) -> list[list[Hypothesis]]:
        """Return what each crop may say, likeliest first, as `sutja.reading.decode.decode` does.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            (H, W) or (H, W, 3) RGB, each of one number.
        normalised : Sequence[Normalised]
            The same as the first reader sees them; the frames of the answers are told in theirs.
        grammar : Grammar | None
            Of the kind that is asked for, if one is.
        """
        found = []
        for crop, line, frames in zip(crops, normalised, self.compute_log_probs(crops), strict=True):
            frame_map = map_frames(crop, line, len(frames), self._params)
            answers = decode(frames[None], self._alphabet, grammar)[0]
            found.append([replace(answer, frame_map=frame_map) for answer in answers])
        return found

    def compute_log_probs(self, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return log probabilities (T, K) of each crop's frames; T depends on the crop's own width alone.

        Raises
        ------
        InferenceError
            If the network fails, or answers with another number of classes.
        """
        lines = [to_text_line(crop, self._params) for crop in crops]
        by_width: dict[int, list[int]] = defaultdict(list)
        for index, line in enumerate(lines):
            by_width[line.shape[2]].append(index)
        found: dict[int, NDArray[np.float32]] = {}
        for width, indices in by_width.items():
            size = max(1, BATCH_COLUMNS // width)
            for start in range(0, len(indices), size):
                some = indices[start : start + size]
                found.update(zip(some, self._run(np.stack([lines[i] for i in some])), strict=True))
        return [found[index] for index in range(len(lines))]

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        log_probs = self._session.run(batch)
        if log_probs.ndim != 3 or log_probs.shape[::2] != (len(batch), len(self._alphabet)):
            raise InferenceError(
                f"gave {log_probs.shape} for a batch of {batch.shape}, not {len(self._alphabet)} classes",
                where=f"model {self._session.source}",
                remedy="make the model file again",
            )
        return log_probs


def map_frames(
    crop: NDArray[np.uint8], normalised: Normalised, n_frames: int, params: TextLineParams
) -> tuple[float, float]:
    """Return offset and scale that make frames of a line those of the normalised picture."""
    width, padded = measure_width(crop, params)
    pixels = crop.shape[1] / width * padded / n_frames  # of the crop, a frame
    columns = normalised.scale_x * COLUMNS_PER_FRAME  # pixels of the crop, a frame of the first reader
    return -normalised.x0 / columns, pixels / columns


def open_line_reader(checksum: str, threads: int = 1, providers: Sequence[str] | None = None) -> LineReader:
    """Open the bundled line reader, and check that its weights are those of a calibration.

    Parameters
    ----------
    checksum : str
        SHA-256 of the network, as the first reader's card has it.
    threads : int
        Threads the network may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    ModelFileError
        It cannot be read, or has other weights.
    """
    file = open_model(BUNDLED, "transcribe")
    if sha256(file.data).hexdigest() != checksum:
        raise ModelFileError(
            "these are not the weights that the second reader was calibrated with",
            where=f"model {file.source}",
            remedy="install sutja again, or read with effort fast",
        )
    return LineReader(file, threads, providers)


def _make_params(params: Mapping[str, Any]) -> TextLineParams:
    return TextLineParams(**params)
