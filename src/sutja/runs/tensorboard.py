"""Curves for TensorBoard: its file of events, written without it.

A file is a row of records (length, checksum, data, checksum), each an Event of TensorFlow's protocol buffers:
1 wall time (double), 2 step (int64), 3 file version (string), 5 summary, which holds values of 1 tag (string)
and 2 a number (float).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from pathlib import Path

_POLYNOMIAL = 0x82F63B78  # CRC-32C (Castagnoli), reversed
_MASK = 0xA282EAD8  # what TensorFlow adds to a checksum turned by 15 bits


class EventFile:
    """A file of numbers over steps, appended to as the run goes.

    Parameters
    ----------
    folder : Path
        Folder that TensorBoard is pointed to.
    """

    def __init__(self, folder: Path) -> None:
        now = time.time()
        self.path = folder / f"events.out.tfevents.{int(now)}.sutja"
        self._append(struct.pack("<Bd", 0x09, now) + _field(3, b"brain.Event:2"))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Numbers at a step, by their names."""
        summary = b"".join(
            _field(1, _field(1, name.encode()) + struct.pack("<Bf", 0x15, value))
            for name, value in values.items()
        )
        event = struct.pack("<Bd", 0x09, time.time()) + b"\x10" + _varint(step) + _field(5, summary)
        self._append(event)

    def _append(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        record = length + _checksum(length) + event + _checksum(event)
        with self.path.open("ab") as file:
            file.write(record)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    """A field of bytes, a string or a message."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _checksum(data: bytes) -> bytes:
    """CRC-32C, masked as TensorFlow does."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF)


def crc32c(data: bytes) -> int:
    """The cyclic redundancy check of Castagnoli et al. 1993."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
