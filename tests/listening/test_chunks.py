"""Recordings are cut at pauses, nothing is lost, and memory stays flat."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.listening.chunks import MAX_SECONDS, MIN_SECONDS, OVERLAP, Chunker
from sutja.signals.audio import RATE

NOISE = np.random.default_rng(0).normal(0, 0.1, 120 * RATE).astype(np.float32)


def cut_chunks(samples, block, endpoint_pause=None):
    """Cut into chunks all of a recording that comes in blocks of so many samples."""
    chunker = Chunker(endpoint_pause)
    chunks = []
    for start in range(0, len(samples), block):
        chunks += chunker.push(samples[start : start + block])
    return [*chunks, *chunker.finish()]


@settings(max_examples=25, deadline=None)
@given(seconds=st.floats(0.01, 90.0), block=st.floats(0.1, 30.0), pauses=st.booleans())
def test_every_sample_is_in_a_chunk_and_chunks_are_short(seconds, block, pauses):
    samples = NOISE[: round(seconds * RATE)].copy()
    if pauses:
        samples[::1] *= (np.arange(len(samples)) // RATE % 5 != 4).astype(np.float32)
    chunks = cut_chunks(samples, round(block * RATE))
    place = 0
    for chunk in chunks:
        assert np.array_equal(chunk.samples, samples[chunk.start : chunk.start + len(chunk.samples)])
        assert chunk.start <= place
        assert len(chunk.samples) <= (MAX_SECONDS + OVERLAP) * RATE
        place = chunk.start + len(chunk.samples)
    assert place == len(samples)
    assert all(len(chunk.samples) >= MIN_SECONDS * RATE for chunk in chunks[:-1])


def test_cuts_lie_in_pauses():
    samples = NOISE[: 60 * RATE].copy()
    for second in (10, 25, 40, 55):
        samples[second * RATE : second * RATE + RATE // 2] = 0.0
    chunks = cut_chunks(samples, RATE)
    assert [chunk.seam for chunk in chunks] == [None] * len(chunks)
    for chunk in chunks[1:]:
        around = samples[chunk.start - 1600 : chunk.start + 1600]
        assert np.abs(around).max() == 0.0


def test_without_pauses_chunks_overlap_and_the_seam_lies_in_both():
    chunks = cut_chunks(NOISE[: 60 * RATE], 5 * RATE)
    assert len(chunks) > 2
    for chunk, following in itertools.pairwise(chunks):
        low, high = chunk.seam
        assert following.start <= low < high <= chunk.start + len(chunk.samples)


@pytest.mark.parametrize(("level", "silent"), [(0.0, True), (1e-5, True), (1e-3, False)])
def test_silence_is_known(level, silent):
    [chunk] = cut_chunks(NOISE[:RATE] * 10 * level, RATE)
    assert chunk.is_silent is silent


def test_live_sound_is_given_at_a_pause():
    chunker = Chunker(endpoint_pause=0.5)
    block = NOISE[: RATE // 4]
    assert list(chunker.push(block)) == []
    assert list(chunker.push(block * 0)) == []
    [chunk] = chunker.push(block * 0)
    assert len(chunk.samples) == 3 * RATE // 4
    assert list(chunker.finish()) == []
    [behind] = [*chunker.push(block), *chunker.finish()]
    assert behind.start == 3 * RATE // 4


def test_an_offset_of_the_microphone_hides_no_pause():
    samples = NOISE[: 30 * RATE] * np.float32(0.1)
    samples[14 * RATE : 14 * RATE + RATE // 2] = 0.0
    plain = cut_chunks(samples, RATE)
    assert [chunk.start for chunk in cut_chunks(samples + np.float32(0.3), RATE)] == [
        chunk.start for chunk in plain
    ]
    assert plain[0].seam is None


def test_quiet_speech_is_no_silence():
    assert not cut_chunks(NOISE[:RATE] * np.float32(2e-3), RATE)[0].is_silent
    assert cut_chunks(NOISE[:RATE] * np.float32(1e-5), RATE)[0].is_silent
