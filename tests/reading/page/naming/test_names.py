"""Names of numbers by kind, by the words beside them, and by place."""

import pytest

from sutja.grammar import infer_kind
from sutja.reading.page.naming.names import (
    Candidate,
    LabelFinder,
    find_placed,
    is_money,
    may_be_amount,
    name_numbers,
    pick_named,
)
from sutja.reading.page.text.lines import Word
from sutja.reading.page.text.numbers import find_numbers
from sutja.types import NUMBER_NAMES, Box, Number

WIDTH, HEIGHT = 8.0, 14.0  # pixels of a character


def lay_out(lines):
    """Words and numbers of lines of text, one below the other."""
    words = []
    for row, line in enumerate(lines):
        place = 0
        for part in line.split(" "):
            if part:
                boxes = tuple(
                    Box(WIDTH * (place + i), 30.0 * row, WIDTH * (place + i + 1), 30.0 * row + HEIGHT)
                    for i in range(len(part))
                )
                words.append(Word(part, (0.99,) * len(part), boxes, row))
            place += len(part) + 1
    numbers = []
    for found in find_numbers(words):
        typed = infer_kind(found.text)
        numbers.append(Candidate(found.text, typed.value, typed.kind, typed.standard, found.box))
    return numbers, words


def name(*lines, size=(600.0, 900.0)):
    """The names of a page's numbers, by their texts."""
    numbers, words = lay_out(lines)
    names = name_numbers(numbers, words, *size)
    assert set(names) <= {None, *NUMBER_NAMES}
    return {named: number.text for number, named in zip(numbers, names, strict=True) if named}


@pytest.mark.parametrize(
    ("subtotal", "total"),
    [
        ("Sub Total 9.40", "TOTAL 10.00"),
        ("Zwischensumme 9,40", "Summe EUR 10,00"),
        ("Sous-total 9,40", "Total TTC 10,00"),
        ("Subtotal 9,40", "Total a pagar 10,00"),
        ("소계 9.40", "합계 10.00"),
    ],
)
def test_a_total_is_told_from_a_subtotal_in_five_languages(subtotal, total):
    assert name("Shop", "Tea 4.00", "Cake 5.40", subtotal, total)["total"] == total.split()[-1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["Order # 99120", "Due date 13/04/2024", "Invoice date 14/03/2024", "Call us: 5550192331"],
            {"number": "99120", "date": "14/03/2024", "telephone": "5550192331"},
        ),
        (["Widget 50.00", "Balance due", "$310.25"], {"total": "$310.25"}),
        (["Meter No 88120934", "Present reading 04512", "Previous reading 04378"], {"reading": "04512"}),
        (
            [
                "Rechnung Nr. 2024-1187",
                "Nettobetrag 55,00 EUR",
                "zzgl. 19% MwSt. 10,45 EUR",
                "Rechnungsbetrag 65,45",
            ],
            {"number": "2024-1187", "tax": "10,45", "total": "65,45"},
        ),
        (["Kundennummer 1199", "Rechnungsnummer 40071"], {"number": "40071"}),
        (
            ["Total HT 100,00", "Montant TVA 16,40", "Nouvel index 23411", "Ancien index 23001"],
            {"tax": "16,40", "reading": "23411"},
        ),
        (
            ["Base imponible 200,00", "C.P. 41001", "TOTAL FACTURA 242,00"],
            {"postcode": "41001", "total": "242,00"},
        ),
        (["Lectura actual 10233", "Lectura anterior 10011"], {"reading": "10233"}),
        (
            ["영수증 번호 20231", "우편번호 06236", "공급가액 50,000", "부가가치세 5,000", "합계금액 55,000"],
            {"number": "20231", "postcode": "06236", "tax": "5,000", "total": "55,000"},
        ),
        (
            ["발행일 2023.11.05", "당월 지침 1823", "전월 지침 1790"],
            {"date": "2023.11.05", "reading": "1823"},
        ),
    ],
)
def test_labels_of_invoices_and_meters_in_five_languages(lines, expected):
    named = name(*lines)
    assert {key: named.get(key) for key in expected} == expected


