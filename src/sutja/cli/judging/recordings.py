"""Listeners on recordings with known texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sutja.cli.judging.answers import Evaluated, evaluate_texts, refuse_unreadable, require_data

if TYPE_CHECKING:
    from sutja.evaluation import Answers
    from sutja.model_file import ModelFile
    from sutja.types import Recording


def evaluate_recordings(file: ModelFile, data: str | None, part: str, threads: int) -> Evaluated:
    """Let a listener answer labelled recordings.

    Parameters
    ----------
    file : ModelFile
        The listener.
    data : str | None
        A table with the columns path and text, or a folder with one; texts in words or in digits.
    part : str
        "train" or "test", where the table has a column for it.
    threads : int
        Number of threads.

    Raises
    ------
    SutjaError
        If the labels cannot be used, or no recording can be read.
    """
    import cv2

    from sutja.cli.execution.progress import show_progress
    from sutja.data.labelled.recordings import load_spoken_texts
    from sutja.grammar.number_words import extract_digits
    from sutja.listening import Listener

    data = require_data(
        data,
        "a model that listens needs recordings and their texts",
        "give a .csv with the columns path and text, or a folder with one",
    )
    cv2.setNumThreads(threads)
    table = load_spoken_texts(Path(data), "test" if part == "test" else "train")
    listener = Listener(file, threads)
    recordings = list(show_progress(listener.listen_many(table.paths), len(table.paths), "listening"))
    errors = [recording.error for recording in recordings if recording.error is not None]
    refuse_unreadable(errors, len(recordings), table.source)
    answers = answers_of(recordings, [extract_digits(text) for text in table.texts])
    return evaluate_texts(answers, table, errors)


def answers_of(recordings: list[Recording], digits: list[str]) -> Answers:
    """Make answers of recordings: the digits of all numbers, with the confidence of the least certain one.

    A recording that could not be read to its end has no answer.
    """
    from sutja.evaluation import Answers

    numbers = [recording.numbers if recording.error is None else () for recording in recordings]
    return Answers(
        tuple("".join(n.digits for n in some) if some else None for some in numbers),
        tuple(digits),
        np.array([min((n.confidence for n in some), default=0.0) for some in numbers]),
        acceptable=np.ones(len(recordings), bool),
        unreadable=np.array([recording.error is not None for recording in recordings]),
    )
