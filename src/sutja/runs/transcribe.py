"""From crops with texts to a trained transcriber: loading, splitting, views, fine-tuning.

Letters: n crops, W columns of a normalised crop.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.charset import CHARSET
from sutja.data.labelled.load import load_texts
from sutja.data.split.hold_out import three_parts
from sutja.errors import DataError, PictureError
from sutja.model_file import Card, Preprocessing, TrainingSet
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.runs.folder import RunFolder
from sutja.signals.image import load_pictures
from sutja.signals.normalisation import NormaliseParams, to_grey
from sutja.synthesis.crops.samples import Sample, Silence
from sutja.training.transcribe import fit as transcribe
from sutja.training.transcribe.batches import Crop, batch_of, batches, crop_of
from sutja.training.unfold_norms import unfold
from sutja.training.versions import versions

VIEWS = (0.9, 1.0, 1.12)  # how wide a crop is shown: people write wider and narrower than these crops do
_LEAST_CROPS = 512  # an epoch; fewer are repeated, since batches are of crops of like width
_COLUMNS = 8192  # of pictures in a batch
_LOOKS = 10  # at the validation crops
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class TextPlan:
    """How a transcriber is trained on crops with texts.

    Parameters
    ----------
    base : Path | None
        The model file to begin with, or None to begin from nothing.
    epochs : int
        Times that every crop is seen, in each of its views.
    lr : float
        Peak learning rate; 0 for 3e-4 with a base and 3e-3 without.
    seed, threads : int
        As everywhere; 0 threads leave their number as it is.
    name : str
        Of the model.
    """

    base: Path | None
    epochs: int = 20
    lr: float = 0.0
    seed: int = 0
    threads: int = 0
    name: str = "transcriber"


@dataclass(frozen=True, slots=True)
class TextParts:
    """Crops with texts in three: to learn from, to choose by, and to test on once."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    test: tuple[Sample, ...]
    source: str
    checksum: str


def load_text_parts(data: Path, say: Callable[[str], None]) -> TextParts:
    """Read the crops that a table names, and split them.

    Raises
    ------
    DataError
        As `sutja.data.labelled.load.load_texts` says, or no crop can be read.
    """
    whole = load_texts(data, "train")
    signs = any(set(text) - _DIGITS for text in whole.texts)
    silence = Silence.GAPS if signs else Silence.SIGNS  # where no text has a sign, signs were left out
    samples, kept, digest = _read(whole.paths, whole.texts, silence, data, say)
    groups = None if whole.groups is None else whole.groups[kept]
    alike = np.zeros(len(samples), np.int64)
    if whole.parted:
        held = load_texts(data, "test")
        test, _, _ = _read(held.paths, held.texts, silence, data, say)
        train, more, validation = three_parts(alike, groups)
        train = np.concatenate([train, more])
    else:
        train, validation, last = three_parts(alike, groups)
        test = [samples[i] for i in last]
    parts = TextParts(
        tuple(samples[i] for i in train),
        tuple(samples[i] for i in validation),
        tuple(test),
        whole.source,
        digest,
    )
    sizes = (
        f"{len(parts.train):,} to train, {len(parts.validation):,} to validate, {len(parts.test):,} to test"
    )
    say(f"{whole.source}: {sizes}")
    return parts


def _read(
    paths: Sequence[Path], texts: Sequence[str], silence: Silence, data: Path, say: Callable[[str], None]
) -> tuple[list[Sample], NDArray[np.intp], str]:
    """The samples that can be read, which they are, and a checksum of them."""
    samples, kept, digest = [], [], hashlib.sha256()
    for index, (path, text) in enumerate(zip(paths, texts, strict=True)):
        try:
            picture = to_grey(load_pictures(path)[0].pixels)
        except PictureError as error:
            say(f"left out: {error}")
            continue
        samples.append(Sample(picture, text, silence))
        kept.append(index)
        digest.update(repr((picture.shape, text)).encode() + picture.tobytes())
    if len(samples) < 3:
        raise DataError(
            f"only {len(samples)} of {len(paths)} crops can be read",
            where=str(data),
            remedy="check the column path",
        )
    return samples, np.array(kept, np.intp), digest.hexdigest()


