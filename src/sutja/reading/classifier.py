"""`Classifier`: pictures in, one class each out, with an honest confidence.

Letters: n pictures, B batch, C channels, h, w a picture's rows and columns, H, W those of the network's
input, K classes, L the network's outputs: K, or K + 1 where the last stands for none of the classes.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.confidence import Calibrator, resolve_threshold, scale
from sutja.confidence.scaling import MIN_LOG
from sutja.errors import InferenceError, ModelFileError, NotYetError, PictureError, SoundError
from sutja.grammar import infer_kind, keep_digits, parse_value
from sutja.model_file import Card
from sutja.model_file.bundled import Model, keep_model, open_model
from sutja.reading.batching import answer_each, batch_pictures, load_single_picture, make_error_page
from sutja.runtime import BoundRun, Reopenable, Session
from sutja.signals.image import Picture, Source
from sutja.signals.preprocessing.ink_centring import DARK, LIGHT, centre_ink, measure_edges
from sutja.signals.preprocessing.pixels_input import (
    PixelsParams,
    batch_to_pixels,
    make_value_table,
    to_pixels,
)
from sutja.signals.sources import list_sources, name_source
from sutja.signals.spectrogram import PREPROCESSING as CLIP
from sutja.signals.spectrogram import is_sound_file, make_spectrogram
from sutja.types import Alternative, Box, Character, Classification, Number, Page

BATCH = 256  # pictures in one run
MAX_ALTERNATIVES = 4
MIN_ALTERNATIVE = 1e-3  # a class less probable is no alternative
_UINT8 = np.dtype(np.uint8)
_log = logging.getLogger(__name__)
_BLANK = Classification("", 0.0, False)  # of a picture in which no character was found


class Classifier(Reopenable):
    """Tells which of its classes a picture shows.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, or None or "open"
        for the bundled "digits", which has learnt from data under open terms alone.
    threads : int
        Threads the network may use.
    max_error : float | None
        Largest share of wrong answers among the accepted ones, like 0.01: chooses the threshold that kept it
        on the model's validation cases (`choice` says how surely). None takes the model's own threshold.
    providers : Sequence[str] | None
        Execution providers of onnxruntime, by preference, like ("CUDAExecutionProvider",); None for the
        processor.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded, or is no classifier.
    ThresholdError
        If no threshold kept `max_error`.
    """

    settings = ("threshold",)

    def __init__(
        self,
        model: Model = None,
        threads: int = 1,
        max_error: float | None = None,
        *,
        providers: Sequence[str] | None = None,
    ) -> None:
        file = open_model(model, "classify")
        self._arguments = {
            "model": keep_model(model, file),
            "threads": threads,
            "max_error": max_error,
            "providers": providers,
        }
        self.card: Card = file.card
        self.classes = file.card.classes
        self.threshold, self.choice = resolve_threshold(file.card.threshold, file.card.thresholds, max_error)
        self.params = file.build_preprocessing(dict.fromkeys(("pixels", CLIP), _make_params))
        self._clips = file.card.preprocessing.name == CLIP
        self._session = Session(file, threads, providers)
        self._check_input(file.source)
        points = file.card.calibration.points
        self._calibrate = Calibrator(points) if points else None
        self._vector = file.card.scaling if file.card.scaling.shift else None
        self._scale = file.card.scaling.scale[0] if len(file.card.scaling.scale) == 1 else 1.0
        self._values = make_value_table(self.params)
        self._one = BoundRun(self._session, (1, *self.params.shape), (1, file.card.n_outputs))
        self._flat = self._one.input.reshape(-1)
        self._picture_shape = (self.params.height, self.params.width) if self.params.channels == 1 else None
        self._place = self.params.place
        self._warned = False

    @overload
    def classify(self, source: Source) -> Classification: ...  # type: ignore[overload-overlap]
    @overload
    def classify(self, source: Sequence[Source]) -> list[Classification]: ...

    def classify(self, source: Source | Sequence[Source]) -> Classification | list[Classification]:
        """Classify one picture, or each picture in a list.

        Parameters
        ----------
        source : Source | Sequence[Source]
            A path or an address, the bytes of a file, a file that is open, a Pillow image, an array (h, w) or
            (h, w, 3) RGB, or a tensor, (3, h, w) too; or a list or tuple of such. Pictures are resized to the
            size that the model was trained on, or the character in them is found, scaled and centred, as the
            model's card says. A model that was trained on recordings takes the path of one.

        Returns
        -------
        Classification | list[Classification]
            A picture in which no character is found has the label "" and the confidence 0.

        Raises
        ------
        PictureError
            If a picture cannot be read, or a file holds several.
        """
        if isinstance(source, np.ndarray):
            if source.shape == self._picture_shape and source.dtype == _UINT8:
                return self._classify_plane(source)
        elif isinstance(source, Sequence) and not isinstance(source, str | bytes):
            return [
                self._make_answer(logs)
                for part in _split_batches(source)
                for logs in self._run_all([self._load_pixels(entry) for entry in part])
            ]
        return self._make_answer(self._run_all([self._load_pixels(source)])[0])

    def _load_pixels(self, source: Source) -> NDArray[np.uint8]:
        picture = self._load_picture(source)
        self._warn_of_paper(picture)
        return picture.pixels

    def _warn_of_paper(self, picture: Picture) -> None:
        """Warn once of a picture whose paper is light where that of the training data was dark, or dark."""
        learnt = self.params.paper
        if not learnt or self._warned:
            return
        level = measure_edges(picture.pixels)
        if level > LIGHT if learnt == "dark" else level < DARK:
            other = "light" if learnt == "dark" else "dark"
            self._warned = True
            _log.warning(
                "%s: has %s edges, and the model learnt from pictures with %s ones: invert it, or train with "
                "--ink find",
                picture.source,
                other,
                learnt,
            )

    def _load_picture(self, source: Source) -> Picture:
        """Load a picture, or for a classifier of recordings the picture of one."""
        if not self._clips or not is_sound_file(source):
            return load_single_picture(source)
        try:
            return Picture(make_spectrogram(str(source)), name_source(source))
        except SoundError as error:
            name = name_source(source)
            raise PictureError(str(error).removeprefix(f"{name}: "), source=name) from error

    def predict_log_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict scaled log probabilities (n, K) of pictures of one size, uint8 (n, h, w) or (n, h, w, 3).

        They are not calibrated, other than the confidences of `predict_with_confidence`. They sum to less
        than 1 where a picture may show none of the classes.
        """
        log_probs = np.empty((len(images), len(self.classes)))
        for start in range(0, len(images), BATCH):
            batch = batch_to_pixels(images[start : start + BATCH], self.params)
            outputs = self._scale_outputs(self._run(batch))
            outputs[self._find_blank(batch)] = MIN_LOG
            log_probs[start : start + BATCH] = outputs[:, : len(self.classes)]
        return log_probs

    def predict_with_confidence(
        self, images: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Predict the likeliest class (n,) of pictures of one size, and its calibrated confidence (n,).

        Parameters are those of `predict_log_proba`.
        """
        logs = self.predict_log_proba(images)
        best = logs.argmax(axis=1)
        confidence = np.exp(np.minimum(logs[np.arange(len(logs)), best], 0.0)).tolist()
        if self._calibrate is not None:
            confidence = [self._calibrate(value) for value in confidence]
        return best, np.array(confidence)

    def read(self, source: Source, *, crop: bool = False) -> Page:
        """Read a picture of one character as a page, as `Reader.read` does."""
        check_crop(crop)
        picture = self._load_picture(source)
        self._warn_of_paper(picture)
        return _make_page(picture, self._classify_together([picture])[0])

    def read_many(self, sources: Source | Iterable[Source], *, crop: bool = False) -> Iterator[Page]:
        """Read pictures of one character each as pages, as `Reader.read_many` does."""
        check_crop(crop)
        if self._clips:
            return (
                page
                for source in list_sources(sources)
                for page in self._read_batch([self._load_or_fail(source)])
            )
        return (page for batch in batch_pictures(sources) for page in self._read_batch(batch))

    def _load_or_fail(self, source: Source) -> Picture | PictureError:
        try:
            return self._load_picture(source)
        except PictureError as error:
            return error

    def _read_batch(self, batch: Sequence[Picture | PictureError]) -> Iterator[Page]:
        pictures = [picture for picture in batch if isinstance(picture, Picture)]
        for one in pictures:
            self._warn_of_paper(one)
        answers = iter(answer_each(pictures, self._classify_together, self.check_network))
        for picture in batch:
            yield (
                make_error_page(picture)
                if isinstance(picture, PictureError)
                else _make_page(picture, next(answers))
            )

    def _classify_together(self, pictures: Sequence[Picture]) -> list[Classification]:
        return [self._make_answer(logs) for logs in self._run_all([picture.pixels for picture in pictures])]

    def check_network(self) -> None:
        """Run the network on an empty picture.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        self._run_all([np.zeros((self.params.height, self.params.width), np.uint8)])

    def _run_all(self, pictures: Sequence[NDArray[np.uint8]]) -> list[list[float] | None]:
        """Run the network on pictures of any sizes, and scale its outputs.

        L log probabilities each, or None for a picture in which no character was found.
        """
        outputs: list[list[float] | None] = []
        for part in _split_batches(pictures):
            batch = np.stack([to_pixels(picture, self.params) for picture in part])
            rows = self._scale_outputs(self._run(batch)).tolist()
            blank = self._find_blank(batch)
            outputs += [None if empty else row for row, empty in zip(rows, blank, strict=True)]
        return outputs

    def _find_blank(self, batch: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Find the pictures (B,) in which no character was found; none where it is not looked for."""
        if self._place is None:
            return np.zeros(len(batch), bool)
        return np.asarray((batch == self._values[0]).all((1, 2, 3)))

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        output = self._session.run(batch)
        if output.shape != (len(batch), self.card.n_outputs):
            raise self._make_error(
                f"gave {output.shape} for {len(batch)} pictures and {self.card.n_outputs} outputs"
            )
        return output

    def _scale_outputs(self, log_probs: NDArray[np.float32]) -> NDArray[np.float64]:
        if not (log_probs < np.inf).all():  # NaN too
            raise self._make_error("gave an output that is no log probability")
        return scale(log_probs, self.card.scaling)

    def _make_error(self, what: str) -> InferenceError:
        return InferenceError(what, where=f"model {self._session.source}", remedy="make the model file again")

    def _classify_plane(self, plane: NDArray[np.uint8]) -> Classification:
        """Classify one grey picture (H, W) fast: it is copied once, into the network's own buffer."""
        one = self._one
        if self._place is not None:
            plane = centre_ink(plane, self._place)
            if not cv2.countNonZero(plane):
                return _BLANK
        with one.lock:
            self._values.take(plane.reshape(-1), out=self._flat, mode="clip")
            one.run()
            logs: list[float] = one.output.tolist()[0]
        if self._vector is None:
            return self._make_answer(logs, self._scale)
        pairs = zip(logs, self._vector.scale, self._vector.shift, strict=True)
        return self._make_answer([max(value, MIN_LOG) * a + b for value, a, b in pairs])

    def _make_answer(self, logs: list[float] | None, scale: float = 1.0) -> Classification:
        """Make the answer of L log probabilities times a scale, which need not be normalised."""
        if logs is None:
            return _BLANK
        top = max(logs)
        exp = math.exp
        weights = [exp((value - top) * scale) for value in logs]
        whole = sum(weights)
        if not 1.0 <= whole < math.inf:  # NaN too
            raise self._make_error("gave an output that is no log probability")
        best = logs.index(top)
        if best == len(self.classes):  # none of the classes is likeliest
            best = max(range(best), key=weights.__getitem__)
        raw = weights[best] / whole
        confidence = raw if self._calibrate is None else self._calibrate(raw)
        accepted = confidence >= self.threshold
        others = whole - weights[best]
        if others < MIN_ALTERNATIVE:  # all others together are less probable than an alternative must be
            return Classification(self.classes[best], confidence, accepted)
        alternatives = self._make_alternatives(weights, best, confidence, (1.0 - confidence) / others)
        return Classification(self.classes[best], confidence, accepted, alternatives)

    def _make_alternatives(
        self, weights: Sequence[float], best: int, confidence: float, factor: float
    ) -> tuple[Alternative, ...]:
        """Make the alternatives: they share what the calibrated confidence of the best leaves."""
        alternatives = []
        falling = sorted(range(len(self.classes)), key=weights.__getitem__, reverse=True)
        for k in falling[: MAX_ALTERNATIVES + 1]:
            share = weights[k] * factor
            if share < MIN_ALTERNATIVE:
                break
            if k != best:
                alternatives.append(Alternative(self.classes[k], min(confidence, share)))
        return tuple(alternatives)

    def _check_input(self, source: str) -> None:
        """Refuse a network whose input is not what its card makes."""
        wanted, made = self._session.input_shape()[1:], self.params.shape
        if any(want is not None and want != have for want, have in zip(wanted, made, strict=True)):
            raise ModelFileError(
                f"wants pictures of {wanted} (channels, rows, columns), its card makes {list(made)}",
                where=f"model {source}",
                remedy="make the model file again",
            )


def _make_page(picture: Picture, answer: Classification | PictureError) -> Page:
    """The page of a picture of one character, with its answer or its error; a blank one has no number."""
    if isinstance(answer, PictureError):
        return make_error_page(answer)
    numbers = (make_number(answer, picture.width, picture.height),) if answer.label else ()
    return Page(picture.source, picture.page, picture.width, picture.height, numbers)


def make_number(answer: Classification, width: int, height: int) -> Number:
    """Make a number of a class; its box is the whole picture of the character."""
    box, label = Box(0, 0, width, height), answer.label
    return Number(
        text=label,
        digits=keep_digits(label),
        value=parse_value(label),
        kind=infer_kind(label).kind,
        confidence=answer.confidence,
        accepted=answer.accepted,
        box=box,
        characters=(Character(label, answer.confidence, box),) if len(label) == 1 else (),
        alternatives=answer.alternatives,
    )


def _split_batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Split items into batches."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _make_params(params: Mapping[str, Any]) -> PixelsParams:
    return PixelsParams(**params)


def check_crop(crop: bool) -> None:
    """Refuse whole pages, which a classifier does not read."""
    if not crop:
        raise NotYetError(
            "a classifier tells single characters and does not detect them on a page",
            remedy="crop them and pass crop=True, or read with a model of whole numbers",
        )
