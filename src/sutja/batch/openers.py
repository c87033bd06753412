"""Openers for workers, one a verb: each returns a function of names that yields their results in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sutja.batch.inputs import hash_content
from sutja.batch.work import Job, Process
from sutja.model_file.bundled import DEFAULTS, find_model


def make_job(verb: str, models: dict[str, str | None], options: dict[str, Any]) -> Job:
    """Make the job of a verb.

    Parameters
    ----------
    verb : str
        "read", "listen" or "detect".
    models : dict[str, str | None]
        For each model option its task and the model as the person named it, as "model:transcribe".
    options : dict[str, Any]
        Options of the opener, values for JSON.
    """
    checksums = []
    for role, given in models.items():
        task = role.partition(":")[2]
        path = find_model(given or DEFAULTS[task], task)
        checksums.append((hash_content(str(path)) or b"").hex())
    return Job(f"sutja.batch.openers:open_{verb}", options, tuple(checksums))


def open_read(crop: bool, **options: Any) -> Process:
    """Open a reader of pages, or of crops."""
    from sutja.reading import open_reader

    _limit_threads(options["threads"])
    reader = open_reader(options.pop("model"), **options)

    def process(names: list[str]) -> Iterator[Any]:
        return reader.read_many(names, crop=crop)

    return process


def open_listen(model: str | None, rate: int | None, **options: Any) -> Process:
    """Open a listener."""
    from sutja.listening import Listener

    _limit_threads(options["threads"])
    listener = Listener(model, **options)

    def process(names: list[str]) -> Iterator[Any]:
        return listener.listen_many(names, rate)

    return process


def open_detect(model: str | None, threshold: float | None, **options: Any) -> Process:
    """Open a detector."""
    from sutja.detection import Detector

    _limit_threads(options["threads"])
    detector = Detector(model, **options)
    if threshold is not None:
        detector.threshold = threshold
    return detector.detect_many


def _limit_threads(threads: int) -> None:
    import cv2

    cv2.setNumThreads(threads)
