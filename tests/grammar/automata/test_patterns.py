"""Patterns read what Python's regular expressions read, and automata put them together."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.grammar.automata.automaton import (
    DEAD,
    Automaton,
    Concatenation,
    WithMarks,
    WithPrefix,
    allow_words,
)
from sutja.grammar.automata.patterns import Pattern

SIGNS = st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{0,2}", "{2,}"])
ATOMS = st.sampled_from(["1", "2", r"\d", "[12]", "[1-3]", "-", r"\.", "[ -]", r"[.\-]"])


def grown(inner):
    """Larger patterns of smaller ones."""
    return st.one_of(
        st.builds(lambda parts: "".join(parts), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda a, b: f"(?:{a}|{b})", inner, inner),
        st.builds(lambda a, sign: f"(?:{a}){sign}", inner, SIGNS),
    )


@given(st.recursive(ATOMS, grown, max_leaves=6), st.text(alphabet="123.- ", max_size=6))
def test_a_pattern_reads_as_python_does(pattern, text):
    expected = re.fullmatch(pattern, text) is not None
    assert (Automaton([Pattern(pattern)]).accepts(text) == 0) is expected


@settings(max_examples=40)
@given(st.recursive(ATOMS, grown, max_leaves=6), st.data())
def test_what_a_pattern_makes_it_reads(pattern, data):
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert Automaton([Pattern(pattern)]).accepts(text) == 0 or not text.isascii()


@pytest.mark.parametrize("pattern", ["(1", "1)", "*1", "[1", "1|*", r"\w", "{2}", "\\"])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match="a pattern"):
        Pattern(pattern)


def test_repairs_are_counted_and_limited():
    pattern = Pattern("1¤?-?2(?:¤3)*")
    assert Automaton([pattern], most=2).accepts("12") == 0
    assert Automaton([pattern], most=2).accepts("1233") == 2
    assert Automaton([pattern], most=1).accepts("1233") is None
    assert Automaton([Pattern("¤12"), Pattern("12")], most=1).accepts("12") == 0


def test_one_after_the_other():
    both = Automaton([Concatenation((Pattern("1*"), Pattern("2?"), Pattern("¤1")))], most=1)
    assert both.accepts("1") == both.accepts("121") == both.accepts("1111") == 1
    assert both.accepts("12") is None
    assert both.accepts("") is None


def test_first_digits():
    machine = WithPrefix(Pattern(r"\d{2}-?\d{2}"), Pattern("12|3|456"))
    automaton = Automaton([machine])
    assert all(automaton.accepts(text) == 0 for text in ("12-34", "1299", "3000", "45-60"))
    assert all(automaton.accepts(text) is None for text in ("1134", "4550", "2000", "12", "12345"))


def test_marks_out_of_place_cost():
    automaton = Automaton([WithMarks(Pattern(r"\d{4}"), "- ")], most=3)
    assert [automaton.accepts(text) for text in ("1234", "12-34", "1-2-34", "1-2-3-4", "-1234")] == [
        1,
        1,
        2,
        3,
        None,
    ]
    assert automaton.accepts("1-2-3-4-") is None


def test_words_beside_a_number():
    automaton = Automaton([allow_words(Pattern(r"\d+"))])
    for text in ("12", "□□ 12", "□□: 12", "□-12", "12 □□", " 12□. "):
        assert automaton.accepts(text) == 0, text
    for text in ("", "□", "1□2", "12-", "-12"):
        assert automaton.accepts(text) is None, text


def test_a_state_is_made_once():
    automaton = Automaton([Pattern(r"\d{3}")])
    assert automaton.walk(automaton.start, "12") == automaton.walk(automaton.start, "98")
    assert automaton.walk(automaton.start, "1-") == DEAD
    before = len(automaton)
    automaton.accepts("456")
    automaton.accepts("789")
    assert len(automaton) <= before + 1
