"""From recordings with texts to a trained listener: loading, splitting, ways to say digits, fine-tuning.

Letters: n recordings, T frames of features.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.data.labelled.recordings import load_spoken_texts, ways_to_say
from sutja.data.split.hold_out import three_parts
from sutja.errors import DataError, ModelFileError, SoundError
from sutja.grammar.number_words import OTHER, WORDS, classify_word
from sutja.model_file import Card, Preprocessing, TrainingSet
from sutja.nets.listener import Listener, ListenerConfig
from sutja.runs.folder import RunFolder
from sutja.runs.transcribe import TextPlan
from sutja.signals.audio import load_sound
from sutja.signals.log_mel import MARGIN, LogMelParams, log_mel
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.synthesis.speech.pieces import Piece, as_int16
from sutja.training import loop
from sutja.training.listen import fit as listen
from sutja.training.listen.batches import Heard, batch_of, heard_of
from sutja.training.listen.loss import other_ctc_loss
from sutja.training.unfold_norms import put_back
from sutja.training.versions import versions

LONGEST = 30.0  # seconds of a recording; of a longer one it is not clear where in it the text is said
_CHUNK = 256  # recordings composed at a time
_FRAMES = 6_000  # of features in a batch
_LOOKS = 10  # at the validation recordings
# Recordings as they are, two in a row, single words; strings of digits are composed where there are words.
_KINDS = {"string": 0.15, "phrase": 0.6, "row": 0.1, "word": 0.1, "noise": 0.05}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording and what is said in it: int16 (n,), and all ways its text may be meant."""

    samples: NDArray[np.int16]
    text: str
    ways: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SpeechParts:
    """Recordings with texts in three: to learn from, to choose by, and to test on once."""

    train: tuple[Spoken, ...]
    validation: tuple[Spoken, ...]
    test: tuple[Spoken, ...]
    source: str
    checksum: str


def load_speech_parts(data: Path, say: Callable[[str], None]) -> SpeechParts:
    """Read the recordings that a table names, and split them, each speaker (column group) on one side.

    Raises
    ------
    DataError
        As `sutja.data.labelled.recordings.load_spoken_texts` says, or no recording can be read.
    """
    whole = load_spoken_texts(data, "train")
    spoken, kept, checksum = _read(whole.paths, whole.texts, data, say)
    groups = None if whole.groups is None else whole.groups[kept]
    alike = np.zeros(len(spoken), np.int64)
    if whole.parted:
        held = load_spoken_texts(data, "test")
        test, _, _ = _read(held.paths, held.texts, data, say)
        train, more, validation = three_parts(alike, groups)
        train = np.concatenate([train, more])
    else:
        train, validation, last = three_parts(alike, groups)
        test = [spoken[i] for i in last]
    parts = SpeechParts(
        tuple(spoken[i] for i in train),
        tuple(spoken[i] for i in validation),
        tuple(test),
        whole.source,
        checksum,
    )
    say(
        f"{whole.source}: {len(parts.train):,} recordings to train, {len(parts.validation):,} to validate, "
        f"{len(parts.test):,} to test"
    )
    return parts


def _read(
    paths: Sequence[Path], texts: Sequence[str], data: Path, say: Callable[[str], None]
) -> tuple[list[Spoken], NDArray[np.intp], str]:
    """The recordings that can be read, which they are, and a checksum of them."""
    spoken, kept, digest = [], [], hashlib.sha256()
    for index, (path, text) in enumerate(zip(paths, texts, strict=True)):
        try:
            sound = load_sound(path)
            if not 0.0 < sound.seconds <= LONGEST:
                raise SoundError(
                    f"lasts {sound.seconds:.1f} seconds",
                    source=str(path),
                    remedy=f"cut it to at most {LONGEST:.0f} seconds",
                )
        except SoundError as error:
            say(f"left out: {error}")
            continue
        samples = as_int16(sound.samples)
        spoken.append(Spoken(samples, text, tuple(ways_to_say(text))))
        kept.append(index)
        digest.update(repr((len(samples), text)).encode() + samples.tobytes())
    if len(spoken) < 3:
        raise DataError(
            f"only {len(spoken)} of {len(paths)} recordings can be read",
            where=str(data),
            remedy="check the column path",
        )
    return spoken, np.array(kept, np.intp), digest.hexdigest()


def heard_as(net: Listener | None, spoken: Spoken, params: LogMelParams) -> tuple[int, ...]:
    """The likeliest of the ways its text may be meant; without a network the first."""
    if net is None or len(spoken.ways) == 1:
        return spoken.ways[0]
    features = torch.from_numpy(_features(spoken, params))[None]
    answer = loop.evaluation_step(net, features)
    losses = [
        float(other_ctc_loss(answer, torch.tensor([way]), torch.tensor([len(way)]), classify_word(OTHER)))
        for way in spoken.ways
    ]
    return spoken.ways[int(np.argmin(losses))]