class Repeated:
    """The same crops again and again: a source of chunks for `transcribe.fit`."""

    def __init__(self, crops: list[Crop]) -> None:
        self._crops = crops * max(1, math.ceil(_LEAST_CROPS / len(crops)))

    def take(self) -> list[Crop]:
        """All of them."""
        return self._crops


def train_transcriber(
    parts: TextParts,
    plan: TextPlan,
    base: Card | None,
    folder: RunFolder,
    *,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> tuple[Transcriber, Card]:
    """Train on crops with texts.

    Parameters
    ----------
    parts : TextParts
        The data.
    plan : TextPlan
        how.
    base : Card | None
        The card of the model that `plan.base` names.
    folder : RunFolder
        Where the checkpoint and the results go.
    resume : bool
        Go on from the folder's checkpoint.
    say : Callable[[str], None]
        Takes lines of progress.

    Returns
    -------
    The averaged network, and a card that is not calibrated anew.
    """
    params = NormaliseParams(**base.preprocessing.params) if base else NormaliseParams()
    views = [replace(params, stretch=params.stretch * view) for view in VIEWS]
    crops = [crop_of(sample, view) for view in views for sample in parts.train]
    source = Repeated(crops)
    rng = np.random.default_rng(0)
    steps = plan.epochs * sum(1 for _ in batches(source.take(), _COLUMNS, rng))
    config = transcribe.FitConfig(
        steps=steps,
        lr=plan.lr or (3e-4 if base else 3e-3),
        columns=_COLUMNS,
        seed=plan.seed,
        chunks_a_round=1,
        evaluate_every=max(1, steps // _LOOKS),
        warm_up=max(1, min(300, steps // 10)),
        damping=0.1 if base else 0.0,
        settle=0.0 if base else 0.3,  # a trained network begins as it is used
    )
    facts = {**asdict(config), "data": parts.checksum, "base": base.name + base.created if base else None}
    narrow = sorted(crops, key=lambda crop: crop.pixels.shape[1])[:256]
    begin = unfold(plan.base, batch_of(narrow).image) if plan.base else None
    path = folder.path / "checkpoint.pt"
    if not resume:
        path.unlink(missing_ok=True)
    state = transcribe.start(TranscriberConfig(1 + len(CHARSET)), config, path, begin, facts)
    held = {"validation": [crop_of(sample, params) for sample in parts.validation]}
    say(f"{len(crops):,} views of {len(parts.train):,} crops, {steps:,} steps")
    transcribe.fit(state, source, config, held, folder.path, say, facts)
    folder.write_results(state.history)
    net = state.flat.averaged().eval()
    assert isinstance(net, Transcriber)
    return net, _card(plan, params, base, parts)


def _card(plan: TextPlan, params: NormaliseParams, base: Card | None, parts: TextParts) -> Card:
    """What the base's card says, with this training added."""
    card = base or Card(
        "transcribe", plan.name, tuple(CHARSET), Preprocessing("normalise", params.to_json()), threshold=0.0
    )
    mine = TrainingSet(parts.source, len(parts.train), "not stated", parts.checksum)
    return replace(
        card,
        name=plan.name,
        training_data=(*card.training_data, mine),
        open_terms=False,
        seed=plan.seed,
        versions=versions(),
        results=(),
        guarantee=None,
    )


def parity_batches(parts: TextParts, params: NormaliseParams) -> list[NDArray[np.float32]]:
    """Crops of several widths, on which the model file must answer as the network does."""
    crops = [crop_of(sample, params) for sample in (*parts.validation, *parts.test)[:64]]
    crops.sort(key=lambda crop: crop.pixels.shape[1])
    return [batch_of(crops[i : i + 8]).image for i in range(0, len(crops), 8)]


def threads_of(plan: TextPlan) -> int:
    """The number of threads that was asked for, or the one that is set."""
    return plan.threads or torch.get_num_threads()
