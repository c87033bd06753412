"""CTC against brute force: every path is written out, and the probabilities must agree."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.decoding.ctc import CERTAIN, FLOOR, NEGLIGIBLE, WIDTH, align, combine, search, split

ALPHABET = ["", "a", "b", "c"]


def log_softmax(logits):
    """Log probabilities of logits over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def draw_frames(seed, frames, classes, sharpness, blank):
    """Random log probabilities (T, K); a share `blank` of the frames is surely blank."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, sharpness, (frames, classes))
    logits[rng.random(frames) < blank, 0] += 30
    return log_softmax(logits)


def written_by(path):
    """The string of a path of class numbers."""
    return "".join(ALPHABET[c] for c, _ in itertools.groupby(path) if c)


def brute_force(log_probs):
    """The probability of every string, from all K ** T paths."""
    totals = {}
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        p = math.exp(sum(log_probs[t, c] for t, c in enumerate(path)))
        totals[written_by(path)] = totals.get(written_by(path), 0.0) + p
    return totals


def beam_search(log_probs, width=10**9, floor=0.0, certain=1e-12, key=str, negligible=0.0):
    """String (or key of it) and probability, likeliest first."""
    [(certain_log, segments)] = split(log_probs[None], ALPHABET[: log_probs.shape[1]], floor, certain)
    for segment in segments:
        search(segment, width, negligible)
    candidates = combine(segments, key, width, negligible)
    return {c.key: c.probability * math.exp(certain_log) for c in candidates}


FRAMES = st.builds(
    draw_frames,
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.integers(2, 4),
    st.sampled_from([0.5, 2.0, 6.0]),
    st.sampled_from([0.0, 0.4]),
)


@settings(max_examples=150, deadline=None)
@given(FRAMES)
def test_every_string_has_its_probability(log_probs):
    expected = brute_force(log_probs)
    found = beam_search(log_probs)
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-5)
    for string, p in expected.items():
        assert found.get(string, 0.0) == pytest.approx(p, abs=2e-6)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@settings(max_examples=100, deadline=None)
@given(FRAMES)
def test_the_usual_pruning_loses_next_to_nothing(log_probs):
    expected = brute_force(log_probs)
    found = beam_search(log_probs, WIDTH, FLOOR, CERTAIN, negligible=NEGLIGIBLE)
    best = max(expected, key=expected.__getitem__)
    assert found[best] == pytest.approx(expected[best], abs=2e-2)
    assert all(p <= expected[string] + 1e-5 for string, p in found.items())


@settings(max_examples=100, deadline=None)
@given(FRAMES)
def test_strings_with_one_key_are_added_up(log_probs):
    def without_b(string):
        return string.replace("b", "")

    totals = {}
    for string, p in brute_force(log_probs).items():
        totals[without_b(string)] = totals.get(without_b(string), 0.0) + p
    found = beam_search(log_probs, key=without_b)
    for string, p in totals.items():
        assert found.get(string, 0.0) == pytest.approx(p, abs=2e-6)


def test_the_beam_finds_what_the_best_path_misses():
    # blank is likeliest in both frames, yet of all strings "a" is: 1 - 0.6 * 0.6 (Graves et al. 2006, section
    # 3.2)
    log_probs = np.log([[0.6, 0.4], [0.6, 0.4]])
    assert written_by(log_probs.argmax(axis=1).tolist()) == ""
    found = beam_search(log_probs)
    assert next(iter(found)) == "a"
    assert found["a"] == pytest.approx(0.64)


def test_the_parts_of_the_likeliest_string_are_kept():
    log_probs = log_softmax(np.eye(4)[[1, 0, 0, 2, 3, 0]] * 30)
    [(_, segments)] = split(log_probs[None], ALPHABET)
    assert [(s.first, len(s.frames)) for s in segments] == [(0, 1), (3, 2)]
    for segment in segments:
        search(segment)
    assert combine(segments)[0].list_parts() == ["a", "bc"]


def test_items_of_a_batch_do_not_touch():
    log_probs = log_softmax(np.eye(4)[[[0, 0, 1], [2, 0, 0], [0, 0, 0]]] * 30)
    items = split(log_probs, ALPHABET)
    assert [[segment.first for segment in segments] for _, segments in items] == [[2], [0], []]
    assert [c.key for c in combine(items[2][1])] == [""]


def test_a_thousand_unsure_frames_do_not_underflow():
    log_probs = draw_frames(0, 1000, 4, 0.1, 0.0)
    [(_, [segment])] = split(log_probs[None], ALPHABET)
    search(segment, width=4)
    assert segment.log_scale < -200
    assert max(segment.strings.values()) > 0


def brute_force_align(frames, string):
    """The likeliest path that writes `string`."""
    symbols = ["", *sorted(set(string))]
    best, likeliest = None, 0.0
    for path in itertools.product(symbols, repeat=len(frames)):
        if "".join(s for s, _ in itertools.groupby(path) if s) != string:
            continue
        p = math.prod(
            b if s == "" else dict(likely).get(s, 0.0) for (b, likely), s in zip(frames, path, strict=True)
        )
        if p > likeliest:
            best, likeliest = path, p
    return best


@settings(max_examples=100, deadline=None)
@given(FRAMES, st.text(alphabet="abc", min_size=2, max_size=3))
def test_alignment_is_the_likeliest_path(log_probs, string):
    alphabet = ALPHABET[: log_probs.shape[1]]
    frames = [(row[0], list(zip(alphabet[1:], row[1:], strict=True))) for row in np.exp(log_probs).tolist()]
    best = brute_force_align(frames, string)
    spans = align(frames, string)
    if best is None:
        assert spans == [(0, len(frames))] * len(string)
        return
    runs = [(s, len(list(run))) for s, run in itertools.groupby(best)]
    ends = list(itertools.accumulate(length for _, length in runs))
    expected = [(end - n, end) for (s, n), end in zip(runs, ends, strict=True) if s]
    assert spans == expected


def test_one_symbol_is_found_where_it_peaks():
    frames = [(0.9, [("a", 0.1)]), (0.3, [("a", 0.7)]), (0.6, [("a", 0.4)]), (0.9, [("a", 0.1)])]
    assert align(frames, "a") == [(1, 3)]
