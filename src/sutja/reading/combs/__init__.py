"""Combs that are printed on pages: rows of boxes with a digit in each, found by their lines and read."""

from sutja.reading.combs.comb_reader import CombReader

__all__ = ["CombReader"]
