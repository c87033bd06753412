"""Signs beside a number: its sign, unit and relation."""

import pytest

from sutja.grammar import Signs, find_signs


@pytest.mark.parametrize(
    ("text", "sign", "unit", "relation"),
    [
        ("12", None, None, None),
        ("-12.5", "-", None, None),
        ("−70", "-", None, None),
        ("+3", "+", None, None),
        ("±0.5 mm", "±", "mm", None),
        ("$-5", "-", "$", None),
        ("-$5", "-", "$", None),
        ("7.42 %", None, "%", None),
        ("<0.01", None, None, "<"),
        ("> 3000", None, None, ">"),
        ("~20", None, None, "≈"),
        ("≥ -3.2 °C", "-", "°C", "≥"),
        ("45℃", None, "°C", None),
        ("99¢", None, "¢", None),
        ("12 €", None, "€", None),
        ("10k", None, "k", None),
        ("5M", None, "M", None),
        ("80 km/h", None, "km/h", None),
        ("25 m²", None, "m²", None),
        ("12kg", None, "kg", None),
    ],
)
def test_signs_of_a_number(text, sign, unit, relation):
    assert find_signs(text) == Signs(sign, unit, relation)


@pytest.mark.parametrize(
    "text", ["1st", "2nd", "3rd", "11th", "3º", "2ème", "12-03", "1/2", "12 -", "500/-", "4 □", ""]
)
def test_nothing_beside_it(text):
    assert find_signs(text) == Signs()


@pytest.mark.parametrize("text", ["-500-", "--500", "- 25,000/-", "(-12)"])
def test_a_dash_that_may_be_a_stroke_is_no_sign(text):
    assert find_signs(text).sign is None
