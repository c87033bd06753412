"""Boxes that are printed on forms: rows of boxes for single digits, and single ones for whole numbers.

Reading combs on pages (`sutja.reading.combs`) and proposing templates (`sutja.reading.templates.proposal`)
both find them here.
"""

from sutja.reading.printed_boxes.combs import Comb, find_combs
from sutja.reading.printed_boxes.single import find_single_boxes

__all__ = ["Comb", "find_combs", "find_single_boxes"]
