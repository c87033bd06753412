"""`Reader`: pictures in, numbers with an honest confidence out."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError, SutjaError
from sutja.grammar import make_grammar
from sutja.model_file import Card
from sutja.model_file.bundled import Model, choose_beside, keep_model, open_model
from sutja.reading.batching import (
    answer_each,
    batch_pictures,
    make_crop_page,
    make_error_form,
    make_error_page,
    read_page,
    read_pages,
)
from sutja.reading.joint_reader import JointReader
from sutja.reading.page.fields import FieldDetector
from sutja.reading.page.pdf_numbers import read_with_text
from sutja.reading.page.reader import PageReader
from sutja.reading.page_opening import open_page_reader
from sutja.reading.second.second_opinion import SecondOpinion, resolve_effort
from sutja.reading.second.two_readers import ReadersAnswer
from sutja.reading.templates.template import Template
from sutja.runtime import Reopenable
from sutja.signals.document import iter_pages, load_single
from sutja.signals.image import Picture, Source, iter_pictures
from sutja.types import Form, Number, Page

if TYPE_CHECKING:
    from sutja.reading.templates.form_reader import FormReader

_log = logging.getLogger(__name__)
OCR = ("auto", "always", "never")


class Reader(Reopenable):
    """Reads numbers from pictures with one model.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, "open" for the bundled
        one that has learnt from data under open terms alone, or None for the bundled "numbers".
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
    second_reader : Model
        Second reader to ask instead of the bundled one: a model file to transcribe, with a charset and a
        preprocessing of its own. One that the model's card was not calibrated with can only make an answer
        less sure (`second_is_measured`).
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
        second_reader: Model = None,
        providers: Sequence[str] | None = None,
    ) -> None:
        if ocr not in OCR:
            raise SutjaError(f"there is no {ocr!r}", where="ocr", remedy=f"use {', '.join(OCR)}")
        self.ocr = ocr
        grammar = make_grammar(kind, country)
        detector = choose_beside(model, detector)
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
            "second_reader": second_reader,
            "providers": providers,
        }
        self._detector = detector
        self._page_reader: PageReader | None = None
        self.card: Card = file.card
        self.effort = resolve_effort(file, effort, second_reader)
        self._joint = JointReader(
            file,
            SecondOpinion(file.card, self.effort, threads, providers, second_reader),
            threads,
            max_error,
            grammar=grammar,
            country=country,
            providers=providers,
        )
        self.choice = self._joint.choice

    @property
    def second_is_measured(self) -> bool:
        """False if a second reader is asked that the model's card was not calibrated with."""
        return self._joint.second.measured

    @property
    def threshold(self) -> float:
        """Confidence from which the number of a crop is accepted."""
        return self._joint.crop_judge.threshold

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
            return replace(make_crop_page(picture, self._joint.read_numbers([picture])[0]), picture=kept)
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
            picture, read, self._joint.field_judge.make_number_of_text, text_alone=self.ocr == "never"
        )

    def check_network(self) -> None:
        """Run the network on an empty crop.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        self._joint.first.check_network()

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
            self._page_reader = open_page_reader(
                self._joint,
                self.card,
                self._detector,
                self.effort,
                threads=self._arguments["threads"],
                max_error=self._arguments["max_error"],
                providers=self._arguments["providers"],
            )
        return self._page_reader

    def read_crops(self, crops: Sequence[NDArray[np.uint8]]) -> list[Number | None]:
        """Read the number on each of some crops, None where there is none; boxes are in the crop's pixels.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            uint8 (H, W) or (H, W, 3), each of one number.
        """
        return self._joint.read_numbers([Picture(pixels, "") for pixels in crops])

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
        return self._joint.list_hypotheses(crops)

    def open_form_reader(self, templates: Template | Sequence[Template]) -> FormReader:
        """Make the reader of forms by templates; each page takes the one that fits.

        Parameters
        ----------
        templates : Template | Sequence[Template]
            At least one.
        """
        from sutja.reading.templates.form_reader import FormReader

        some = [templates] if isinstance(templates, Template) else list(templates)
        return FormReader(self._joint.read_hypotheses, self.threshold, some)

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

    def _read_batch(self, batch: Sequence[Picture | PictureError]) -> list[Page]:
        """Read the crops of a batch as pages, in their order."""
        pictures = [picture for picture in batch if isinstance(picture, Picture)]
        numbers = iter(answer_each(pictures, self._joint.read_numbers, self.check_network))
        return [
            make_error_page(picture)
            if isinstance(picture, PictureError)
            else make_crop_page(picture, next(numbers))
            for picture in batch
        ]
