"""`Detector`: pictures in, boxes out, each with a label and an honest confidence.

Letters: C channels, h, w a picture's rows and columns, H, W those of the network's input, K classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Detections, decode
from sutja.boxes.nms import compute_areas, merge_detections, suppress_overlaps
from sutja.confidence import Calibrator, resolve_threshold
from sutja.detection.tiles import MAX_PIXELS, is_cut_off, join_cut_boxes, make_tiles
from sutja.errors import InferenceError, ModelFileError, PictureError, SutjaError
from sutja.model_file import Card
from sutja.model_file.bundled import Model, keep_model, open_model
from sutja.runtime import Reopenable, Session
from sutja.signals.document import iter_pages, load_single
from sutja.signals.image import Picture, Source
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture, to_frame
from sutja.signals.sources import list_sources
from sutja.types import Box, Detection, Scene

MIN_SCORE = 0.01  # raw scores below are dropped before suppression
MAX_SCORE = 0.999  # raw scores above never are
MAX_DETECTIONS = 5_000  # objects of one picture
_BISECTIONS = 20


class Detector(Reopenable):
    """Detects the objects in a picture.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, or None for the bundled
        "pages", which finds the number fields of pages; there is no "open" one.
    threads : int
        Threads the network may use.
    max_error : float | None
        Largest share of wrong boxes among those given, like 0.01: chooses the threshold that kept it on the
        model's validation pictures (`choice` says how surely). None takes the model's own threshold.
    max_pixels : int
        Pictures with more pixels, at the network's scale, are cut into tiles.
    providers : Sequence[str] | None
        Execution providers of onnxruntime, by preference, like ("CUDAExecutionProvider",); None for the
        processor.

    Attributes
    ----------
    card : Card
    classes : tuple of K str
    threshold : float
        Confidence from which a box is given; it may be set.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded, or is no detector.
    ThresholdError
        If no threshold kept `max_error`.
    """

    settings = ("threshold",)

    def __init__(
        self,
        model: Model = None,
        threads: int = 1,
        max_error: float | None = None,
        max_pixels: int = MAX_PIXELS,
        *,
        providers: Sequence[str] | None = None,
    ) -> None:
        file = open_model(model, "detect")
        self._arguments = {
            "model": keep_model(model, file),
            "threads": threads,
            "max_error": max_error,
            "max_pixels": max_pixels,
            "providers": providers,
        }
        self.card: Card = file.card
        self.classes = file.card.classes
        self.params = file.build_preprocessing({"frame": FrameParams.from_json})
        self.threshold, self.choice = resolve_threshold(file.card.threshold, file.card.thresholds, max_error)
        self.max_pixels = max_pixels
        self._session = Session(file, threads, providers)
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
        """Detect the objects in one picture, surest first.

        Parameters
        ----------
        source : Source
            A path or an address, the bytes of a file, a file that is open, a Pillow image, an array (h, w) or
            (h, w, 3) RGB, or a tensor, (3, h, w) too.

        Raises
        ------
        PictureError
            If the picture cannot be read, or a file holds several.
        """
        return self.detect_scene(source).detections

    def detect_scene(self, source: Source) -> Scene:
        """Detect the objects in one picture; the scene can be drawn, and becomes a table or JSON.

        Parameters
        ----------
        source : Source
            As for `detect`.

        Raises
        ------
        PictureError
            As for `detect`.
        """
        picture, kept = load_single(source, remedy="search them with detect_many")
        return replace(self._make_scene(picture), picture=kept)

    def _make_scene(self, picture: Picture) -> Scene:
        detections = self._list_detections(self.find_boxes(picture.pixels))
        return Scene(picture.source, picture.page, picture.width, picture.height, detections)

    def detect_many(self, sources: Source | Iterable[Source]) -> Iterator[Scene]:
        """Detect the objects in each picture and each page of a document, in their order.

        A picture that cannot be read, or that the network fails on, gives a scene whose `error` says why; the
        others are searched.

        Raises
        ------
        InferenceError
            If the network cannot be run at all.
        """
        for source in list_sources(sources):
            for picture in iter_pages(source):
                yield self._scene(picture)

    def _scene(self, picture: Picture | PictureError) -> Scene:
        if isinstance(picture, PictureError):
            return Scene(picture.source, picture.page, None, None, error=str(picture))
        size = (picture.width, picture.height)
        try:
            detections = self._list_detections(self.find_boxes(picture.pixels))
        except (SutjaError, MemoryError) as error:
            if isinstance(error, InferenceError):
                self.check_network()
            why = str(error) if isinstance(error, SutjaError) else "does not fit in memory; make it smaller"
            return Scene(picture.source, picture.page, *size, error=f"{picture.source}: {why}")
        return Scene(picture.source, picture.page, *size, detections)

    def check_network(self) -> None:
        """Run the network on an empty picture.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        side = self.params.multiple
        height, width = (size or side for size in self._session.input_shape()[2:])
        self.predict_frame(np.zeros((height, width), np.uint8))

    def detect_arrays(self, pictures: Iterable[NDArray[np.uint8]]) -> list[list[Detection]]:
        """Detect the objects in each of many pictures, uint8 (h, w) grey or (h, w, 3) RGB, surest first."""
        return [list(self._list_detections(self.find_boxes(pixels))) for pixels in pictures]

    def find_boxes(self, pixels: NDArray[np.uint8], threshold: float | None = None) -> Detections:
        """Detect the objects in one picture, as arrays: boxes in its pixels, calibrated confidences, labels.

        Parameters
        ----------
        pixels : NDArray[uint8]
            uint8 (h, w) or (h, w, 3) RGB.
        threshold : float | None
            Lowest confidence; None for the detector's own.

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
        size = self.params.compute_size(h, w)
        threshold = self.threshold if threshold is None else threshold
        detections = self._detect_resized(
            resize_picture(np.ascontiguousarray(pixels), size), self._find_min_score(threshold)
        )
        scale = np.array([w / size[1], h / size[0]] * 2, np.float32)
        boxes = (detections.boxes * scale).clip(0, np.array([w, h, w, h], np.float32))
        scores = self._calibrate_scores(detections.scores)
        detections = Detections(boxes, scores, detections.labels)
        return detections.take(scores >= threshold)

    def _detect_resized(self, pixels: NDArray[np.uint8], min_score: float) -> Detections:
        """Detect the objects in a picture at the network's scale, tile by tile where it is large."""
        height, width = pixels.shape[:2]
        tiles = make_tiles(height, width, self.max_pixels)
        if len(tiles) == 1:
            detections = self.predict_frame(pixels, min_score)
        else:
            whole, cut = [], []
            for tile in tiles:
                part = self.predict_frame(pixels[tile.y0 : tile.y1, tile.x0 : tile.x1], min_score)
                boxes = part.boxes + np.array([tile.x0, tile.y0, tile.x0, tile.y0], np.float32)
                off = is_cut_off(boxes, tile, height, width)
                part = Detections(boxes, part.scores, part.labels)
                whole.append(part.take(~off))
                cut.append(part.take(off))
            detections = concatenate([*whole, join_cut_boxes(concatenate(cut))])
            detections = detections.take(
                suppress_overlaps(detections, self.params.overlap, self.params.across)
            )
        return detections.take(np.arange(min(len(detections), MAX_DETECTIONS)))

    def predict_frame(self, pixels: NDArray[np.uint8], min_score: float = MIN_SCORE) -> Detections:
        """Predict boxes and raw scores of one frame, suppressed, but neither resized nor calibrated.

        Parameters
        ----------
        pixels : NDArray[uint8]
            uint8 (h, w) or (h, w, 3) RGB, at the network's scale.
        min_score : float
            Lowest raw score.
        """
        frame = to_frame(pixels, self.params)
        raw = self._session.run(frame)
        if not np.isfinite(raw).all() or raw.shape[:2] != (1, self.card.n_outputs):
            raise self._make_error(f"gave {raw.shape}, or values that are no numbers")
        try:
            detections = decode(raw[0], frame.shape[2], frame.shape[3], self.params.strides, min_score)
        except ValueError as error:
            raise self._make_error(str(error)) from error
        h, w = pixels.shape[:2]
        detections = Detections(
            detections.boxes.clip(0, np.array([w, h, w, h], np.float32)), detections.scores, detections.labels
        )
        detections = merge_detections(
            detections.take(compute_areas(detections.boxes) > 0), self.params.overlap, self.params.across
        )
        return detections.take(compute_areas(detections.boxes) > 0)

    def _find_min_score(self, threshold: float) -> float:
        """Find a raw score below which no confidence reaches the threshold."""
        if self._calibrate is None:
            return min(max(threshold, MIN_SCORE), MAX_SCORE)
        low, high = MIN_SCORE, MAX_SCORE
        if self._calibrate(low) >= threshold:
            return low
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._calibrate(middle) >= threshold else (middle, high)
        return low

    def _calibrate_scores(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._calibrate is None:
            return scores
        return np.array([self._calibrate(float(score)) for score in scores], np.float32)

    def _list_detections(self, detections: Detections) -> tuple[Detection, ...]:
        return tuple(
            Detection(self.classes[label], float(score), Box(*box))
            for label, score, box in zip(
                detections.labels.tolist(), detections.scores.tolist(), detections.boxes.tolist(), strict=True
            )
        )

    def _make_error(self, what: str) -> InferenceError:
        return InferenceError(what, where=f"model {self._session.source}", remedy="make the model file again")


def concatenate(parts: Sequence[Detections]) -> Detections:
    """Put the detections of several parts of a picture together, surest first."""
    if not parts:
        return Detections.empty()
    boxes, scores, labels = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes", "scores", "labels")
    )
    return Detections(boxes, scores, labels).take(np.argsort(-scores, kind="stable"))
