"""A model and labelled data, for the verbs that judge the one by the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.evaluation import Answers
    from sutja.listening import Listener
    from sutja.model_file import ModelFile
    from sutja.reading import Classifier, Reader


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's answers to labelled data.

    Attributes
    ----------
    reader : Reader | Classifier | Listener
        What answered.
    answers : Answers
        What it said.
    source : str
        What data these are.
    trained_on : NDArray[bool_]
        bool (n,): items that the card's fingerprint knows, of which a few may be by chance.
    overlap : str
        A line for the person where more items are known than by chance, else "".
    one_in : int
        Of how many training pictures the fingerprint knows one.
    repeated : NDArray[bool_]
        bool (n,): items that are the same as one before.
    groups : int | None
        How many writers or documents the items come from; None where that is not known.
    notes : tuple[str, ...]
        What else the person should be told.
    """

    reader: Reader | Classifier | Listener
    answers: Answers
    source: str
    trained_on: NDArray[np.bool_]
    overlap: str = ""
    one_in: int = 1
    repeated: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    groups: int | None = None
    notes: tuple[str, ...] = ()


def judge(file: ModelFile, data: str | None, part: str, threads: int) -> Judged:
    """Let a model answer labelled data.

    Parameters
    ----------
    file : ModelFile
        The model.
    data : str | None
        Of a classifier, anything that `sutja.data.labelled.load.load_labelled` takes; of a reader of numbers,
        a table with the columns path and text.
    part : str
        "train" or "test".
    threads : int
        Threads to use.

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
        return _classified(reader, data, part)
    return _transcribed(reader, data, part)


def _classified(classifier: Classifier, data: str | None, part: str) -> Judged:
    from sutja.data.labelled.load import load_labelled
    from sutja.data.split.fingerprint import Fingerprint
    from sutja.evaluation import Answers, repeated

    text = classifier.card.fingerprint
    known = Fingerprint.from_text(text) if text else None
    # The size that it was trained on: the network's own may be another, and two resizings are not one.
    size = known.shape[:2] if known else (classifier.params.height, classifier.params.width)
    items = load_labelled(data, "test" if part == "test" else "train", size)
    items = items.in_classes(classifier.classes)
    best, confidence = classifier.answers(items.images)
    names = classifier.classes
    answers = Answers(
        tuple(names[i] for i in best),
        tuple(names[i] for i in items.labels),
        confidence,
        np.ones(len(best), bool),
    )
    judged = Judged(
        classifier,
        answers,
        items.source,
        np.zeros(len(best), bool),
        repeated=repeated([image.tobytes() for image in items.images]),
        groups=None if items.groups is None else len(np.unique(items.groups)),
        notes=items.notes,
    )
    if known is None:
        return judged
    line = known.overlap(items.images).tell()
    return replace(judged, trained_on=known.knows(items.images), overlap=line, one_in=known.one_in)


def _transcribed(reader: Reader, data: str | None, part: str) -> Judged:
    from sutja.cli.progress import show_progress
    from sutja.data.labelled.load import load_texts
    from sutja.evaluation import answers_on, repeated

    if data is None:
        raise SutjaError(
            "a model that reads numbers needs crops and their texts",
            where="DATA",
            remedy="give a .csv with the columns path and text",
        )
    table = load_texts(data, "test" if part == "test" else "train", "".join(reader.card.charset))
    every = show_progress(reader.read_many(table.paths, crop=True), len(table.paths))
    pages = [page for page in every if page.page == 1]  # of several pages the text tells the first
    groups = None if table.groups is None else len(np.unique(table.groups))
    notes = tuple(f"not read: {page.error}" for page in pages if page.error)
    again = repeated([str(path) for path in table.paths])
    return Judged(
        reader,
        answers_on(pages, table.texts),
        table.source,
        np.zeros(len(pages), bool),
        repeated=again,
        groups=groups,
        notes=notes,
    )


def say(message: str) -> None:
    """A line on the standard error."""
    click.echo(message, err=True)
