"""A detector of number fields and a reader on labelled pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sutja.cli.judging.answers import Evaluated, list_unreadable, require_data
from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.evaluation import Answers
    from sutja.model_file import ModelFile
    from sutja.reading.page.labels import Case


def evaluate_pages(
    file: ModelFile, data: str | None, reader: str | None, threads: int, every_number: bool
) -> Evaluated:
    """Let a detector and a reader answer labelled pages.

    Parameters
    ----------
    file : ModelFile
        The detector.
    data : str | None
        A CSV of labels, as `sutja.reading.page.labels.read_labels` takes it.
    reader : str | None
        The model that reads; None for the bundled one.
    threads : int
        Number of threads.
    every_number : bool
        The labels name every number of their pages.

    Raises
    ------
    SutjaError
        If the labels cannot be used.
    """
    import cv2

    from sutja.cli.execution.progress import show_progress
    from sutja.reading import Reader
    from sutja.reading.page.labels import PageLabels, match_labels, read_labels

    data = require_data(
        data,
        "a detector of number fields needs labelled pages",
        "give a .csv with the columns file and text, and page, x0, y0, x1, y1 where known",
    )
    cv2.setNumThreads(threads)
    labels = PageLabels(read_labels(data), Path(data).parent)
    # The card has the confidence of these two networks; words are weighed with it afterwards.
    page_reader = Reader(reader, threads, effort="fast", detector=file)
    found: list[Case] = []
    unreadable: list[bool] = []
    errors = []
    n_pages = 0
    for page in show_progress(page_reader.read_many(labels.files), len(labels.files)):
        if page.error is not None:
            errors.append(page.error)
        wanted = labels.get(page)
        if wanted:
            n_pages += 1
            added = match_labels(page, wanted, every_number)
            found += added
            unreadable += [page.error is not None] * len(added)
    if not found:
        raise SutjaError("no labelled page could be read", where=data, remedy="check the files it names")
    notes = list_unreadable(errors)
    if not every_number:
        notes.append("numbers that no label names were not counted; --every-number counts them as wrong")
    return Evaluated(
        answers_of(found, unreadable),
        data,
        repeated=np.zeros(len(found), bool),
        trained_on=np.zeros(len(found), bool),
        groups=n_pages,
        notes=tuple(notes),
    )


def answers_of(found: list[Case], unreadable: list[bool]) -> Answers:
    """Make answers of the cases of pages; the truth is "" where a number stands that no label names."""
    from sutja.evaluation import Answers

    return Answers(
        tuple(None if case.number is None else case.number.digits for case in found),
        tuple("" if case.label is None else case.label.digits for case in found),
        np.array([0.0 if case.number is None else case.number.confidence for case in found]),
        acceptable=np.array([case.acceptable for case in found]),
        unreadable=np.array(unreadable, bool),
    )
