"""`sutja train transcribe` on recordings: training, and what the listener says about held-out ones."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sutja.evaluation import Answers
from sutja.grammar.number_words import extract_digits
from sutja.listening import Listener
from sutja.model_file import Calibration, Card, write_model
from sutja.runs.transcribe_finish import calibrated, figures
from sutja.signals.audio import RATE

if TYPE_CHECKING:
    from sutja.runs.folder import RunFolder
    from sutja.runs.listen import SpeechParts, Spoken
    from sutja.runs.transcribe import TextPlan


def run(
    parts: SpeechParts,
    plan: TextPlan,
    base: Card | None,
    folder: RunFolder,
    resume: bool,
    say: Callable[[str], None],
) -> None:
    """Train, calibrate on the validation recordings, measure on the test recordings, write the run folder.

    Raises
    ------
    TrainingError, ParityError
        As `sutja.runs.listen.train_listener` and `sutja.training.listen.export` say.
    """
    from sutja.runs import plots
    from sutja.runs.folder import MODEL, read_results, result_line
    from sutja.runs.listen import parity_features, train_listener
    from sutja.runs.transcribe import threads_of
    from sutja.signals.log_mel import LogMelParams
    from sutja.training.device import threads_set
    from sutja.training.listen.export import export_listener

    with threads_set(threads_of(plan)):
        net, card = train_listener(parts, plan, base, folder, resume=resume, say=say)
    features = parity_features(parts, LogMelParams.from_json(dict(card.preprocessing.params)))
    plain = replace(card, calibration=Calibration(), threshold=0.0)
    with tempfile.TemporaryDirectory() as elsewhere:  # what is in the run folder is calibrated
        raw = export_listener(net, plain, Path(elsewhere) / MODEL, features)
    card = calibrated(card, answers_of(Listener(raw), parts.validation), base is not None, say)
    listener = Listener(replace(raw, card=card))
    results = (
        figures(answers_of(listener, parts.validation), card.threshold, parts.source, "validation"),
        figures(answers_of(listener, parts.test), card.threshold, parts.source, "test"),
    )
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    card = replace(card, results=results, created=created)
    write_model(folder.path / MODEL, raw.data, card)
    folder.write_card(card)
    folder.write("curves.png", plots.curves(read_results(folder.path)))
    for result in results:
        say(result_line(result))


def answers_of(listener: Listener, recordings: Sequence[Spoken]) -> Answers:
    """What the listener says to recordings; the digits of all their numbers are compared."""
    said: list[str | None] = []
    confidence = []
    for one in recordings:
        numbers = listener.listen(one.samples, RATE).numbers
        said.append("".join(number.digits for number in numbers) if numbers else None)
        confidence.append(min((number.confidence for number in numbers), default=0.0))
    return Answers(
        tuple(said),
        tuple(extract_digits(one.text) for one in recordings),
        np.array(confidence, np.float64),
        np.ones(len(said), np.bool_),
    )
