"""`sutja train transcribe`: the training, and what the new reader says about held-out crops."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.confidence import RiskTable, fit_calibration
from sutja.errors import ThresholdError
from sutja.evaluation import Answers, answers_on, evaluate
from sutja.model_file import Calibration, Card, write_model
from sutja.reading import Reader

if TYPE_CHECKING:
    from sutja.runs.folder import RunFolder
    from sutja.runs.transcribe import TextParts, TextPlan
    from sutja.synthesis.crops.samples import Sample

MAX_ERROR = 0.01  # of accepted numbers: what the default threshold kept on validation crops
LEAST_CROPS = (
    100  # or recordings, of validation; with fewer the base's calibration is worth more than a new one
)
_DIGITS = "0123456789"


def run(
    parts: TextParts,
    plan: TextPlan,
    base: Card | None,
    folder: RunFolder,
    resume: bool,
    say: Callable[[str], None],
) -> None:
    """Train, calibrate on the validation crops, measure on the test crops, and write the run folder.

    Raises
    ------
    TrainingError, ParityError
        As `sutja.runs.transcribe.train_transcriber` and `sutja.training.export.export` say.
    """
    from sutja.runs.folder import MODEL, result_line
    from sutja.runs.transcribe import parity_batches, threads_of, train_transcriber
    from sutja.signals.normalisation import NormaliseParams
    from sutja.training.device import threads_set
    from sutja.training.export import export

    with threads_set(threads_of(plan)):
        net, card = train_transcriber(parts, plan, base, folder, resume=resume, say=say)
    crops = parity_batches(parts, NormaliseParams(**card.preprocessing.params))
    plain = replace(card, calibration=Calibration(), threshold=0.0)
    with tempfile.TemporaryDirectory() as elsewhere:  # what is in the run folder is calibrated
        raw = export(net, plain, Path(elsewhere) / MODEL, crops)
    held = answers_of(Reader(raw), parts.validation)
    card = calibrated(card, held, base is not None, say)
    reader = Reader(replace(raw, card=card))
    last = answers_of(reader, parts.test)
    results = (
        figures(answers_of(reader, parts.validation), card.threshold, parts.source, "validation"),
        figures(last, card.threshold, parts.source, "test"),
    )
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    card = replace(card, results=results, created=created)
    write_model(folder.path / MODEL, raw.data, card)
    folder.write_card(card)
    _draw(folder, parts.test, last)
    for result in results:
        say(result_line(result))


def answers_of(reader: Reader, samples: Sequence[Sample]) -> Answers:
    """What the reader says to crops; their digits are compared."""
    pages = reader.read_many((sample.picture for sample in samples), crop=True)
    return answers_on(list(pages), [sample.text for sample in samples])


def calibrated(card: Card, held: Answers, keep: bool, say: Callable[[str], None]) -> Card:
    """The card with calibration and threshold of the validation items, where there are enough of them."""
    answered = held.take(held.answered) if held.answered.any() else None
    if answered is None or (keep and len(answered.true) < LEAST_CROPS):
        say(f"fewer than {LEAST_CROPS} validation items were answered: calibration and threshold stay")
        return card
    calibrate = fit_calibration(answered.confidence, answered.right)
    confidence = np.array([calibrate(float(raw)) for raw in answered.confidence])
    table = RiskTable.measure(confidence, answered.right)
    try:
        threshold = table.choose(MAX_ERROR).threshold
    except ThresholdError:  # nothing it says is that sure
        threshold = 1.0
    points = Calibration(points=calibrate.calibration.points)
    return replace(card, calibration=points, thresholds=table.counts, threshold=threshold)


def figures(answers: Answers, threshold: float, source: str, part: str) -> dict[str, Any]:
    """Figures for the card."""
    found = evaluate(answers, threshold)
    return {
        "set": source,
        "part": part,
        "n": found.error.n,
        "error": found.error.rate,
        "error_95": [found.error.low, found.error.high],
        "ece": found.calibration_error,
        "accepted": found.accepted.rate,
        "accepted_wrong": found.wrong_of_accepted.k,
    }


def _draw(folder: RunFolder, samples: Sequence[Sample], answers: Answers) -> None:
    """The pictures of a run: its curve, which digit was taken for which, and its surest mistakes."""
    from sutja.runs import plots
    from sutja.runs.folder import read_results

    pairs = [
        (_DIGITS.index(a), _DIGITS.index(b))
        for true, said in zip(answers.true, answers.predicted, strict=True)
        if said is not None and len(said) == len(true)
        for a, b in zip(true, said, strict=True)
    ]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    counts = plots.confusion_counts(table[:, 0], table[:, 1], len(_DIGITS))
    wrong = ~answers.right
    surest = plots.surest(answers.confidence, wrong)
    captions = [f"{answers.true[i]}\n→ {answers.predicted[i]}" for i in surest]
    folder.write("curves.png", plots.curves(read_results(folder.path)))
    title = "digits of test numbers read with the right length"
    folder.write("confusion.png", plots.confusion(counts, _DIGITS, title))
    pictures = [samples[i].picture for i in surest]
    folder.write("mistakes.png", plots.mistakes(pictures, captions, int(wrong.sum()), len(samples)))
