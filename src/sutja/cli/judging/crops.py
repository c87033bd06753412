"""Classifiers and readers of crops on labelled pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sutja.cli.judging.answers import Evaluated, evaluate_texts, refuse_unreadable, require_data

if TYPE_CHECKING:
    from sutja.model_file import ModelFile
    from sutja.reading import Classifier, Reader


def evaluate_crops(file: ModelFile, data: str | None, part: str, threads: int) -> Evaluated:
    """Let a classifier or a reader answer labelled crops.

    Parameters
    ----------
    file : ModelFile
        The model.
    data : str | None
        For a classifier, anything that `sutja.data.labelled.load.load_labelled` takes; for a reader, a table
        with the columns path and text.
    part : str
        "train" or "test".
    threads : int
        Number of threads.

    Raises
    ------
    SutjaError
        If the data cannot be used for this model.
    """
    import cv2

    from sutja.reading import Classifier, open_reader

    cv2.setNumThreads(threads)
    reader = open_reader(file, threads)
    if isinstance(reader, Classifier):
        return _evaluate_classifier(reader, data, part)
    return _evaluate_reader(reader, data, part)


def _evaluate_classifier(classifier: Classifier, data: str | None, part: str) -> Evaluated:
    from sutja.data.labelled.load import load_labelled
    from sutja.data.split.fingerprint import Fingerprint
    from sutja.evaluation import Answers, find_repeats

    text = classifier.card.fingerprint
    known = Fingerprint.from_text(text) if text else None
    # The size that it was trained on: the network's own may be another, and two resizings are not one.
    size = known.shape[:2] if known else (classifier.params.height, classifier.params.width)
    items = load_labelled(data, "test" if part == "test" else "train", size)
    unreadable = items.unreadable
    items = items.in_classes(classifier.classes)
    best, confidence = classifier.predict_with_confidence(items.images)
    names = classifier.classes
    none = np.zeros(len(unreadable), bool)  # the unreadable items come last
    readable = np.concatenate([np.ones(len(best), bool), none])
    answers = Answers(
        (*(names[i] for i in best), *(None for _ in unreadable)),
        (*(names[i] for i in items.labels), *unreadable),
        np.concatenate([confidence, none.astype(np.float64)]),
        acceptable=readable,
        unreadable=~readable,
    )
    evaluated = Evaluated(
        answers,
        items.source,
        repeated=np.concatenate([find_repeats([image.tobytes() for image in items.images]), none]),
        trained_on=np.zeros(len(readable), bool),
        groups=None if items.groups is None else len(np.unique(items.groups)),
        notes=tuple(note.replace("left out: ", "not read: ") for note in items.notes),
    )
    if known is None:
        return evaluated
    trained_on = np.concatenate([known.find_known(items.images), none])
    leak = known.count_known(items.images).describe()
    return replace(evaluated, trained_on=trained_on, leak=leak, one_in=known.one_in)


def _evaluate_reader(reader: Reader, data: str | None, part: str) -> Evaluated:
    from sutja.cli.execution.progress import show_progress
    from sutja.data.labelled.load import load_texts
    from sutja.evaluation import compare_pages

    data = require_data(
        data,
        "a model that reads numbers needs crops and their texts",
        "give a .csv with the columns path and text",
    )
    table = load_texts(data, "test" if part == "test" else "train", "".join(reader.card.charset))
    every = show_progress(reader.read_many(table.paths, crop=True), len(table.paths))
    pages = [page for page in every if page.page == 1]  # the text is that of a file's first page
    errors = [page.error for page in pages if page.error is not None]
    refuse_unreadable(errors, len(pages), table.source)
    return evaluate_texts(compare_pages(pages, table.texts), table, errors)
