"""A listener and recordings whose texts are known: how often the digits are right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.cli.judging.crops import Judged
    from sutja.evaluation import Answers
    from sutja.model_file import ModelFile
    from sutja.types import Recording


def judge_sounds(file: ModelFile, data: str | None, part: str, threads: int) -> Judged:
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
        Threads to use.

    Raises
    ------
    SutjaError
        If the labels cannot be used, or no recording can be heard.
    """
    import cv2

    from sutja.cli.judging.crops import Judged
    from sutja.cli.progress import show_progress
    from sutja.data.labelled.recordings import load_spoken_texts
    from sutja.evaluation import repeated
    from sutja.grammar.number_words import extract_digits
    from sutja.listening import Listener

    if data is None:
        raise SutjaError(
            "a model that listens needs recordings and their texts",
            where="DATA",
            remedy="give a .csv with the columns path and text, or a folder with one",
        )
    cv2.setNumThreads(threads)
    table = load_spoken_texts(Path(data), "test" if part == "test" else "train")
    listener = Listener(file, threads)
    heard = list(show_progress(listener.listen_many(table.paths), len(table.paths), "listening"))
    notes = tuple(f"not heard: {recording.error}" for recording in heard if recording.error)
    kept = [i for i, recording in enumerate(heard) if recording.error is None]
    if not kept:
        raise SutjaError("none of its recordings can be heard", where=data, remedy="check the files it names")
    groups = None if table.groups is None else len(np.unique(table.groups[kept]))
    answers = answers_of([heard[i] for i in kept], [extract_digits(table.texts[i]) for i in kept])
    return Judged(
        listener,
        answers,
        table.source,
        np.zeros(len(kept), bool),
        repeated=repeated([str(table.paths[i]) for i in kept]),
        groups=groups,
        notes=notes,
    )


def answers_of(recordings: list[Recording], digits: list[str]) -> Answers:
    """What was heard beside what is said: the digits of all numbers, as sure as the least sure of them."""
    from sutja.evaluation import Answers

    said = [[number.digits for number in recording.numbers] for recording in recordings]
    return Answers(
        tuple("".join(numbers) if numbers else None for numbers in said),
        tuple(digits),
        np.array([min((n.confidence for n in recording.numbers), default=0.0) for recording in recordings]),
        np.ones(len(recordings), bool),
    )
