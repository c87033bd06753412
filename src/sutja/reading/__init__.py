"""Ink to numbers: the network's frames are decoded, and what comes out is put back onto the picture."""

from sutja.reading.reader import Reader

__all__ = ["Reader"]
