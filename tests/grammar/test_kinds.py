"""The kinds: what is meant and what steers the decoding are one language, whatever text comes."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.errors import SutjaError
from sutja.grammar import KINDS, check_country, infer_kind, keep_digits, kinds, make_grammar

ASKED = [kind for kind in KINDS if kind != "auto"]
SEEDS = {
    "number": ["123", "-12,5", "1 234 567", "12,34,567", "1.234,5", "45 %", "#17", "5.", "3 0 4 7"],
    "amount": [
        "**1.234,50", "$ 1,234.50/-", "125 50/100", "125 □□/100", "55,60000/-", "12 50", "€ 5.-", ".50",
        "(12.50)", "-5", "1, 234.50", "35,000,", "30,200/", "12,5", "23/50/000", "1.234.50",
    ],
    "date": [
        "22.11.2026", "2211.2026", "1.2.24", "2024-03-12", "12032024", "1 2 0 3 2 0 2 4",
        "1.2.'24", "2 2.11.2026",
    ],
    "postcode": [
        "12345", "94103-1742", "941031742", "123-4567", "12 345", "12345-678", "00-950",
        "12345.678", "94103,1742",
    ],
    "check": [
        "4111 1111 1111 1111", "978-3-16-148410-0", "0-306-40615-2", "5 901234 123457", "0-8044-2957-□",
        "□□89 3704 0044 0532 0130 00",
    ],
}  # fmt: skip
SOME = st.sampled_from("0123456789" + " .,-/'□*$=:")


@st.composite
def near(draw, kind):
    """A text that is of a kind, or nearly: some characters put in, taken out or changed."""
    text = draw(st.sampled_from(SEEDS[kind]))
    for _ in range(draw(st.integers(0, 3))):
        i = draw(st.integers(0, len(text)))
        text = text[:i] + draw(st.one_of(st.just(""), SOME)) + text[i + draw(st.integers(0, 1)) :]
    return (
        draw(st.sampled_from(["", "", "□ ", "□□: ", "□-"]))
        + text
        + draw(st.sampled_from(["", "", " □□", "□."]))
    )


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("country", [None, "DE", "US", "IN"])
def test_decoding_follows_every_text_that_is_of_the_kind(kind, country):
    grammar = make_grammar(kind, country)

    @settings(max_examples=60, deadline=None)
    @given(near(kind))
    def holds(text):
        found = grammar.parse(text)
        if found is not None:
            assert found.kind == kind
            repairs = grammar.automaton.accepts(text)
            assert repairs is not None
            assert repairs <= found.repairs

    holds()


@pytest.mark.parametrize("kind", ASKED)
def test_every_seed_is_of_its_kind(kind):
    for text in SEEDS[kind]:
        assert make_grammar(kind).parse(text) is not None, text


@given(st.text(max_size=40), st.sampled_from(ASKED))
def test_hostile_texts_are_of_no_kind_or_keep_their_digits(text, kind):
    found = make_grammar(kind).parse(text)
    if found is not None and found.value is not None and kind in ("postcode", "check"):
        assert keep_digits(found.value) == keep_digits(text) or found.standard == "iban"


@pytest.mark.parametrize(
    "text", ["1" * 2000, "1 " * 800, "□" * 1000 + "1", "-" * 2000, "1.2" * 600, "12/" * 600]
)
def test_long_texts_end(text):
    for kind in ASKED:
        found = make_grammar(kind).parse(text)
        assert found is None or found.kind == kind
        make_grammar(kind).automaton.accepts(text)
    assert infer_kind(text).kind == "number"


def test_an_automaton_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(kinds, "_MAX_STATES", 50)
    grammar = kinds.Grammar("check", None, kinds._make_machines("check", None), lambda text: None)
    for first in range(100):
        grammar.automaton.accepts(f"{first:02d}12345678901234")
    assert len(grammar.automaton) < 2000


def test_readers_in_several_threads_share_an_automaton():
    machines = kinds._make_machines("amount", None)
    automaton = kinds.Grammar("amount", None, machines, lambda text: None).automaton
    texts = [text for text in SEEDS["amount"] for _ in range(20)]
    expected = [make_grammar("amount").automaton.accepts(text) for text in texts]
    answers: dict[int, list[int | None]] = {}
    threads = [
        threading.Thread(target=lambda n=n: answers.update({n: [automaton.accepts(text) for text in texts]}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers[n] == expected for n in range(8))


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("12345", None, ("number", "12345", None, None)),
        ("10115", "DE", ("number", "10115", None, None)),
        ("94103-1742", None, ("postcode", "94103-1742", "US", None)),
        ("154-0023", "JP", ("postcode", "154-0023", "JP", None)),
        ("555-0123", None, ("number", None, None, None)),
        ("94103-1742", "DE", ("number", None, None, None)),
        ("94103-1742", "GB", ("number", None, None, None)),
        ("12/03/2024", None, ("date", None, None, None)),
        ("12/03/2024", "US", ("date", "2024-12-03", None, None)),
        ("22/03/2024", "US", ("number", None, None, None)),
        ("2211.2026", None, ("number", None, None, None)),
        ("□□: 12.50", None, ("amount", "12.50", None, None)),
        ("1,234", "US", ("number", "1234", None, None)),
        ("4111 1111 1111 1111", None, ("check", "4111111111111111", None, "luhn")),
        ("+82 10-5550-142", None, ("number", None, None, None)),
        ("", None, ("number", None, None, None)),
    ],
)
def test_what_a_number_is_when_nobody_said(text, country, expected):
    found = infer_kind(text, country)
    assert (found.kind, found.value, found.country, found.standard) == expected


@given(st.text(alphabet=CHARSET, max_size=24), st.sampled_from([None, "DE", "US", "GB"]))
def test_every_text_is_something(text, country):
    assert infer_kind(text, country).kind in ASKED


def test_no_such_kind_and_no_such_country():
    with pytest.raises(SutjaError, match="kind: 'zip' is no kind of number; choose one of auto, number"):
        make_grammar("zip")
    with pytest.raises(SutjaError, match="country: 'Germany' is no country; give its ISO 3166 code"):
        make_grammar("date", "Germany")
    with pytest.raises(SutjaError, match="NL has no postcodes of digits alone"):
        make_grammar("postcode", "nl")
    assert make_grammar("auto", "nl") is None
    assert check_country(" de ") == "DE"
    assert check_country("uk") == "GB"


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("-12.5", "-12.5", "number"),
        ("-264.27", "-264.27", "amount"),
        ("−3.2 °C", "-3.2", "number"),
        ("7.42 %", "7.42", "number"),
        ("7.42%", "7.42", "number"),
        ("<0.01", "0.01", "amount"),
        ("> 3000", "3000", "number"),
        ("45°C", "45", "number"),
        ("99¢", "99", "number"),
        ("1st", "1", "number"),
        ("12.50 €", "12.50", "amount"),
        ("0.125", "0.125", "number"),
        ("3.14159", "3.14159", "number"),
        ("1.234", None, "number"),
        ("-500-", None, "number"),
        ("25,20/000/-", "2520000", "amount"),
        ("1/2", None, "number"),
        ("1 1/2", "1.5", "number"),
        ("1 1/3", None, "number"),
        ("2,35000", None, "number"),
    ],
)
def test_signs_and_units_leave_the_value(text, value, kind):
    found = infer_kind(text)
    assert (found.value, found.kind) == (value, kind)
