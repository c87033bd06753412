"""Lines in characters of any kind: the number in them with its signs and unit, or a serial.

The transcriber sees letters but does not tell them apart; a reader with more characters does. What it writes
is sorted here: letters of a known unit, of an ordinal or of a label stand beside a number; any others that
touch the digits make a serial, which is no number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sutja.charset import DIGITS
from sutja.grammar.serials import is_checked_shape
from sutja.grammar.signs import CURRENCIES, DASHES, ORDINAL, RELATIONS, SIGNS

_UNITS = frozenset(
    """
    k K M B G T Mio Mrd mm cm dm m km µm nm mi ft in yd kg g mg µg t lb lbs oz l L ml mL cl dl hl gal s ms h
    min sec hr hrs d y yr V mV kV A mA W kW MW kWh MWh Wh Ah mAh J kJ kcal cal N kN Pa kPa hPa MPa bar mbar
    psi Hz kHz MHz GHz rpm dB lx lm K C F B kB KB MB GB TB bit px pt dpi x X pcs pc st Stk ct c p pp ppm
    mol mmol USD EUR GBP INR CHF JPY CNY CAD AUD SGD MYR NOK SEK DKK PLN CZK HUF Rs Fr kr RM Rp Ft lei
    km/h m/s mph g/l mg/l mg/dl mmol/l µg/l kg/m³ l/min ha a U IU
    """.split()  # noqa: SIM905
) | {"m²", "m³", "cm²", "cm³", "km²", "mm²", "m2", "°", "°C", "°F", "°K", "%", "‰", *CURRENCIES}
# Letters before a number that do not belong to it: money, and words for "number".
_LABELS = frozenset(
    """
    USD EUR GBP INR CHF JPY CNY CAD AUD SGD MYR NOK SEK DKK PLN CZK HUF RS RS. RM RP FR KR FT LEI US$ C$ A$ R$
    NO NR N° Nº № P PP PG S X QTY TEL FAX VOL FOL ID PIN SUM SUMME TOTAL NET TAX MWST UST VAT CASH DATE IBAN
    AGE TEMP PAGE ROOM
    """.split()  # noqa: SIM905
)
_SAME = {"℃": "°C", "℉": "°F", "º": "°", "µ": "µ", "μ": "µ", **dict.fromkeys(DASHES + "‐‑—", "-")}
_LEAD = re.escape("".join((*RELATIONS, *SIGNS, *CURRENCIES, "(*#=")))
_TOKEN = re.compile(
    rf"(?P<lead>[{_LEAD}]*)(?P<before>[^\W\d_]*[.:]?)(?P<mid>[{_LEAD}]*)"
    r"(?P<core>[0-9](?:[0-9.,'’/:\-]*[0-9])?)(?P<mark>[.,:/\-=)*#]*)(?P<behind>\S*)"
)
_LABEL_BEFORE = re.compile(r"([^\W\d_]{2,}[.:])(?=[^\s])")  # "Total:45", "No.5"
_LABEL_OF_NUMBER = re.compile(r"[^\W\d_]+[.:]?(?=\d)")  # "RM12.50"
_TOUCHING = frozenset("XP")  # of a serial where they touch its digits, though they are labels with a gap
_FRACTION = re.compile("[½¼¾⅓⅔⅛⅜⅝⅞]")
_SHORT = 4  # letters of a group that may belong to a serial


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """The number of a line.

    Attributes
    ----------
    start, stop : int
        Span of the number with its signs and unit, or of the serial with its letters.
    serial : bool
        True where letters belong to it.
    """

    start: int
    stop: int
    serial: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    kind: str  # "number", "word" or "serial"

    @property
    def stop(self) -> int:
        return self.start + len(self.text)


def parse_line(text: str) -> ParsedLine | None:
    """Find the number of a line; None where there is none, or several with words between them.

    Parameters
    ----------
    text : str
        Line of text in characters of any kind, as `unify_symbols` writes them.

    >>> line = parse_line("Total: 45 °C")
    >>> line.start, line.stop, line.serial
    (7, 12, False)
    >>> parse_line("AB12 3CD").serial, parse_line("1st").serial, parse_line("cash 12 and 13")
    (True, False, None)
    """
    parted = _LABEL_BEFORE.sub(lambda match: match[1][:-1] + " ", text)  # as long as before
    tokens = [_Token(m[0], m.start(), _classify(m[0])) for m in re.finditer(r"\S+", parted)]
    if any(token.kind == "serial" for token in tokens) or _has_letters_of_a_serial(tokens):
        own = [
            token
            for token, behind in zip(tokens, [*tokens[1:], None], strict=True)
            if token.kind != "word"
            or _is_group(token.text, before=behind is not None and behind.kind != "word")
        ]
        return ParsedLine(own[0].start, own[-1].stop, serial=True)
    numbers = [i for i, token in enumerate(tokens) if token.kind == "number"]
    if not numbers or numbers[-1] - numbers[0] + 1 != len(numbers):
        return None
    first, last = numbers[0], numbers[-1]
    while first and all(symbol in _LEAD for symbol in tokens[first - 1].text):
        first -= 1  # signs with a gap behind them: "< 10", "$ 5"
    if last + 1 < len(tokens) and tokens[last + 1].text.rstrip(".,;:") in _UNITS:
        last += 1
    label = _LABEL_OF_NUMBER.match(tokens[first].text)
    return ParsedLine(tokens[first].start + (label.end() if label else 0), tokens[last].stop)


def unify_symbols(symbols: Sequence[str]) -> list[tuple[str, int]]:
    """Write what is the same to a reader in one way.

    Parameters
    ----------
    symbols : Sequence[str]
        Characters as a recogniser tells them.

    Returns
    -------
    list[tuple[str, int]]
        Each character, and the index of the one it is from.

    >>> "".join(character for character, _ in unify_symbols("−3°℃"))
    '-3°C'
    """
    found: list[tuple[str, int]] = []
    for index, symbol in enumerate(symbols):
        is_wide = unicodedata.decomposition(symbol[:1]).startswith("<wide>")
        plain = unicodedata.normalize("NFKC", symbol) if is_wide else symbol
        for character in _SAME.get(plain, plain):
            if character == "°" and found and found[-1][0] == "°":
                continue
            found.append((character, index))
    return found


def _has_digit(text: str) -> bool:
    return any(symbol in DIGITS for symbol in text)


def _classify(token: str) -> str:
    """Tell a number, with known letters beside it, from a word and from a serial."""
    if not _has_digit(token):
        return "word"
    match = _TOKEN.fullmatch(token)
    if match is None or _FRACTION.search(token):
        return "serial"
    before, behind = match["before"].rstrip(".:"), match["behind"].rstrip(".,;:)")
    known_before = not before or (before.upper() in _LABELS and match["before"] not in _TOUCHING)
    known_behind = not behind or behind in _UNITS or ORDINAL.fullmatch(behind) is not None
    return "number" if known_before and known_behind else "serial"


def _has_letters_of_a_serial(tokens: Sequence[_Token]) -> bool:
    """Tell whether a short group of capitals stands right beside a number and is no known word."""
    if is_checked_shape("".join(token.text for token in tokens)):
        return True
    return any(
        ((one.kind, other.kind) == ("word", "number") and _is_group(one.text, before=True))
        or ((one.kind, other.kind) == ("number", "word") and _is_group(other.text))
        for one, other in pairwise(tokens)
    )


def _is_group(token: str, *, before: bool = False) -> bool:
    """Tell whether a token is a short group of capitals that is no known word; units stand behind numbers."""
    letters = token.replace("-", "")
    known = letters in _LABELS or (letters in _UNITS and not before)
    return 0 < len(letters) <= _SHORT and letters.isalpha() and letters.isupper() and not known
