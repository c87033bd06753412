"""Boxes: decoding of a detector's output, non-maximum suppression, average precision."""
