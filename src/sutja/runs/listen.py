"""From recordings with texts to a run folder: split, fine-tuning, calibration, model file, figures.

Letters: n samples or recordings, T frames of features, M mel bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.data.labelled.recordings import are_recordings, find_table, list_pronunciations, load_spoken_texts
from sutja.errors import DataError, SoundError
from sutja.evaluation import Answers
from sutja.grammar.number_words import OTHER, WORDS, classify_word, extract_digits
from sutja.listening import Listener as Recogniser
from sutja.model_file import Card, ModelFile, Preprocessing, read_model
from sutja.model_file.bundled import DEFAULTS, Model
from sutja.nets.listener import Listener, ListenerConfig
from sutja.runs import plots, sequences
from sutja.runs.folder import Run, RunFolder, read_results
from sutja.runs.parts import Log, Parts
from sutja.runs.sequences import Plan, TextSet
from sutja.signals.audio import RATE, load_sound
from sutja.signals.preprocessing.log_mel import MARGIN, LogMelParams, log_mel
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.synthesis.speech.utterances import Utterance, to_int16
from sutja.training import loop
from sutja.training.batch_norms import restore_batch_norms
from sutja.training.device import use_threads
from sutja.training.export.network import export
from sutja.training.listen import fit as training
from sutja.training.listen.batches import Example, make_batch, make_example
from sutja.training.listen.loss import other_ctc_loss
from sutja.training.listen.vocabulary import change_vocabulary

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


def load_parts(data: str | Path, log: Log) -> Parts[TextSet[LabelledRecording]]:
    """Read the recordings that a table names, and split them, each speaker (column group) on one side.

    Raises
    ------
    DataError
        As `sutja.data.labelled.recordings.load_spoken_texts` says, or too few recordings can be read.
    """
    table = find_table(Path(data).expanduser())
    texts = load_spoken_texts(table, "train")
    if not are_recordings(table):
        raise DataError(
            "its files are not recordings", where=str(data), remedy='train with the task "transcribe"'
        )
    test = load_spoken_texts(table, "test") if texts.parted else None
    parts = sequences.read_parts(texts, test, _read, _to_bytes, where=table, noun="recordings", log=log)
    log(f"{texts.source}: {parts.describe_sizes('recordings')}")
    return parts


def _read(path: Path, text: str) -> LabelledRecording:
    sound = load_sound(path)
    if not 0.0 < sound.seconds <= LONGEST:
        raise SoundError(
            f"lasts {sound.seconds:.1f} seconds",
            source=str(path),
            remedy=f"cut it to at most {LONGEST:.0f} seconds",
        )
    return LabelledRecording(to_int16(sound.samples), text, tuple(list_pronunciations(text)))


def _to_bytes(recording: LabelledRecording) -> bytes:
    return repr((len(recording.samples), recording.text)).encode() + recording.samples.tobytes()


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
    utterances = [
        Utterance(recording.samples, choose_labels(base, recording, params), "own", parts.train.source)
        for recording in parts.train.items
    ]
    config = _config(plan, sum(len(utterance.samples) for utterance in utterances) / params.hop)
    facts = sequences.list_facts(config, parts.train, plan.base)
    path = sequences.prepare_checkpoint(folder, resume)
    state = training.start(ListenerConfig(1 + len(WORDS)), config, path, base, facts)
    log(f"{len(utterances):,} recordings, {config.steps:,} steps")
    source = ComposedRecordings(utterances, params, plan.seed, state.epoch)
    rows = [
        _row(recording, params, choose_labels(base, recording, params))
        for recording in parts.validation.items
    ]
    training.ListenJob(state, source, config, {"validation": rows}).fit(state, folder.path, log, facts)
    return sequences.take_average(state, folder, Listener)


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
    utterances : Sequence[Utterance]
        The recordings.
    params : LogMelParams
        Parameters of the features.
    seed : int
        Seed of the composer.
    first : int
        The chunk to begin with; a run that goes on begins where it stopped.
    """

    def __init__(
        self, utterances: Sequence[Utterance], params: LogMelParams, seed: int, first: int = 0
    ) -> None:
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
    recordings = (*parts.validation.items, *parts.test.items)[:_PARITY_RECORDINGS]
    features = [_features(recording, params) for recording in recordings]
    return [one[None] for one in features if len(one)]


def _answer(model: ModelFile, recordings: Sequence[LabelledRecording]) -> Answers:
    """Listen to recordings; the digits of all their numbers are compared."""
    recogniser = Recogniser(model)
    predicted: list[str | None] = []
    confidence = []
    for recording in recordings:
        numbers = recogniser.listen(recording.samples, RATE).numbers
        predicted.append("".join(number.digits for number in numbers) if numbers else None)
        confidence.append(min((number.confidence for number in numbers), default=0.0))
    return Answers(
        tuple(predicted),
        tuple(extract_digits(recording.text) for recording in recordings),
        np.array(confidence, np.float64),
        np.ones(len(predicted), np.bool_),
    )
