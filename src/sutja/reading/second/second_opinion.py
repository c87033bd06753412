"""`SecondOpinion`: a second reader beside a model; when it is asked, what about, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sutja.errors import SutjaError
from sutja.grammar import Grammar
from sutja.model_file import ModelFile, SecondReaderCalibration
from sutja.reading.crops.crop_reading import CropReading, choose_whole
from sutja.reading.second.line_reader import LineReader, open_line_reader
from sutja.reading.second.second_reader import (
    SHA256,
    SecondAnswer,
    SecondReader,
    combine_answers,
    find_weights,
)
from sutja.reading.second.two_readers import calibrate_alone, join_readers
from sutja.reading.written import agree_with, find_written, is_in_doubt

EFFORTS = ("fast", "normal", "best")


def resolve_effort(file: ModelFile, effort: str | None) -> str:
    """Return the effort that was asked for, or the most that the model's card is calibrated for.

    Raises
    ------
    SutjaError
        If there is no such effort, or the card does not say how to weigh a second reader.
    """
    calibration = file.card.second_reader
    if effort is None:
        return "fast" if calibration is None else "normal"
    if effort not in EFFORTS:
        raise SutjaError(f"there is no effort {effort!r}", where="effort", remedy=f"use {', '.join(EFFORTS)}")
    if effort != "fast" and calibration is None:
        raise SutjaError(
            "its card does not say how to weigh a second reader",
            where=f"model {file.source}",
            remedy="read with effort fast, or with the bundled model",
        )
    return effort


class SecondOpinion:
    """Second reader of a model; its networks are loaded when they are first asked.

    Parameters
    ----------
    calibration : SecondReaderCalibration | None
        Weights of both readers, of the model's card; None where it has none.
    effort : str
        Effort of the reader: "fast" never asks, "normal" asks in doubt, "best" always.
    threads : int
        Threads its networks may use.
    providers : Sequence[str] | None
        Providers of onnxruntime that run them.

    Raises
    ------
    SutjaError
        If it is to be asked and is not installed.

    Attributes
    ----------
    weights : SecondReaderCalibration | None
        The calibration, where the effort lets a second reader be asked.
    """

    def __init__(
        self,
        calibration: SecondReaderCalibration | None,
        effort: str,
        threads: int = 1,
        providers: Sequence[str] | None = None,
    ) -> None:
        self._calibration, self._effort = calibration, effort
        self._threads, self._providers = threads, providers
        self._text_reader: SecondReader | None = None
        self._line_reader: LineReader | None = None
        self.weights = None if effort == "fast" else calibration
        if self.weights is not None:
            find_weights()  # a package that is missing is told now, not at the first crop in doubt

    def open_text_reader(self) -> SecondReader:
        """Open the recogniser of text, which knows all letters, when it is first asked."""
        if self._text_reader is None:
            self._text_reader = SecondReader(self._threads, providers=self._providers)
        return self._text_reader

    def join(self, crops: list[CropReading], grammar: Grammar | None) -> list[CropReading]:
        """Join the second reader's hypotheses where it is asked, and calibrate the first's elsewhere.

        Parameters
        ----------
        crops : list[CropReading]
            Crops that the model read.
        grammar : Grammar | None
            Grammar of their numbers; None for any.
        """
        if self.weights is None:
            return crops
        joined = iter(self.ask([crop for crop in crops if self._is_in_doubt(crop)], grammar))
        out = []
        for crop in crops:
            if self._is_in_doubt(crop):
                chosen, answer = next(joined)
                written = find_written(answer.line)
                first = agree_with(chosen.hypotheses or [], written)
                second = agree_with(answer.hypotheses, written)
                hypotheses = join_readers(first, second, self.weights)
                # The bundled second reader has learnt from labels without marks: it is no judge of them.
                answers = [first, second] if answer.line else [first]
                out.append(replace(chosen, hypotheses=hypotheses, answers=answers, written=written))
            elif crop.hypotheses:
                out.append(replace(crop, hypotheses=calibrate_alone(crop.hypotheses, self.weights)))
            else:
                out.append(crop)
        return out

    def _is_in_doubt(self, crop: CropReading) -> bool:
        """Return True if the second reader is asked about a crop."""
        if self.weights is None or not crop.hypotheses:
            return False
        return self._effort == "best" or is_in_doubt(crop.hypotheses[0], self.weights.below)

    def ask(
        self, crops: Sequence[CropReading], grammar: Grammar | None
    ) -> list[tuple[CropReading, SecondAnswer]]:
        """Ask the second reader about crops; of a region, about all of its crop as well.

        Parameters
        ----------
        crops : Sequence[CropReading]
            Crops that the model read.
        grammar : Grammar | None
            Grammar of their numbers; None for any.

        Returns
        -------
        list[tuple[CropReading, SecondAnswer]]
            For each crop, what of it was chosen, and the second reader's answer to that.
        """
        wholes = [crop.whole for crop in crops if crop.whole is not None]
        answers = iter(self._read([*crops, *wholes], grammar))
        own = [next(answers) for _ in crops]
        out = []
        for crop, answer in zip(crops, own, strict=True):
            whole = None if crop.whole is None else next(answers)
            chosen = crop if whole is None else choose_whole(crop, answer.hypotheses, whole.hypotheses)
            out.append((chosen, whole if whole and chosen is crop.whole else answer))
        return out

    def _read(self, crops: Sequence[CropReading], grammar: Grammar | None) -> list[SecondAnswer]:
        """Read crops with the second reader that the card is calibrated with, loaded when it is first asked.

        Where that is the bundled one, the reader of text is asked about crops with letters and signs.
        """
        if not crops:
            return []
        line_reader = self._open_line_reader()
        if line_reader is None:
            return self._read_text(crops, grammar)
        pixels, lines = [crop.picture.pixels for crop in crops], [crop.normalised for crop in crops]
        hypotheses = line_reader.read(pixels, lines, grammar)
        beside_signs = [
            crop
            for crop, found in zip(crops, hypotheses, strict=True)
            if any(is_in_doubt(best, 0.0) for best in [*(crop.hypotheses or [])[:1], *found[:1]])
        ]
        texts = {
            id(crop): answer
            for crop, answer in zip(beside_signs, self._read_text(beside_signs, grammar), strict=True)
        }
        return [
            combine_answers(found, texts.get(id(crop)), crop.hypotheses or ())
            for crop, found in zip(crops, hypotheses, strict=True)
        ]

    def _open_line_reader(self) -> LineReader | None:
        """Open the bundled second reader when it is first asked; None where the card is for the package's."""
        calibration = self._calibration
        if calibration is None or calibration.sha256 == SHA256:
            return None
        if self._line_reader is None:
            self._line_reader = open_line_reader(calibration.sha256, self._threads, self._providers)
        return self._line_reader

    def _read_text(self, crops: Sequence[CropReading], grammar: Grammar | None) -> list[SecondAnswer]:
        """Read crops with the recogniser of text, which knows all letters."""
        pixels, lines = [crop.picture.pixels for crop in crops], [crop.normalised for crop in crops]
        return self.open_text_reader().answer(pixels, lines, grammar) if crops else []
