"""Beam search inside a grammar against brute force; and never is a number bent to fit one."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.decoding.constrained import search_grammar, search_within
from sutja.decoding.ctc import search, split
from sutja.grammar import REPAIR, Automaton, TypedNumber, is_number, keep_digits
from sutja.grammar.automata.automaton import WithMarks
from sutja.grammar.automata.patterns import Pattern
from sutja.grammar.kinds import Grammar
from sutja.reading.decode import _MIN_AGREEMENT, decode, read_as

ALPHABET = ["", "1", "2", "-", "□"]
PATTERNS = st.sampled_from(
    ["12?", "(?:12)*", "1-?2|21", r"[12]{2}", "1¤?-¤?2", "2+-*1*", "-?1¤2¤1?", "□*[12]-?"]
)


def draw_frames(seed, T, sharpness, classes=5):
    """Log probabilities (T, K), the sharper the surer."""
    logits = sharpness * np.random.default_rng(seed).normal(size=(T, classes))
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)


FRAMES = st.builds(draw_frames, st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0.5, 2.0, 6.0]))


def brute_force(log_probs, alphabet=ALPHABET):
    """The probability of every string, over all paths."""
    totals = {}
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        p = math.exp(sum(log_probs[t, c] for t, c in enumerate(path)))
        text = "".join(alphabet[c] for c, _ in itertools.groupby(path))
        totals[text] = totals.get(text, 0.0) + p
    return totals


def searched(log_probs, automaton, cut, width=10**9):
    """What fits and its probability; `cut` has every segment searched frame by frame inside the grammar."""
    [(certain, segments)] = split(log_probs[None], ALPHABET, 0.0, 1e-12)
    for segment in segments:
        search(segment, 10**9, 0.0)
        segment.cut = cut
    return {c.key: c.probability * math.exp(certain) for c in search_grammar(segments, automaton, width, 0.0)}


@settings(max_examples=120, deadline=None)
@given(FRAMES, PATTERNS, st.booleans())
def test_every_string_that_fits_has_its_probability_among_all_strings(log_probs, pattern, cut):
    automaton = Automaton([Pattern(pattern)], most=2)
    expected = {text: p for text, p in brute_force(log_probs).items() if automaton.accepts(text) is not None}
    found = searched(log_probs, automaton, cut)
    assert set(found) <= set(expected)
    for text, p in expected.items():
        assert found.get(text, 0.0) == pytest.approx(p, abs=2e-6)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@settings(max_examples=60, deadline=None)
@given(FRAMES, PATTERNS)
def test_a_narrow_search_claims_no_more_than_there_is(log_probs, pattern):
    automaton = Automaton([Pattern(pattern)], most=2)
    expected = brute_force(log_probs)
    for text, p in searched(log_probs, automaton, True, width=2).items():
        assert automaton.accepts(text) is not None
        assert p <= expected[text] + 1e-6


def test_what_the_free_search_would_drop_is_found_inside():
    # seven frames of doubt: a hundred and more strings, of which one, not among the likeliest, fits
    log_probs = draw_frames(3, 7, 0.4)
    [(_, segments)] = split(log_probs[None], ALPHABET)
    for segment in segments:
        search(segment, 4)
    assert segments[0].cut
    automaton = Automaton([Pattern("12-12")])
    assert "12-12" not in segments[0].strings
    [found] = search_grammar(segments, automaton)
    assert found.key == "12-12"
    assert found.list_parts() == ["12-12"]
    assert found.probability == pytest.approx(brute_force(log_probs)["12-12"], rel=0.02)


def test_parts_are_kept_by_segment():
    log_probs = np.full((5, 5), -12.0, np.float32)
    log_probs[np.arange(5), [1, 0, 2, 0, 1]] = -1e-4
    [(_, segments)] = split(log_probs[None], ALPHABET)
    for segment in segments:
        search(segment)
    [found] = search_grammar(segments, Automaton([Pattern("121")]))
    assert found.list_parts() == ["1", "2", "1"]
    assert all(c.probability < 1e-4 for c in search_grammar(segments, Automaton([Pattern("12")])))
    assert search_grammar(segments, Automaton([Pattern("-")])) == []
    assert [c.key for c in search_grammar([], Automaton([Pattern("1?")]))] == [""]


def test_a_thousand_unsure_frames_do_not_underflow():
    log_probs = draw_frames(0, 800, 0.1)
    [(_, [segment])] = split(log_probs[None], ALPHABET)
    search(segment, width=4)
    automaton = Automaton([Pattern("[12-]*")])
    found = search_within(segment, automaton, automaton.start, width=4)
    assert found
    assert all(math.isfinite(p) and p >= 0.0 for _, p, _ in found)


def toy(pattern, most=2):
    """A grammar of one pattern; its numbers are worth their digits, negative with a mark in front."""
    automaton = Automaton(
        [Pattern(pattern), WithMarks(Pattern(pattern.replace("-?", "").replace("-", "")), "-")], most
    )

    def parse(text):
        repairs = automaton.accepts(text)
        value = ("-" if text.startswith("-") else "") + keep_digits(text)
        return None if repairs is None else TypedNumber("number", value, repairs=repairs)

    grammar = Grammar("number", None, [Pattern("1")], parse)
    grammar._automaton = automaton
    return grammar


@settings(max_examples=120, deadline=None)
@given(FRAMES, st.sampled_from(["12", "1-?2", "-?[12]{1,2}", "[12]-[12]", "2+"]))
def test_an_answer_claims_the_probability_of_what_it_says(log_probs, pattern):
    """Never bent: what fits has the mass of its own strings, and all that does not fit is told beside it."""
    grammar = toy(pattern)
    [answers] = decode(log_probs[None], ALPHABET, grammar)
    strings = brute_force(log_probs)
    for answer in answers:
        raw = "".join(answer.parts)
        if answer.typed is None:
            free = sum(
                p
                for text, p in strings.items()
                if (keep_digits(text) if is_number(text) else None) == answer.digits
            )
            assert answer.probability <= free + 1e-4
            continue
        assert grammar.parse(raw) is not None
        assert keep_digits(raw) == answer.digits
        weights = {}
        for text, p in strings.items():
            typed = grammar.parse(text)
            if typed is not None and keep_digits(text) == answer.digits:
                weights[typed.value] = weights.get(typed.value, 0.0) + p * REPAIR**typed.repairs
        claimed = sum(weights.values()) if answer.typed.value is None else weights[answer.typed.value]
        assert answer.probability == pytest.approx(claimed, abs=2e-2)
        assert answer.probability <= claimed + 1e-4
    assert sum(answer.probability for answer in answers) <= 1.0 + 1e-4


@settings(max_examples=40, deadline=None)
@given(FRAMES)
def test_a_value_is_given_where_nearly_all_texts_are_worth_it(log_probs):
    for answer in decode(log_probs[None], ALPHABET, toy("-?[12]{1,2}"))[0]:
        if answer.typed is not None and answer.typed.value is not None:
            assert keep_digits(answer.typed.value) == answer.digits
    assert 0.5 < _MIN_AGREEMENT < 1.0


CHARACTERS = ["", *"0123456789.-/ □"]


def written(text, doubts=()):
    """Log probabilities (1, T, K) that write `text`; doubts (place, other, p) make a character another."""
    table = np.full((2 * len(text), len(CHARACTERS)), 1e-9)
    table[1::2, 0] = 1.0
    for i, symbol in enumerate(text):
        table[2 * i, CHARACTERS.index(symbol)] = 1.0
    for i, other, p in doubts:
        table[2 * i] *= 1.0 - p
        table[2 * i, CHARACTERS.index(other)] += p
    return np.log(table / table.sum(axis=1, keepdims=True)).astype(np.float32)


def test_a_mark_is_supplied_and_a_digit_is_not():
    [best, *_] = read_as(written("2211.2026"), CHARACTERS, "date")
    assert (best.text, best.typed.value, best.typed.repairs) == ("2211.2026", "2026-11-22", 1)
    assert best.probability == pytest.approx(REPAIR, abs=1e-3)
    assert read_as(written("3211.2026"), CHARACTERS, "date") == []


def test_what_fits_is_found_below_what_does_not():
    doubts = [(0, "2", 0.2)]
    [best, *_] = read_as(written("32.11.2026", doubts), CHARACTERS, "date")
    assert best.typed.value == "2026-11-22"
    assert best.probability == pytest.approx(0.2, abs=1e-3)  # of the free reading: not made one
    both = decode(written("32.11.2026", doubts)[None], CHARACTERS)[0]
    assert [answer.digits for answer in both] == ["32112026", "22112026"]


def test_a_check_digit_finds_the_reading_that_holds():
    doubts = [(4, "7", 0.45), (9, "3", 0.3)]
    [best, *rest] = read_as(written("4111711111111111", [(4, "1", 0.45)]), CHARACTERS, "check")
    assert best.digits == "4111111111111111"
    assert best.probability == pytest.approx(0.45, abs=1e-2)
    assert not rest
    assert read_as(written("4111711111111111", doubts), CHARACTERS, "check") == []


def test_texts_worth_different_sums_give_no_value():
    [best, *_] = read_as(written("12.50", [(2, " ", 0.4)]), CHARACTERS, "amount")
    assert (best.digits, best.typed.value) == ("1250", None)
    assert best.probability == pytest.approx(1.0, abs=1e-2)
    [best, *_] = read_as(written("12.50", [(2, " ", 0.05)]), CHARACTERS, "amount")
    assert (best.text, best.typed.value) == ("12.50", "12.50")
    assert best.probability == pytest.approx(0.95, abs=1e-2)


def test_auto_reads_freely():
    log_probs = written("12.50")
    assert read_as(log_probs, CHARACTERS, "auto") == decode(log_probs[None], CHARACTERS)[0]
