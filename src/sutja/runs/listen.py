"""From recordings with texts to a run folder: split, fine-tuning, calibration, model file, figures.

Letters: n samples or recordings, T frames of features, M mel bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.data.labelled.recordings import (
    CHARACTERS,
    are_recordings,
    are_text_shards,
    find_table,
    list_pronunciations,
    load_spoken_texts,
)
from sutja.data.labelled.sharded_texts import NamedBytes, StreamedItems
from sutja.errors import DataError, SoundError
from sutja.evaluation import Answers
from sutja.grammar.number_words import OTHER, WORDS, classify_word, extract_digits
from sutja.listening import Listener as Recogniser
from sutja.model_file import Card, ModelFile, Preprocessing, read_model
from sutja.model_file.bundled import DEFAULTS, Model
from sutja.nets.listener import Listener, ListenerConfig
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
from sutja.signals.audio import RATE, load_sound
from sutja.signals.preprocessing.log_mel import MARGIN, LogMelParams, count_frames, log_mel
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.signals.sources import name_source
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.synthesis.speech.utterances import Spoken, to_int16
from sutja.training import loop
from sutja.training.batch_norms import restore_batch_norms
from sutja.training.device import use_threads
from sutja.training.export.network import export
from sutja.training.listen import fit as training
from sutja.training.listen.batches import Example, make_batch, make_example
from sutja.training.listen.loss import other_ctc_loss
from sutja.training.listen.vocabulary import change_vocabulary
from sutja.training.streamed_views import StreamedViews

KIND = "listener"  # in the name of a run's folder
LONGEST = 30.0  # seconds of a recording; in a longer one it is not clear where the text is
_CHUNK = 256  # recordings composed at a time
_FRAMES = 6_000  # of features in a batch
_EVALUATIONS = 10  # of the validation recordings
_PARITY_RECORDINGS = 32  # on which the file must answer as the network does
_UNFOLD_RECORDINGS = 64  # on which the statistics of the norms are measured
# Recordings as they are, two in a row, single words; strings of digits are composed where there are words.
_KINDS = {"string": 0.15, "phrase": 0.6, "row": 0.1, "word": 0.1, "noise": 0.05}


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """A recording and its text.

    Attributes
    ----------
    samples : NDArray[int16]
        Samples (n,) at 16 kHz.
    text : str
        Transcript, in words or digits.
    candidates : tuple[tuple[int, ...], ...]
        Every sequence of word classes that the text may stand for: a 0 may be said "zero" or "oh".
    """

    samples: NDArray[np.int16]
    text: str
    candidates: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A recording as the composer takes utterances; that of a shard is read whenever it is needed."""

    items: Sequence[LabelledRecording]
    place: int
    classes: tuple[int, ...]
    source: str
    seconds: float
    speaker: str = "own"
    phonemes: tuple[int, ...] = ()

    @property
    def samples(self) -> NDArray[np.int16]:
        return self.items[self.place].samples


def load_parts(data: str | Path, log: Log, folder: Path | None = None) -> Parts[TextSet[LabelledRecording]]:
    """Read the recordings that a table names, or the index of those in tar shards, and split them.

    Each speaker (column group) stays on one side.

    Parameters
    ----------
    data, log, folder : str or Path, Log, Path | None
        As for `sutja.runs.transcribe.load_parts`.

    Raises
    ------
    DataError
        As `sutja.data.labelled.recordings.load_spoken_texts` says, or too few recordings can be read.
    """
    path = Path(data).expanduser()
    are_sharded = are_text_shards(path)
    table = path if are_sharded else find_table(path)
    texts = None if are_sharded else load_spoken_texts(table, "train")
    if not are_recordings(table):
        raise DataError(
            "its files are not recordings", where=str(data), remedy='train with the task "transcribe"'
        )
    if texts is None:
        parts = stream_parts(path, index_parts(path, _RECORDINGS, folder, log), _read)
    else:
        test = load_spoken_texts(table, "test") if texts.parted else None
        parts = read_parts(texts, test, _RECORDINGS, table, log)
    log(f"{parts.train.source}: {parts.describe_sizes('recordings')}")
    return parts


def _read(source: Path | NamedBytes, text: str) -> LabelledRecording:
    sound = load_sound(source)
    if not 0.0 < sound.seconds <= LONGEST:
        raise SoundError(
            f"lasts {sound.seconds:.1f} seconds",
            source=name_source(source),
            remedy=f"cut it to at most {LONGEST:.0f} seconds",
        )
    return LabelledRecording(to_int16(sound.samples), text, tuple(list_pronunciations(text)))


