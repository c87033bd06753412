"""Conventions of countries: the decimal mark, and the order of day, month and year.

Decimal marks and the order of short dates are those of the Unicode Common Locale Data Repository (release
46), for the languages that most people of a country write. Where they disagree, both are kept, and the text
stays ambiguous.
"""

from __future__ import annotations

import re

from sutja.errors import SutjaError

POINT, COMMA = ".", ","

_POINT = frozenset(
    """
    US GB IE IN CN JP KR KP TW HK MO TH MY SG PH AU NZ IL EG PK BD LK NP MM KH NG KE GH UG TZ ZW ZM MX GT
    HN SV NI PA DO PR JM TT MT CY BW ET JO AE SA QA KW BH OM GU AS MP VI FM MH PW UM
    """.split()  # noqa: SIM905
)
_COMMA = frozenset(
    """
    DE AT FR IT ES PT NL BE LU DK NO SE FI IS PL CZ SK HU RO BG GR HR SI RS BA ME MK AL EE LV LT RU UA BY
    MD TR GE AM AZ KZ KG UZ TM TJ MN BR AR CL CO UY PY BO EC VE CR CU ID VN MA DZ TN GL FO AX SM VA MC AD
    RE GP MQ GF YT NC PF WF PM BL MF SN CV MZ AO GW XK
    """.split()  # noqa: SIM905
)

# Order of the short date; a year of four digits that comes first is always read as in ISO 8601.
_MONTH_FIRST = frozenset("US PH FM MH PW GU AS MP PR VI UM".split())  # noqa: SIM905
_YEAR_FIRST = frozenset("JP KR KP CN TW HU LT MN BT IR SE".split())  # noqa: SIM905
_SEVERAL_ORDERS = {
    "CA": ("dmy", "mdy", "ymd"),
    "ZA": ("dmy", "ymd"),
    "HK": ("dmy", "ymd"),
    "KE": ("dmy", "mdy"),
}

# Currency signs that go with a decimal point wherever they are used. "$" is not among them
# (Chile, Argentina, Brazil), nor "€".
POINT_SIGNS = "£₹¥"
INDIAN = frozenset("IN PK BD LK NP BT MV".split())  # noqa: SIM905  (lakhs and crores: 12,34,567)
THREE_DECIMALS = frozenset("BH IQ JO KW LY OM TN".split())  # noqa: SIM905  (ISO 4217: fils, dirhams, baisas)


def check_country(country: str | None) -> str | None:
    """Check a country's code, and return it in capitals; None stays None.

    Raises
    ------
    SutjaError
        If it is not a code of two letters.
    """
    if country is None:
        return None
    code = country.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise SutjaError(
            f"{country!r:.40} is no country",
            where="country",
            remedy="give its ISO 3166 code, as DE, US or IN",
        )
    return "GB" if code == "UK" else code


def find_decimal_mark(country: str | None) -> str | None:
    """Find the decimal mark of a country, or None where it is unknown, or both are used.

    >>> marks = [find_decimal_mark(country) for country in ("DE", "IN", "CH", None)]
    >>> tuple(marks)
    (',', '.', None, None)
    """
    if country in _POINT:
        return POINT
    return COMMA if country in _COMMA else None


def find_date_orders(country: str | None) -> tuple[str, ...]:
    """Find the orders in which day, month and year may stand, short years too.

    >>> find_date_orders("US"), find_date_orders("DE"), find_date_orders(None)
    (('mdy',), ('dmy',), ('dmy', 'mdy', 'ymd'))
    """
    if country is None:
        return ("dmy", "mdy", "ymd")
    if country in _SEVERAL_ORDERS:
        return _SEVERAL_ORDERS[country]
    if country in _MONTH_FIRST:
        return ("mdy",)
    return ("ymd", "dmy") if country in _YEAR_FIRST else ("dmy",)
