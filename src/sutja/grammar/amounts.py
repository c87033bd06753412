"""Sums of money: the ways in which they are written, and what they are worth.

The decimal mark is never guessed, and never put in: a mark read or not read there is a factor of a hundred.
The marks between thousands are, for a repair: they change nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sutja.charset import LETTER, SPACE
from sutja.grammar.conventions import COMMA, INDIAN, POINT, POINT_SIGNS, THREE_DECIMALS, decimal_mark
from sutja.grammar.strings import digits_of

CURRENCY = "$€£₹¥"
GROUP_MARKS = ",.' "

# Fillers and signs that stand around an amount without changing it: stars and hashes against forgery, the
# currency.
_AROUND = CURRENCY + "#*" + SPACE
_NO_CENTS = re.compile(r"(?:/-|\.-|,-)=?$")  # "500/-" in India, "500.-" in Switzerland, "500,-" in Germany

_DECOR = r"[*#= $€£₹¥]"
_LEAD = rf"(?:{_DECOR}|-)*[+(]?{_DECOR}*"
_NOTHING_MORE = r"(?:[.,:]?[\-=]{1,3}|/[\-=]{0,3})"  # behind the last digit: no cents, or nothing to be added
_TAIL = rf" ?(?:{_NOTHING_MORE}|¤[.,:])?(?:{_DECOR}|-)*\)?[*#=]*"
_OVER_100 = rf"(?: |-|\.| {LETTER} )(?:\d\d|{LETTER}{{1,3}}|--?) ?/ ?100"
_HUNDREDTHS = re.compile(rf"(?P<whole>.*\d)(?: |-|\.| {LETTER} )(?P<cents>\d\d|{LETTER}{{1,3}}|--?) ?/ ?100")
_HAS_TAIL = re.compile(_TAIL.replace("¤", ""))
_HAS_PLAIN_TAIL = re.compile(_TAIL.replace("|¤[.,:]", ""))
_HAS_LEAD = re.compile(_LEAD)

_PLAIN = re.compile(r"\d+")
_WITH_CENTS = re.compile(r"(\d+)[.,](\d\d)")
_TENTHS = re.compile(r"(\d+)[.,](\d)")
_SPACED_CENTS = re.compile(r"\d+ \d\d")
# By threes (1,234,567) or in the Indian way (12,34,567); \1 keeps the mark the same throughout.
_BY_THREES = r"[1-9]\d{0,2}(?:(?P<three>[.,' ])\d{3})(?:(?P=three)\d{3})*"
_INDIAN = r"[1-9]\d?(?:(?P<two>[,])\d\d)(?:(?P=two)\d\d)*(?P=two)\d{3}"
_GROUPED = re.compile(rf"(?P<whole>{_BY_THREES}|{_INDIAN})(?:(?P<mark>[.,])(?P<cents>\d\d))?")
_STROKES = re.compile(r"[1-9]\d{0,2}(?:/\d{3}){2,}|[1-9]\d?(?:/\d\d)+/\d{3}")  # commas, long drawn
_ANYHOW = re.compile(
    r"(?P<whole>\d+(?P<group>[.,' ])\d+(?:(?P=group)\d+)*)(?:(?P<mark>[.,])(?P<cents>\d\d))?"
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What an amount is worth, None where that is open; and the repairs it took to see it."""

    value: str | None
    repairs: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What settles a lone mark: the country, the currency's sign, a sign for no cents."""

    country: str | None = None
    signs: str = ""
    no_cents: bool = False
    money: bool = True  # known to be an amount, so that three decimals are odd

    def groups(self, mark: str, head: str) -> bool | None:
        """Whether a lone mark before three digits parts thousands: True, or None where it may part decimals.

        Parameters
        ----------
        mark : str
            One of `GROUP_MARKS`.
        head : str
            The digits before it.
        """
        if self.no_cents or mark not in (POINT, COMMA):
            return True
        if self.country in THREE_DECIMALS:
            return None
        decimal = decimal_mark(self.country)
        if decimal is None and (set(self.signs) & set(POINT_SIGNS) or ("$" in self.signs and mark == COMMA)):
            decimal = POINT
        if decimal is not None:
            return True if mark != decimal else None
        # Prices of a unit have three decimals, as fuel has; they have one digit before them.
        return True if self.money and len(head) > 1 else None


def _mark(mark: str) -> str:
    """A mark, or for a repair one with a space beside it."""
    sign = re.escape(mark)
    return mark if mark == SPACE else f"(?:{sign}|¤ {sign}|¤{sign} |¤ {sign} )"


