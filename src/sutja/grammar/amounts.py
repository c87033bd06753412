"""Amounts of money: how they are written, and their values.

The decimal mark is never guessed nor inserted, since it is a factor of a hundred. Marks between thousands
are, for a repair each, since they change no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sutja.charset import LETTER, SPACE
from sutja.grammar.conventions import COMMA, INDIAN, POINT, POINT_SIGNS, THREE_DECIMALS, find_decimal_mark
from sutja.grammar.strings import keep_digits

CURRENCY = "$€£₹¥"
GROUP_MARKS = ",.' "

# Fillers and signs around an amount that do not change it: stars and hashes against forgery, the currency.
_AROUND = CURRENCY + "#*" + SPACE
_NO_CENTS = re.compile(r"(?:/-|\.-|,-)=?$")  # "500/-" in India, "500.-" in Switzerland, "500,-" in Germany

_DECOR = r"[*#= $€£₹¥]"
_LEAD = rf"(?:{_DECOR}|-)*[+(]?{_DECOR}*"
_NOTHING_MORE = (
    r"(?:[.,:]?[\-=]{1,3}|/[\-=]{0,3})"  # behind the last digit: no cents, or a stroke against additions
)
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
# In groups of three (1,234,567) or Indian groups (12,34,567), with the same mark throughout.
_BY_THREES = r"[1-9]\d{0,2}(?:(?P<three>[.,' ])\d{3})(?:(?P=three)\d{3})*"
_INDIAN = r"[1-9]\d?(?:(?P<two>[,])\d\d)(?:(?P=two)\d\d)*(?P=two)\d{3}"
_GROUPED = re.compile(rf"(?P<whole>{_BY_THREES}|{_INDIAN})(?:(?P<mark>[.,])(?P<cents>\d\d))?")
_STROKES = re.compile(r"[1-9]\d{0,2}(?:/\d{3}){2,}|[1-9]\d?(?:/\d\d)+/\d{3}")  # long commas
_ANY_GROUPS = re.compile(
    r"(?P<whole>\d+(?P<group>[.,' ])\d+(?:(?P=group)\d+)*)(?:(?P<mark>[.,])(?P<cents>\d\d))?"
)
_MIXED_GROUPS = re.compile(r"[1-9]\d{0,2}(?:[,/' ]\d\d\d?)*[,/' ]\d\d\d?[,/]\d{3}")  # by several marks


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """A value as a decimal string, None where it is ambiguous; and the repairs it took."""

    value: str | None
    repairs: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """Clues to the meaning of a single mark: the country, the currency sign, a sign for no cents."""

    country: str | None = None
    signs: str = ""
    no_cents: bool = False
    money: bool = True  # known to be an amount, so that three decimals are odd

    def groups(self, mark: str, head: str) -> bool | None:
        """Tell whether a single mark before three digits groups thousands; None where it may be decimal.

        Parameters
        ----------
        mark : str
            One of `GROUP_MARKS`.
        head : str
            Digits before it.
        """
        if self.no_cents or mark not in (POINT, COMMA):
            return True
        if self.country in THREE_DECIMALS:
            return None
        decimal = find_decimal_mark(self.country)
        if decimal is None and (set(self.signs) & set(POINT_SIGNS) or ("$" in self.signs and mark == COMMA)):
            decimal = POINT
        if decimal is not None:
            return True if mark != decimal else None
        # Prices of a unit have three decimals, as fuel has; they have one digit before them.
        return True if self.money and len(head) > 1 else None


def _make_mark(mark: str) -> str:
    """Make the pattern of a mark, or for a repair of one with a space beside it."""
    sign = re.escape(mark)
    return mark if mark == SPACE else f"(?:{sign}|¤ {sign}|¤{sign} |¤ {sign} )"


def make_pattern() -> str:
    """Make the pattern of an amount, in the language of `sutja.grammar.automata.patterns`."""
    either = f"(?:{_make_mark(POINT)}|{_make_mark(COMMA)})"
    comma = _make_mark(COMMA)
    whole = [r"\d+", rf"[1-9]\d?(?:{comma}\d\d)+{comma}\d{{3}}"]
    whole += [rf"[1-9]\d{{0,2}}(?:{_make_mark(m)}\d{{3}})+" for m in GROUP_MARKS]
    forms = [*whole, r"\d+ \d\d", rf"¤\d+{either}\d", r"¤[.,]\d\d"]
    forms += [f"(?:{form})(?:{_OVER_100}|{either}\\d\\d)" for form in whole]
    forms += [r"¤[1-9]\d{0,2}(?:/\d{3}){2,}", r"¤[1-9]\d?(?:/\d\d)+/\d{3}"]
    forms.append(rf"¤[1-9]\d{{0,2}}(?:(?:{comma}|[/' ])\d\d\d?)+(?:{comma}|/)\d{{3}}")
    for m in GROUP_MARKS:
        if m != SPACE:  # with spaces, groups of any length are rather a telephone number
            forms.append(rf"¤\d+(?:{_make_mark(m)}\d+)*{_make_mark(m)}\d{{3,}}")
        forms += [rf"¤\d+(?:{_make_mark(m)}\d+)+{_make_mark(d)}\d\d" for d in (POINT, COMMA) if d != m]
    return f"{_LEAD}(?:{'|'.join(forms)}){_TAIL}"


def parse_amount(text: str, country: str | None = None) -> ParsedValue | None:
    """Parse a text as an amount; None where it is none.

    Parameters
    ----------
    text : str
        Text without the words around it.
    country : str | None
        Country whose way of writing tells what a single mark means.

    >>> parse_amount("**1.234,50"), parse_amount("55,60000/-")
    (ParsedValue(value='1234.50', repairs=0), ParsedValue(value='5560000', repairs=1))
    >>> parse_amount("1,234").value, parse_amount("1,234", "IN").value, parse_amount("12-3")
    (None, '1234', None)
    """
    positions = [i for i, symbol in enumerate(text) if symbol.isdigit()]
    if not positions:
        return None
    start, stop = positions[0], positions[-1] + 1
    if start and text[start - 1] in ".," and stop - start == 2 == len(positions):
        return _parse_cents_alone(text, start - 1, stop)
    lead, body, tail = text[:start], text[start:stop], text[stop:]
    if not (_HAS_LEAD.fullmatch(lead) and _HAS_TAIL.fullmatch(tail)):
        return None
    loose = _HAS_PLAIN_TAIL.fullmatch(tail) is None
    no_cents = re.match(rf" ?{_NOTHING_MORE}", tail) is not None
    found = _parse_body(body, Context(country, lead + tail, no_cents))
    if found is None:
        return None
    return _apply_sign(
        ParsedValue(found.value, found.repairs + loose), lead, tail, with_cents="." in (found.value or "")
    )


def _parse_cents_alone(text: str, start: int, stop: int) -> ParsedValue | None:
    """Parse cents alone, as in ".50"."""
    lead, tail = text[:start], text[stop:]
    if not (_HAS_LEAD.fullmatch(lead) and re.fullmatch(rf"{_DECOR}*", tail)):
        return None
    return _apply_sign(ParsedValue(f"0.{text[start + 1 : stop]}", 1), lead, tail, with_cents=True)


def _apply_sign(found: ParsedValue, lead: str, tail: str, with_cents: bool) -> ParsedValue:
    """Apply the sign; drop the value where a dash or a bracket may or may not be one."""
    dashes = lead.count("-"), tail.count("-")
    doubtful = "(" in lead or ")" in tail or dashes[0] > 1 or (dashes[0] and dashes[1])
    if with_cents and dashes[1] and "/" not in tail:  # "12.50-" is minus to some
        doubtful = True
    if found.value is None or doubtful:
        return ParsedValue(None, found.repairs)
    return ParsedValue(f"-{found.value}", found.repairs) if dashes[0] else found


def _parse_body(body: str, context: Context) -> ParsedValue | None:
    """Parse the digits and the marks between them."""
    match = _HUNDREDTHS.fullmatch(body)
    if match:
        whole = _parse_whole(match["whole"])
        cents = keep_digits(match["cents"]) or "00"
        return whole and ParsedValue(whole.value and f"{whole.value}.{cents}", whole.repairs)
    body, strays = re.subn(r" ([.,']) ?|([.,']) ", lambda m: m[1] or m[2], body)
    found = _parse_body_digits(body, context)
    return found and ParsedValue(found.value, found.repairs + strays)


def _parse_whole(text: str) -> ParsedValue | None:
    """Parse a whole number, grouped or not."""
    text, strays = re.subn(r" ([.,']) ?|([.,']) ", lambda m: m[1] or m[2], text)
    if _PLAIN.fullmatch(text):
        return ParsedValue(text)
    match = _GROUPED.fullmatch(text)
    return ParsedValue(keep_digits(text), strays) if match and match["cents"] is None else None


def _parse_body_digits(body: str, context: Context) -> ParsedValue | None:
    if _PLAIN.fullmatch(body):
        return ParsedValue(body)
    if match := _WITH_CENTS.fullmatch(body):
        return ParsedValue(f"{match[1]}.{match[2]}")
    if match := _GROUPED.fullmatch(body):
        return _parse_grouped(match, context)
    if match := _TENTHS.fullmatch(body):
        return ParsedValue(f"{match[1]}.{match[2]}", 1)
    if _SPACED_CENTS.fullmatch(body):
        return ParsedValue(None)
    if _STROKES.fullmatch(body):
        return ParsedValue(keep_digits(body), 1)
    match = _ANY_GROUPS.fullmatch(body)
    if match is None:
        return ParsedValue(keep_digits(body), 1) if _MIXED_GROUPS.fullmatch(body) else None
    return _parse_any_groups(match, context)


def _parse_grouped(match: re.Match[str], context: Context) -> ParsedValue:
    mark = match["three"] or match["two"]
    digits = keep_digits(match["whole"])
    if match["cents"] is not None:
        value = f"{digits}.{match['cents']}"
        if match["mark"] != mark:
            return ParsedValue(value)
        # Two digits behind the last mark are no group, unless it is a misplaced Indian comma.
        india = mark == COMMA and (context.country is None or context.country in INDIAN)
        return ParsedValue(value if context.money and not india else None, 1)
    if match["whole"].count(mark) > 1 or context.groups(mark, match["whole"].partition(mark)[0]):
        return ParsedValue(digits)
    return ParsedValue(None)


def _parse_any_groups(match: re.Match[str], context: Context) -> ParsedValue | None:
    """Parse groups of any length, as pens and readers leave them; the last must not be cents."""
    whole, mark = match["whole"], match["group"]
    if match["cents"] is not None:
        return ParsedValue(f"{keep_digits(whole)}.{match['cents']}", 1) if match["mark"] != mark else None
    last = whole.rpartition(mark)[2]
    if len(last) < 3 or mark == SPACE:
        return None
    decimal = find_decimal_mark(context.country) or POINT
    sure = whole.count(mark) > 1 or context.no_cents or mark not in (POINT, COMMA) or mark != decimal
    return ParsedValue(keep_digits(whole) if sure else None, 1)


def parse_value(text: str, country: str | None = None) -> str | None:
    """Parse the value of a text as a decimal string where it is unambiguous, else return None.

    Unambiguous are digits alone ("007" stays "007": it may be a code); one decimal mark with one or two
    decimals; groups of three, or Indian groups, with the same mark throughout, with or without two decimals
    after the other mark. A single mark with three digits behind it ("1.234") is one thousand to some and one
    and a bit to others: None, unless a sign for "no cents" ("1,234/-"), the currency or the country tells. So
    is everything with other signs in it.

    >>> parse_value("$ 1.234,50"), parse_value("1,00,000/-"), parse_value("1,234"), parse_value("12-3")
    ('1234.50', '100000', None, None)
    >>> parse_value("£1,234"), parse_value("1,234", "US"), parse_value("1,234", "DE")
    ('1234', '1234', None)
    """
    inner = text.strip(_AROUND)
    whole = _NO_CENTS.sub("", inner)
    no_cents = whole != inner
    context = Context(country, "".join(set(text) & set(CURRENCY)), no_cents, money=False)
    if _PLAIN.fullmatch(whole):
        return whole
    if match := _WITH_CENTS.fullmatch(whole):
        return None if no_cents and not inner.endswith("/-") else f"{match[1]}.{match[2]}"
    if match := _TENTHS.fullmatch(whole):
        return None if no_cents else f"{match[1]}.{match[2]}"
    if match := _GROUPED.fullmatch(whole):
        found = _parse_grouped(match, context).value
        return None if found and "." in found and no_cents and not inner.endswith("/-") else found
    return None


_ONE_TOO_MANY = re.compile(r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}1|[1-9]\d{0,2}(?:\.\d{3})+\.\d{3}1")


def is_plainly_an_amount(text: str) -> bool:
    """Tell whether a number is money: it has a currency sign, a sign for no cents, or two decimals.

    >>> is_plainly_an_amount("500/-"), is_plainly_an_amount("12.5"), is_plainly_an_amount("12.50")
    (True, False, True)
    """
    if any(sign in text for sign in CURRENCY) or _NO_CENTS.search(text.strip(_AROUND)):
        return True
    value = parse_value(text)
    return value is not None and value[-3:-2] == "."


def may_end_in_stroke(text: str) -> bool:
    """Tell whether the last digit of a number in groups may be the stroke for "no cents": a 1 too many.

    >>> may_end_in_stroke("8,68,2821"), may_end_in_stroke("2,4881"), may_end_in_stroke("8,68,282")
    (True, True, False)
    >>> may_end_in_stroke("3.1411"), may_end_in_stroke("0,0051")
    (False, False)
    """
    return _ONE_TOO_MANY.fullmatch(text.strip(_AROUND)) is not None
