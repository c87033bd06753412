"""A detector of number fields, a reader, and labelled pages: how often whole numbers are right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.cli.judging.crops import Judged
    from sutja.evaluation import Answers
    from sutja.model_file import ModelFile
    from sutja.reading.page.truth import Case


def judge_pages(
    file: ModelFile, data: str | None, reader: str | None, threads: int, every_number: bool
) -> Judged:
    """Let a detector and a reader answer labelled pages.

    Parameters
    ----------
    file : ModelFile
        The detector.
    data : str | None
        A CSV of labels, as `sutja.reading.page.truth.read_labels` takes it.
    reader : str | None
        The model that reads; None for the bundled one.
    threads : int
        Threads to use.
    every_number : bool
        The labels name every number of their pages.

    Raises
    ------
    SutjaError
        If the labels cannot be used.
    """
    import cv2

    from sutja.cli.judging.crops import Judged
    from sutja.cli.progress import show_progress
    from sutja.reading import Reader
    from sutja.reading.page.truth import Labels, cases, read_labels

    if data is None:
        raise SutjaError(
            "a detector of number fields needs labelled pages",
            where="DATA",
            remedy="give a .csv with the columns file and text, and page, x0, y0, x1, y1 where known",
        )
    cv2.setNumThreads(threads)
    labels = Labels(read_labels(data), Path(data).parent)
    made = Reader(reader, threads, detector=file)
    found: list[Case] = []
    notes = []
    read = 0
    for page in show_progress(made.read_many(labels.files), len(labels.files)):
        if page.error is not None:
            notes.append(f"not read: {page.error}")
        wanted = labels.of(page)
        if wanted:
            read += 1
            found += cases(page, wanted, every_number)
    if not found:
        raise SutjaError("no labelled page could be read", where=data, remedy="check the files it names")
    if not every_number:
        notes.append("numbers that no label names were not counted; --every-number counts them as wrong")
    return Judged(
        made,
        answers_of(found),
        data,
        np.zeros(len(found), bool),
        repeated=np.zeros(len(found), bool),
        groups=read,
        notes=tuple(notes),
    )


def answers_of(found: list[Case]) -> Answers:
    """Cases of pages as answers: what was read beside what is there, "" where nothing is."""
    from sutja.evaluation import Answers

    return Answers(
        tuple(None if case.number is None else case.number.digits for case in found),
        tuple("" if case.label is None else case.label.digits for case in found),
        np.array([0.0 if case.number is None else case.number.confidence for case in found]),
        np.array([case.acceptable for case in found]),
    )
