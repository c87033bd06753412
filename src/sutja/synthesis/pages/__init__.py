"""Whole pages with the truth about every number on them: letters, cheques, forms, tables, receipts, grids.

`PageComposer` draws pages of many layouts; each `Field` has a box tight to the ink of one number.
"""

from sutja.synthesis.pages.composer import DEFAULT_WEIGHTS, HOLD_OUT_LAYOUTS, PageComposer
from sutja.synthesis.pages.fields import Field, PageSample, crop_page

__all__ = ["DEFAULT_WEIGHTS", "HOLD_OUT_LAYOUTS", "Field", "PageComposer", "PageSample", "crop_page"]
