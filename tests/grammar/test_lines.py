"""Lines of text: the number in them with its signs and unit, or a serial."""

import pytest

from sutja.grammar.lines import parse_line, unify_symbols


def find(text):
    line = "".join(symbol for symbol, _ in unify_symbols(text))
    parsed = parse_line(line)
    return None if parsed is None else (line[parsed.start : parsed.stop], parsed.serial)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("45℃", "45°C"),
        ("−3.2°℃", "-3.2°C"),
        ("37.5 °C", "37.5 °C"),
        ("99¢", "99¢"),
        ("1st", "1st"),
        ("11th", "11th"),
        ("10k", "10k"),
        ("5M", "5M"),
        ("25 m²", "25 m²"),
        ("80 km/h", "80 km/h"),
        ("<0.01", "<0.01"),
        ("> 5.5", "> 5.5"),
        ("±0.5", "±0.5"),
        ("Total: 45 kg", "45 kg"),
        ("Total:45", "45"),
        ("RM12.50", "12.50"),
        ("No.5", "5"),
        ("Kunden 25", "25"),
        ("1 1/2", "1 1/2"),
        ("25,20/000/-", "25,20/000/-"),
        ("$ 5", "$ 5"),
        ("S 500", "500"),
        ("P. 12", "12"),
        ("380 A", "380 A"),
    ],
)
def test_numbers(text, number):
    assert find(text) == (number, False)


@pytest.mark.parametrize(
    "text",
    [
        "AB12 3CD",
        "MSKU 123456 7",
        "FROPS0595C",
        "1HGCM82633A004352",
        "L8 4QZ",
        "A4-12B",
        "X9Y8Z7",
        "B-MX 4271",
        "1½",
        "A 380",
        "K 7",
        "X1",
        "P12",
    ],
)
def test_letters_that_belong_to_the_digits_make_a_serial(text):
    assert find(text) == (text, True)


@pytest.mark.parametrize("text", ["", "cash", "cash 12 and 13", "½"])
def test_no_number(text):
    assert find(text) is None
