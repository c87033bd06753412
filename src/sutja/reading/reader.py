"""`Reader`: pictures in, numbers with an honest confidence out.

Letters: B batch, h rows and w columns of a normalised picture, T frames, K classes with blank.
"""

from __future__ import annotations

import logging
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from sutja.confidence import Calibrator, resolve_threshold
from sutja.errors import InferenceError, ModelFileError, PictureError, SutjaError
from sutja.grammar import Grammar, check_country, make_grammar
from sutja.model_file import Card, FieldConfidence, ModelFile
from sutja.model_file.bundled import Model, keep_model, open_model
from sutja.reading.batching import (
    answer_each,
    batch_pictures,
    make_error_form,
    make_error_page,
    read_page,
    read_pages,
)
from sutja.reading.combs import CombReader
from sutja.reading.crop_reading import CropReading, find_numbers, make_number
from sutja.reading.decode import Hypothesis, average_views, decode
from sutja.reading.judge import Judge
from sutja.reading.page.fields import FieldDetector
from sutja.reading.page.pdf_numbers import read_with_text
from sutja.reading.page.reader import PageReader
from sutja.reading.page.text.text_pass import TextPass
from sutja.reading.second_opinion import SecondOpinion
from sutja.reading.templates.field_reader import FieldReader
from sutja.reading.templates.template import Template
from sutja.reading.turned_crops import read_turned
from sutja.reading.two_readers import ReadersAnswer
from sutja.runtime import Reopenable, Session
from sutja.signals.document import iter_pages, load_single
from sutja.signals.image import Picture, Source, iter_pictures
from sutja.signals.normalisation import (
    STRIDE,
    Normalised,
    NormaliseParams,
    find_ink,
    normalise_ink,
    pad_batch,
)
from sutja.types import Form, Number, Page

if TYPE_CHECKING:
    from sutja.reading.templates.form_reader import FormReader

MIN_DETECTION = 0.15  # confidence of a detected field: the joint confidence with reading decides
_log = logging.getLogger(__name__)
EFFORTS = ("fast", "normal", "best")
OCR = ("auto", "always", "never")
BATCH_COLUMNS = 1_024  # normalised columns in one run: more are slower, since caches are small


