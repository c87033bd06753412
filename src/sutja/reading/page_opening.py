"""`open_page_reader`: the reader of whole pages, put together of a detector and a reader of crops."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sutja.confidence import resolve_threshold
from sutja.model_file import Card, FieldConfidence, ModelFile
from sutja.model_file.bundled import Model, open_model
from sutja.reading.combs import CombReader
from sutja.reading.joint_reader import JointReader
from sutja.reading.page.fields import FieldDetector
from sutja.reading.page.reader import PageReader
from sutja.reading.page.text.text_pass import TextPass
from sutja.reading.second.second_reader import is_installed
from sutja.reading.templates.field_reader import FieldReader

MIN_DETECTION = 0.15  # confidence of a detected field: the joint confidence with reading decides


def open_page_reader(
    reader: JointReader,
    card: Card,
    detector: Model | FieldDetector,
    effort: str,
    *,
    threads: int,
    max_error: float | None,
    providers: Sequence[str] | None,
) -> PageReader:
    """Open the detector of fields, and make the reader of whole pages.

    Parameters
    ----------
    reader : JointReader
        Reads what is cut out of pages.
    card : Card
        Card of its model.
    detector, effort, threads, max_error, providers : Any
        As for `sutja.reading.Reader`.

    Raises
    ------
    ModelFileError, InferenceError
        If the detector cannot be loaded.
    ThresholdError
        If no threshold kept `max_error` on pages.
    """
    opened, calibration = _open_detector(detector, threads, providers)
    if calibration is None:  # the two were never measured together: their product counts as it is
        threshold, _ = resolve_threshold(card.threshold, card.thresholds, max_error)
        calibration, max_error = FieldConfidence(threshold=threshold), None
    make_number = reader.field_judge.make_number_of_text
    words = None
    if effort != "fast" or is_installed():
        words = TextPass(
            reader.second.open_text_reader,
            make_number,
            thorough=effort == "best",
            threads=threads,
            providers=providers,
        )
    quick = FieldReader(reader.read_first_hypotheses) if reader.asks_second else None
    return PageReader(
        reader.read_fields,
        opened,
        calibration,
        max_error,
        of_a_kind=reader.grammar is not None,
        make_number=make_number,
        of_amounts=reader.grammar is not None and reader.grammar.kind == "amount",
        text=words if effort != "fast" else None,
        orient=words,
        reread=reader.reread_fields if reader.asks_second else None,
        read_combs=CombReader(FieldReader(reader.read_hypotheses), make_number, quick).read,
    )


def _open_detector(
    detector: Model | FieldDetector, threads: int, providers: Sequence[str] | None
) -> tuple[FieldDetector, FieldConfidence | None]:
    """Open the detector of fields, with the calibration of its confidence together with a reader."""
    if not isinstance(detector, str | os.PathLike | ModelFile | None):
        return detector, None
    from sutja.detection import Detector

    file = open_model(detector, "detect")
    opened = Detector(file, threads=threads, providers=providers)
    opened.threshold = min(opened.threshold, MIN_DETECTION)
    return opened, file.card.fields