def pattern() -> str:
    """The ways of writing an amount, as `sutja.grammar.patterns` has them."""
    either = f"(?:{_mark(POINT)}|{_mark(COMMA)})"
    comma = _mark(COMMA)
    whole = [r"\d+", rf"[1-9]\d?(?:{comma}\d\d)+{comma}\d{{3}}"]
    whole += [rf"[1-9]\d{{0,2}}(?:{_mark(m)}\d{{3}})+" for m in GROUP_MARKS]
    ways = [*whole, r"\d+ \d\d", rf"¤\d+{either}\d", r"¤[.,]\d\d"]
    ways += [f"(?:{way})(?:{_OVER_100}|{either}\\d\\d)" for way in whole]
    ways += [r"¤[1-9]\d{0,2}(?:/\d{3}){2,}", r"¤[1-9]\d?(?:/\d\d)+/\d{3}"]
    for m in GROUP_MARKS:
        if m != SPACE:  # digits in groups of any length are a telephone's, sooner than an amount's
            ways.append(rf"¤\d+(?:{_mark(m)}\d+)*{_mark(m)}\d{{3,}}")
        ways += [rf"¤\d+(?:{_mark(m)}\d+)+{_mark(d)}\d\d" for d in (POINT, COMMA) if d != m]
    return f"{_LEAD}(?:{'|'.join(ways)}){_TAIL}"


def amount(text: str, country: str | None = None) -> Worth | None:
    """What `text` is worth as an amount; None where it is none.

    Parameters
    ----------
    text : str
        Without the words around it.
    country : str | None
        Whose way of writing settles what a lone mark means.

    >>> amount("**1.234,50"), amount("125 50/100"), amount("55,60000/-")
    (Worth(value='1234.50', repairs=0), Worth(value='125.50', repairs=0), Worth(value='5560000', repairs=1))
    >>> amount("1,234"), amount("1,234", "IN"), amount("12-3")
    (Worth(value=None, repairs=0), Worth(value='1234', repairs=0), None)
    """
    places = [i for i, symbol in enumerate(text) if symbol.isdigit()]
    if not places:
        return None
    start, stop = places[0], places[-1] + 1
    if start and text[start - 1] in ".," and stop - start == 2 == len(places):
        return _cents_alone(text, start - 1, stop)
    lead, body, tail = text[:start], text[start:stop], text[stop:]
    if not (_HAS_LEAD.fullmatch(lead) and _HAS_TAIL.fullmatch(tail)):
        return None
    loose = _HAS_PLAIN_TAIL.fullmatch(tail) is None
    no_cents = re.match(rf" ?{_NOTHING_MORE}", tail) is not None
    found = _body(body, Setting(country, lead + tail, no_cents))
    if found is None:
        return None
    return _signed(
        Worth(found.value, found.repairs + loose), lead, tail, with_cents="." in (found.value or "")
    )


def _cents_alone(text: str, start: int, stop: int) -> Worth | None:
    """Only cents, as in ".50"."""
    lead, tail = text[:start], text[stop:]
    if not (_HAS_LEAD.fullmatch(lead) and re.fullmatch(rf"{_DECOR}*", tail)):
        return None
    return _signed(Worth(f"0.{text[start + 1 : stop]}", 1), lead, tail, with_cents=True)


def _signed(found: Worth, lead: str, tail: str, with_cents: bool) -> Worth:
    """With its sign; without a value where a dash or a bracket may be one, or may not."""
    dashes = lead.count("-"), tail.count("-")
    doubtful = "(" in lead or ")" in tail or dashes[0] > 1 or (dashes[0] and dashes[1])
    if with_cents and dashes[1] and "/" not in tail:  # "12.50-" is minus to some
        doubtful = True
    if found.value is None or doubtful:
        return Worth(None, found.repairs)
    return Worth(f"-{found.value}", found.repairs) if dashes[0] else found


def _body(body: str, setting: Setting) -> Worth | None:
    """The digits and what is between them."""
    match = _HUNDREDTHS.fullmatch(body)
    if match:
        whole = _whole(match["whole"])
        cents = digits_of(match["cents"]) or "00"
        return whole and Worth(whole.value and f"{whole.value}.{cents}", whole.repairs)
    body, strays = re.subn(r" ([.,']) ?|([.,']) ", lambda m: m[1] or m[2], body)
    found = _digits(body, setting)
    return found and Worth(found.value, found.repairs + strays)


