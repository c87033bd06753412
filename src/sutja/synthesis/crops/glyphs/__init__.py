"""Glyphs: digits cut from what people wrote, separators by pen, and how both are set in a line."""
