"""`SecondOpinion`: a second reader beside a model; when it is asked, what about, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from sutja.confidence import Calibrator
from sutja.errors import SutjaError
from sutja.grammar import Grammar, infer_kind
from sutja.model_file import Card, ModelFile, SecondReaderCalibration
from sutja.model_file.bundled import Model, open_model
from sutja.reading.crops.crop_reading import CropReading, choose_whole
from sutja.reading.decode import Hypothesis
from sutja.reading.second.line_reader import LineReader, open_line_reader
from sutja.reading.second.named_reader import WholeReader, open_named
from sutja.reading.second.second_reader import (
    SHA256,
    SecondAnswer,
    SecondReader,
    combine_answers,
    find_weights,
)
from sutja.reading.second.suffixes import deny_digits, ends_in_letters, may_end_in_letters, stands_upright
from sutja.reading.second.two_readers import calibrate_alone, join_readers, join_unmeasured
from sutja.reading.second.witness import hear_witness, needs_witness, needs_witness_alone, weigh_witness
from sutja.reading.written import (
    agree_with,
    find_written,
    has_doubtful_marks,
    has_signs,
    is_in_doubt,
    is_line_of_words,
)

_BELOW, _FLOORS = 0.999, (0.03, 0.003)  # of a model whose card has none
EFFORTS = ("fast", "normal", "best")


def resolve_effort(file: ModelFile, effort: str | None, second_reader: Model = None) -> str:
    """Return the effort that was asked for, or the most that there is a second reader for.

    Parameters
    ----------
    file : ModelFile
        The model.
    effort : str | None
        Effort that was asked for, if one was.
    second_reader : Model
        Second reader that was named, if one was.

    Raises
    ------
    SutjaError
        If there is no such effort, if it asks no second reader and one is named, or if the card does not say
        how to weigh one and none is named.
    """
    calibration = file.card.second_reader
    if second_reader is not None:
        if effort == "fast":
            raise SutjaError(
                "effort fast asks no second reader",
                where="second_reader",
                remedy="leave it out, or read with effort normal or best",
            )
        effort = effort or "normal"
    if effort is None:
        return "fast" if calibration is None else "normal"
    if effort not in EFFORTS:
        raise SutjaError(f"there is no effort {effort!r}", where="effort", remedy=f"use {', '.join(EFFORTS)}")
    if effort != "fast" and calibration is None and second_reader is None:
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
    card : Card
        Card of the model, with the weights of both readers, if it has some.
    effort : str
        Effort of the reader: "fast" never asks, "normal" asks in doubt, "best" always.
    threads : int
        Threads its networks may use.
    providers : Sequence[str] | None
        Providers of onnxruntime that run them.
    named : Model
        Second reader that a person names; None for the one that the card is calibrated with.

    Raises
    ------
    ModelFileError
        If the second reader that is named cannot be read.
    SutjaError
        If it is to be asked and is not installed.

    Attributes
    ----------
    measured : bool
        False where the named one was not measured together with the model: it then can only make an answer
        less sure.
    weights : SecondReaderCalibration | None
        The calibration, where the effort lets a second reader be asked.
    """

    def __init__(
        self,
        card: Card,
        effort: str,
        threads: int = 1,
        providers: Sequence[str] | None = None,
        named: Model = None,
    ) -> None:
        self._effort, self._calibration = effort, card.second_reader
        self._calibrate_first = Calibrator(card.calibration.points)
        self.measured = True
        self._named: ModelFile | None = None
        if named is not None:
            self._named = open_model(named, "transcribe")
            checksum = sha256(self._named.data).hexdigest()
            self.measured = self._calibration is not None and self._calibration.sha256 == checksum
            if not self.measured:
                self._calibration = _make_unmeasured(card, checksum)
        self._threads, self._providers = threads, providers
        self._text_reader: SecondReader | None = None
        self._line_reader: LineReader | WholeReader | None = None
        self.weights = None if effort == "fast" else self._calibration
        if self.weights is not None:
            find_weights()  # a package that is missing is told now, not at the first crop in doubt

    def open_text_reader(self) -> SecondReader:
        """Open the recogniser of text, which knows all letters, when it is first asked."""
        if self._text_reader is None:
            self._text_reader = SecondReader(self._threads, providers=self._providers)
        return self._text_reader

    def join(
        self, crops: list[CropReading], grammar: Grammar | None, *, asks_witness: bool = False
    ) -> list[CropReading]:
        """Join the second reader's hypotheses where it is asked, and calibrate the first's elsewhere.

        Parameters
        ----------
        crops : list[CropReading]
            Crops that the model read.
        grammar : Grammar | None
            Grammar of their numbers; None for any.
        asks_witness : bool
            True to ask the recogniser of text too where both leave doubt.
        """
        if self.weights is None:
            return crops
        doubtful = [i for i, crop in enumerate(crops) if self._is_in_doubt(crop)]
        out = [
            replace(crop, hypotheses=self._calibrate_alone(crop.hypotheses, self.weights))
            if crop.hypotheses
            else crop
            for crop in crops
        ]
        answers = self.ask([crops[i] for i in doubtful], grammar)
        joined = [self._join_answer(crop, answer, self.weights) for crop, answer in answers]
        if asks_witness:
            joined = self._ask_witness(joined, [answer for _, answer in answers], grammar)
        for i, crop in zip(doubtful, joined, strict=True):
            out[i] = crop
        if not asks_witness or not self._has_witness():
            return out
        return self._turn_back(self._ask_witness_alone(crops, out, set(doubtful), grammar), grammar)

    def _ask_witness_alone(
        self,
        crops: Sequence[CropReading],
        calibrated: list[CropReading],
        joined: set[int],
        grammar: Grammar | None,
    ) -> list[CropReading]:
        """Weigh hypotheses of the first reader alone by the recogniser of text, where it is not quite sure.

        `crops` are as they were read, `calibrated` the same with calibrated probabilities; those at `joined`
        were told to the second reader.
        """
        asked = [
            i
            for i, crop in enumerate(crops)
            if i not in joined and (needs_witness_alone(crop.hypotheses or []) or _may_end_in_letters(crop))
        ]
        if not asked:
            return calibrated
        out = list(calibrated)
        for i, answer in zip(asked, self._read_text([crops[i] for i in asked], grammar), strict=True):
            crop = calibrated[i]
            if needs_witness_alone(crops[i].hypotheses or []):
                crop = replace(crop, hypotheses=weigh_witness(crop.hypotheses or [], answer.hypotheses))
            out[i] = _hear_letters(crop, answer)
        return out

    def _has_witness(self) -> bool:
        """Return True if the recogniser of text is a third reader: a line reader is the second."""
        return self.measured and isinstance(self._open_line_reader(), LineReader)

    def _join_answer(
        self, crop: CropReading, answer: SecondAnswer, weights: SecondReaderCalibration
    ) -> CropReading:
        """Join the hypotheses of a crop with the second reader's answer."""
        written = find_written(answer.line)
        first = agree_with(crop.hypotheses or [], written)
        second = agree_with(answer.hypotheses, written)
        # The bundled second reader has learnt from labels without marks: it is no judge of them,
        # unless they make a date, which no marks do by chance.
        dated = bool(second) and infer_kind(second[0].text).kind == "date"
        answers = [first, second] if answer.line or dated else [first]
        hypotheses = self._join(first, second, weights)
        return replace(crop, hypotheses=hypotheses, answers=answers, written=written)

    def _ask_witness(
        self, crops: Sequence[CropReading], answers: Sequence[SecondAnswer], grammar: Grammar | None
    ) -> list[CropReading]:
        """Weigh the hypotheses of crops in doubt by what the recogniser of text sees there.

        It is a third reader only where the bundled one is the second, and asked unless it was already.
        """
        if not self._has_witness():
            return list(crops)
        asked = {i for i, crop in enumerate(crops) if needs_witness(crop.hypotheses or [], crop.sure)}
        told = {i for i, crop in enumerate(crops) if _may_end_in_letters(crop)}
        silent = [i for i in sorted(asked | told) if answers[i].witness is None and not answers[i].line]
        read = dict(zip(silent, self._read_text([crops[i] for i in silent], grammar), strict=True))
        out = []
        for i, crop in enumerate(crops):
            seen = None if i not in asked else read[i].hypotheses if i in read else answers[i].witness
            heard = replace(crop, hypotheses=hear_witness(crop.hypotheses or [], crop.sure, seen))
            out.append(_hear_letters(heard, read.get(i, answers[i])) if i in told else heard)
        return out

    def _turn_back(self, crops: Sequence[CropReading], grammar: Grammar | None) -> list[CropReading]:
        """Turn crops back in which the recogniser of text reads a number with letters as they were given."""
        turned = [i for i, crop in enumerate(crops) if crop.upright is not None]
        out = list(crops)
        uprights = [crop.upright for crop in crops if crop.upright is not None]
        for i, upright, answer in zip(turned, uprights, self._read_text(uprights, grammar), strict=True):
            written = find_written(answer.line)
            if written is not None and stands_upright(written):
                own = agree_with(answer.hypotheses, written)
                out[i] = replace(upright, hypotheses=deny_digits([], own, written), written=written)
        return out

    def _join(
        self, first: list[Hypothesis], second: list[Hypothesis], weights: SecondReaderCalibration
    ) -> list[Hypothesis]:
        if self.measured:
            return join_readers(first, second, weights)
        return join_unmeasured(first, second, weights.floors, self._calibrate_first)

    def _calibrate_alone(
        self, hypotheses: list[Hypothesis], weights: SecondReaderCalibration
    ) -> list[Hypothesis]:
        if self.measured:
            return calibrate_alone(hypotheses, weights)
        return [replace(h, probability=self._calibrate_first(h.probability)) for h in hypotheses]

    def _is_in_doubt(self, crop: CropReading) -> bool:
        """Return True if the second reader is asked about a crop."""
        if self.weights is None or not crop.hypotheses:
            return False
        if self._effort == "best":
            return True
        return is_in_doubt(crop.hypotheses[0], self.weights.below) and not is_line_of_words(crop.hypotheses)

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

        Where that is the bundled one, the reader of text is asked about crops with letters and signs, but not
        about all of a crop whose region is complete.
        """
        if not crops:
            return []
        line_reader = self._open_line_reader()
        if line_reader is None:
            return self._read_text(crops, grammar)
        pixels, lines = [crop.picture.pixels for crop in crops], [crop.normalised for crop in crops]
        hypotheses = line_reader.read(pixels, lines, grammar)
        left_out = _list_left_out(crops, hypotheses)
        beside_signs = [
            crop
            for crop, found in zip(crops, hypotheses, strict=True)
            if id(crop) not in left_out and _has_signs_or_doubt(crop, found)
        ]
        texts = {
            id(crop): answer
            for crop, answer in zip(beside_signs, self._read_text(beside_signs, grammar), strict=True)
        }
        return [
            combine_answers(found, texts.get(id(crop)), crop.hypotheses or ())
            for crop, found in zip(crops, hypotheses, strict=True)
        ]

    def _open_line_reader(self) -> LineReader | WholeReader | None:
        """Open the second reader when it is first asked; None where the card is for the package's."""
        if self._named is not None:
            self._line_reader = self._line_reader or open_named(self._named, self._threads, self._providers)
            return self._line_reader
        calibration = self._calibration
        if calibration is None or calibration.sha256 == SHA256:
            return None
        if self._line_reader is None:
            self._line_reader = open_line_reader(calibration.sha256, self._threads, self._providers)
        return self._line_reader

    def _read_text(self, crops: Sequence[CropReading], grammar: Grammar | None) -> list[SecondAnswer]:
        """Read crops with the recogniser of text, which knows all letters."""
        if not crops:
            return []
        pixels, lines = [crop.picture.pixels for crop in crops], [crop.normalised for crop in crops]
        narrow = self._line_reader is not None  # as the only other reader it was calibrated with wide lines
        return self.open_text_reader().answer(pixels, lines, grammar, narrow=narrow)


