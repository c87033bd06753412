"""Checks of parameters where they are made: a card may come from anyone, and so may its parameters."""

from __future__ import annotations

from typing import Any


def check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Refuse all but a whole number from `low` to `high`.

    Raises
    ------
    ValueError
        If it is another value, or no whole number.
    """
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {value!r:.40}")


def check_real(name: str, value: Any, low: float, high: float) -> None:
    """Refuse all but a number from `low` to `high`.

    Raises
    ------
    ValueError
        If it is another value, no number, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}, not {value!r:.40}")


def check_flag(name: str, value: Any) -> None:
    """Refuse all but True and False.

    Raises
    ------
    ValueError
        If it is another value.
    """
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r:.40}")
