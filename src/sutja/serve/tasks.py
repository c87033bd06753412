"""Verbs as tasks of a lane: the library's readers, listeners, detectors and classifiers on bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sutja.errors import SoundError, SutjaError
from sutja.model_file.bundled import OPEN
from sutja.serve.lanes import Task
from sutja.serve.options import ClassifyOptions, DetectOptions, ListenOptions, ReadOptions, TemplateUpload
from sutja.serve.settings import BUNDLED, RESEARCH, Limits, Settings
from sutja.types import Alternative, Form, Page, Recording, Result, Scene

if TYPE_CHECKING:
    from sutja.reading import Classifier, Reader

BATCH = 64  # crops that are read together: more would make the first one wait
UNNAMED = "<bytes>"  # source that the library gives to bytes
PageLike = TypeVar("PageLike", Page, Scene, Form)


@dataclass(frozen=True, slots=True)
class ClassifiedPicture(Result):
    """One picture and its class.

    Attributes
    ----------
    source, page : str or int
        Name of the file, and the page within it.
    label : str | None
        Name of the likeliest class; None where the picture could not be read.
    confidence : float
        Calibrated probability, in [0, 1], that it is right.
    accepted : bool
        True if the confidence clears the threshold.
    alternatives : tuple[Alternative, ...]
        Other classes it may be, best first.
    error : str | None
        Reason why the picture could not be read.
    """

    source: str
    page: int
    label: str | None
    confidence: float
    accepted: bool
    alternatives: tuple[Alternative, ...] = ()
    error: str | None = None


def list_models(settings: Settings) -> Mapping[str, str | Path]:
    """List the models that requests may name: the bundled ones, and those of the settings."""
    bundled = [name for name in BUNDLED if not (settings.only_open and name in RESEARCH)]
    return {name: name for name in bundled} | {name_model(path): Path(path) for path in settings.models}


def name_model(path: str) -> str:
    """Name a model file: by its own name, or by that of its run folder, whose files are all named alike.

    >>> name_model("runs/mine/model.onnx"), name_model("models/mine.onnx")
    ('mine', 'mine')
    """
    file = Path(path)
    return file.parent.name if file.stem == "model" and file.parent.name else file.stem


def open_task(settings: Settings, options: Hashable) -> Task:
    """Open the models for some options.

    Raises
    ------
    SutjaError
        If there is no such model, or it is for another task.
    """
    if isinstance(options, ReadOptions):
        return _open_reader(options, settings)
    find = _make_finder(settings)
    if isinstance(options, ListenOptions):
        return _open_listener(options, settings, find)
    if isinstance(options, DetectOptions):
        return _open_detector(options, settings, find)
    assert isinstance(options, ClassifyOptions)
    return _open_classifier(options, settings, find)


Find = Callable[[str | None], "str | Path | None"]


def _make_finder(settings: Settings) -> Find:
    models = list_models(settings)

    def find(name: str | None) -> str | Path | None:
        if name is not None and name not in models:
            raise SutjaError(
                "there is no such model here", where=name, remedy=f"name one of {', '.join(models)}"
            )
        if name is None:
            return OPEN if settings.only_open else None
        return models[name]

    return find


@dataclass(slots=True)
class SourceTask:
    """A task over bytes: each is checked against the limits, then given to the library.

    Attributes
    ----------
    batch : int
        Inputs that are run together.
    answer : Callable[[Sequence[bytes]], Iterator[tuple[int, Result]]]
        Gives results, each with the number of its source.
    refuse : Callable[[bytes], str | None]
        Gives the reason why a source is too large, or None.
    explain : Callable[[str], Result]
        Makes the result in the place of a source that was refused.
    """

    batch: int
    answer: Callable[[Sequence[bytes]], Iterator[tuple[int, Result]]]
    refuse: Callable[[bytes], str | None]
    explain: Callable[[str], Result]

    def run(self, sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        """Give results as they come, each with the number of its source."""
        refused = {i: reason for i, data in enumerate(sources) if (reason := self.refuse(data))}
        kept = [i for i in range(len(sources)) if i not in refused]
        results = ((kept[i], result) for i, result in self.answer([sources[i] for i in kept]))
        waiting = sorted(refused)
        for index, result in results:
            while waiting and waiting[0] < index:
                yield waiting[0], self.explain(refused[waiting.pop(0)])
            yield index, result
        for index in waiting:
            yield index, self.explain(refused[index])


@lru_cache(maxsize=4)
def _find_reader(settings: Settings, options: ReadOptions) -> Reader | Classifier:
    """Open a reader, once for all templates and names of numbers that it is asked for."""
    from sutja.reading import Reader, open_reader

    find = _make_finder(settings)
    reader = open_reader(
        find(options.model),
        settings.threads,
        options.max_error,
        kind=options.kind,
        country=options.country,
        effort=options.effort,
        ocr=options.ocr,
        detector=find(options.detector),
        second_reader=None if options.second_reader is None else find(options.second_reader),
    )
    if not options.crop:
        if not isinstance(reader, Reader):
            raise SutjaError(
                "tells single characters", where=f"model {options.model}", remedy="read crops: crop=true"
            )
        reader.open_page_reader()
    return reader


def _open_reader(options: ReadOptions, settings: Settings) -> Task:
    from sutja.reading import Reader

    effort = options.effort or ("best" if options.names else None)
    plain = options.model_copy(update={"effort": effort, "fields": None, "template": None})
    reader = _find_reader(settings, plain)
    if options.template is not None:
        assert isinstance(reader, Reader)
        return _open_form_reader(options.template, reader, settings)

    def answer(sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        for index, page in number_pages(reader.read_many(sources, crop=options.crop)):
            yield index, keep_named(page, options.names) if options.names else page

    batch = BATCH if options.crop else 1
    return SourceTask(batch, answer, limit_pixels(settings.limits), _explain_page)


def keep_named(page: Page, names: Sequence[str]) -> Page:
    """Keep the numbers that have some names, the surest of each."""
    from sutja.reading.page.naming.names import pick_named

    return replace(page, numbers=tuple(pick_named(page.numbers, names).values()))


def _open_form_reader(upload: TemplateUpload, reader: Reader, settings: Settings) -> Task:
    from sutja.reading.templates import Template

    refuse = limit_pixels(settings.limits)
    if reason := refuse(upload.picture):
        raise SutjaError(reason, where="the template's picture")
    template = Template.parse(upload.text, upload.picture)

    def answer(sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        return number_pages(reader.read_forms(sources, template))

    def explain(reason: str) -> Result:
        return Form(UNNAMED, 1, None, 0.0, None, None, error=f"{UNNAMED}: {reason}")

    return SourceTask(1, answer, refuse, explain)


def _open_classifier(options: ClassifyOptions, settings: Settings, find: Find) -> Task:
    from sutja.reading import Classifier

    classifier = Classifier(find(options.model), settings.threads, options.max_error)

    def answer(sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        for index, page in number_pages(classifier.read_many(sources, crop=True)):
            yield index, to_classification(page)

    return SourceTask(
        BATCH, answer, limit_pixels(settings.limits), lambda reason: to_classification(_explain_page(reason))
    )


def _open_detector(options: DetectOptions, settings: Settings, find: Find) -> Task:
    from sutja.detection import Detector

    detector = Detector(find(options.model), threads=settings.threads, max_error=options.max_error)
    if options.threshold is not None:
        detector.threshold = options.threshold

    def answer(sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        return number_pages(detector.detect_many(sources))

    def explain(reason: str) -> Result:
        return Scene(UNNAMED, 1, None, None, error=f"{UNNAMED}: {reason}")

    return SourceTask(1, answer, limit_pixels(settings.limits), explain)


def _open_listener(options: ListenOptions, settings: Settings, find: Find) -> Task:
    from sutja.listening import Listener

    listener = Listener(
        find(options.model),
        settings.threads,
        options.max_error,
        kind=options.kind,
        country=options.country,
        pause=options.pause,
        mark_speech=options.mark_speech,
        second_listener=settings.second_listener,
    )

    def answer(sources: Sequence[bytes]) -> Iterator[tuple[int, Result]]:
        return enumerate(listener.listen_many(sources, options.rate))

    def explain(reason: str) -> Result:
        return Recording(UNNAMED, None, error=f"{UNNAMED}: {reason}")

    return SourceTask(1, answer, limit_seconds(settings.limits), explain)


def number_pages(pages: Iterable[PageLike]) -> Iterator[tuple[int, PageLike]]:
    """Number the sources of pages: each begins with its page 1."""
    index = -1
    for page in pages:
        index += page.page == 1
        yield index, page


def to_classification(page: Page) -> ClassifiedPicture:
    """Make the classification of a picture that a classifier read as a page."""
    if not page.numbers:
        return ClassifiedPicture(page.source, page.page, None, 0.0, False, error=page.error)
    number = page.numbers[0]
    return ClassifiedPicture(
        page.source, page.page, number.text, number.confidence, number.accepted, number.alternatives
    )


def rename(result: Result, name: str) -> Result:
    """Give a result the name that the request gave its file."""
    assert isinstance(result, Page | Form | Scene | Recording | ClassifiedPicture)
    error = result.error
    if error is not None and error.startswith(UNNAMED):
        error = name + error[len(UNNAMED) :]
    return replace(result, source=name, error=error)


def _explain_page(reason: str) -> Page:
    return Page(UNNAMED, 1, None, None, error=f"{UNNAMED}: {reason}")


def limit_pixels(limits: Limits) -> Callable[[bytes], str | None]:
    """Make the check of a picture's size by its header, before anything is decoded."""
    from PIL import Image

    def refuse(data: bytes) -> str | None:
        with suppress(Exception):  # what is no picture is explained by the reader
            with Image.open(io.BytesIO(data)) as image:
                pixels = image.width * image.height
            if pixels > limits.pixels:
                return (
                    f"has {pixels:,} pixels, more than the limit of {limits.pixels:,}; make it smaller first"
                )
        return None

    return refuse


def limit_seconds(limits: Limits) -> Callable[[bytes], str | None]:
    """Make the check of a recording's length by its header."""
    from sutja.signals.audio import measure_seconds

    def refuse(data: bytes) -> str | None:
        with suppress(SoundError):  # what is no recording is explained by the listener
            seconds = measure_seconds(data)
            if seconds is not None and seconds > limits.seconds:
                limit = f"{limits.seconds:,.0f}"
                return f"lasts {seconds:,.0f} seconds, more than the limit of {limit}; split it first"
        return None

    return refuse
