"""Files that would not end, or take all memory: each gives its own error, and the next file is read."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from finding import make_pdf
from PIL import Image

from sutja.errors import PictureError
from sutja.sandbox import MB, Budget
from sutja.signals import document, image, untrusted
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture, iter_pictures

HOSTILE = Path(__file__).parent.parent / "hostile"
CONTENT = b"0 0 0 rg 0 0 100 100 re f"


@pytest.fixture
def hurried(monkeypatch):
    """A page may take half a second, so that the tests are quick."""
    monkeypatch.setattr(document, "DRAWING_BUDGET", Budget(0.4, 30.0, 150 * MB, 100 * MB))
    monkeypatch.setattr(untrusted, "_LOST_SECONDS", 0.9)


def test_a_drawing_that_does_not_end_is_given_up(hurried):
    for name in ("tiling_hang", "pdf_tiling", "pdf_forms_exp", "pdf_4m_rects"):
        error, *rest = iter_pages(HOSTILE / f"{name}.pdf")
        assert isinstance(error, PictureError)
        assert f"{name}.pdf: takes" in str(error)
        assert len(rest) <= 1
    assert len(list(iter_pages(make_pdf(3, content=CONTENT)))) == 3


def test_a_file_of_many_pages_that_do_not_end_is_given_up_as_a_whole(hurried):
    endless = (
        (HOSTILE / "tiling_hang.pdf")
        .read_bytes()
        .replace(b"/Kids [3 0 R 6 0 R] /Count 2", b"/Kids [3 0 R 3 0 R 3 0 R] /Count 3")
    )
    errors = [str(page) for page in iter_pages(endless)]
    assert "page 2: this page and all behind it were not tried" in errors[-1] or len(errors) == 3


def test_a_stream_that_unpacks_to_gigabytes_is_given_up(hurried):
    [error] = iter_pages(HOSTILE / "pdf_flateflate4gb.pdf")
    assert isinstance(error, PictureError)
    assert "takes" in str(error)


def test_more_pages_than_the_file_can_hold_are_one_error():
    whole = make_pdf(2)
    [error] = iter_pages(whole.replace(b"/Count 2", b"/Count 19999"))
    assert "claims 19,999 pages in" in str(error)
    [error] = iter_pages(HOSTILE / "pdf_many_pages.pdf")
    assert "1,000,000 pages" in str(error)


def test_pages_that_cannot_be_loaded_end_the_file_after_twenty():
    whole = make_pdf(2, content=CONTENT) + b"%" + b" " * 2000
    *pages, last = iter_pages(whole.replace(b"/Count 2", b"/Count 99"))
    assert [isinstance(page, Picture) for page in pages] == [True] * 2 + [False] * 20
    assert "not tried" in str(last)


def repeat_last_scan(picture, times):
    """A progressive JPEG whose last scan comes again and again: each goes through all pixels."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * times + data[-2:]


@pytest.mark.parametrize("shape", [(3000, 4000), (2000, 3000, 3)])
def test_a_jpeg_of_thousands_of_scans_is_given_up(monkeypatch, shape):
    monkeypatch.setattr(image, "PICTURE_BUDGET", Budget(0.5, 30.0, 300 * MB, 100 * MB))
    [error] = iter_pictures(repeat_last_scan(np.zeros(shape, np.uint8), 3000))
    assert isinstance(error, PictureError)
    assert "takes" in str(error)
    [few] = iter_pictures(repeat_last_scan(np.zeros((30, 40), np.uint8), 3))
    assert few.pixels.shape == (30, 40)


def test_a_png_that_unpacks_to_gigabytes_behind_its_pixels_is_given_up(monkeypatch):
    monkeypatch.setattr(image, "PICTURE_BUDGET", Budget(0.5, 30.0, 300 * MB, 100 * MB))
    packer = zlib.compressobj(1)
    zeros = packer.compress(bytes(1_000_000))
    zeros += packer.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(1, wbits=-15)
    more = again.compress(bytes(1_000_000)) + again.flush(zlib.Z_FULL_FLUSH)
    packed = zeros + more * (16_000_000 // len(more))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    [page] = iter_pictures(data)
    assert isinstance(page, PictureError), "as long as the decoder unpacks what the picture does not need"
    assert "takes" in str(page)


def test_transparent_pixels_from_next_to_nothing_are_refused():
    [error] = iter_pictures(HOSTILE / "rgba_83mp.png")
    assert "unpacks to 158 × 524356 pixels from 9,768 bytes" in str(error)
