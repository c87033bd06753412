"""Values of the fields of pages: dates, amounts, postcodes, telephone numbers, measurements."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from numpy.random import Generator

from sutja.synthesis.crops import texts
from sutja.synthesis.pages.vocabulary import pick

_MONTHS = "Jan Feb March April May June July Aug Sept Oct Nov Dec AUG NOV Januar März Mai Juli".split()  # noqa: SIM905
_POSTCODES = (
    *(
        "ddddd",
        "ddddd",
        "ddddd-dddd",
        "dddd",
        "dddddd",
        "ddd ddd",
        "ddd-dddd",
        "ddddd-ddd",
        "dd-ddd",
        "ddd dd",
        "dddd ddd",
    ),
)
_PHONES = (
    *(
        "ddd-ddd-dddd",
        "(ddd) ddd-dddd",
        "+dd ddd ddddddd",
        "0ddd/dddddd",
        "0dd dddd dddd",
        "dddddddddd",
        "0ddd dddddd",
    ),
    *("+dd dd ddd dd dd", "ddd-dddd-dddd", "dd dd dd dd dd", "0dddd-dddddd"),
)


def fill_pattern(rng: Generator, pattern: str) -> str:
    """A pattern with a random digit for every d."""
    return "".join(str(rng.integers(10)) if c == "d" else c for c in pattern)


def make_date(rng: Generator) -> str:
    """A day in figures."""
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = int(rng.integers(1870, 2030)) if rng.random() < 0.3 else int(rng.integers(1990, 2030))
    mark = pick(rng, ["/", "/", ".", "-", "/", ". "])
    wide = rng.random() < 0.7
    two = f"{day:02d}", f"{month:02d}"
    d, m = two if wide else (str(day), str(month))
    y = str(year) if rng.random() < 0.7 else f"{year % 100:02d}"
    order = rng.random()
    if order < 0.6:
        return mark.join([d, m, y])
    return mark.join([m, d, y]) if order < 0.8 else mark.join([str(year), two[1], two[0]])


def make_date_with_month(rng: Generator) -> str:
    """A day with its month in letters."""
    day, year, month = int(rng.integers(1, 32)), int(rng.integers(1880, 2030)), pick(rng, _MONTHS)
    formats = [
        f"{day} {month} {year}",
        f"{month} {day}, {year}",
        f"{day:02d}-{month}-{year % 100:02d}",
        f"{day}. {month} {year}",
    ]
    return pick(rng, formats)


def make_indian_amount(rng: Generator) -> str:
    """A sum as it is written in India: 12,34,567/-."""
    whole = str(
        int(10 ** rng.uniform(2, 8)) // int(rng.choice([1, 10, 100, 1000])) * int(rng.choice([1, 10, 100]))
        + 1
    )
    if rng.random() < 0.8:
        head, tail = whole[:-3], whole[-3:]
        groups = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
        whole = ",".join([*groups, tail])
    if rng.random() < 0.12:
        whole += "." + texts.make_digits(rng, 2)
    return whole + pick(rng, ["/-", "/-", "", "/-", "/=", "-", "", ".00"])


def make_decimal(rng: Generator) -> str:
    """A measurement or a price with a decimal mark."""
    whole = int(10 ** rng.uniform(0, 3.2))
    places = int(rng.choice([1, 2, 2, 2, 3]))
    return f"{whole}{pick(rng, ['.', ',', '.'])}{texts.make_digits(rng, places)}"


def make_count(rng: Generator) -> str:
    """A small whole number."""
    return str(int(10 ** rng.uniform(0, rng.choice([1, 2, 3, 4]))))


def make_postcode(rng: Generator) -> str:
    """A postcode of figures."""
    return fill_pattern(rng, pick(rng, list(_POSTCODES)))


def make_phone(rng: Generator) -> str:
    """A telephone number."""
    return fill_pattern(rng, pick(rng, list(_PHONES)))


def make_account(rng: Generator) -> str:
    """A long row of figures, at times in groups."""
    if rng.random() < 0.3:
        return fill_pattern(
            rng,
            pick(
                rng,
                [
                    "dddd dddd dddd dddd",
                    "ddd ddd ddd",
                    "dddd dddd dd",
                    "dd-dddd-ddd",
                    "ddd-dddddd-d",
                    "dd/dddd",
                ],
            ),
        )
    return texts.make_digits(rng, int(rng.integers(5, 17)))


def make_code(rng: Generator) -> str:
    """Letters and figures in one: whether it is a number is a matter of taste, so it is ignored."""
    return fill_pattern(
        rng,
        pick(
            rng,
            [
                "SYNBddddddd",
                "INV-dddd",
                "Add",
                "dd-B",
                "XK dddd",
                "AXIS dddd",
                "No.dddA",
                "Wdd dXX",
                "DEdd dddd dddd dddd",
                "dddd AB",
                "v.d.d",
            ],
        ),
    )


KINDS: MappingProxyType[str, Callable[[Generator], str]] = MappingProxyType(
    {
        "amount": texts.make_amount,
        "indian": make_indian_amount,
        "date": make_date,
        "postcode": make_postcode,
        "phone": make_phone,
        "account": make_account,
        "number": lambda rng: texts.make_number(rng, 14),
        "count": make_count,
        "decimal": make_decimal,
    }
)


def make_value(rng: Generator) -> tuple[str, str]:
    """Some number and its kind."""
    kind = pick(
        rng,
        [
            "amount",
            "amount",
            "indian",
            "date",
            "date",
            "postcode",
            "phone",
            "account",
            "number",
            "count",
            "count",
            "decimal",
        ],
    )
    return KINDS[kind](rng), "amount" if kind == "indian" else kind
