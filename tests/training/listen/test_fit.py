"""Listener training: a batch learned by heart, one result for a seed, a run that goes on, words cut."""

import numpy as np
import pytest
import torch
from sounding import OTHER_CLASS, phrase, speaker, word

from sutja.errors import TrainingError
from sutja.grammar.number_words import WORDS
from sutja.nets.listener import Listener, ListenerConfig
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel
from sutja.synthesis.speech.channel import NO_AUGMENTATION
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.training import checkpoint, loop
from sutja.training.listen import fit as listen
from sutja.training.listen.align import cut_words, find_word_frames
from sutja.training.listen.augment import augment_features
from sutja.training.listen.batches import ComposedRecordings, Example, make_batch, make_batches, make_example

SMALL = ListenerConfig(1 + len(WORDS), (8, 8, 16), 48, 1, 5)
PARAMS = LogMelParams()


def composer(seed=0, strength=NO_AUGMENTATION):
    return SpeechComposer(
        [*speaker("low", 0.9), *speaker("high", 1.2), word(OTHER_CLASS)], [], seed, strength
    )


def rows(n, seed=0):
    made = composer(seed)
    return [make_example(made.sample(), PARAMS) for _ in range(n)]


class Chunks:
    """A pool that gives the same chunk again and again."""

    def __init__(self, chunk):
        self.chunk = chunk

    def take(self):
        return self.chunk


def fitted(tmp_path, steps, resume_at=0, seed=0):
    """A short training; stopped after some steps and gone on with, if asked."""
    chunk = rows(24)
    config = listen.ListenConfig(
        steps=steps,
        lr=3e-3,
        frames=1500,
        chunks_per_epoch=1,
        epochs_per_chunk=1,
        evaluate_every=resume_at or steps,
        warm_up=2,
        seed=seed,
        augment=0.5,
    )
    path = tmp_path / checkpoint.NAME
    if resume_at:
        state = listen.start(SMALL, config, path)
        job = listen.ListenJob(state, Chunks(chunk), config, {})
        job.finished = lambda state: state.step >= resume_at
        job.fit(state, tmp_path, lambda _: None, None)
    state = listen.start(SMALL, config, path)
    said = []
    listen.ListenJob(state, Chunks(chunk), config, {"same": chunk[:4]}).fit(state, tmp_path, said.append)
    assert any("numbers right" in line for line in said)
    return state.net.state_dict()


def learned_by_heart():
    pieces = [phrase((i + 1, 5, i + 3)) for i in range(4)]
    heard = [
        Example(log_mel(p.samples / np.float32(32768), PARAMS).astype(np.float16), p.classes) for p in pieces
    ]
    config = listen.ListenConfig(
        steps=220, lr=1e-2, frames=4 * 128, augment=0.0, freeze_norms_after=0.5, ema=0.98
    )
    state = listen.start(SMALL, config)
    job = listen.ListenJob(state, Chunks([]), config, {})
    batch, losses = make_batch(heard), []
    for _ in range(config.steps - 1):
        losses.append(float(loop.train_step(state, job, batch)))
        job.freeze_norms(state)
    return state.flat.make_average().eval(), pieces, heard, losses


@pytest.fixture(scope="module")
def known():
    return learned_by_heart()


def test_one_batch_is_learned_by_heart(known):
    net, pieces, heard, losses = known
    assert losses[-1] < 0.3 < losses[0]
    assert listen.recognise_words(net, heard) == [piece.classes for piece in pieces]
    assert listen.number_accuracy(net, heard) == 1.0


def test_words_are_cut_where_they_are_said(known):
    net, pieces, _, _ = known
    words = list(cut_words(net, pieces, PARAMS))
    assert len(words) == 12
    assert [word.classes[0] for word in words[:3]] == list(pieces[0].classes)
    assert all(0.15 < word.seconds < 0.45 for word in words)  # each was said in a quarter of a second


def test_a_word_that_is_heard_otherwise_by_itself_is_left_out(known, monkeypatch):
    net, pieces, _, _ = known
    first = pieces[0].classes[0]

    def recognise_words(net, rows):
        return [(first, first) if row.classes == (first,) else row.classes for row in rows]

    monkeypatch.setattr("sutja.training.listen.align.recognise_words", recognise_words)
    said = [word.classes[0] for word in cut_words(net, pieces, PARAMS)]
    assert said
    assert first not in said