def _has_signs_or_doubt(crop: CropReading, second: Sequence[Hypothesis]) -> bool:
    """Tell whether either reader sees letters or signs, or the first leaves doubt of the marks."""
    first = (crop.hypotheses or [])[:1]
    return any(map(has_signs, [*first, *second[:1]])) or any(map(has_doubtful_marks, first))


def _list_left_out(crops: Sequence[CropReading], found: Sequence[Sequence[Hypothesis]]) -> set[int]:
    """List, by their identities, the crops of which a region, read as well, is the number and complete."""
    answers = {id(crop): own for crop, own in zip(crops, found, strict=True)}
    return {
        id(crop.whole)
        for crop in crops
        if id(crop.whole) in answers
        and choose_whole(crop, answers[id(crop)], answers[id(crop.whole)]) is crop
    }


def _may_end_in_letters(crop: CropReading) -> bool:
    """Tell whether the last digit of a crop may be a letter."""
    best = crop.hypotheses[0] if crop.hypotheses else None
    if best is None or best.digits is None or len(best.digits) < 2:
        return False
    return may_end_in_letters(best.list_glyphs(), crop.normalised)


def _hear_letters(crop: CropReading, answer: SecondAnswer) -> CropReading:
    """Take letters behind a number for what they are, where the recogniser of text is sure of them."""
    written = find_written(answer.line)
    hypotheses = crop.hypotheses or []
    if written is None or not ends_in_letters(hypotheses, written):
        return crop
    return replace(crop, hypotheses=deny_digits(hypotheses, answer.hypotheses, written), written=written)


def _make_unmeasured(card: Card, checksum: str) -> SecondReaderCalibration:
    """Make the calibration of a second reader that was not measured together with a model."""
    known = card.second_reader
    below, floors = (known.below, known.floors) if known else (_BELOW, _FLOORS)
    return SecondReaderCalibration(
        checksum, below, floors, (0.0, 1.0), (0.0, 1.0, 1.0), card.thresholds, card.threshold
    )
