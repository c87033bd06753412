"""`open_named`: a second reader that a person names, by the file of any model to transcribe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.grammar import Grammar
from sutja.model_file import ModelFile
from sutja.reading.crops.crop_reader import CropReader
from sutja.reading.decode import Hypothesis
from sutja.reading.second.line_reader import PREPROCESSING, LineReader
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised


class WholeReader:
    """Reads crops as a second reader with a model that sees them as the first one does.

    Parameters
    ----------
    file : ModelFile
        A model whose preprocessing is "normalise".
    threads : int
        Threads the network may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded.
    """

    def __init__(self, file: ModelFile, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        self._reader = CropReader(file, threads, providers)

    def read(
        self,
        crops: Sequence[NDArray[np.uint8]],
        normalised: Sequence[Normalised],
        grammar: Grammar | None = None,
    ) -> list[list[Hypothesis]]:
        """Return what each crop may say, as `sutja.reading.second.line_reader.LineReader.read` does."""
        read = self._reader.read([Picture(pixels, "") for pixels in crops], grammar)
        return [
            [
                replace(hypothesis, frame_map=_map_frames(crop.normalised, own))
                for hypothesis in crop.hypotheses or ()
            ]
            for crop, own in zip(read, normalised, strict=True)
        ]


def _map_frames(normalised: Normalised, own: Normalised) -> tuple[float, float]:
    """Return offset and scale that make frames of one normalised picture those of another of the crop."""
    offset = (normalised.x0 - own.x0) / (own.scale_x * COLUMNS_PER_FRAME)
    return offset, normalised.scale_x / own.scale_x


def open_named(
    file: ModelFile, threads: int = 1, providers: Sequence[str] | None = None
) -> LineReader | WholeReader:
    """Open a second reader by the preprocessing that its card names.

    Parameters are those of the readers.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded, or its preprocessing is none that a reader of crops knows.
    """
    reader = LineReader if file.card.preprocessing.name == PREPROCESSING else WholeReader
    return reader(file, threads, providers)
