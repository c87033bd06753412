"""TensorBoard's file of events follows its format."""

import struct

from sutja.runs.tensorboard import EventFile, crc32c


def records(path):
    """The events of a file, each checked against its checksums."""
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        event = data[12 : 12 + length]
        for part, stored in ((data[:8], data[8:12]), (event, data[12 + length : 16 + length])):
            crc = crc32c(part)
            masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
            assert struct.unpack("<I", stored) == (masked,)
        yield event
        data = data[16 + length :]


def test_tensorboards_file_follows_its_format(tmp_path):
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
    events = EventFile(tmp_path)
    events.add(300, {"loss": 0.25})
    first, second = records(events.path)
    assert first[9:] == b"\x1a\x0dbrain.Event:2"
    assert first[0] == second[0] == 0x09
    value = b"\x0a\x04loss" + b"\x15" + struct.pack("<f", 0.25)
    summary = b"\x0a" + bytes([len(value)]) + value
    assert second[9:] == b"\x10\xac\x02" + b"\x2a" + bytes([len(summary)]) + summary
