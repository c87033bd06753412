"""`Detector`: pictures in, boxes out, each with a label and an honest confidence.

Letters: C channels, h, w a picture's rows and columns, H, W those of the network's input, K classes, A cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Found, decode, nothing
from sutja.boxes.nms import areas, merge, suppress
from sutja.confidence import Calibrator, resolve_threshold
from sutja.detection.scene import Scene
from sutja.detection.tiles import MOST_PIXELS, cut_off, sewn, tiles
from sutja.errors import InferenceError, ModelFileError, PictureError, SutjaError
from sutja.model_file import Card, ModelFile
from sutja.model_file.bundled import Model, open_model
from sutja.runtime import Session
from sutja.signals.document import iter_pages
from sutja.signals.frame_input import FrameParams, resized, to_frame
from sutja.signals.image import Picture, Source, iter_pictures
from sutja.types import Box, Detection

LEAST_SCORE = 0.01  # of a raw score that is looked at
MOST_SCORE = 0.999  # what is surer is always looked at
MOST_FOUND = 5_000  # things of one picture
_BISECTIONS = 20


class Detector:
    """Says what is where in a picture.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, or None for the bundled
        "pages", which finds the number fields of pages.
    threads : int
        Threads the network may use.
    max_error : float | None
        Largest share of wrong boxes among those given, like 0.01: chooses the threshold that kept it on the
        model's validation pictures (`choice` says how surely). None takes the model's own threshold.
    most_pixels : int
        Pictures with more pixels, as the network sees them, are looked at in tiles.

    Attributes
    ----------
    card : Card
    classes : tuple of K str
    threshold : float
        The confidence from which a box is given; it may be set.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded, or is no detector.
    ThresholdError
        If no threshold kept `max_error`.
    """

    def __init__(
        self,
        model: Model = None,
        threads: int = 1,
        max_error: float | None = None,
        most_pixels: int = MOST_PIXELS,
    ) -> None:
        file = open_model(model, "detect")
        self.card: Card = file.card
        self.classes = file.card.classes
        self.params = _params(file)
        self.threshold, self.choice = resolve_threshold(file.card.threshold, file.card.thresholds, max_error)
        self.most_pixels = most_pixels
        self._session = Session(file, threads)
        channels = self._session.input_shape()[1]
        if channels not in (None, self.params.channels):
            raise ModelFileError(
                f"wants pictures of {channels} channels, its card makes {self.params.channels}",
                where=f"model {file.source}",
                remedy="make the model file again",
            )
        points = file.card.calibration.points
        self._calibrate = Calibrator(points) if points else None

    def detect(self, source: Source) -> tuple[Detection, ...]:
        """What is in one picture, surest first.

        Parameters
        ----------
        source : Source
            A path, the bytes of a file, a Pillow image, or an array (h, w) or (h, w, 3) RGB.

        Raises
        ------
        PictureError
            If the picture cannot be read, or a file holds several.
        """
        pictures = []
        for picture in iter_pictures(source):
            if isinstance(picture, PictureError):
                raise picture
            pictures.append(picture)
            if len(pictures) > 1:
                raise PictureError(
                    "holds several pictures",
                    source=picture.source,
                    remedy="give its pages one by one, as sutja.signals.document.iter_pages makes them",
                )
        return self._detections(self.find(pictures[0].pixels))

    def detect_many(self, sources: Iterable[Source]) -> Iterator[Scene]:
        """What is in each picture and each page of a document, in their order.

        A picture that cannot be read, or that the network fails on, has its error in its place, and the next
        one is looked at.

        Raises
        ------
        InferenceError
            If the network cannot be run at all.
        """
        for source in sources:
            for picture in iter_pages(source):
                yield self._scene(picture)

    def _scene(self, picture: Picture | PictureError) -> Scene:
        if isinstance(picture, PictureError):
            return Scene(picture.source, picture.page, None, None, error=str(picture))
        size = (picture.width, picture.height)
        try:
            found = self._detections(self.find(picture.pixels))
        except (SutjaError, MemoryError) as error:
            if isinstance(error, InferenceError):
                self.check_network()
            why = str(error) if isinstance(error, SutjaError) else "does not fit in memory; make it smaller"
            return Scene(picture.source, picture.page, *size, error=f"{picture.source}: {why}")
        return Scene(picture.source, picture.page, *size, found)

    def check_network(self) -> None:
        """Run the network on an empty picture.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        side = self.params.multiple
        height, width = (size or side for size in self._session.input_shape()[2:])
        self.raw(np.zeros((height, width), np.uint8))

    def detect_arrays(self, pictures: Iterable[NDArray[np.uint8]]) -> list[list[Detection]]:
        """What is in each of many pictures, uint8 (h, w) grey or (h, w, 3) RGB, surest first."""
        return [list(self._detections(self.find(pixels))) for pixels in pictures]

    def find(self, pixels: NDArray[np.uint8], threshold: float | None = None) -> Found:
        """What is in one picture, as arrays: boxes in its pixels, calibrated confidences, labels.

        Parameters
        ----------
        pixels : NDArray[uint8]
            uint8 (h, w) or (h, w, 3) RGB.
        threshold : float | None
            The least confidence; None for the detector's own.

        Raises
        ------
        PictureError
            The array is no picture.
        """
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
            raise PictureError(
                f"an array {pixels.shape} of {pixels.dtype} is no picture",
                remedy="pass uint8 of rows × columns, or rows × columns × 3",
            )
        h, w = pixels.shape[:2]
        if not h or not w:
            raise PictureError("has no pixels", remedy="pass a picture with some")
        size = self.params.size_of(h, w)
        threshold = self.threshold if threshold is None else threshold
        found = self._in_frame(resized(np.ascontiguousarray(pixels), size), self._least_raw(threshold))
        scale = np.array([w / size[1], h / size[0]] * 2, np.float32)
        boxes = (found.boxes * scale).clip(0, np.array([w, h, w, h], np.float32))
        scores = self._confidence(found.scores)
        found = Found(boxes, scores, found.labels)
        return found.take(scores >= threshold)

    def _in_frame(self, pixels: NDArray[np.uint8], least: float) -> Found:
        """What is in a picture of its final size, tile by tile where it is large."""
        height, width = pixels.shape[:2]
        parts = tiles(height, width, self.most_pixels)
        if len(parts) == 1:
            found = self.raw(pixels, least)
        else:
            every, cut = [], []
            for tile in parts:
                seen = self.raw(pixels[tile.y0 : tile.y1, tile.x0 : tile.x1], least)
                boxes = seen.boxes + np.array([tile.x0, tile.y0, tile.x0, tile.y0], np.float32)
                off = cut_off(boxes, tile, height, width)
                seen = Found(boxes, seen.scores, seen.labels)
                every.append(seen.take(~off))
                cut.append(seen.take(off))
            found = joined([*every, sewn(joined(cut))])
            found = found.take(suppress(found, self.params.overlap, self.params.across))
        return found.take(np.arange(min(len(found), MOST_FOUND)))

    def raw(self, pixels: NDArray[np.uint8], least: float = LEAST_SCORE) -> Found:
        """Boxes and raw scores of one frame: network, decoding, suppression; no resizing, no calibration.

        Parameters
        ----------
        pixels : NDArray[uint8]
            uint8 (h, w) or (h, w, 3) RGB, of the size that the network is to see.
        least : float
            The least raw score.
        """
        frame = to_frame(pixels, self.params)
        answer = self._session.run(frame)
        if not np.isfinite(answer).all() or answer.shape[:2] != (1, self.card.n_outputs):
            raise self._failed(f"gave {answer.shape}, or values that are no numbers")
        try:
            found = decode(answer[0], frame.shape[2], frame.shape[3], self.params.strides, least)
        except ValueError as error:
            raise self._failed(str(error)) from error
        h, w = pixels.shape[:2]
        found = Found(found.boxes.clip(0, np.array([w, h, w, h], np.float32)), found.scores, found.labels)
        found = merge(found.take(areas(found.boxes) > 0), self.params.overlap, self.params.across)
        return found.take(areas(found.boxes) > 0)

    def _least_raw(self, threshold: float) -> float:
        """A raw score below which no confidence reaches the threshold: what is less need not be compared."""
        if self._calibrate is None:
            return min(max(threshold, LEAST_SCORE), MOST_SCORE)
        low, high = LEAST_SCORE, MOST_SCORE
        if self._calibrate(low) >= threshold:
            return low
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._calibrate(middle) >= threshold else (middle, high)
        return low

    def _confidence(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._calibrate is None:
            return scores
        return np.array([self._calibrate(float(score)) for score in scores], np.float32)

    def _detections(self, found: Found) -> tuple[Detection, ...]:
        return tuple(
            Detection(self.classes[label], float(score), Box(*box))
            for label, score, box in zip(
                found.labels.tolist(), found.scores.tolist(), found.boxes.tolist(), strict=True
            )
        )

    def _failed(self, what: str) -> InferenceError:
        return InferenceError(what, where=f"model {self._session.source}", remedy="make the model file again")


def joined(parts: Sequence[Found]) -> Found:
    """What several parts of a picture hold, surest first."""
    if not parts:
        return nothing()
    boxes, scores, labels = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes", "scores", "labels")
    )
    return Found(boxes, scores, labels).take(np.argsort(-scores, kind="stable"))


def _params(file: ModelFile) -> FrameParams:
    preprocessing = file.card.preprocessing
    if preprocessing.name != "frame":
        raise ModelFileError(
            f"wants the preprocessing {preprocessing.name!r}, which this version does not have for boxes",
            where=f"model {file.source}",
            remedy="update sutja",
        )
    try:
        return FrameParams.from_json(preprocessing.params)
    except (TypeError, ValueError) as error:
        raise ModelFileError(
            f"has parameters of the preprocessing that this version cannot use ({error})",
            where=f"model {file.source}",
            remedy="update sutja, or make the model file again",
        ) from error
