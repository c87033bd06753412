"""The first bytes of a sound file: its format, and whether a WAV or Ogg file is whole.

libsndfile reads a WAV file that was cut short as if it had been meant to end there. A number that is cut in
two is another number, so the length in the header is compared with the file.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

# Suffixes of the files that can be read.
SOUND_SUFFIXES = (".aif", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".w64", ".wav")
FORMATS = frozenset({"AIFF", "AU", "CAF", "FLAC", "MP3", "NIST", "OGG", "RF64", "W64", "WAV", "WAVEX"})

_CONVERT = "take the sound out of it first, with: ffmpeg -i FILE FILE.wav"
_SAVE = "save it as WAV, FLAC, OGG or MP3 first, with: ffmpeg -i FILE FILE.wav"
_WANTED = "pass a WAV, FLAC, OGG or MP3 file"
# What people pass instead of a recording, by its first bytes, with the remedy.
_OTHERS = (
    (b"\x1aE\xdf\xa3", "is a Matroska or WebM video", _CONVERT),
    (b"FLV", "is a Flash video", _CONVERT),
    (b"\0\0\x01\xba", "is an MPEG video", _CONVERT),
    (b"\0\0\x01\xb3", "is an MPEG video", _CONVERT),
    (b"0&\xb2u\x8ef\xcf\x11", "is a Windows Media file", _SAVE),
    (b"#!AMR", "is an AMR recording, which is not supported", _SAVE),
    (b".RMF", "is a RealMedia file", _SAVE),
    (b"%PDF", "is a PDF document, not a recording", _WANTED),
    (b"\x89PNG", "is a picture, not a recording", "read it with: sutja read"),
    (b"\xff\xd8\xff", "is a picture, not a recording", "read it with: sutja read"),
    (b"GIF8", "is a picture, not a recording", "read it with: sutja read"),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it first"),
    (b"\x1f\x8b", "is a gzip archive", "unpack it first"),
    (b"MThd", "holds notes, not sound (MIDI)", _WANTED),
)
_SUPPORTED = (
    (b"RIFF", "WAV"),
    (b"RF64", "WAV"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b"ID3", "MP3"),
    (b"FORM", "AIFF"),
)
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ")
_RIFFS = {
    b"AVI ": ("is an AVI video", _CONVERT),
    b"WEBP": ("is a picture, not a recording", "read it with: sutja read"),
}
# Lengths in the header of a stream that was still being recorded; those near the largest mean the same, since
# programs subtract their header.
_OPEN_ENDED = frozenset({0, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFE, 0xFFFFFFFE})
_OPEN_FROM = 0x7FFF0000
_TAIL = 65_536 + 282  # bytes: an Ogg page is no longer
_MAX_CHUNKS = 64


def identify_format(data: bytes) -> tuple[str, str]:
    """Say what a file that cannot be read as sound is, by its first bytes, and what to do about it."""
    for magic, what, remedy in _OTHERS:
        if data.startswith(magic):
            return what, remedy
    if data[4:8] == b"ftyp":
        if data[8:12] in _SOUND_BRANDS:
            return "is an M4A (AAC) recording, which is not supported", _SAVE
        return "is an MP4 or QuickTime video", _CONVERT
    if data[4:8] in (b"moov", b"mdat", b"wide"):
        return "is a QuickTime video", _CONVERT
    if data.startswith(b"RIFF") and data[8:12] in _RIFFS:
        return _RIFFS[data[8:12]]
    if data[:1] == b"G" and data[188:189] == b"G" == data[376:377]:
        return "is an MPEG video", _CONVERT
    for magic, name in _SUPPORTED:
        if data.startswith(magic):
            return f"begins like a {name} file but is damaged or cut short", "copy or save the file again"
    if data and all(byte >= 32 or byte in b"\t\r\n\f\x1b" for byte in data):
        return "is text, not a recording", _WANTED
    return "is not a recording of a known format", _WANTED


def measure_missing(file: BinaryIO, size: int) -> float:
    """Measure the share of a file's sound that is missing, 0 to 1; 0 where it is whole or does not tell.

    Parameters
    ----------
    file : BinaryIO
        File open at its beginning.
    size : int
        Size of the file in bytes.
    """
    start = file.read(12)
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return _measure_missing_wav(file, size)
    if start[:4] == b"OggS":
        return _measure_missing_ogg(file, size)
    return 0.0


def _measure_missing_wav(file: BinaryIO, size: int) -> float:
    """Compare with the length in the header of the chunk "data"."""
    position = 12
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return 0.0
        name, length = struct.unpack("<4sI", head)
        if name == b"data":
            if length in _OPEN_ENDED or length >= _OPEN_FROM:
                return 0.0
            return max(0.0, 1.0 - (size - position - 8) / int(length))
        position += 8 + length + length % 2
    return 0.0


def _measure_missing_ogg(file: BinaryIO, size: int) -> float:
    """Look for the flag of a stream's last page; without it an unknown share, 1e-9, is missing."""
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    last = tail.rfind(b"OggS")
    if last < 0 or len(tail) < last + 27 or not tail[last + 5] & 4:
        return 1e-9
    lacing = tail[last + 27 : last + 27 + tail[last + 26]]
    whole = len(lacing) == tail[last + 26] and len(tail) >= last + 27 + len(lacing) + sum(lacing)
    return 0.0 if whole else 1e-9
