"""Documents: PDFs and TIFFs page by page, whole, hostile and huge."""

import io
import itertools

import numpy as np
import pytest
from finding import draw_page, make_pdf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sutja.errors import PictureError
from sutja.signals import pdf
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture
from sutja.signals.pdf import choose_resolution

BLACK_CORNER = b"0 0 0 rg 0 0 100 100 re f"  # PDF counts from the lower left
LOCKED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
    + b"ab" * 32
    + b"> /U <"
    + b"cd" * 32
    + b"> >> /ID [<00><00>]"
)


def pages(source):
    """All that a source gives, as a list."""
    return list(iter_pages(source))


def scan_pdf(resolution=150, count=1):
    """A PDF that is nothing but scans, as a copier makes it."""
    file = io.BytesIO()
    image = Image.fromarray(draw_page([(100, 100, "12345")], (1240, 1754)))
    image.save(file, "PDF", resolution=resolution, save_all=True, append_images=[image] * (count - 1))
    return file.getvalue()


def test_a_pdf_is_drawn_page_by_page(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(3, content=BLACK_CORNER))
    for source in (path, str(path), path.read_bytes()):
        found = pages(source)
        assert [(page.page, page.width, page.height, page.dpi) for page in found] == [
            (number, 1653, 2339, 200.0) for number in (1, 2, 3)
        ]
        pixels = found[0].pixels
        assert pixels[2200, 100].max() == 0
        assert pixels[100, 100].min() == 255
    assert found[0].source == "<bytes>"


def test_a_page_may_be_turned_by_its_own_entry():
    [page] = pages(make_pdf(1, content=BLACK_CORNER, extra=b"/Rotate 90"))
    assert (page.width, page.height) == (2339, 1653)
    assert page.pixels[100, 100].max() == 0  # lower left is upper left now


@pytest.mark.parametrize(("given_dpi", "drawn"), [(150, 150), (300, 300), (20, 50), (1200, 400)])
def test_a_scan_is_drawn_at_its_own_resolution(given_dpi, drawn):
    [page] = pages(scan_pdf(given_dpi))
    assert page.dpi == pytest.approx(drawn, rel=0.01)
    if given_dpi == drawn:
        assert (page.width, page.height) == (1240, 1754)


def test_what_is_no_pdf_is_read_as_a_picture(tmp_path):
    path = tmp_path / "many.tif"
    images = [Image.new("L", (30 + i, 20), 255) for i in range(3)]
    images[0].save(path, save_all=True, append_images=images[1:])
    assert [(page.page, page.width, page.dpi) for page in pages(path)] == [
        (i + 1, 30 + i, None) for i in range(3)
    ]
    [page] = pages(np.zeros((5, 7), np.uint8))
    assert (page.width, page.height) == (7, 5)


@pytest.mark.parametrize(
    ("source", "match"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7\n", "damaged PDF"),
        (b"%PDF-1.4" + bytes(range(256)) * 20, "damaged PDF"),
        (make_pdf(0), "PDF"),
        (make_pdf(1, trailer=LOCKED), "encrypted; save a copy without a password"),
        ("none.pdf", "no such file"),
    ],
)
def test_what_cannot_be_read_is_named(source, match):
    [error] = pages(source)
    assert isinstance(error, PictureError)
    assert match in str(error)


def test_a_pdf_cut_short_is_read_or_refused():
    whole = scan_pdf(count=2)
    for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        found = pages(whole[: int(part * len(whole))])
        assert found
        assert all(isinstance(page, Picture | PictureError) for page in found)


@given(st.binary(max_size=300), st.integers(0, 700))
def test_noise_in_a_pdf_never_raises(noise, place):
    whole = make_pdf(1, content=BLACK_CORNER)
    assert len(pages(whole[:place] + noise + whole[place + len(noise) :])) <= 2


def test_a_broken_page_does_not_stop_the_others(monkeypatch):
    draw = pdf.draw_page

    def sometimes(opened, index):
        if index == 1:
            raise RuntimeError("no such font")
        return draw(opened, index)

    monkeypatch.setattr(pdf, "draw_page", sometimes)
    count, first, second, third = (values for values, _ in pdf.draw_pages({"first": 1}, make_pdf(3)))
    assert count == {"count": 3}
    assert (first["page"], third["page"]) == (1, 3)
    assert second["error"] == ("is damaged or cut short (no such font); copy or save the file again")


def test_of_two_thousand_pages_only_those_are_drawn_that_are_asked_for(monkeypatch):
    drawn = itertools.count()
    draw = pdf.draw_page
    monkeypatch.setattr(pdf, "draw_page", lambda *given: (next(drawn), draw(*given))[1])
    source = make_pdf(2000, media=(20, 20))
    items = itertools.islice(pdf.draw_pages({"first": 1}, source), 6)
    assert [values.get("page") for values, _ in items] == [None, 1, 2, 3, 4, 5]
    assert next(drawn) == 5
    assert sum(1 for _ in iter_pages(source)) == 2000


@pytest.mark.parametrize("media", [(2384, 3370), (14400, 14400), (14400, 20), (3, 3)])
def test_pages_of_any_size_have_a_bounded_number_of_pixels(media):
    [page] = pages(make_pdf(1, media=media))
    assert page.width * page.height <= 1.01 * pdf.PAGE_PIXELS
    assert min(page.width, page.height) >= 1


@given(st.floats(1, 20_000), st.floats(1, 20_000), st.none() | st.floats(0.01, 10_000))
def test_the_resolution_is_bounded(width, height, scan):
    dpi = choose_resolution(width, height, scan)
    assert 0 < dpi <= pdf.MAX_DPI
    assert width * height * (dpi / 72) ** 2 <= 1.001 * pdf.PAGE_PIXELS
