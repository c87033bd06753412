"""`CropReader`: a model's own network reads crops; in untidy ones it looks for the number.

Letters: B batch, h rows and w columns of a normalised picture, T frames, K classes with blank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, ModelFileError
from sutja.grammar import Grammar
from sutja.model_file import Card, ModelFile
from sutja.reading.crops.crop_reading import CropReading, find_numbers
from sutja.reading.crops.light import even_light
from sutja.reading.crops.turned_crops import read_turned
from sutja.reading.decode import Hypothesis, average_views, decode
from sutja.reading.written import is_line_of_words
from sutja.runtime import Session
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import (
    STRIDE,
    Normalised,
    NormaliseParams,
    find_ink,
    normalise_ink,
    pad_batch,
)

BATCH_COLUMNS = 1_024  # normalised columns in one run: more are slower, since caches are small
ENOUGH = 0.9  # mean probability over some views from which no further view is read


class CropReader:
    """Reads crops with the network of one model.

    Parameters
    ----------
    file : ModelFile
        A model to transcribe.
    threads : int
        Threads the network may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded, or is made for another number of rows.

    Attributes
    ----------
    session : Session
        The network.
    """

    def __init__(self, file: ModelFile, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        self._views = file.build_preprocessing({"normalise": partial(_make_view_params, file.card)})
        self._below = file.card.tta.below
        self._alphabet = ["", *file.card.charset]
        self.session = Session(file, threads, providers)
        rows = self.session.input_shape()[2]
        if rows is not None and any(view.height != rows for view in self._views):
            raise ModelFileError(
                f"wants {rows} rows, its card makes {[view.height for view in self._views]}",
                where=f"model {file.source}",
                remedy="make the model file again",
            )

    def check_network(self) -> None:
        """Run the network on an empty crop.

        Raises
        ------
        InferenceError
            If it cannot be run.
        """
        sizes = (
            size or usual for size, usual in zip(self.session.input_shape(), (1, 1, 0, STRIDE), strict=True)
        )
        batch, channels, _, columns = sizes
        self._run(np.zeros((batch, channels, self._views[0].height, columns), np.float32))

    def read(
        self, pictures: Sequence[Picture], grammar: Grammar | None = None, *, one_view: bool = False
    ) -> list[CropReading]:
        """Read crops as they are.

        Parameters
        ----------
        pictures : Sequence[Picture]
            Each of one number.
        grammar : Grammar | None
            Grammar of their numbers; None for any.
        one_view : bool
            True to leave it at one view of each: enough to tell the sure ones from those to be read again.
        """
        crops = self._read_once(pictures, grammar)
        if not one_view:
            self._augment(crops, grammar)
        return crops

    def find(self, pictures: Sequence[Picture], grammar: Grammar | None = None) -> list[CropReading]:
        """Read crops; in untidy ones that leave doubt, find the number.

        Parameters are those of `read`.
        """
        if self._views[0].trim:
            pictures = [replace(picture, pixels=even_light(picture.pixels)) for picture in pictures]
        crops = self._read_once(pictures, grammar)
        if self._views[0].trim:  # or else a model of crops that are seen as they are
            read = partial(self._read_once, grammar=grammar)
            crops = read_turned(find_numbers(crops, read), read)
        self._augment(crops, grammar)
        return crops

    def _read_once(self, pictures: Sequence[Picture], grammar: Grammar | None) -> list[CropReading]:
        """Read crops in the first view alone."""
        crops = []
        for picture in pictures:
            inked = find_ink(picture.pixels, self._views[0].least_contrast)
            crops.append(CropReading(picture, inked, normalise_ink(inked, self._views[0])))
        with_ink = [crop for crop in crops if crop.normalised.ink]
        answers = self._decode([crop.normalised for crop in with_ink], grammar)
        for crop, hypotheses in zip(with_ink, answers, strict=True):
            crop.hypotheses = hypotheses
            crop.answers = [hypotheses]
        return crops

    def _augment(self, crops: Sequence[CropReading], grammar: Grammar | None) -> None:
        """Read unsure crops in other views of the card too, one after the other until they are sure enough.

        The hypotheses of all views that were read are averaged.
        """
        read: dict[int, list[list[Hypothesis]]] = {}
        seen: dict[int, list[Normalised]] = {}
        unsure = []
        for i, crop in enumerate(crops):
            if not crop.hypotheses or is_line_of_words(crop.hypotheses):
                continue
            if crop.hypotheses[0].probability < self._below:
                unsure.append(i)
                read[i], seen[i] = [crop.hypotheses], [crop.normalised]
        for view in self._views[1:]:
            others = [normalise_ink(crops[i].inked, view) for i in unsure]
            for i, other, hypotheses in zip(unsure, others, self._decode(others, grammar), strict=True):
                read[i].append(hypotheses)
                seen[i].append(other)
                averaged = average_views(read[i])
                crops[i].hypotheses, crops[i].normalised = averaged, seen[i][averaged[0].view]
                crops[i].answers = [averaged]
            unsure = [i for i in unsure if (crops[i].hypotheses or read[i][0])[0].probability < ENOUGH]

    def _decode(self, normalised: Sequence[Normalised], grammar: Grammar | None) -> list[list[Hypothesis]]:
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
                for i, found in zip(chosen, decode(log_probs, self._alphabet, grammar), strict=True):
                    hypotheses[i] = found
        return hypotheses

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        log_probs = self.session.run(batch)
        expected = (len(batch), batch.shape[3] // 2, len(self._alphabet))
        if log_probs.shape != expected:
            raise InferenceError(
                f"gave {log_probs.shape} for a batch of {batch.shape}, not {expected}",
                where=f"model {self.session.source}",
                remedy="make the model file again",
            )
        return log_probs


def _make_view_params(card: Card, params: Mapping[str, Any]) -> list[NormaliseParams]:
    """Make the parameters of the crop as it is, and of its views for test-time augmentation."""
    return [NormaliseParams(**{**params, **view}) for view in ({}, *card.tta.views)]
