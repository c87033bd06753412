"""Postcodes: every example of the source fits, what its country would not write does not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.errors import SutjaError
from sutja.grammar import keep_digits, make_grammar
from sutja.grammar.automata.patterns import Pattern
from sutja.grammar.postcodes import find_formats, load_table, parse_postcode

EXAMPLES = [(form, example) for form in load_table().values() for example in form.examples]


def test_there_are_many_countries():
    assert len(load_table()) >= 140
    assert {"US", "KR", "DE", "FR", "HU", "JP", "IN", "BR", "IT", "ES", "PL", "SE", "CZ", "AU"} <= set(
        load_table()
    )


def test_every_example_of_the_source_fits():
    for form, example in EXAMPLES:
        found = parse_postcode(example, form.country)
        assert (found.country, found.repairs) == (form.country, 0), (form.country, example)
        assert keep_digits(found.value) == keep_digits(example)
        assert parse_postcode(example) is not None


@pytest.mark.parametrize("form", load_table().values(), ids=lambda form: form.country)
def test_examples_fit_while_they_are_decoded(form):
    automaton = make_grammar("postcode", form.country).automaton
    for example in form.examples:
        assert automaton.accepts(example) == 0
        assert automaton.accepts(f"□□-{example}") == 0
        assert automaton.accepts(f"□□□ {example}□") == 0
        assert automaton.accepts(example + "1234567890") is None


@pytest.mark.parametrize("form", load_table().values(), ids=lambda form: form.country)
def test_every_format_is_read_as_python_reads_it(form):
    assert set(form.written.values()) <= {re.sub(r"\d", "d", example) for example in form.examples}
    Pattern(form.format), Pattern(form.bare), Pattern(form.begins)
    assert not set(form.bare) & set(" -") or "[" in form.bare


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("10115", "DE", "10115"),
        ("00115", "DE", None),
        ("94103-1742", "US", "94103-1742"),
        ("94103 1742", "US", "94103-1742"),
        ("00012", "US", None),
        ("03051", "KR", "03051"),
        ("64000", "KR", None),
        ("00999", "KR", None),
        ("75 008", "FR", "75008"),
        ("99123", "FR", None),
        ("1037", "HU", "1037"),
        ("0999", "HU", None),
        ("1540023", "JP", "154-0023"),
        ("110 034", "IN", "110034"),
        ("011034", "IN", None),
        ("900056", "IN", "900056"),
        ("40301110", "BR", "40301-110"),
        ("40301.110", "BR", "40301-110"),
        ("40.301-110", "BR", None),
        ("45.000", "DE", None),
        ("11000", "CZ", "110 00"),
        ("00-950", "PL", "00-950"),
        ("1234", "DE", None),
        ("123456", "DE", None),
        ("12-3-4-5-6", "DE", None),
        ("12/345", "DE", None),
        ("", "DE", None),
        ("1011□", "DE", None),
    ],
)
def test_a_postcode(text, country, value):
    found = parse_postcode(text, country)
    assert (found.value if found else None) == value


def test_whose_it_is_is_said_where_only_one_would_do():
    assert parse_postcode("94103-1742").country == "US"
    assert parse_postcode("154-0023").country in ("JP", None)
    assert parse_postcode("10115").country is None
    assert parse_postcode("10115").value == "10115"


@pytest.mark.parametrize("country", ["GB", "NL", "CA", "XX"])
def test_letters_cannot_be_read(country):
    with pytest.raises(SutjaError, match=f"{country} has no postcodes of digits alone; leave it out"):
        find_formats(country)


@given(st.sampled_from(sorted(load_table())), st.data())
def test_random_postcodes_fit_the_automaton_as_they_fit_the_format(code, data):
    form = load_table()[code]
    text = data.draw(st.from_regex(form.format, fullmatch=True, alphabet="0123456789 -"))
    found = parse_postcode(text, code)
    accepted = make_grammar("postcode", code).automaton.accepts(text)
    assert (found.repairs if found else None) == accepted
    fits_first = re.match(form.begins, keep_digits(text)) is not None
    assert (found is not None) == fits_first


@given(st.text(alphabet=CHARSET, max_size=16))
def test_digits_are_never_changed(text):
    found = parse_postcode(text)
    if found is not None and found.value is not None:
        assert keep_digits(found.value) == keep_digits(text)