class Reader(Reopenable):
    """Reads numbers from pictures with one model.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, or None for the bundled
        "numbers".
    threads : int
        Threads the network may use.
    max_error : float | None
        Largest share of wrong answers among the accepted ones, like 0.01: chooses the threshold that kept it
        on the model's validation cases (`choice` says how surely). None takes the model's own threshold.
    kind : str
        Kind of the numbers: "number", "amount", "postcode", "date", "check" (a number with a check digit),
        or "auto", which takes every number and says what it is where it can only be one of these.
    country : str | None
        Country of postcodes and IBANs, of the order of dates and of the decimal mark: ISO 3166 in two letters
        (alpha-2), or None.
    effort : str | None
        Work that a picture is worth: "fast" asks this model alone; "normal" also asks a second reader, and
        on pages a detector of text, where this one is not sure or finds little; "best" asks them always. None
        takes "normal" where the model's card says how to weigh a second reader, else "fast".
    ocr : str
        How pages of PDFs that carry their text are read: "auto" takes numbers from the text, exactly, and
        reads what else is drawn; "always" reads what is drawn and leaves the text alone; "never" takes the
        text alone.
    detector : Model | FieldDetector
        Detector of the numbers on whole pages: a model file as for `model`, anything with
        `sutja.detection.Detector.detect_arrays`, or None for the bundled "pages". It is loaded when a page is
        read.
    providers : Sequence[str] | None
        Execution providers of onnxruntime, by preference, like ("CUDAExecutionProvider",); None for the
        processor.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded.
    ThresholdError
        If no threshold kept `max_error`.
    SutjaError
        If there is no such kind, country, effort or way of text, the country's postcodes have letters, or
        the second reader is asked for and is not installed.

    Attributes
    ----------
    card : Card
        Card of the model.
    choice : ThresholdChoice | None
        Grounds of the threshold that was chosen for `max_error`.
    effort : str
        Effort that is made.
    """

    def __init__(
        self,
        model: Model = None,
        threads: int = 1,
        max_error: float | None = None,
        *,
        kind: str = "auto",
        country: str | None = None,
        effort: str | None = None,
        ocr: str = "auto",
        detector: Model | FieldDetector = None,
        providers: Sequence[str] | None = None,
    ) -> None:
        if ocr not in OCR:
            raise SutjaError(f"there is no {ocr!r}", where="ocr", remedy=f"use {', '.join(OCR)}")
        self.ocr = ocr
        self._grammar = make_grammar(kind, country)
        file = open_model(model, "transcribe")
        self._arguments = {
            "model": keep_model(model, file),
            "threads": threads,
            "max_error": max_error,
            "kind": kind,
            "country": country,
            "effort": effort,
            "ocr": ocr,
            "detector": detector,
            "providers": providers,
        }
        self._threads, self._max_error, self._providers = threads, max_error, providers
        self._detector = detector
        self._page_reader: PageReader | None = None
        self.card: Card = file.card
        self.effort = _resolve_effort(file, effort)
        self._second = SecondOpinion(file.card.second_reader, self.effort, threads, providers)
        calibrated = self._second.weights or file.card
        threshold, self.choice = resolve_threshold(calibrated.threshold, calibrated.thresholds, max_error)
        self._views = file.build_preprocessing({"normalise": partial(_make_view_params, file.card)})
        self._alphabet = ["", *file.card.charset]
        self._crop_judge = Judge(
            Calibrator(file.card.calibration.points if self._second.weights is None else ()),
            Calibrator(file.card.character_calibration.points),
            threshold,
            self._grammar,
            check_country(country),
        )
        # Fields of pages are read by this model alone: detection and reading were calibrated so.
        self._field_judge = replace(
            self._crop_judge,
            calibrate=Calibrator(file.card.calibration.points),
            threshold=file.card.threshold,
        )
        self._session = Session(file, threads, providers)
        rows = self._session.input_shape()[2]
        if rows is not None and any(view.height != rows for view in self._views):
            raise ModelFileError(
                f"wants {rows} rows, its card makes {[view.height for view in self._views]}",
                where=f"model {file.source}",
                remedy="make the model file again",
            )

    @property
    def threshold(self) -> float:
        """Confidence from which the number of a crop is accepted."""
        return self._crop_judge.threshold

    @overload
    def read(self, source: Source, *, crop: bool = False) -> Page: ...
    @overload
    def read(self, source: list[Source] | tuple[Source, ...], *, crop: bool = False) -> list[Page]: ...

    def read(
        self, source: Source | list[Source] | tuple[Source, ...], *, crop: bool = False
    ) -> Page | list[Page]:
        """Read one picture, or a document of one page; or each of a list.

        Parameters
        ----------
        source : Source | list[Source] | tuple[Source, ...]
            A path or an address, the bytes of a file, a file that is open, a Pillow image, an array (H, W) or
            (H, W, 3) RGB, or a tensor of torch, (3, H, W) too. A list or tuple of such is read as by
            `read_many`.
        crop : bool
            The picture shows one number and little else; otherwise the numbers on it are detected.

        Returns
        -------
        Page
            Its numbers in reading order; of a crop one, or none where the picture shows none. Boxes are in
            the pixels of the upright picture: one that EXIF says to turn is turned first, and `width` and
            `height` are those after turning.

        Raises
        ------
        PictureError
            If the picture cannot be read, or the file holds several.
        ModelFileError
            If the detector cannot be loaded.
        InferenceError
            If a network cannot be loaded, or fails on the picture.
        """
        if isinstance(source, list | tuple):
            return list(self.read_many(source, crop=crop))
        if crop:
            picture, kept = load_single(source, iter_pictures)
            return replace(_make_page(picture, self._read_together([picture])[0]), picture=kept)
        self.open_page_reader()
        picture, kept = load_single(source, iter_pages)
        return replace(read_page(picture, self._read_page), picture=kept)

    def read_many(self, sources: Source | Iterable[Source], *, crop: bool = False) -> Iterator[Page]:
        """Read any number of pictures, in order, a bounded number of them in memory at a time.

        A picture that cannot be read, or that a network fails on, gives a page whose `error` says why; a TIFF
        or a PDF of several pages gives a page each.

        Parameters
        ----------
        sources : Source | Iterable[Source]
            Anything `read` takes; asked for as they are needed, crops a few hundred ahead of the answers. One
            alone will do: all pages of a PDF.
        crop : bool
            As for `read`.

        Raises
        ------
        ModelFileError
            If the detector cannot be loaded.
        InferenceError
            If a network cannot be run at all.
        """
        if crop:
            return (page for batch in batch_pictures(sources) for page in self._read_batch(batch))
        self.open_page_reader()
        return read_pages(sources, self._read_page, self._check_networks, make_error_page)

    def _read_page(self, picture: Picture) -> Page:
        """Read a page, and take the numbers of its text where it carries some."""
        begun = time.monotonic()
        page = self._read_pixels_or_text(picture)
        elapsed = time.monotonic() - begun
        _log.debug("%s, page %d: %d numbers in %.2f s", page.source, page.page, len(page.numbers), elapsed)
        return page

    def _read_pixels_or_text(self, picture: Picture) -> Page:
        read = self.open_page_reader().read
        if self.ocr == "always" or not (picture.characters or self.ocr == "never"):
            return read(picture)
        return read_with_text(
            picture, read, self._field_judge.make_number_of_text, text_alone=self.ocr == "never"
        )

    def check_network(self) -> None:
        """Run the network on an empty crop.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        sizes = (
            size or usual for size, usual in zip(self._session.input_shape(), (1, 1, 0, STRIDE), strict=True)
        )
        batch, channels, _, columns = sizes
        self._run(np.zeros((batch, channels, self._views[0].height, columns), np.float32))

    def _check_networks(self) -> None:
        """Run the network, and the detector's, on something empty."""
        from sutja.detection import Detector

        self.check_network()
        if isinstance(detector := self.open_page_reader().detector, Detector):
            detector.check_network()

    def open_page_reader(self) -> PageReader:
        """Make the reader of whole pages with this model, and load its detector, when first called.

        Raises
        ------
        ModelFileError, InferenceError
            If the detector cannot be loaded.
        ThresholdError
            If no threshold kept the reader's largest error on pages.
        """
        if self._page_reader is None:
            detector, calibration = self._open_detector()
            max_error = self._max_error
            if calibration is None:  # the two were never measured together: their product counts as it is
                own, counts = self.card.threshold, self.card.thresholds
                threshold, _ = resolve_threshold(own, counts, max_error)
                calibration, max_error = FieldConfidence(threshold=threshold), None
            self._page_reader = PageReader(
                self._read_fields,
                detector,
                calibration,
                max_error,
                of_a_kind=self._grammar is not None,
                make_number=self._field_judge.make_number_of_text,
                of_amounts=self._grammar is not None and self._grammar.kind == "amount",
                text=self._make_text_pass(),
                reread=None if self._second.weights is None else self._reread_fields,
                read_combs=self._open_comb_reader().read,
            )
        return self._page_reader

    def _open_comb_reader(self) -> CombReader:
        """Make the reader of printed combs."""
        quick = None if self._second.weights is None else FieldReader(self._read_first_with_grammar)
        make_number = self._field_judge.make_number_of_text
        return CombReader(FieldReader(self._read_with_grammar), make_number, quick)

    def _make_text_pass(self) -> TextPass | None:
        """Make what reads the words of pages, where the effort asks for it."""
        if self.effort == "fast":
            return None
        return TextPass(
            self._second.open_text_reader,
            self._field_judge.make_number_of_text,
            thorough=self.effort == "best",
            threads=self._threads,
            providers=self._providers,
        )

    def _open_detector(self) -> tuple[FieldDetector, FieldConfidence | None]:
        """Open the detector of fields, with the calibration of its confidence together with a reader."""
        if not isinstance(self._detector, str | os.PathLike | ModelFile | None):
            return self._detector, None
        from sutja.detection import Detector

        file = open_model(self._detector, "detect")
        detector = Detector(file, threads=self._threads, providers=self._providers)
        detector.threshold = min(detector.threshold, MIN_DETECTION)
        return detector, file.card.fields

    def read_crops(self, crops: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read the number on each of some crops, None where there is none; boxes are in the crop's pixels.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            uint8 (H, W) or (H, W, 3), each of one number.
        """
        return self._read_together([Picture(pixels, "") for pixels in crops])

    def list_hypotheses(self, crops: Sequence[NDArray[np.uint8]]) -> list[ReadersAnswer]:
        """List the hypotheses of this reader and of the second one, each likeliest first and not calibrated.

        Whoever weighs two readers needs both, whatever the effort.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            uint8 (H, W) or (H, W, 3), each of one number. A blank one has no hypotheses.

        Raises
        ------
        SutjaError
            If the second reader is not installed.
        """
        first = self._find_numbers([Picture(pixels, "") for pixels in crops])
        return [
            ReadersAnswer(crop.hypotheses or [], second.hypotheses, crop.sure)
            for crop, second in self._second.ask(first, self._grammar)
        ]

    def with_grammar(self, grammar: Grammar | None) -> Reader:
        """Return a reader for numbers of another grammar, for `read_hypotheses`; the networks are shared.

        Parameters
        ----------
        grammar : Grammar | None
            Grammar of its numbers; None for any.
        """
        other = object.__new__(type(self))
        vars(other).update(vars(self), _grammar=grammar)
        return other

    def read_hypotheses(
        self, crops: Sequence[NDArray[np.uint8]], *, alone: bool = False
    ) -> list[list[Hypothesis]]:
        """List what each of some crops may say, likeliest first, with calibrated probabilities.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            uint8 (H, W) or (H, W, 3), each of one number. A blank one has no hypotheses.
        alone : bool
            True to leave the second reader out.
        """
        if alone:
            read, calibrate = self._read_pixels(crops), self._field_judge.calibrate
        else:
            read, calibrate = self._read_twice(crops), self._crop_judge.calibrate
        return [
            [replace(item, probability=calibrate(item.probability)) for item in crop.hypotheses or ()]
            for crop in read
        ]

    def open_form_reader(self, templates: Template | Sequence[Template]) -> FormReader:
        """Make the reader of forms by templates; each page takes the one that fits.

        Parameters
        ----------
        templates : Template | Sequence[Template]
            At least one.
        """
        from sutja.reading.templates.form_reader import FormReader

        some = [templates] if isinstance(templates, Template) else list(templates)
        return FormReader(self._read_with_grammar, self.threshold, some)

    def _read_with_grammar(
        self, crops: Sequence[NDArray[np.uint8]], grammar: Grammar | None
    ) -> list[list[Hypothesis]]:
        """Read crops of numbers of a grammar."""
        return self.with_grammar(grammar).read_hypotheses(crops)

    def _read_first_with_grammar(
        self, crops: Sequence[NDArray[np.uint8]], grammar: Grammar | None
    ) -> list[list[Hypothesis]]:
        """Read crops of numbers of a grammar with this reader's own network alone."""
        return self.with_grammar(grammar).read_hypotheses(crops, alone=True)

    def read_form(self, source: Source, template: Template | Sequence[Template]) -> Form:
        """Read one page by a template, or by the one of several that fits.

        Parameters
        ----------
        source : Source
            As for `read`.
        template : Template | Sequence[Template]
            `Template.load` loads one.

        Returns
        -------
        Form
            Its fields; a page that fits no template has none, and an error that says so.

        Raises
        ------
        PictureError
            If the picture cannot be read, or the file holds several.
        InferenceError
            If a network cannot be loaded, or fails on the picture.
        """
        form_reader = self.open_form_reader(template)
        picture, kept = load_single(source, iter_pages)
        return replace(read_page(picture, form_reader.read), picture=kept)

    def read_forms(
        self, sources: Source | Iterable[Source], templates: Template | Sequence[Template]
    ) -> Iterator[Form]:
        """Read any number of pages by templates, in order, each by the one that fits.

        A page that cannot be read, or that fits none, gives a form whose `error` says why.

        Parameters
        ----------
        sources : Source | Iterable[Source]
            Anything `read` takes; asked for as they are needed, and one alone will do.
        templates : Template | Sequence[Template]
            At least one.

        Raises
        ------
        InferenceError
            If a network cannot be run at all.
        """
        read = self.open_form_reader(templates).read
        return read_pages(sources, read, self.check_network, make_error_form)

    def _read_together(self, pictures: Sequence[Picture]) -> list[Number | None]:
        """Read crops together, in their order."""
        crops = self._second.join(self._find_numbers(pictures), self._grammar)
        return [make_number(crop, self._crop_judge) for crop in crops]

    def _read_fields(self, fields: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read fields that were cut out of a page."""
        return [make_number(crop, self._field_judge) for crop in self._read_pixels(fields)]

    def _reread_fields(self, fields: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read fields that were cut out of a page with two readers."""
        return [make_number(crop, self._crop_judge) for crop in self._read_twice(fields)]

    def _read_twice(self, crops: Sequence[NDArray[np.uint8]]) -> list[CropReading]:
        """Read crops as they are, and ask the second reader where they leave doubt."""
        return self._second.join(self._read_pixels(crops), self._grammar)

    def _read_pixels(self, crops: Sequence[NDArray[np.uint8]]) -> list[CropReading]:
        """Read crops as they are with this reader's own network."""
        return self._read_first([Picture(pixels, "") for pixels in crops])

    def _find_numbers(self, pictures: Sequence[Picture]) -> list[CropReading]:
        """Read crops with this reader's own network; in untidy ones that leave doubt, find the number."""
        crops = self._read_first(pictures)
        if not self._views[0].trim:  # a model of crops that are seen as they are
            return crops
        return read_turned(find_numbers(crops, self._read_first), self._read_first)

    def _read_first(self, pictures: Sequence[Picture]) -> list[CropReading]:
        """Read crops with this reader's own network."""
        crops = []
        for picture in pictures:
            inked = find_ink(picture.pixels, self._views[0].least_contrast)
            crops.append(CropReading(picture, inked, normalise_ink(inked, self._views[0])))
        with_ink = [crop for crop in crops if crop.normalised.ink]
        for crop, hypotheses in zip(with_ink, self._decode([c.normalised for c in with_ink]), strict=True):
            crop.hypotheses = hypotheses
        self._augment(crops)
        for crop in with_ink:
            crop.answers = [crop.hypotheses or []]
        return crops

    def _read_batch(self, batch: Sequence[Picture | PictureError]) -> list[Page]:
        """Read the crops of a batch as pages, in their order."""
        pictures = [picture for picture in batch if isinstance(picture, Picture)]
        numbers = iter(answer_each(pictures, self._read_together, self.check_network))
        return [
            make_error_page(picture)
            if isinstance(picture, PictureError)
            else _make_page(picture, next(numbers))
            for picture in batch
        ]

    def _augment(self, crops: Sequence[CropReading]) -> None:
        """Read unsure crops once more in each other view of the card, and average."""
        views = self._views[1:]
        if not views:
            return
        below = self.card.tta.below
        unsure = [crop for crop in crops if crop.hypotheses and crop.hypotheses[0].probability < below]
        others = [normalise_ink(crop.inked, view) for view in views for crop in unsure]
        hypotheses = self._decode(others)
        for i, crop in enumerate(unsure):
            assert crop.hypotheses is not None
            crop.hypotheses = average_views([crop.hypotheses, *hypotheses[i :: len(unsure)]])
            crop.normalised = [crop.normalised, *others[i :: len(unsure)]][crop.hypotheses[0].view]

    def _decode(self, normalised: Sequence[Normalised]) -> list[list[Hypothesis]]:
        """Run the network on crops of similar width together, and decode its output.

        A crop is padded to a width that depends on itself alone, so that its hypotheses do not depend on the
        others.
        """
        by_width: dict[int, list[int]] = defaultdict(list)
        for i, item in enumerate(normalised):
            by_width[-(-item.array.shape[1] // STRIDE)].append(i)
        hypotheses: list[list[Hypothesis]] = [[] for _ in normalised]
        for steps, indices in by_width.items():
            size = max(1, BATCH_COLUMNS // (steps * STRIDE))
            for start in range(0, len(indices), size):
                chosen = indices[start : start + size]
                log_probs = self._run(pad_batch([normalised[i].array for i in chosen]))
                for i, found in zip(chosen, decode(log_probs, self._alphabet, self._grammar), strict=True):
                    hypotheses[i] = found
        return hypotheses

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        log_probs = self._session.run(batch)
        expected = (len(batch), batch.shape[3] // 2, len(self._alphabet))
        if log_probs.shape != expected:
            raise InferenceError(
                f"gave {log_probs.shape} for a batch of {batch.shape}, not {expected}",
                where=f"model {self._session.source}",
                remedy="make the model file again",
            )
        return log_probs


def _resolve_effort(file: ModelFile, effort: str | None) -> str:
    """Return the effort that was asked for, or the most that the model's card is calibrated for."""
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


def _make_page(picture: Picture, number: Number | PictureError | None) -> Page:
    """Make the page of a crop, with its number or with its error."""
    if isinstance(number, PictureError):
        return make_error_page(number)
    numbers = (number,) if number else ()
    return Page(picture.source, picture.page, picture.width, picture.height, numbers)


def _make_view_params(card: Card, params: Mapping[str, Any]) -> list[NormaliseParams]:
    """Make the parameters of the crop as it is, and of its views for test-time augmentation."""
    return [NormaliseParams(**{**params, **view}) for view in ({}, *card.tta.views)]
