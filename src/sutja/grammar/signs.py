"""Signs beside a number: what it says besides its digits.

A sign tells on which side of zero the number lies, a unit what is counted, and a relation that the number is
a bound or an estimate. None of them is ever part of the value but a minus.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sutja.charset import DIGITS, LETTER
from sutja.grammar.amounts import CURRENCY

DASHES = "-−–"
RELATIONS = {"<": "<", ">": ">", "≤": "≤", "≥": "≥", "≈": "≈", "~": "≈", "∼": "≈", "≃": "≈"}
SIGNS = {**dict.fromkeys(DASHES, "-"), "+": "+", "±": "±", "∓": "±"}
_FILLERS = "*#=( "
_CURRENCY = frozenset(CURRENCY)
CURRENCIES = f"{CURRENCY}¢₩₽₺₫฿₱₪₦₴₡₿"

_RELATION = re.compile(rf"[{_FILLERS}]*([{re.escape(''.join(RELATIONS))}])")
_NUMBER = re.compile(rf"[{DIGITS}](?:.*[{DIGITS}½¼¾⅓⅔⅛])?", re.DOTALL)
# Behind the number: signs of a percentage, an angle, money or letters, with a raised digit at most.
_LETTERS = r"[^\W\d_]{1,6}[²³]?"
_UNIT = re.compile(rf" ?(%|‰|°(?: ?[CFKRNSEWO])?|℃|℉|[{re.escape(CURRENCIES)}]|{_LETTERS}(?:/{_LETTERS})?)")
_ONE_SIGN = {"℃": "°C", "℉": "°F"}
ORDINAL = re.compile("st|nd|rd|th|er|ère|re|ème|e|ste|de|º|ª|o|a", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """Sign, unit and relation of a number; None where none is written.

    Attributes
    ----------
    sign : str | None
        "-", "+" or "±"; None too where a dash may be a stroke that fills the field.
    unit : str | None
        Unit as written: "%", "°C", "€", "kg", "k". An ordinal's ending ("st") is none.
    relation : str | None
        "<", ">", "≤", "≥" or "≈" before the number.
    """

    sign: str | None = None
    unit: str | None = None
    relation: str | None = None


def find_signs(text: str) -> Signs:
    """Find the signs beside the number of a text.

    Parameters
    ----------
    text : str
        Text of one number, as `sutja.types.Number.text` has it.

    >>> find_signs("-7.42%"), find_signs("<0.01"), find_signs("$5").unit, find_signs("1st").unit
    (Signs(sign='-', unit='%', relation=None), Signs(sign=None, unit=None, relation='<'), '$', None)
    >>> find_signs("-500-").sign, find_signs("45 °C").unit, find_signs("500/-").sign
    (None, '°C', None)
    """
    match = _NUMBER.search(text)
    if match is None:
        return Signs()
    before, behind = text[: match.start()], text[match.end() :]
    relation = _RELATION.match(before)
    return Signs(
        _find_sign(before, behind), _find_unit(before, behind), RELATIONS[relation[1]] if relation else None
    )


def strip_signs(text: str) -> str:
    """Strip the sign, the unit and the relation of a number; what else stands beside it stays.

    >>> strip_signs("< -12.50 kg"), strip_signs("-500-"), strip_signs("€ 5"), strip_signs("3rd")
    ('12.50', '-500-', '€ 5', '3')
    """
    match = _NUMBER.search(text)
    if match is None:
        return text
    before, behind = text[: match.start()], text[match.end() :]
    unit = _UNIT.match(behind)
    behind = behind[unit.end() :] if unit and unit[1] not in _CURRENCY else behind
    dropped = set(RELATIONS) | (set(SIGNS) if _find_sign(before, behind) else set())
    return ("".join(symbol for symbol in before if symbol not in dropped) + match[0] + behind).strip()


def _find_sign(before: str, behind: str) -> str | None:
    """Find the only sign before a number that has no dash behind it; "500/-" has no sign."""
    signs = [SIGNS[symbol] for symbol in before if symbol in SIGNS]
    if len(signs) != 1 or (signs[0] == "-" and any(symbol in DASHES for symbol in behind)):
        return None
    return None if "(" in before else signs[0]


def _find_unit(before: str, behind: str) -> str | None:
    match = _UNIT.match(behind)
    if match and LETTER not in match[1] and not ORDINAL.fullmatch(match[1]):
        return _ONE_SIGN.get(match[1], match[1].replace(" ", ""))
    return next((symbol for symbol in before + behind if symbol in CURRENCIES), None)
