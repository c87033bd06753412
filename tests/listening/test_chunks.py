"""Recordings are cut at pauses, nothing is lost, and memory stays flat."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.listening.chunks import LEAST, MOST, OVERLAP, Cutter
from sutja.signals.audio import RATE

NOISE = np.random.default_rng(0).normal(0, 0.1, 120 * RATE).astype(np.float32)


def cut(samples, block, patience=None):
    """All pieces of a recording that comes in blocks of so many samples."""
    cutter = Cutter(patience)
    pieces = []
    for start in range(0, len(samples), block):
        pieces += cutter.push(samples[start : start + block])
    return [*pieces, *cutter.finish()]


@settings(max_examples=25, deadline=None)
@given(seconds=st.floats(0.01, 90.0), block=st.floats(0.1, 30.0), pauses=st.booleans())
def test_every_sample_is_in_a_piece_and_pieces_are_short(seconds, block, pauses):
    samples = NOISE[: round(seconds * RATE)].copy()
    if pauses:
        samples[::1] *= (np.arange(len(samples)) // RATE % 5 != 4).astype(np.float32)
    pieces = cut(samples, round(block * RATE))
    place = 0
    for piece in pieces:
        assert np.array_equal(piece.samples, samples[piece.start : piece.start + len(piece.samples)])
        assert piece.start <= place
        assert len(piece.samples) <= (MOST + OVERLAP) * RATE
        place = piece.start + len(piece.samples)
    assert place == len(samples)
    assert all(len(piece.samples) >= LEAST * RATE for piece in pieces[:-1])


def test_cuts_lie_in_pauses():
    samples = NOISE[: 60 * RATE].copy()
    for second in (10, 25, 40, 55):
        samples[second * RATE : second * RATE + RATE // 2] = 0.0
    pieces = cut(samples, RATE)
    assert [piece.seam for piece in pieces] == [None] * len(pieces)
    for piece in pieces[1:]:
        around = samples[piece.start - 1600 : piece.start + 1600]
        assert np.abs(around).max() == 0.0


def test_without_pauses_pieces_overlap_and_the_seam_lies_in_both():
    pieces = cut(NOISE[: 60 * RATE], 5 * RATE)
    assert len(pieces) > 2
    for piece, following in itertools.pairwise(pieces):
        low, high = piece.seam
        assert following.start <= low < high <= piece.start + len(piece.samples)


@pytest.mark.parametrize(("level", "silent"), [(0.0, True), (1e-5, True), (1e-3, False)])
def test_silence_is_known(level, silent):
    [piece] = cut(NOISE[:RATE] * 10 * level, RATE)
    assert piece.silent is silent


def test_live_sound_is_given_at_a_pause():
    cutter = Cutter(patience=0.5)
    block = NOISE[: RATE // 4]
    assert list(cutter.push(block)) == []
    assert list(cutter.push(block * 0)) == []
    [piece] = cutter.push(block * 0)
    assert len(piece.samples) == 3 * RATE // 4
    assert list(cutter.finish()) == []
    [behind] = [*cutter.push(block), *cutter.finish()]
    assert behind.start == 3 * RATE // 4