class Composed:
    """Recordings composed of a person's own, chunk after chunk: a source for `listen.fit`.

    Parameters
    ----------
    pieces : Sequence[Piece]
        The recordings.
    params : LogMelParams
        How they are looked at.
    seed : int
        Of what is composed.
    first : int
        The chunk to begin with; a run that goes on begins where it stopped.
    """

    def __init__(self, pieces: Sequence[Piece], params: LogMelParams, seed: int, first: int = 0) -> None:
        self._pieces, self._params, self._seed, self._next = pieces, params, seed, first

    def take(self) -> list[Heard]:
        """The next chunk."""
        (seed,) = np.random.SeedSequence([self._seed, self._next]).generate_state(1)
        composer = SpeechComposer(self._pieces, [], int(seed), kinds=_KINDS)
        self._next += 1
        return [heard_of(composer.sample(), self._params) for _ in range(_CHUNK)]


def train_listener(
    parts: SpeechParts,
    plan: TextPlan,
    base: Card | None,
    folder: RunFolder,
    *,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> tuple[Listener, Card]:
    """Train on recordings with texts.

    Parameters
    ----------
    parts : SpeechParts
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

    Raises
    ------
    ModelFileError
        The base knows other words than this version.
    """
    if base and base.classes != WORDS:
        raise ModelFileError(
            "knows other words than this version", where=f"model {base.name}", remedy="use --from-scratch"
        )
    params = LogMelParams.from_json(dict(base.preprocessing.params)) if base else LogMelParams(margin=MARGIN)
    begin = _begun(plan.base, parts, params) if plan.base else None
    pieces = [Piece(one.samples, heard_as(begin, one, params), "own", parts.source) for one in parts.train]
    config = _config(plan, base, sum(len(piece.samples) for piece in pieces) / params.hop)
    facts = {**asdict(config), "data": parts.checksum, "base": base.name + base.created if base else None}
    path = folder.path / "checkpoint.pt"
    if not resume:
        path.unlink(missing_ok=True)
    state = listen.start(ListenerConfig(1 + len(WORDS)), config, path, begin, facts)
    say(f"{len(pieces):,} recordings, {config.steps:,} steps")
    source = Composed(pieces, params, plan.seed, state.epoch)
    held = [_seen(one, params, heard_as(begin, one, params)) for one in parts.validation]
    listen.fit(state, source, config, {"validation": held}, folder.path, say, facts)
    folder.write_results(state.history)
    net = state.flat.averaged().eval()
    assert isinstance(net, Listener)
    return net, _card(plan, params, base, parts)


def _config(plan: TextPlan, base: Card | None, frames: float) -> listen.ListenFit:
    """How long and how fast, for so many frames of features."""
    steps = plan.epochs * max(1, round(frames / _FRAMES))
    return listen.ListenFit(
        steps=steps,
        lr=plan.lr or (3e-4 if base else 3e-3),
        frames=_FRAMES,
        seed=plan.seed,
        chunks_a_round=1,
        uses=1,
        evaluate_every=max(1, steps // _LOOKS),
        warm_up=max(1, min(200, steps // 10)),
        settle=0.0 if base else 0.4,  # a trained network begins as it is used
    )


def _features(one: Spoken, params: LogMelParams) -> NDArray[np.float32]:
    return log_mel(one.samples.astype(np.float32) / np.float32(32_768), params)


def _seen(one: Spoken, params: LogMelParams, classes: tuple[int, ...]) -> Heard:
    return Heard(_features(one, params).astype(np.float16), classes)


def _begun(path: Path, parts: SpeechParts, params: LogMelParams) -> Listener:
    """The network of a model file, with its norms put back."""
    net = Listener(ListenerConfig(1 + len(WORDS)))
    rows = [_seen(one, params, ()) for one in parts.train[:64]]
    put_back(net, path, torch.from_numpy(batch_of(rows).features))
    return net


def _card(plan: TextPlan, params: LogMelParams, base: Card | None, parts: SpeechParts) -> Card:
    """What the base's card says, with this training added."""
    card = base or Card(
        "listen", plan.name, (), Preprocessing("log-mel", params.to_json()), threshold=0.0, classes=WORDS
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


def parity_features(parts: SpeechParts, params: LogMelParams) -> list[NDArray[np.float32]]:
    """Recordings of several lengths, on which the model file must answer as the network does."""
    some = (*parts.validation, *parts.test)[:32]
    seen = [_features(one, params) for one in some]
    return [features[None] for features in seen if len(features)]
