"""The reader asked for a kind: what fits is accepted, what does not is shown and rejected."""

import pytest
from steerable import add_bar, draw

from sutja.errors import SutjaError
from sutja.reading import Reader


@pytest.fixture(scope="module")
def read_as(model_path):
    """The number on a crop, asked for as a kind."""

    def read(text, kind="auto", country=None):
        picture = draw(text) if isinstance(text, str) else text
        numbers = Reader(model_path, kind=kind, country=country).read(picture, crop=True).numbers
        return numbers[0] if numbers else None

    return read


def test_a_date(read_as):
    number = read_as("22.11.2026", "date")
    assert (number.text, number.kind, number.value, number.accepted) == (
        "22.11.2026",
        "date",
        "2026-11-22",
        True,
    )
    number = read_as("2211.2026", "date")
    assert (number.text, number.digits, number.value, number.accepted) == (
        "2211.2026",
        "22112026",
        "2026-11-22",
        True,
    )
    assert "".join(character.text for character in number.characters) == number.text


def test_a_postcode_and_its_country(read_as):
    number = read_as("94103-1742", "postcode")
    assert (number.kind, number.value, number.country, number.accepted) == (
        "postcode",
        "94103-1742",
        "US",
        True,
    )
    number = read_as("□□-10115", "postcode", "DE")
    assert (number.text, number.value, number.country, number.accepted) == ("10115", "10115", "DE", True)


def test_a_check_digit_and_its_standard(read_as):
    number = read_as("4111 1111 1111 1111", "check")
    assert (number.kind, number.value, number.standard) == ("check", "4111111111111111", "luhn")
    number = read_as("□□68 5390 0754 7034", "check")
    assert (number.value, number.standard, number.country) == ("BE68539007547034", "iban", "BE")


@pytest.mark.parametrize(
    ("text", "kind", "country"),
    [
        ("32.11.2026", "date", None),
        ("22.11.2026", "date", "US"),
        ("1234", "postcode", "DE"),
        ("00115", "postcode", "DE"),
        ("4111 1111 1111 1112", "check", None),
        ("12-34", "amount", None),
        ("12-34", "number", None),
        ("1□23", "amount", None),
    ],
)
def test_what_does_not_fit_is_shown_as_it_is_and_rejected(read_as, text, kind, country):
    number = read_as(text, kind, country)
    assert (number.text, number.kind, number.value, number.accepted) == (text, kind, None, False)
    assert number.confidence < 0.01


def test_words_are_no_number_of_any_kind(read_as):
    for kind in ("number", "amount", "postcode", "date", "check"):
        assert read_as("□□□", kind) is None


def either(first, other, ink, rest):
    """A picture whose first character is one of two, the other as dark as said: both in one frame."""
    picture = draw(f"0{rest}")
    picture[:, :8] = 255
    add_bar(picture, 0, first, 1.0, columns=2)
    add_bar(picture, 0, other, ink, columns=2)
    return picture


def test_what_is_likelier_is_shown_and_what_fits_is_an_alternative(read_as):
    number = read_as(either("3", "2", 0.93, "2.11.2026"), "date")
    assert number.text == "32.11.2026"
    assert not number.accepted
    assert number.value is None
    assert [other.text for other in number.alternatives] == ["22.11.2026"]
    assert 0.0 < number.confidence <= 0.2


def test_of_two_readings_as_likely_the_one_that_fits_is_shown_and_not_trusted(read_as):
    number = read_as(either("3", "2", 1.0, "2.11.2026"), "date")
    assert number.text == "22.11.2026"
    assert 0.3 < number.confidence < 0.7
    assert not number.accepted
    assert number.alternatives[0].text == "32.11.2026"


def test_letters_in_place_of_the_hundredths_are_accepted(read_as):
    number = read_as("125 □□/100", "amount")
    assert (number.text, number.value, number.accepted) == ("125 □□/100", "125.00", True)


def test_auto_says_what_can_be_one_thing_only(read_as):
    assert read_as("22.11.2026").kind == "date"
    assert read_as("22.11.2026").value == "2026-11-22"
    assert read_as("94103-1742").country == "US"
    assert read_as("10115").kind == "number"
    assert read_as("03/04/2024", country="GB").value == "2024-04-03"
    assert read_as("03/04/2024").value is None


def test_digits_do_not_depend_on_the_kind(read_as):
    for text in ("12.50", "22.11.2026", "10115", "4111 1111 1111 1111"):
        for kind in ("number", "amount", "postcode", "date", "check"):
            assert read_as(text, kind).digits == read_as(text).digits


def test_a_kind_that_is_none_is_refused_before_the_model_is_read():
    with pytest.raises(SutjaError, match="kind: 'zip' is no kind of number"):
        Reader("no-such-model", kind="zip")
    with pytest.raises(SutjaError, match="country: 'Germany' is no country"):
        Reader("no-such-model", country="Germany")
    with pytest.raises(SutjaError, match="GB has no postcodes of digits alone"):
        Reader("no-such-model", kind="postcode", country="GB")
