"""What finds fields in the tests, and pages to find them on: every block of ink that stands apart is one."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sutja.types import Box, Detection


class Blocks:
    """Finds blocks of ink: strokes that are nearer to one another than `gap` pixels belong together."""

    def __init__(self, confidence: float = 0.98, gap: int = 15) -> None:
        self.confidence = confidence
        self.gap = gap
        self.shapes: list[tuple[int, int]] = []

    def detect_arrays(self, arrays):
        """One detection a block."""
        return [self._blocks(array) for array in arrays]

    def _blocks(self, pixels):
        self.shapes.append(pixels.shape)
        ink = (pixels < 128).astype(np.uint8)
        joined = cv2.dilate(ink, np.ones((3, self.gap), np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        found = []
        for label in range(1, len(stats)):
            ys, xs = np.nonzero((labels == label) & (ink > 0))
            box = Box(float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
            if box.height >= 5:
                found.append(Detection("printed", self.confidence, box))
        return found


def draw_page(texts, size=(900, 700), points=30, paper=255):
    """A page, uint8 (H, W): each (x, y, text) in print, its upper left corner at (x, y)."""
    page = Image.new("L", size, paper)
    pen = ImageDraw.Draw(page)
    for x, y, text in texts:
        pen.text((x, y), text, fill=0, font_size=points)
    return np.asarray(page)


def draw_table(rows, left=60, top=60, across=130, down=60, **options):
    """A page with a table of texts, "" for an empty cell."""
    size = (left + across * max(map(len, rows)) + 40, top + down * len(rows) + 40)
    texts = [
        (left + across * j, top + down * i, text)
        for i, row in enumerate(rows)
        for j, text in enumerate(row)
        if text
    ]
    return draw_page(texts, size, **options)


def make_pdf(pages, media=(595, 842), content=b"", extra=b"", trailer=b""):
    """The bytes of a PDF with so many pages of one size, all with the same content."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(pages))
    objects.append(b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages))
    objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    box = b"[0 0 %g %g]" % media
    objects += [
        b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 3 0 R %b >>" % (box, extra)
        for _ in range(pages)
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)