def test_what_was_paid_less_the_change_is_the_total():
    assert name("Coffee 3.50", "Bun 2.00", "5.50", "CASH 10.00", "CHANGE 4.50")["total"] == "5.50"


def test_a_number_is_no_total_because_total_stands_in_its_label():
    named = name("Total Qty 8", "Total Discount 1.00", "Total GST 0.60", "Total Amount 10.60")
    assert named["total"] == "10.60"


def test_of_a_total_and_what_it_was_rounded_to_the_second_is_paid():
    assert name("Total 28.31", "Rounding -0.01", "Total 28.30", "Cash 28.30")["total"] == "28.30"


def test_other_names():
    named = name("Invoice No: 4711", "Date: 23/11/2026", "Tel: 03-77285080", "GST 6% 0.60", "Total 10.60")
    assert named["number"] == "4711"
    assert named["date"] == "23/11/2026"
    assert named["tax"] == "0.60"
    assert named["total"] == "10.60"
    assert "telephone" in named


def test_a_cheque_is_known_by_its_words_and_named_by_place():
    far = " " * 80
    cheque = (
        "First Bank" + far + "23/11/2026",
        "",
        "Pay to the order of",
        "",
        "Rupees seven hundred" + far + "700.00",
        *[""] * 6,
        "123456 000012345 678901",
    )
    named = name(*cheque, size=(960.0, 400.0))
    assert named["amount"] == "700.00"
    assert named["date"] == "23/11/2026"
    assert "micr" in named


def test_the_label_stands_before_or_above():
    numbers, words = lay_out(["Betrag", "12,50", "", "", "Datum: 23.11.2026"])
    finder = LabelFinder(words)
    assert [finder.find(number.box) for number in numbers] == ["betrag", "datum:"]


@pytest.mark.parametrize(
    ("text", "money"), [("12.50", True), ("$7", True), ("500/-", True), ("00123456", False), ("12", False)]
)
def test_money_is_told_by_how_it_is_written(text, money):
    assert is_money(Candidate(text, None, "number", None, Box(0, 0, 1, 1))) == money


@pytest.mark.parametrize(
    ("text", "name", "amount"),
    [
        ("12.50", None, True),
        ("1200", None, True),
        ("1200", "amount", True),
        ("1234567", "total", True),
        ("1234567", None, False),
        ("004711", None, False),
        ("12.50", "telephone", False),
        ("4711", "number", False),
    ],
)
def test_a_serial_number_is_no_amount(text, name, amount):
    assert may_be_amount(Candidate(text, None, "amount", None, Box(0, 0, 1, 1)), name) == amount


def test_a_page_without_words_has_no_names_but_those_of_kinds():
    numbers, _ = lay_out(["12.50", "4711"])
    assert name_numbers(numbers, [], 600.0, 900.0) == [None, None]


def test_the_surest_number_of_each_name_is_picked():
    box = Box(0, 0, 1, 1)
    numbers = [
        Number(text, text, text, "number", confidence, True, box, name=name)
        for text, confidence, name in (
            ("1", 0.6, "total"),
            ("2", 0.9, "total"),
            ("3", 0.8, None),
            ("4", 0.5, "tax"),
        )
    ]
    picked = pick_named(numbers, ["tax", "date", "total"])
    assert {name: number.text for name, number in picked.items()} == {"tax": "4", "total": "2"}
    assert list(picked) == ["tax", "total"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("5,35,000/-", True),
        ("₹520,20/000", True),
        ("42,444.00", True),
        ("30000/", True),
        ("30000", False),  # a digit may be missing
        ("10000000", False),
        ("1,05000", False),
        ("142", False),
    ],
)
def test_an_amount_of_a_cheque_that_is_written_out_whole_has_to_stand_there(text, whole):
    number = Candidate(text, None, "amount", None, Box(0.0, 0.0, 90.0, 20.0))
    assert find_placed([number], ["amount"], True) == [whole]
    assert find_placed([number], ["amount"], False) == [False]
    assert find_placed([number], ["number"], True) == [False]
