"""Format numbers, durations and lists for people."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from sutja.metrics import format_percent

_MINUTE, _HOUR = 60, 3600  # seconds


def format_list(names: Sequence[str]) -> str:
    """Join names with commas and a final "and".

    >>> format_list(["a", "b", "c"])
    'a, b and c'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def format_interval(low: float, high: float) -> str:
    """Format an interval of error rates.

    >>> format_interval(0.01, 0.025)
    '1.00 to 2.50 %'
    """
    return f"{100 * low:.2f} to {format_percent(high)}"


def format_points(share: float, signed: bool = False) -> str:
    """Format a difference of error rates in percentage points, with two significant digits.

    >>> format_points(0.018), format_points(0.00041), format_points(-0.0123, signed=True)
    ('1.8', '0.041', '−1.2')
    """
    value = 100 * share
    text = f"{abs(value):.1f}" if abs(value) >= 1 else f"{abs(value):.2g}"
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    return sign + text


def format_seconds(seconds: float) -> str:
    """Format the duration of a fit.

    >>> format_seconds(0.0123), format_seconds(1.25), format_seconds(250)
    ('12 ms', '1.2 s', '250 s')
    """
    if seconds < 0.1:
        return f"{_round_to_two_digits(1000 * seconds)} ms"
    return f"{_round_to_two_digits(seconds)} s"


def format_microseconds(microseconds: float) -> str:
    """Format the duration of a prediction.

    >>> format_microseconds(158), format_microseconds(1.55), format_microseconds(2500)
    ('160 µs', '1.6 µs', '2.5 ms')
    """
    if not math.isfinite(microseconds):
        return "?"
    if microseconds >= 1000:
        return f"{_round_to_two_digits(microseconds / 1000)} ms"
    return f"{_round_to_two_digits(microseconds)} µs"


def format_minutes(seconds: float) -> str:
    """Format the duration of many fits.

    >>> format_minutes(67), format_minutes(20), format_minutes(7300)
    ('1 min 7 s', '20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        rest = whole % _MINUTE
        minutes = f"{whole // _MINUTE} min"
        return f"{minutes} {rest} s" if rest and whole < 10 * _MINUTE else minutes
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def format_clock(seconds: float) -> str:
    """Format a duration as a clock shows it.

    >>> format_clock(372), format_clock(3672)
    ('6:12', '1:01:12')
    """
    whole = max(0, round(seconds))
    if whole >= _HOUR:
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"
    return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"


def format_count(value: float) -> str:
    """Format a large count with three significant digits and a unit prefix.

    >>> format_count(1_234_000)
    '1.23 M'
    """
    if value < 1000:
        return f"{value:.0f}"
    power = min(5, int(math.log10(value) // 3))
    return f"{value / 1000**power:.3g} {' kMGTP'[power]}".replace(".0 ", " ")


def bind_units(text: str) -> str:
    """Put no-break spaces between numbers and their units."""
    return re.sub(r"(?<=[0-9]) (?=%|µs\b|ms\b|s\b|points\b|labels\b|[kMGTP] )", "\u00a0", text)


def _round_to_two_digits(value: float) -> str:
    """Round to two significant digits, never written as a power of ten."""
    if value <= 0:
        return "0"
    places = max(0, 1 - math.floor(math.log10(value)))
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.{places}f}"
