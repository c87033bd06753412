"""Real cheques filled in anew: the amount by hand is taken off the paper, another one is written there.

So the few real cheques, their paper, print and boxes, come with as many hands and amounts as there are. The
box of such an amount is tight to its ink, as on composed pages; labels on real ones are looser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.boxes.nms import compute_iou
from sutja.data.boxes.boxed_pictures import BoxedPicture, make_boxed_picture
from sutja.data.pages.cheques import SCALE, find_labelled_fields
from sutja.data.pages.real_page import HANDWRITTEN, XYXY, in_part
from sutja.data.sets.fields import ChequeRecord, read_cheques
from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme

_SAME = 0.8  # IoU of a labelled amount and a box of the page
_DARKER, _LINE = 14, 27  # grey levels below the paper about it; pixels of what is a line of the form
_SPECK = 0.2  # of a label's height: what is lower is no digit
_LEAST = 0.3  # of a label's area that its ink must cover to be believed


def find_amounts(root: Path, part: str) -> Iterator[tuple[ChequeRecord, XYXY]]:
    """Cheques of a part whose amount was written by hand, and its box as labelled, in pixels of the page."""
    for record in read_cheques(root):
        if in_part("cheques", record.key, part):
            boxes, labels, ignore = find_labelled_fields(record)
            amounts = [box for name, box in record.boxes if name == "CAR"]
            for box, label, strange in zip(boxes, labels, ignore, strict=True):
                if box in amounts and label == HANDWRITTEN and not strange:
                    x0, y0, x1, y1 = (float(edge * SCALE) for edge in box)
                    yield record, (x0, y0, x1, y1)


def find_box(page: BoxedPicture, amount: XYXY) -> int | None:
    """Index of the box of a page that is the amount; None if there is none."""
    overlaps = compute_iou(np.array([amount], np.float32), page.boxes)[0]
    best = int(overlaps.argmax()) if len(overlaps) else 0
    return best if len(overlaps) and overlaps[best] > _SAME else None


def find_strokes(patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark the ink of a patch that is no line of the form: 0 or 1."""
    level = cv2.blur(cv2.morphologyEx(patch, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (15, 15))
    dark = (patch.astype(np.int16) < level.astype(np.int16) - _DARKER).astype(np.uint8)
    for long in ((1, _LINE), (_LINE, 1)):
        dark[cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(long, np.uint8)) > 0] = 0
    return np.asarray(dark, np.uint8)


def tighten_box(page: BoxedPicture, place: int) -> BoxedPicture:
    """A page whose box is drawn close about the ink in it, where that ink is plain to see."""
    x0, y0, x1, y1 = page.boxes[place].round().astype(int).clip(0)
    ink = find_strokes(page.pixels[y0:y1, x0:x1])
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    parts = [s for s in stats[1:count] if s[3] >= _SPECK * (y1 - y0)]
    if not parts:
        return page
    corners = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in parts])
    tight = np.array([*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0)], np.float32)
    if np.prod(tight[2:] - tight[:2]) < _LEAST * (x1 - x0) * (y1 - y0):
        return page
    boxes = page.boxes.copy()
    boxes[place] = tight + np.array([x0, y0, x0, y0], np.float32)
    return make_boxed_picture(page.pixels, boxes, page.labels, page.ignore)


def refill_cheque(page: BoxedPicture, place: int, context: RenderContext) -> BoxedPicture:
    """The page with another amount in another hand where the labelled one was."""
    rng = context.rng
    x0, y0, x1, y1 = page.boxes[place]
    tall = float(y1 - y0)
    sheet = Sheet(rng, page.pixels.shape[:2])
    sheet.plane[:] = erase_ink(page.pixels, (x0 - 1, y0 - 0.25 * tall, x1 + 0.9 * tall, y1 + 0.25 * tall))
    theme = Theme(context, 9.0)
    theme.writer.unit = tall * theme.uniform(0.5, 0.95)
    text = values.make_indian_amount(rng) if theme.chance(0.7) else texts.make_amount(rng).lstrip("$€£¥₹ ")
    real = theme.writer.real_amount() if theme.chance(0.35) else None
    alpha = real[0] if real else theme.writer.draw_number(text)
    if alpha is None or alpha.shape[0] > 2.2 * tall:
        return page
    room = max(float(x1 - x0) * 1.2, 3.5 * tall)
    if alpha.shape[1] > room:
        size = max(4, int(room)), max(4, int(alpha.shape[0] * max(0.7, room / alpha.shape[1])))
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    left = x0 + tall * theme.uniform(-0.1, 0.7)
    base = y1 - tall * theme.uniform(-0.1, 0.35)
    darkness = theme.uniform(0.4, 1.0)
    sheet.draw_number(alpha, left, base - alpha.shape[0], darkness, text, "handwritten", "amount")
    return _with_amounts(page, place, sheet)


def _with_amounts(page: BoxedPicture, place: int, sheet: Sheet) -> BoxedPicture:
    """The page as the sheet shows it: boxes in the way of the new amount are dropped."""
    if not sheet.numbers:
        return page
    new = np.array([mark.box for mark in sheet.numbers], np.float32)
    middles = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
    under = ((middles > new[0, :2]) & (middles < new[0, 2:])).all(axis=1)
    kept = np.flatnonzero(~under & (np.arange(len(page.boxes)) != place))
    return make_boxed_picture(
        sheet.plane.copy(),
        np.concatenate([page.boxes[kept], new]),
        np.concatenate([page.labels[kept], [HANDWRITTEN] * len(new)]),
        np.concatenate([page.ignore[kept], [mark.ignore for mark in sheet.numbers]]),
    )


def erase_ink(pixels: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8]:
    """A picture whose ink in a box is painted over with the paper about it; lines of the form stay."""
    rows, columns = pixels.shape[:2]
    x0, x1 = (int(np.clip(edge, 0, columns)) for edge in (box[0], box[2]))
    y0, y1 = (int(np.clip(edge, 0, rows)) for edge in (box[1], box[3]))
    out = pixels.copy()
    patch = np.ascontiguousarray(out[y0:y1, x0:x1])
    if patch.size:
        mask = cv2.dilate(find_strokes(patch), np.ones((3, 3), np.uint8))
        out[y0:y1, x0:x1] = cv2.inpaint(patch, mask, 3, cv2.INPAINT_TELEA)
    return out