def _to_bytes(recording: LabelledRecording) -> bytes:
    return repr((len(recording.samples), recording.text)).encode() + recording.samples.tobytes()


_RECORDINGS = ItemKind("recordings", SOUND_SUFFIXES, CHARACTERS, _read, _to_bytes)


def make_plan(
    parts: Parts[TextSet[LabelledRecording]],
    name: str,
    *,
    base: Model = DEFAULTS["listen"],
    epochs: int = 20,
    lr: float | None = None,
    seed: int = 0,
    threads: int = 0,
) -> Plan:
    """Make a plan; see `sutja.runs.sequences.make_plan`."""
    return sequences.make_plan("listen", name, base, epochs=epochs, lr=lr, seed=seed, threads=threads)


def train(
    parts: Parts[TextSet[LabelledRecording]],
    plan: Plan,
    folder: RunFolder,
    *,
    resume: bool = False,
    log: Log = print,
) -> Run:
    """Train, calibrate and measure a listener; parameters are those of `sutja.runs.classify.train`."""
    params = (
        LogMelParams.from_json(dict(plan.base.card.preprocessing.params))
        if plan.base
        else LogMelParams(margin=MARGIN)
    )
    with use_threads(plan.threads_or_default):
        net = _fit(parts, plan, params, folder, resume, log)
    features = _parity_features(parts, params)
    card, _ = sequences.finish(
        _fresh_card(plan, params),
        parts,
        plan,
        folder,
        lambda card, path: export(net, card, path, features),
        _answer,
        log,
    )
    folder.write("curves.png", plots.draw_curves(read_results(folder.path)))
    return folder.finish(card, log)


def _fit(
    parts: Parts[TextSet[LabelledRecording]],
    plan: Plan,
    params: LogMelParams,
    folder: RunFolder,
    resume: bool,
    log: Log,
) -> Listener:
    """Train, and return the averaged network."""
    base = _load_base(plan.base_path, parts, params) if plan.base_path else None
    choose = partial(choose_all, base=base, params=params, log=log)
    told = {"base": sequences.name_base(plan.base)}
    chosen, held_out = (
        choose(part, file=folder.path / MEASURES.format(part=name), facts=told)
        for name, part in (("train", parts.train), ("validation", parts.validation))
    )
    utterances = [
        _Recorded(parts.train.items, place, classes, parts.train.source, length / RATE)
        for place, (length, classes) in enumerate(chosen)
    ]
    config = _config(plan, sum(length for length, _ in chosen) / params.hop)
    facts = sequences.list_facts(config, parts.train, plan.base)
    path = sequences.prepare_checkpoint(folder, resume)
    state = training.start(ListenerConfig(1 + len(WORDS)), config, path, base, facts)
    log(f"{len(utterances):,} recordings, {config.steps:,} steps")
    source = ComposedRecordings(utterances, params, plan.seed, state.epoch)
    rows = _make_rows(parts.validation, held_out, params)
    training.ListenJob(state, source, config, {"validation": rows}).fit(state, folder.path, log, facts)
    return sequences.take_average(state, folder, Listener)


def choose_all(
    part: TextSet[LabelledRecording],
    base: Listener | None,
    params: LogMelParams,
    file: Path,
    facts: Mapping[str, Any],
    log: Log,
) -> list[tuple[int, tuple[int, ...]]]:
    """Count the samples and choose the labels of each recording of a part.

    Parameters
    ----------
    part : TextSet[LabelledRecording]
        The part.
    base, params : Listener | None, LogMelParams
        As for `choose_labels`.
    file, facts : Path, Mapping[str, Any]
        File in which what is found of recordings in shards is kept, and what it depends on beside them.
    log : Log
        Takes lines of progress.
    """

    def measure(recording: LabelledRecording) -> tuple[int, int]:
        labels = choose_labels(base, recording, params)
        return len(recording.samples), recording.candidates.index(labels)

    found = measure_part(part, measure, file, facts, "recordings", log)
    return [
        (length, list_pronunciations(text)[choice])
        for text, (length, choice) in zip(part.texts, found.tolist(), strict=True)
    ]


def _make_rows(
    part: TextSet[LabelledRecording], chosen: Sequence[tuple[int, tuple[int, ...]]], params: LogMelParams
) -> Sequence[Example]:
    """Compute the features of a part; those of recordings in shards when they are needed."""
    if not isinstance(part.items, StreamedItems):
        pairs = zip(part.items, chosen, strict=True)
        return [_row(recording, params, labels) for recording, (_, labels) in pairs]
    lengths = np.array([count_frames(length, params) for length, _ in chosen], np.int64)
    ways = (lambda recording, labels: _row(recording, params, labels),)
    return StreamedViews(part.items, ways, lambda place: chosen[place][1], lengths)


