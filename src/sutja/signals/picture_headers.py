"""The first bytes of a picture file: its format, and whether the quick decoder reads it correctly.

OpenCV decodes an everyday JPEG three times as fast as Pillow, but ignores EXIF orientation, knows no CMYK,
drops transparency and reads a truncated file as if it were whole. So it decodes only files without any of
that.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

# Suffixes of the files that can be read.
SUFFIXES = (".avif", ".bmp", ".gif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
PDF_SUFFIX = ".pdf"
REFUSED_SUFFIXES = (".heic", ".heif")  # of pictures that cannot be read, and are told so by name

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = b"\0\0\0\rIHDR"  # length and name of the first chunk
_PNG_CHUNK = 12  # bytes of a chunk beside its data: length, name, checksum
# By colour type, True for grey; other types have a palette or transparency.
_PNG_PLAIN = {0: True, 2: False}
_PNG_SPECIAL = (b"tRNS", b"acTL", b"eXIf")  # transparency, animation, orientation
_PNG_PIXELS = b"IDAT"
_MOST_UNPACKED = 3_000_000  # bytes, which may unpack to a thousand times as many, in seconds
_PROGRESSIVE = 0xC2
_MOST_SCANS = 64  # of a picture: each goes through all of its pixels, and programs write about ten
_START_OF_FRAME = frozenset({0xC0, 0xC1, 0xC2})  # Huffman-coded JPEG: baseline, extended, progressive
_TABLES = frozenset({0xC4, 0xC8, 0xCC})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_APP1 = 0xE1
_START_OF_SCAN, _SCAN = 0xDA, b"\xff\xda"
_SUPPORTED = (
    (_JPEG, "JPEG"),
    (_PNG[:4], "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"RIFF", "WebP"),
    (b"BM", "BMP"),
)
# What people pass instead of a picture, by its first bytes, with the remedy.
_OTHERS = (
    (b"%PDF", "is a PDF document, which is no crop", "read it as pages, or save its pages as PNG first"),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it first"),
    (b"\x1f\x8b", "is a gzip archive", "unpack it first"),
    (b"8BPS", "is a Photoshop file", "save it as PNG first"),
    (b"<svg", "is an SVG drawing", "save it as PNG first"),
    (b"<?xml", "is an XML text", "pass a picture"),
)
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"msf1": "HEIF"}
_AVIF_BRANDS = (b"avif", b"avis")


@dataclass(frozen=True, slots=True)
class PlainHeader:
    """Size and colour of a picture that the quick decoder reads correctly.

    Attributes
    ----------
    width, height : int
        Size in pixels.
    grey : bool
        True if it has no colour.
    bounded : bool
        True if its pixels bound the time that it takes: there is no more to unpack, or to go through again.
    """

    width: int
    height: int
    grey: bool
    bounded: bool = True


def read_plain_header(data: bytes) -> PlainHeader | None:
    """Read the header of a whole, upright, opaque 8-bit JPEG or PNG; None for everything else."""
    if data.startswith(_JPEG):
        return _read_plain_jpeg(data)
    if data.startswith(_PNG):
        return _read_plain_png(data)
    return None


def _read_plain_png(data: bytes) -> PlainHeader | None:
    """Walk the chunks to the last one, which ends the file; see the PNG specification, section 5.3.

    OpenCV sets memory aside for as many bytes as a chunk says it has, whether they follow or not, and unpacks
    all of them, however few the picture needs.
    """
    if data[8:16] != _PNG_HEADER or len(data) < 8 + _PNG_CHUNK + 13:
        return None
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    if depth != 8 or colour not in _PNG_PLAIN:
        return None
    position, name, unpacked = 8, b"", 0
    while position + _PNG_CHUNK <= len(data) and name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        if name in _PNG_SPECIAL:
            return None
        position += _PNG_CHUNK + length
        unpacked += length if name == _PNG_PIXELS else 0
    whole = name == b"IEND" and position == len(data)
    return PlainHeader(width, height, _PNG_PLAIN[colour], unpacked <= _MOST_UNPACKED) if whole else None


def _read_plain_jpeg(data: bytes) -> PlainHeader | None:
    """Walk the segments up to the first scan; see ITU-T T.81, annex B."""
    if data[-2:] != b"\xff\xd9":
        return None
    position, end, header, frame = 2, len(data) - 4, None, 0
    while position < end and data[position] == 0xFF:
        marker = data[position + 1]
        if marker in _WITHOUT_LENGTH or marker == 0xFF:
            return None
        length = data[position + 2] << 8 | data[position + 3]
        if marker == _START_OF_SCAN:
            if header is None:
                return None
            whole = frame != _PROGRESSIVE and data[position + 4] == (1 if header.grey else 3)
            few = whole or data.count(_SCAN, position) <= _MOST_SCANS
            return header if few else replace(header, bounded=False)
        if marker == _APP1 and data[position + 4 : position + 8] == b"Exif":
            return None
        if marker in _START_OF_FRAME and position + 10 <= end:
            depth, height, width, channels = struct.unpack_from(">BHHB", data, position + 4)
            if depth != 8 or channels not in (1, 3):
                return None
            header, frame = PlainHeader(width, height, channels == 1), marker
        elif 0xC0 <= marker <= 0xCF and marker not in _TABLES:  # a frame of another kind
            return None
        position += 2 + length
    return None


def identify_format(data: bytes) -> tuple[str, str]:
    """Say what a file that cannot be read as a picture is, by its first bytes, and what to do about it."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, what, remedy in _OTHERS:
        if start.startswith(magic):
            return what, remedy
    for magic, name in _SUPPORTED:
        if data.startswith(magic):
            return f"begins like a {name} picture but is damaged or cut short", "copy or save the file again"
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
        return "begins like an AVIF picture but is damaged or cut short", "copy or save the file again"
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return f"is a {_BRANDS[data[8:12]]} picture, which is not supported", "save it as JPEG or PNG first"
    if start and all(byte >= 32 or byte in b"\t\r\n\f\x1b" for byte in data[:512]):
        return "is text, not a picture", "pass a PNG, JPEG, TIFF, WebP or BMP file"
    return "is not a picture of a known format", "pass a PNG, JPEG, TIFF, WebP or BMP file"