def test_a_phrase_that_is_heard_otherwise_is_not_cut():
    log_probs = np.full((6, 4), -9.0, np.float32)
    for frame, c in enumerate((0, 1, 0, 2, 2, 0)):
        log_probs[frame, c] = -0.01
    assert find_word_frames(log_probs, (1, 2)) == [1, 3]
    assert find_word_frames(log_probs, (1, 3)) is None
    log_probs[1, 1] = -0.9
    assert find_word_frames(log_probs, (1, 2)) is None  # heard, but not surely


def test_the_same_seed_gives_the_same_weights_and_a_stopped_run_goes_on(tmp_path):
    runs = [tmp_path / name for name in ("a", "b", "stopped", "other")]
    for folder in runs:
        folder.mkdir()
    first, second = fitted(runs[0], 6), fitted(runs[1], 6)
    stopped = fitted(runs[2], 6, resume_at=3)
    other = fitted(runs[3], 6, seed=1)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert all(torch.equal(first[name], stopped[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)
    assert isinstance(listen.load_average(runs[0] / checkpoint.NAME), Listener)


def test_a_loss_that_is_no_number_stops_the_training(tmp_path):
    config = listen.ListenConfig(steps=2, frames=500, chunks_per_epoch=1, epochs_per_chunk=1, warm_up=1)
    state = listen.start(SMALL, config)
    with torch.no_grad():
        state.flat.rows[0].fill_(torch.nan)
    with pytest.raises(TrainingError, match="became nan"):
        listen.ListenJob(state, Chunks(rows(8)), config, {}).fit(state, tmp_path, lambda _: None)


def test_looks_differ_but_silence_stays():
    features = torch.zeros(2, 80, 64)
    features[:, 20:40, 10:50] = 2.0
    rng = np.random.default_rng(0)
    looks = [augment_features(features, 1.0, rng) for _ in range(4)]
    assert all(look.shape[0] == 2 and look.shape[2] == 64 and (look >= 0).all() for look in looks)
    assert len({look.shape[1] for look in looks}) > 1
    assert all(0.05 < float((look > 0.5).float().mean()) < 0.3 for look in looks)
    assert not any(look[:, : look.shape[1] // 6].any() for look in looks)


def test_other_lines_bend_the_spectrum_of_each_row_and_leave_silence():
    features = torch.zeros(2, 160, 64)
    features[0, 20:140] = torch.linspace(1.0, 3.0, 64)
    features[1, 20:140] = torch.linspace(3.0, 1.0, 64)
    plain = [augment_features(features, 1.0, np.random.default_rng(i)) for i in range(12)]
    bent = [augment_features(features, 1.0, np.random.default_rng(i), channel=1.0) for i in range(12)]
    rises = []
    for look in (plain, bent):
        ends = [one[:, one.shape[1] // 2] for one in look]
        rises.append(torch.stack([end[:, 44:].amax(1) - end[:, :20].amax(1) for end in ends]))
    assert rises[1].std(0).min() > 2 * rises[0].std(0).max()  # from row to row, not as the rows are
    assert not any(one[:, : one.shape[1] // 10].any() for one in bent)


def test_batches_are_of_like_length_and_use_every_row():
    made = rows(40)
    seen = []
    for batch in make_batches(made, 2000, np.random.default_rng(0)):
        assert batch.features.shape[1] % 48 == 0
        assert (batch.lengths <= batch.targets.shape[1]).all()
        seen += [tuple(row[:n]) for row, n in zip(batch.targets.tolist(), batch.lengths, strict=True)]
    assert set(seen) == {row.classes for row in made}


def test_a_worker_composes_and_its_failure_is_told():
    pool = ComposedRecordings(composer, PARAMS, seed=3, chunk=4)
    try:
        chunk = pool.take()
    finally:
        pool.close()
    expected = rows(4, seed=3)
    assert [row.classes for row in chunk] == [row.classes for row in expected]
    assert all(np.array_equal(a.features, b.features) for a, b in zip(chunk, expected, strict=True))
    broken = ComposedRecordings(failing, PARAMS, seed=0)
    try:
        with pytest.raises(RuntimeError, match="no pieces here"):
            broken.take()
    finally:
        broken.close()


def failing(seed):
    raise OSError("no pieces here")
