"""The text that a page of a PDF carries."""

import pytest
from finding import make_pdf

from sutja.signals.document import iter_pages

FONT = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def write(text, x=72, y=700, points=12, mode=0):
    """Instructions that draw a text at a place, in points from the lower left corner."""
    return b"BT %d Tr /F1 %d Tf %d %d Td (%b) Tj ET\n" % (mode, points, x, y, text.encode())


def load(content, **options):
    """The only page of a PDF with such content."""
    extra = FONT + options.pop("extra", b"")
    [page] = iter_pages(make_pdf(1, content=content, extra=extra, **options))
    return page


def test_characters_stand_where_they_are_drawn():
    page = load(write("Total 1,234.50"))
    assert "".join(c.text for c in page.characters).strip() == "Total 1,234.50"
    for character in page.characters:
        if character.box is None or character.text in ".,":
            continue
        box = character.box
        part = page.pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
        assert (part < 128).any()
    first = next(c.box for c in page.characters if c.box is not None)
    assert first.x0 == pytest.approx(72 / 72 * 200, abs=3)
    assert first.y1 == pytest.approx((842 - 700) / 72 * 200, abs=3)


def test_a_turned_page_has_its_text_where_it_is_seen():
    page = load(write("42"), extra=b" /Rotate 90")
    box = page.characters[0].box
    part = page.pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
    assert (part < 128).any()


def test_text_that_is_not_drawn_is_left_out():
    assert load(write("77", mode=3)).characters == ()


def test_a_page_without_text_has_no_characters():
    assert load(b"").characters == ()
