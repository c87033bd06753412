"""Check digits: golden numbers of the standards, and a wrong digit anywhere is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.grammar import make_grammar
from sutja.grammar.checks import (
    EAN,
    IBAN_DIGITS,
    IBANS,
    ISBN_10,
    LUHN,
    _accepts,
    parse_checked,
    parse_plainly_checked,
)

GOLDEN = {
    "luhn": ["79927398713", "4111 1111 1111 1111", "378282246310005", "490154203237518", "5555555555554444"],
    "ean": ["96385074", "4006381333931", "036000291452", "5 901234 123457", "10012345000017"],
    "isbn": ["978-3-16-148410-0", "0-306-40615-2", "9780306406157", "0-8044-2957-□"],
    "iban": ["□□89 3704 0044 0532 0130 00", "□□61 1904 3002 3457 3201", "□□93 8601 1117 947",
    "□□68 5390 0754 7034"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("standard", "text"), [(name, text) for name, texts in GOLDEN.items() for text in texts]
)
def test_a_golden_number(standard, text):
    typed = make_grammar("check").parse(text)
    assert typed is not None
    assert typed.standard in (standard, None)  # None where another rule holds by chance
    assert make_grammar("check").automaton.accepts(text) == 0


def test_ibans_say_whose_they_are():
    assert parse_checked("□□89 3704 0044 0532 0130 00").country == "DE"
    assert parse_checked("□□89 3704 0044 0532 0130 00").value == "DE89370400440532013000"
    assert parse_checked("□□89 3704 0044 0532 0130 00", "AT") is None
    assert parse_checked("□□68 5390 0754 7034").value == "BE68539007547034"
    assert parse_checked("89 3704 0044 0532 0130 00") is None  # its letters were cut off: a plain number
    assert set(IBANS) == set(IBAN_DIGITS)


RULES = [(LUHN, 16), (LUHN, 9), (EAN, 8), (EAN, 13), (ISBN_10, 10), (IBANS["DE"], 20), (IBANS["NO"], 13)]


@given(st.sampled_from(RULES), st.data())
def test_one_wrong_digit_is_always_seen(rule_and_length, data):
    rule, length = rule_and_length
    digits = data.draw(st.text(alphabet="0123456789", min_size=length, max_size=length))
    letters = "□" * rule.letters_first
    place = length - 1 if not rule.letters_first else data.draw(st.integers(0, 1))
    right = next(
        (
            digits[:place] + last + digits[place + 1 :]
            for last in "0123456789"
            if _accepts(rule, letters + digits[:place] + last + digits[place + 1 :])
        ),
        None,
    )
    if right is None:  # an ISBN whose check is X; an IBAN that wants the other check digit changed too
        return
    i = data.draw(st.integers(0, length - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != right[i]]))
    assert not _accepts(rule, letters + right[:i] + other + right[i + 1 :])


@given(st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_exactly_one_last_digit_is_right(digits):
    assert sum(_accepts(LUHN, digits + last) for last in "0123456789") == 1
    assert sum(_accepts(EAN, digits[:12] + last) for last in "0123456789") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111 1111 1111 1112",
        "4111  1111 1111 1111",
        "411111111111111□",
        "96385075",
        "4006381333930",
        "-96385074",
        "1",
    ],
)
def test_no_check_holds(text):
    assert parse_checked(text) is None


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("4111 1111 1111 1111", "luhn"),
        ("4111-1111-1111-1111", "luhn"),
        ("978-3-16-148410-0", "isbn"),
        ("9783161484100", "isbn"),
        ("0-306-40615-2", "isbn"),
        ("5 901234 123457", "ean"),
        # right by chance, or so they may be
        ("4111111111111111", None),
        ("96385074", None),
        ("4006381333931", None),
        ("79927398713", None),
        ("4111 1111 1111 1112", None),
        ("978-3-16-148410-1", None),
    ],
)
def test_without_being_asked_only_strong_evidence_counts(text, standard):
    found = parse_plainly_checked(text)
    assert (found.standard if found else None) == standard
