"""From crops with texts to a run folder: split, fine-tuning, calibration, model file, figures.

Letters: n crops, W columns of a normalised crop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.charset import CHARSET
from sutja.data.labelled.recordings import are_recordings, are_text_shards, find_table
from sutja.data.labelled.sharded_texts import NamedBytes, StreamedItems
from sutja.data.labelled.tables import load_texts
from sutja.errors import DataError
from sutja.evaluation import Answers, compare_pages
from sutja.model_file import Card, ModelFile, Preprocessing
from sutja.model_file.bundled import DEFAULTS, Model
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.reading import Reader
from sutja.runs import plots, sequences
from sutja.runs.folder import Run, RunFolder, read_results
from sutja.runs.inputs.texts import (
    MEASURES,
    ItemKind,
    TextSet,
    index_parts,
    measure_part,
    read_parts,
    stream_parts,
)
from sutja.runs.parts import Log, Parts
from sutja.runs.sequences import Plan
from sutja.signals.image import load_pictures
from sutja.signals.picture_headers import SUFFIXES
from sutja.signals.preprocessing.normalisation import NormaliseParams, to_grey
from sutja.synthesis.crops.composer import LabelMask, Sample
from sutja.training.batch_norms import restore_transcriber
from sutja.training.device import use_threads
from sutja.training.export.network import export
from sutja.training.streamed_views import StreamedViews, pick, repeat
from sutja.training.transcribe import fit as training
from sutja.training.transcribe.batches import (
    Crop,
    encode_label,
    group_by_width,
    make_batch,
    make_crop,
    measure_widths,
)

KIND = "transcriber"  # in the name of a run's folder
WIDTHS = (0.9, 1.0, 1.12)  # of the crops: people write wider and narrower than these crops are written
_LEAST_CROPS = 512  # an epoch; fewer are repeated, since batches are of crops of like width
_COLUMNS = 8192  # of pictures in a batch
_EVALUATIONS = 10  # of the validation crops
_PARITY_CROPS = 64  # on which the file must answer as the network does
_DIGITS = "0123456789"


def load_parts(data: str | Path, log: Log, folder: Path | None = None) -> Parts[TextSet[Sample]]:
    """Read the crops that a table names, or the index of those in tar shards, and split them.

    Parameters
    ----------
    data : str | Path
        A table, a folder with one, or shards, as for `sutja.data.labelled.sharded_files.find_shards`, whose
        crops are not held in memory.
    log : Log
        Takes lines of progress.
    folder : Path | None
        Folder of the run, in which the index of shards is kept.

    Raises
    ------
    DataError
        As `sutja.data.labelled.tables.load_texts` says, or too few crops can be read.
    """
    path = Path(data).expanduser()
    if are_recordings(path):
        raise DataError(
            "its files are recordings, not crops", where=str(data), remedy='train with the task "listen"'
        )
    if are_text_shards(path):
        indices = index_parts(path, _list_crops(LabelMask.NONE), folder, log)
        parts = stream_parts(path, indices, _list_crops(_choose_mask(indices["train"].texts)).read)
    else:
        table = find_table(path)
        texts = load_texts(table, "train")
        test = load_texts(table, "test") if texts.parted else None
        parts = read_parts(texts, test, _list_crops(_choose_mask(texts.texts)), table, log)
    log(f"{parts.train.source}: {parts.describe_sizes()}")
    return parts


def _choose_mask(texts: Sequence[str]) -> LabelMask:
    """Choose what labels leave out: where no text has a sign, signs on the crops were not written down."""
    signs = any(set(text) - set(_DIGITS) for text in texts)
    return LabelMask.SPACES if signs else LabelMask.NON_DIGITS


def _list_crops(mask: LabelMask) -> ItemKind[Sample]:
    """Make the kind of items that are crops whose labels have this mask."""

    def read(source: Path | NamedBytes, text: str) -> Sample:
        return Sample(to_grey(load_pictures(source)[0].pixels), text, mask)

    return ItemKind("crops", SUFFIXES, CHARSET, read, _to_bytes)


def _to_bytes(sample: Sample) -> bytes:
    return repr((sample.picture.shape, sample.text)).encode() + sample.picture.tobytes()


def make_plan(
    parts: Parts[TextSet[Sample]],
    name: str,
    *,
    base: Model = DEFAULTS["transcribe"],
    epochs: int = 20,
    lr: float | None = None,
    seed: int = 0,
    threads: int = 0,
) -> Plan:
    """Make a plan; see `sutja.runs.sequences.make_plan`."""
    return sequences.make_plan("transcribe", name, base, epochs=epochs, lr=lr, seed=seed, threads=threads)


def train(
    parts: Parts[TextSet[Sample]], plan: Plan, folder: RunFolder, *, resume: bool = False, log: Log = print
) -> Run:
    """Train, calibrate and measure a transcriber; parameters are those of `sutja.runs.classify.train`."""
    params = NormaliseParams(**plan.base.card.preprocessing.params) if plan.base else NormaliseParams()
    with use_threads(plan.threads_or_default):
        net = _fit(parts, plan, params, folder, resume, log)
    pictures = _parity_batches(parts, params)
    card, answers = sequences.finish(
        _fresh_card(plan, params),
        parts,
        plan,
        folder,
        lambda card, path: export(net, card, path, pictures),
        _answer,
        log,
    )
    _draw(folder, parts.test.items, answers)
    return folder.finish(card, log)


def _fit(
    parts: Parts[TextSet[Sample]],
    plan: Plan,
    params: NormaliseParams,
    folder: RunFolder,
    resume: bool,
    log: Log,
) -> Transcriber:
    """Train, and return the averaged network."""
    widths = [replace(params, stretch=params.stretch * width) for width in WIDTHS]
    crops = make_views(parts.train, widths, folder.path / MEASURES.format(part="train"), log)
    source = RepeatedCrops(crops)
    rng = np.random.default_rng(0)
    steps = plan.epochs * len(group_by_width(measure_widths(source.take()), _COLUMNS, rng))
    config = training.TranscribeConfig(
        steps=steps,
        lr=plan.peak_lr,
        columns=_COLUMNS,
        seed=plan.seed,
        chunks_per_epoch=1,
        evaluate_every=max(1, steps // _EVALUATIONS),
        warm_up=max(1, min(300, steps // 10)),
        damping=0.1 if plan.base else 0.0,
        freeze_norms_after=0.0 if plan.base else 0.3,  # a trained network begins as it is used
    )
    facts = sequences.list_facts(config, parts.train, plan.base)
    narrow = pick(crops, np.argsort(measure_widths(crops), kind="stable")[:256].tolist())
    weights = restore_transcriber(plan.base_path, make_batch(narrow).image) if plan.base_path else None
    path = sequences.prepare_checkpoint(folder, resume)
    state = training.start(TranscriberConfig(1 + len(CHARSET)), config, path, weights, facts)
    file = folder.path / MEASURES.format(part="validation")
    validation = {"validation": make_views(parts.validation, [params], file, log)}
    log(f"{len(crops):,} views of {len(parts.train):,} crops, {steps:,} steps")
    training.TranscribeJob(state, source, config, validation).fit(state, folder.path, log, facts)
    return sequences.take_average(state, folder, Transcriber)


def make_views(
    part: TextSet[Sample], ways: Sequence[NormaliseParams], file: Path, log: Log
) -> Sequence[Crop]:
    """Normalise the crops of a part in some ways; of those in shards only the widths are kept.

    Parameters
    ----------
    part : TextSet[Sample]
        The part.
    ways : Sequence[NormaliseParams]
        Parameters of each way.
    file : Path
        File in which the widths are kept.
    log : Log
        Takes lines of progress.
    """
    if not isinstance(part.items, StreamedItems):
        return [make_crop(sample, params) for params in ways for sample in part.items]
    facts = {"ways": [params.to_json() for params in ways]}

    def measure(sample: Sample) -> list[int]:
        return [make_crop(sample, params).pixels.shape[1] for params in ways]

    widths = measure_part(part, measure, file, facts, "crops", log)
    mask = part.items[0].mask
    makers = tuple(lambda sample, _, params=params: make_crop(sample, params) for params in ways)
    return StreamedViews(
        part.items, makers, lambda place: encode_label(part.texts[place], mask), widths.T.ravel()
    )


class RepeatedCrops:
    """The same crops for every chunk: a source for `sutja.training.transcribe.fit.TranscribeJob`.

    Parameters
    ----------
    crops : Sequence[Crop]
        The crops; few are repeated within a chunk.
    """

    def __init__(self, crops: Sequence[Crop]) -> None:
        self._crops = repeat(crops, max(1, math.ceil(_LEAST_CROPS / len(crops))))

    def take(self) -> Sequence[Crop]:
        """Return all of them."""
        return self._crops


def _fresh_card(plan: Plan, params: NormaliseParams) -> Card:
    """Make the card of a transcriber that has no base."""
    return Card("transcribe", plan.name, tuple(CHARSET), Preprocessing("normalise", params.to_json()))


def _parity_batches(parts: Parts[TextSet[Sample]], params: NormaliseParams) -> list[NDArray[np.float32]]:
    """Make batches of crops of several widths, on which the model file must answer as the network does."""
    samples = islice(chain(parts.validation.items, parts.test.items), _PARITY_CROPS)
    crops = sorted((make_crop(sample, params) for sample in samples), key=lambda crop: crop.pixels.shape[1])
    return [make_batch(crops[i : i + 8]).image for i in range(0, len(crops), 8)]


def _answer(model: ModelFile, part: TextSet[Sample]) -> Answers:
    """Read crops; their digits are compared."""
    pages = Reader(model).read_many((sample.picture for sample in part.items), crop=True)
    return compare_pages(list(pages), part.texts)


def _draw(folder: RunFolder, samples: Sequence[Sample], answers: Answers) -> None:
    """Draw the curve of a run, its confusions of digits and its most confident mistakes."""
    pairs = [
        (_DIGITS.index(a), _DIGITS.index(b))
        for true, predicted in zip(answers.true, answers.predicted, strict=True)
        if predicted is not None and len(predicted) == len(true)
        for a, b in zip(true, predicted, strict=True)
    ]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    counts = plots.count_confusions(table[:, 0], table[:, 1], len(_DIGITS))
    wrong = ~answers.right
    worst = plots.find_worst(answers.confidence, wrong)
    captions = [f"{answers.true[i]}\n→ {answers.predicted[i]}" for i in worst]
    folder.write("curves.png", plots.draw_curves(read_results(folder.path)))
    title = "digits of test numbers read with the right length"
    folder.write("confusion.png", plots.draw_confusions(counts, _DIGITS, title))
    pictures = [samples[i].picture for i in worst]
    folder.write("mistakes.png", plots.draw_mistakes(pictures, captions, int(wrong.sum()), len(samples)))