def choose_labels(
    net: Listener | None, recording: LabelledRecording, params: LogMelParams
) -> tuple[int, ...]:
    """Return the candidate that the network finds likeliest; without a network the first."""
    if net is None or len(recording.candidates) == 1:
        return recording.candidates[0]
    features = torch.from_numpy(_features(recording, params))[None]
    log_probs = loop.evaluation_step(net, features)
    losses = [
        float(
            other_ctc_loss(
                log_probs, torch.tensor([labels]), torch.tensor([len(labels)]), classify_word(OTHER)
            )
        )
        for labels in recording.candidates
    ]
    return recording.candidates[int(np.argmin(losses))]


class ComposedRecordings:
    """Chunks composed of a person's own recordings: a source for `sutja.training.listen.fit.ListenJob`.

    Parameters
    ----------
    utterances : Sequence[Spoken]
        The recordings.
    params : LogMelParams
        Parameters of the features.
    seed : int
        Seed of the composer.
    first : int
        The chunk to begin with; a run that goes on begins where it stopped.
    """

    def __init__(self, utterances: Sequence[Spoken], params: LogMelParams, seed: int, first: int = 0) -> None:
        self._utterances, self._params, self._seed, self._next = utterances, params, seed, first

    def take(self) -> list[Example]:
        """Compose the next chunk."""
        (seed,) = np.random.SeedSequence([self._seed, self._next]).generate_state(1)
        composer = SpeechComposer(self._utterances, [], int(seed), kinds=_KINDS)
        self._next += 1
        return [make_example(composer.sample(), self._params) for _ in range(_CHUNK)]


def _config(plan: Plan, frames: float) -> training.ListenConfig:
    """Make the configuration of a training on so many frames of features."""
    steps = plan.epochs * max(1, round(frames / _FRAMES))
    return training.ListenConfig(
        steps=steps,
        lr=plan.peak_lr,
        frames=_FRAMES,
        seed=plan.seed,
        chunks_per_epoch=1,
        epochs_per_chunk=1,
        evaluate_every=max(1, steps // _EVALUATIONS),
        warm_up=max(1, min(200, steps // 10)),
        freeze_norms_after=0.0 if plan.base else 0.4,  # a trained network begins as it is used
    )


def _features(recording: LabelledRecording, params: LogMelParams) -> NDArray[np.float32]:
    """Compute the features (T, M) of a recording."""
    return log_mel(recording.samples.astype(np.float32) / np.float32(32_768), params)


def _row(recording: LabelledRecording, params: LogMelParams, labels: tuple[int, ...]) -> Example:
    return Example(_features(recording, params).astype(np.float16), labels)


def _load_base(path: Path, parts: Parts[TextSet[LabelledRecording]], params: LogMelParams) -> Listener:
    """Load the network of a model file, with its norms put back, and with the words of this version."""
    words = read_model(path).card.classes
    net = Listener(ListenerConfig(1 + len(words)))
    rows = [_row(recording, params, ()) for recording in parts.train.items[:_UNFOLD_RECORDINGS]]
    restore_batch_norms(net, path, torch.from_numpy(make_batch(rows).features))
    return net if words == WORDS else change_vocabulary(net, words, WORDS)


def _fresh_card(plan: Plan, params: LogMelParams) -> Card:
    """Make the card of a listener that has no base."""
    return Card("listen", plan.name, (), Preprocessing("log-mel", params.to_json()), classes=WORDS)


def _parity_features(
    parts: Parts[TextSet[LabelledRecording]], params: LogMelParams
) -> list[NDArray[np.float32]]:
    """Compute features of several lengths, on which the file must answer as the network does."""
    recordings = islice(chain(parts.validation.items, parts.test.items), _PARITY_RECORDINGS)
    features = [_features(recording, params) for recording in recordings]
    return [one[None] for one in features if len(one)]


def _answer(model: ModelFile, part: TextSet[LabelledRecording]) -> Answers:
    """Listen to recordings; the digits of all their numbers are compared."""
    recogniser = Recogniser(model)
    predicted: list[str | None] = []
    confidence = []
    for recording in part.items:
        numbers = recogniser.listen(recording.samples, RATE).numbers
        predicted.append("".join(number.digits for number in numbers) if numbers else None)
        confidence.append(min((number.confidence for number in numbers), default=0.0))
    return Answers(
        tuple(predicted),
        tuple(map(extract_digits, part.texts)),
        np.array(confidence, np.float64),
        np.ones(len(predicted), np.bool_),
    )
