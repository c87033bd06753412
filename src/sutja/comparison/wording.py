"""Numbers and names as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sutja.metrics import format_percent

_MINUTE, _HOUR = 60.0, 3600.0


def names(some: Sequence[str]) -> str:
    """Names in a sentence.

    >>> names(["a", "b", "c"])
    'a, b and c'
    """
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"


def span(low: float, high: float) -> str:
    """An interval of errors.

    >>> span(0.01, 0.025)
    '1.00 to 2.50 %'
    """
    return f"{100 * low:.2f} to {format_percent(high)}"


def points(share: float, signed: bool = False) -> str:
    """A difference of errors, in hundredths, with the digits that count.

    >>> points(0.018), points(0.00041), points(-0.0123, signed=True)
    ('1.8', '0.041', '−1.2')
    """
    value = 100 * share
    text = f"{abs(value):.1f}" if abs(value) >= 1 else f"{abs(value):.2g}"
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    return sign + text


def seconds(value: float) -> str:
    """How long a fit took.

    >>> seconds(0.0123), seconds(1.25), seconds(250)
    ('12 ms', '1.2 s', '250 s')
    """
    if value < 0.1:
        return f"{_two(1000 * value)} ms"
    return f"{_two(value)} s"


def micros(value: float) -> str:
    """How long an answer took, from microseconds.

    >>> micros(158), micros(1.55), micros(2500)
    ('160 µs', '1.6 µs', '2.5 ms')
    """
    if not math.isfinite(value):
        return "?"
    return f"{_two(value / 1000)} ms" if value >= 1000 else f"{_two(value)} µs"


def minutes(value: float) -> str:
    """A time of many fits.

    >>> minutes(67), minutes(20), minutes(7300)
    ('1 min 7 s', '20 s', '2 h 2 min')
    """
    whole = round(value)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        rest = whole % 60
        return f"{whole // 60} min {rest} s" if rest and whole < 10 * _MINUTE else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _two(value: float) -> str:
    """Two digits that count, never as a power of ten."""
    if value <= 0:
        return "0"
    places = max(0, 1 - math.floor(math.log10(value)))
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.{places}f}"
