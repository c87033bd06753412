"""Boxes: decoding what a detector says, non-maximum suppression, average precision."""