def _whole(text: str) -> Worth | None:
    """A whole number, grouped or not."""
    text, strays = re.subn(r" ([.,']) ?|([.,']) ", lambda m: m[1] or m[2], text)
    if _PLAIN.fullmatch(text):
        return Worth(text)
    match = _GROUPED.fullmatch(text)
    return Worth(digits_of(text), strays) if match and match["cents"] is None else None


def _digits(body: str, setting: Setting) -> Worth | None:
    if _PLAIN.fullmatch(body):
        return Worth(body)
    if match := _WITH_CENTS.fullmatch(body):
        return Worth(f"{match[1]}.{match[2]}")
    if match := _GROUPED.fullmatch(body):
        return _grouped(match, setting)
    if match := _TENTHS.fullmatch(body):
        return Worth(f"{match[1]}.{match[2]}", 1)
    if _SPACED_CENTS.fullmatch(body):
        return Worth(None)
    if _STROKES.fullmatch(body):
        return Worth(digits_of(body), 1)
    match = _ANYHOW.fullmatch(body)
    return _anyhow(match, setting) if match else None


def _grouped(match: re.Match[str], setting: Setting) -> Worth:
    mark = match["three"] or match["two"]
    digits = digits_of(match["whole"])
    if match["cents"] is not None:
        value = f"{digits}.{match['cents']}"
        if match["mark"] != mark:
            return Worth(value)
        # Two digits behind the last mark are no group, but for a comma of India that stands out of its place.
        india = mark == COMMA and (setting.country is None or setting.country in INDIAN)
        return Worth(value if setting.money and not india else None, 1)
    if match["whole"].count(mark) > 1 or setting.groups(mark, match["whole"].partition(mark)[0]):
        return Worth(digits)
    return Worth(None)


def _anyhow(match: re.Match[str], setting: Setting) -> Worth | None:
    """Groups of any length, as pens and readers leave them: what is behind the last must not be cents."""
    whole, mark = match["whole"], match["group"]
    if match["cents"] is not None:
        return Worth(f"{digits_of(whole)}.{match['cents']}", 1) if match["mark"] != mark else None
    last = whole.rpartition(mark)[2]
    if len(last) < 3 or mark == SPACE:
        return None
    decimal = decimal_mark(setting.country) or POINT
    sure = whole.count(mark) > 1 or setting.no_cents or mark not in (POINT, COMMA) or mark != decimal
    return Worth(digits_of(whole) if sure else None, 1)


def value_of(text: str, country: str | None = None) -> str | None:
    """The value of `text` as a decimal string where only one reading is sensible, else None.

    Taken as plain: digits alone ("007" stays "007": it may be a code); one decimal mark with one or two
    decimals; groups of three, or Indian groups, with one and the same mark throughout, with or without two
    decimals after the other mark. A single mark with three digits behind it ("1.234") is one thousand to some
    and one and a bit to others: None, unless a sign for "no cents" ("1,234/-"), the currency or the country
    settles it. So is everything with other signs in it.

    >>> value_of("$ 1.234,50"), value_of("1,00,000/-"), value_of("1,234"), value_of("12-3")
    ('1234.50', '100000', None, None)
    >>> value_of("£1,234"), value_of("1,234", "US"), value_of("1,234", "DE")
    ('1234', '1234', None)
    """
    core = text.strip(_AROUND)
    whole = _NO_CENTS.sub("", core)
    no_cents = whole != core
    setting = Setting(country, "".join(set(text) & set(CURRENCY)), no_cents, money=False)
    if _PLAIN.fullmatch(whole):
        return whole
    if match := _WITH_CENTS.fullmatch(whole):
        return None if no_cents and not core.endswith("/-") else f"{match[1]}.{match[2]}"
    if match := _TENTHS.fullmatch(whole):
        return None if no_cents else f"{match[1]}.{match[2]}"
    if match := _GROUPED.fullmatch(whole):
        found = _grouped(match, setting).value
        return None if found and "." in found and no_cents and not core.endswith("/-") else found
    return None


def looks_like_an_amount(text: str) -> bool:
    """Whether a number is one of money: it has a currency's sign, a sign for no cents, or two decimals.

    >>> looks_like_an_amount("500/-"), looks_like_an_amount("12.5"), looks_like_an_amount("12.50")
    (True, False, True)
    """
    if any(sign in text for sign in CURRENCY) or _NO_CENTS.search(text.strip(_AROUND)):
        return True
    value = value_of(text)
    return value is not None and value[-3:-2] == "."
