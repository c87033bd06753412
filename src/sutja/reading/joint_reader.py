"""`JointReader`: a model's own network and a second reader, joined: crops to hypotheses, and to numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.confidence import Calibrator, resolve_threshold
from sutja.grammar import Grammar, check_country
from sutja.model_file import ModelFile
from sutja.reading.crops.crop_reader import CropReader
from sutja.reading.crops.crop_reading import CropReading, cut_small_number, make_number, shift_number
from sutja.reading.decode import Hypothesis
from sutja.reading.judge import Judge
from sutja.reading.marks import DOUBT_ON_CROPS
from sutja.reading.second.second_opinion import SecondOpinion
from sutja.reading.second.two_readers import ReadersAnswer
from sutja.signals.image import Picture
from sutja.types import Number


class JointReader:
    """Reads crops and fields of pages with a model, and with a second reader where its effort says so.

    Parameters
    ----------
    file : ModelFile
        The model.
    second : SecondOpinion
        Second reader beside it.
    threads : int
        Threads a network may use.
    max_error : float | None
        As for `sutja.reading.Reader`.
    grammar : Grammar | None
        Grammar of the numbers; None for any.
    country : str | None
        As for `sutja.reading.Reader`.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded.
    ThresholdError
        If no threshold kept `max_error`.
    SutjaError
        If there is no such country.

    Attributes
    ----------
    first : CropReader
        The model's own network.
    second : SecondOpinion
    grammar : Grammar | None
    choice : ThresholdChoice | None
        Grounds of the threshold that was chosen for `max_error`.
    crop_judge, field_judge : Judge
        Judges of crops, and of fields that this model alone reads: detection and reading of pages were
        calibrated so.
    """

    def __init__(
        self,
        file: ModelFile,
        second: SecondOpinion,
        threads: int,
        max_error: float | None,
        *,
        grammar: Grammar | None,
        country: str | None,
        providers: Sequence[str] | None,
    ) -> None:
        self.second, self.grammar = second, grammar
        calibrated = second.weights or file.card
        threshold, self.choice = resolve_threshold(calibrated.threshold, calibrated.thresholds, max_error)
        self.crop_judge = Judge(
            Calibrator(file.card.calibration.points if second.weights is None else ()),
            Calibrator(file.card.character_calibration.points),
            threshold,
            grammar,
            check_country(country),
            DOUBT_ON_CROPS,
        )
        self._reread_judge = replace(self.crop_judge, doubt_of_marks=1.0)
        self.field_judge = replace(
            self._reread_judge,
            calibrate=Calibrator(file.card.calibration.points),
            threshold=file.card.threshold,
        )
        self.first = CropReader(file, threads, providers)

    @property
    def asks_second(self) -> bool:
        """True if the second reader may be asked about crops."""
        return self.second.weights is not None

    def read_numbers(self, pictures: Sequence[Picture]) -> list[Number | None]:
        """Find and read the numbers of crops, None where there is none."""
        small = [cut_small_number(picture) for picture in pictures]
        found = self.first.find([picture for picture, _ in small], self.grammar)
        crops = self.second.join(found, self.grammar, asks_witness=True)
        numbers = [make_number(crop, self.crop_judge) for crop in crops]
        return [
            shift_number(number, *corner) if number and any(corner) else number
            for number, (_, corner) in zip(numbers, small, strict=True)
        ]

    def read_fields(self, fields: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read fields that were cut out of a page, with the model alone.

        Where a second reader is asked about those in doubt, their other views are read then.
        """
        crops = self.first.read(_make_pictures(fields), self.grammar, one_view=self.asks_second)
        return [make_number(crop, self.field_judge) for crop in crops]

    def reread_fields(self, fields: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read fields that were cut out of a page with two readers."""
        return [make_number(crop, self._reread_judge) for crop in self._read_twice(fields, self.grammar)]

    def list_hypotheses(self, crops: Sequence[NDArray[np.uint8]]) -> list[ReadersAnswer]:
        """List the hypotheses of both readers, as `sutja.reading.Reader.list_hypotheses` does."""
        pictures = [cut_small_number(picture)[0] for picture in _make_pictures(crops)]
        first = self.first.find(pictures, self.grammar)
        return [
            ReadersAnswer(crop.hypotheses or [], second.hypotheses, crop.sure)
            for crop, second in self.second.ask(first, self.grammar)
        ]

    def read_hypotheses(
        self, crops: Sequence[NDArray[np.uint8]], grammar: Grammar | None
    ) -> list[list[Hypothesis]]:
        """List what crops may say as numbers of a grammar, likeliest first, with calibrated probabilities.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            uint8 (H, W) or (H, W, 3), each of one number. A blank one has no hypotheses.
        grammar : Grammar | None
            None for any.
        """
        return _calibrate(self._read_twice(crops, grammar), self.crop_judge.calibrate)

    def read_first_hypotheses(
        self, crops: Sequence[NDArray[np.uint8]], grammar: Grammar | None
    ) -> list[list[Hypothesis]]:
        """List what crops may say by the model alone; see `read_hypotheses`."""
        crops_read = self.first.read(_make_pictures(crops), grammar, one_view=self.asks_second)
        return _calibrate(crops_read, self.field_judge.calibrate)

    def _read_twice(self, crops: Sequence[NDArray[np.uint8]], grammar: Grammar | None) -> list[CropReading]:
        """Read crops as they are, and ask the second reader where they leave doubt."""
        return self.second.join(self.first.read(_make_pictures(crops), grammar), grammar)


def _calibrate(crops: Sequence[CropReading], calibrate: Calibrator) -> list[list[Hypothesis]]:
    return [
        [replace(item, probability=calibrate(item.probability)) for item in crop.hypotheses or ()]
        for crop in crops
    ]


def _make_pictures(crops: Sequence[NDArray[np.uint8]]) -> list[Picture]:
    return [Picture(pixels, "") for pixels in crops]
