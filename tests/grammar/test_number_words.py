"""Number words: every number comes back from every way of saying it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.grammar.number_words import (
    MAX_CARDINAL,
    VOCABULARY,
    extract_digits,
    find_numbers,
    parse_words,
    spell_cardinal,
    spell_digits,
    spell_ordinal,
    spell_pairs,
    split_words,
)

NUMBERS = st.one_of(st.integers(0, 9_999), st.integers(0, MAX_CARDINAL))
DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=20)
REPEATING = st.lists(st.sampled_from(["0", "00", "5", "55", "555", "5555", "7"]), min_size=1).map("".join)


@pytest.mark.parametrize(
    ("text", "digits", "value"),
    [
        ("zero", "0", "0"),
        ("oh", "0", "0"),
        ("seven", "7", "7"),
        ("seventeen", "17", "17"),
        ("twenty-one", "21", "21"),
        ("FIVE HUNDRED AND SIX", "506", "506"),
        ("a hundred", "100", "100"),
        ("a thousand and one", "1001", "1001"),
        ("six thousand eight hundred and eighty one", "6881", "6881"),
        ("nine hundred thousand nine", "900009", "900009"),
        ("one hundred two thousand", "102000", "102000"),
        ("twenty-one hundred", "2100", "2100"),
        ("twenty one hundred and five", "2105", "2105"),
        ("nineteen hundred", "1900", "1900"),
        ("double five", "55", "55"),
        ("double oh seven", "007", "007"),
        ("treble nine", "999", "999"),
        ("four double zero one", "4001", "4001"),
        ("one five oh four four", "15044", "15044"),
        ("seven fifty five", "755", "755"),
        ("six thirty", "630", "630"),
        ("fifty six thirty two", "5632", "5632"),
        ("fifty sixty three", "5063", "5063"),
        ("nineteen oh five", "1905", "1905"),
        ("twenty twenty-four", "2024", "2024"),
        ("one twenty three", "123", "123"),
        ("one hundred two hundred", "100200", None),
        ("one two thousand", "12000", None),
        ("o u", None, None),
        ("yes", None, None),
        ("", None, None),
        ("and five", None, None),
        ("five and", None, None),
        ("hundred", "100", "100"),
        ("thousand", "1000", "1000"),
        ("two million three hundred thousand", "2300000", "2300000"),
        ("a billion", "1000000000", "1000000000"),
        ("nine hundred billion and one", "900000000001", "900000000001"),
        ("one trillion", "1000000000000", "1000000000000"),
        ("two thousand million", None, None),
        ("three point five", "35", "3.5"),
        ("zero point zero five", "005", "0.05"),
        ("point five", "5", "0.5"),
        ("two point seventy five", "275", "2.75"),
        ("three and a half", "35", "3.5"),
        ("two point three million", "2300000", "2300000"),
        ("a million and a half", "10000005", "1000000.5"),
        ("minus one point five", "15", "-1.5"),
        ("negative twenty", "20", "-20"),
        ("minus a hundred", "100", "-100"),
        ("twenty-first", "21", "21"),
        ("one hundred and first", "101", "101"),
        ("two hundredth", "200", "200"),
        ("ten second", None, None),
        ("five per cent", "5", "5"),
        ("twelve thirty four pounds fifty six", "123456", "1234.56"),
        ("twenty five dollars and thirty cents", "2530", "25.30"),
        ("five euros oh five", "505", "5.05"),
        ("one dollar", "1", "1"),
        ("five dollars six", None, None),
        ("fifty cents", "50", "50"),
        ("five point", None, None),
        ("minus", None, None),
        ("half", None, None),
        ("a", None, None),
        ("dollars", None, None),
        ("double", None, None),
        ("double twenty", None, None),
        ("two thousand thousand", None, None),
        ("five hundred and", None, None),
        ("twenty hundred", None, None),
        ("and", None, None),
        ("a five", None, None),
    ],
)
def test_what_is_said(text, digits, value):
    found = parse_words(text)
    assert (found and found.digits, found and found.value) == (digits, value)


@given(NUMBERS, st.sampled_from(["and", ""]))
def test_a_whole_number_comes_back(number, conjunction):
    said = spell_cardinal(number, conjunction)
    assert parse_words(said).value == str(number)
    assert VOCABULARY.issuperset(split_words(said))


def test_every_number_below_three_thousand_comes_back():
    for number in range(3000):
        assert parse_words(spell_cardinal(number)).value == str(number)
        assert parse_words(spell_cardinal(number, "")).value == str(number)
        if number >= 1000 and number % 1000 >= 100 and number // 100 % 10:
            hundreds = f"{spell_cardinal(number // 100)} hundred"
            said = f"{hundreds} and {spell_cardinal(number % 100)}" if number % 100 else hundreds
            assert parse_words(said).value == str(number)


@given(st.integers(1, MAX_CARDINAL), st.sampled_from(["and", ""]))
def test_a_rank_comes_back(number, conjunction):
    if number % 100 or number == 100:
        assert parse_words(spell_ordinal(number, conjunction)).value == str(number)


@given(st.one_of(DIGITS, REPEATING), st.sampled_from(["oh", "zero", "o", "nought"]), st.booleans())
def test_digits_come_back(digits, zero, repeats):
    found = parse_words(spell_digits(digits, zero, repeats))
    assert found.digits == found.value == digits


@given(DIGITS)
def test_pairs_come_back(digits):
    assert parse_words(spell_pairs(digits)).digits == digits


@given(NUMBERS, DIGITS)
def test_numbers_are_found_among_words(number, digits):
    amount, account = spell_cardinal(number), spell_digits(digits, "zero")
    text = f"please pay {amount} to account {account} yes oh and thanks a lot"
    words = split_words(text)
    found = find_numbers(text)
    assert [n.digits for n in found] == [str(number), digits]
    for number_found in found:
        assert VOCABULARY.issuperset(words[number_found.start : number_found.stop])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oh no", []),
        ("and a o and", []),
        ("call me", []),
        ("a hundred people and five dogs", ["100", "5"]),
        ("twenty or thirty", ["20", "30"]),
        ("thousand one", ["1001"]),
        ("half past ten", ["10"]),
        ("the twenty first of may nineteen eighty four", ["21", "1984"]),
        ("five minus three", ["5", "3"]),
        ("five five six sorry five five seven", ["556", "557"]),
        ("double trouble", []),
        ("two hundred and a half", ["2005"]),
    ],
)
def test_what_is_a_number_among_words(text, expected):
    assert [number.digits for number in find_numbers(text)] == expected


@given(st.lists(st.sampled_from(sorted(VOCABULARY)), max_size=12))
def test_any_row_of_words_is_read_or_refused(words):
    found = parse_words(words)
    if found is not None:
        assert found.digits.isdigit()
        assert found.value is None or math.isfinite(float(found.value))
        assert (found.sign == "-") == (found.value or "").startswith("-") or found.value is None
        assert (found.start, found.stop) == (0, len(words))
    for number in find_numbers(words):
        assert 0 <= number.start < number.stop <= len(words)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    parse_words(text)
    find_numbers(text)


def test_long_utterances_end():
    assert parse_words("one " * 300).digits == "1" * 300
    assert parse_words("one hundred and " * 5000) is None
    assert len("".join(n.digits for n in find_numbers("one " * 2000))) == 2000


def test_what_cannot_be_said_is_refused():
    for number in (-1, MAX_CARDINAL + 1):
        with pytest.raises(ValueError, match="is not from 0 to 999999999999999"):
            spell_cardinal(number)
    for make in (spell_digits, spell_pairs):
        with pytest.raises(ValueError, match="is not a string of digits"):
            make("1a")
    with pytest.raises(ValueError, match="no word for 0"):
        spell_digits("0", zero="one")


@pytest.mark.parametrize(
    ("text", "digits"),
    [("oh double five", "055"), ("two hundred and six", "206"), ("yes", ""), ("0 55", "055")],
)
def test_the_digits_of_a_text(text, digits):
    assert extract_digits(text) == digits


def test_ranks_without_a_word_are_refused():
    for number in (0, 200):
        with pytest.raises(ValueError, match="there is no word here"):
            spell_ordinal(number)


@pytest.mark.parametrize(
    ("text", "sign", "unit"),
    [
        ("minus five percent", "-", "%"),
        ("twenty degrees", None, "°"),
        ("three pounds", None, "£"),
        ("one euro fifty", None, "€"),
        ("nine pence", None, "p"),
        ("one cent", None, "¢"),
        ("two million dollars", None, "$"),
        ("seven", None, None),
    ],
)
def test_signs_and_units(text, sign, unit):
    number = parse_words(text)
    assert (number.sign, number.unit) == (sign, unit)
