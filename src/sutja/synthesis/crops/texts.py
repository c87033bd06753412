"""Texts of number fields: amounts, postcodes, dates, numbers, and words that are none."""

from __future__ import annotations

from numpy.random import Generator

from sutja.charset import LETTER

# Tuples are drawn from evenly: what is common stands in them more than once.
_CURRENCY = ("$", "€", "£", "¥", "₹", "$ ", "€ ", "£ ", "*", "**", "***", "#", "=")
_TAIL = (
    *("", "", "", "/-", "/-", "-", ".-", ",-", "--", "=", "/", "*", "**", "***"),
    *(" €", "€", " $", "#", ".", ":", ".--", "-*-"),
)
_PREFIXES = (
    *(
        "Rs ",
        "Rs.",
        "Rs. ",
        "No. ",
        "No ",
        "EUR ",
        "USD ",
        "CHF ",
        "kg ",
        "Total ",
        "Betrag ",
        "INV-",
        "Fr. ",
    ),
    *("R$ ", "US$ ", "PLZ "),
)
_SUFFIXES = (" kg", " EUR", " km", "m", " cm", " USD", " p.a.", " kWh", " Stk", " ml", " h", " only", " INR")
_SIGNED = 0.4  # share of the numbers with something beside them that have a sign, no word
# Signs that are no digits, and look like some; the charset lacks most of them.
_SIGNS_BEFORE = (
    "<",
    ">",
    "<",
    "> ",
    "≤ ",
    "≥ ",
    "±",
    "~",
    "≈ ",
    "Ø",
    "−",
    "− ",
    "- ",
    "@",
    "&",
    "|",
    "(",
    "№ ",
)
_SIGNS_BEHIND = (
    *("°", "°C", " °C", "°F", "°C", "¢", "¢", "½", "¼", "¾", "½", "k", "K", "M", "G", "kg", "g", "st", "nd"),
    *("rd", "th", "ème", "er", "e", "º", "ª", "m²", " m³", "V", "A", "l", "L", " %", "‰", "”", "″", "?", "!"),
)
_MARKS = ((".", ","), (",", "."), (" ", ","), ("'", "."), ("", "."), ("", ","), (".", "."), (",", ","))
_CODES = (  # d is a digit
    *("ddddd", "ddddd-dddd", "ddd-dddd", "dddd", "dddddd", "ddd ddd", "ddd dd", "dddd ddd", "dd-ddd"),
    *("dddd-ddd", "ddddd-ddd", "dd/dd/dddd", "dd.dd.dddd", "dd-dd-dd", "d/d/dd", "dddd-dd-dd", "dd.d.dd"),
    *("dd:dd", "dd:dd:dd", "dd/dd", "dd.dd.dd", "+dd ddd dddddd", "0dd-dddd-dddd", "(ddd) ddd-dddd"),
    *("0dddd/dddddd", "dddd dddd dddd dddd", "ddd-dd-dddd", "#ddd", "d.d", "dd.d", "d,dd", "-d.d", "+dd"),
    *("dd%", "d.dd%", "dddd=", "d+d", "(dd)", "d.", "dd.", "d)", "dddd/dd", "dd,d", "ddd.ddd.ddd-dd"),
    *("ddddddddddddd", "dd ddd ddd", "d-dddddd-dddddd", "dd'ddd"),
)
_SAME = {"−": "-"}  # of a sign outside the charset, the one in it that means the same
_LETTERS = "abcdefghjkmnpqrtuvwxy"  # without those that alone may be read as digits, as in "soil"
# fmt: off
_WORDS = """
amount total date pay order name street city number account bank cheque signature the of and to from received
thousand hundred only rupees dollars seven eight nine twenty thirty forty fifty five four three two one zero
invoice customer address phone please return form page section yes no none unknown see note above below januar
februar march april may june july august september october november december monday tuesday friday
smith garcia mueller novak rossi kim silva patel nguyen ivanov schmidt berlin paris london seoul budapest
delhi lima cairo
void copy sample draft approved paid cash credit debit balance tax net gross unit price quantity item code ref
hello world letter post office box road lane avenue house floor room west east north south field value remarks
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
# fmt: on


def make_digits(rng: Generator, length: int) -> str:
    """So many random digits, leading zeros and runs of one digit included."""
    if rng.random() < 0.12:  # runs such as 1000000 or 7711 are common in life and hard for CTC
        out = ""
        while len(out) < length:
            out += str(rng.integers(10)) * int(rng.integers(1, 6))
        return out[:length]
    text = "".join(str(d) for d in rng.integers(0, 10, length))
    if length > 2 and rng.random() < 0.25:  # round amounts
        zeros = int(rng.integers(1, length))
        text = text[: length - zeros] + "0" * zeros
    return text


def _grouped(rng: Generator, whole: str, mark: str) -> str:
    if rng.random() < 0.25 and len(whole) > 3:  # 12,34,567 as in India
        head, tail = whole[:-3], whole[-3:]
        groups = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
        return mark.join([*groups, tail])
    groups = [whole[max(0, i - 3) : i] for i in range(len(whole), 0, -3)][::-1]
    return mark.join(groups)


def make_amount(rng: Generator) -> str:
    """A sum of money in one of the ways people and printers write it."""
    whole = make_digits(rng, int(rng.integers(1, 9))).lstrip("0") or "0"
    mark, decimal = _MARKS[rng.integers(len(_MARKS))]
    text = _grouped(rng, whole, mark) if rng.random() < 0.7 else whole
    kind = rng.random()
    if kind < 0.45:
        text += decimal + make_digits(rng, 2)
    elif kind < 0.52:
        text += " " + make_digits(rng, 2) + "/100"
    elif kind < 0.56:
        text += decimal + "-"
    if rng.random() < 0.35:
        text = _CURRENCY[rng.integers(len(_CURRENCY))] + text
    if rng.random() < 0.45:
        text += _TAIL[rng.integers(len(_TAIL))]
    if rng.random() < 0.04:
        text = "-" + text if rng.random() < 0.6 else f"({text})"
    return text


def _code(rng: Generator) -> str:
    code = _CODES[rng.integers(len(_CODES))]
    return "".join(make_digits(rng, 1) if c == "d" else c for c in code)


def make_number(rng: Generator, most: int = 20) -> str:
    """A number as it may stand in a field; at most ``most`` characters."""
    kind = rng.random()
    if kind < 0.40:
        length = min(1 + int(rng.exponential(4.2)), most)
        text = make_digits(rng, length)
    elif kind < 0.78:
        text = make_amount(rng)
    else:
        text = _code(rng)
    return text[:most].strip()


def make_words(rng: Generator, most: int = 3) -> str:
    """One to ``most`` words, in some case; no digits."""
    chosen = [_WORDS[rng.integers(len(_WORDS))] for _ in range(int(rng.integers(1, most + 1)))]
    if rng.random() < 0.15:
        chosen = ["".join(_LETTERS[c] for c in rng.integers(0, len(_LETTERS), int(rng.integers(2, 9))))]
    case = rng.integers(3)
    text = " ".join(chosen)
    return text.upper() if case == 0 else text.capitalize() if case == 1 else text


def add_words(rng: Generator, number_text: str) -> str:
    """A number with the unit, currency, sign or label that is written beside it."""
    if rng.random() < _SIGNED:
        if rng.random() < 0.35:
            return _SIGNS_BEFORE[rng.integers(len(_SIGNS_BEFORE))] + number_text
        return number_text + _SIGNS_BEHIND[rng.integers(len(_SIGNS_BEHIND))]
    if rng.random() < 0.6:
        return _PREFIXES[rng.integers(len(_PREFIXES))] + number_text
    return number_text + _SUFFIXES[rng.integers(len(_SUFFIXES))]


def make_label(text: str, charset: str) -> str:
    """Label of a drawn text: characters outside the charset become `LETTER`."""
    return "".join(c if c in charset else _SAME.get(c, LETTER) for c in text)
