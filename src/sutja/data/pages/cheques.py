"""Real cheques as pages with boxes.

Amount, date, cheque number and magnetic line are labelled on most of them; account numbers, telephone
numbers and the like never are. So whatever ink lies outside the labelled fields is to be ignored, save payee
and legal amount, which hold words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.pages.real_page import HANDWRITTEN, PRINTED, XYXY, RealPage, in_part, read_grey, scale_page
from sutja.data.sets.fields import ChequeRecord, read_cheques

SCALE = 0.6  # to 768 columns: handwritten digits of about 18 pixels, printed ones of 9 to 12
_NUMBERS = ("CAR", "Date", "MICR", "check_no")
# By eye, among the cheques that are not kept aside: amount and date were printed.
_MACHINE_MADE = (
    "Bank-of-America",
    "Trustmark",
    "X_000_",
    "X_002_",
    "X_003_",
    "X_008_",
    "X_010_",
    "X_012_",
    "X_013_",
    "X_016_",
    "X_020_",
    "X_022_",
    "X_028_",
    "X_040_",
)
_MONTH_IN_LETTERS = (
    "Bank-of-America",
    "Trustmark",
    "X_002_",
    "X_003_",
    "X_008_",
    "X_010_",
    "X_012_",
    "X_017_",
    "X_022_",
    "X_028_",
    "X_036_",
)
_EMPTY_DATE = ("X_046_", "X_047_", "X_049_", "X_050_", "X_051_")  # boxes without a digit
_NO_PLAIN_AMOUNT = ("X_012_",)  # cut into the paper, words between the digits
_FRAME = 0.07  # part of a comb's height that its frame takes on each side
_WORD_GAP, _LEAST_HEIGHT, _RULE = 13, 6, 45  # pixels of the full cheque


def load_cheque_pages(root: Path, part: str) -> Iterator[RealPage]:
    """The cheques of a part, 768 pixels wide."""
    for record in read_cheques(root):
        if in_part("cheques", record.key, part):
            picture = read_grey(record.path)
            boxes, labels, ignore = find_labelled_fields(record)
            words = [box for name, box in record.boxes if name in ("Payee", "Lar")]
            others = [box for box in find_ink_boxes(picture) if not _covered(box, [*boxes, *words])]
            labels += [PRINTED] * len(others)
            ignore += [True] * len(others)
            page = scale_page(picture, SCALE, [*boxes, *others], labels, ignore)
            yield RealPage(f"cheques/{record.path.name}", page)


def find_labelled_fields(record: ChequeRecord) -> tuple[list[XYXY], list[int], list[bool]]:
    """Boxes, labels and what to ignore of the fields that the set labels as numbers."""
    boxes: list[XYXY] = []
    labels, ignore = [], []
    for name, (x0, y0, x1, y1) in record.boxes:
        if name not in _NUMBERS or (name == "Date" and record.key.startswith(_EMPTY_DATE)):
            continue
        frame = _FRAME * (y1 - y0) if name == "Date" else 0.0
        boxes.append((x0 + frame, y0 + frame, x1 - frame, y1 - frame))
        machine = name in ("MICR", "check_no") or record.key.startswith(_MACHINE_MADE)
        labels.append(PRINTED if machine else HANDWRITTEN)
        strange = name == "Date" and record.key.startswith(_MONTH_IN_LETTERS)
        ignore.append(strange or (name == "CAR" and record.key.startswith(_NO_PLAIN_AMOUNT)))
    return boxes, labels, ignore


def find_ink_boxes(picture: NDArray[np.uint8], gap: int = _WORD_GAP) -> list[XYXY]:
    """Boxes of words and the like: dark ink, joined along the line over gaps of so many pixels."""
    level = cv2.blur(picture, (41, 41)).astype(np.int16) - 18
    dark = (picture.astype(np.int16) < level).astype(np.uint8)
    for long in ((1, _RULE), (_RULE, 1)):  # lines of the form, which would join all that stands on them
        dark[cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(long, np.uint8)) > 0] = 0
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, gap), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    out: list[XYXY] = []
    for x, y, w, h, _ in stats[1:count]:
        if h >= _LEAST_HEIGHT and w >= 3:
            out.append((float(x), float(y), float(x + w), float(y + h)))
    return out


def _covered(box: XYXY, by: list[XYXY]) -> bool:
    """Return True if the middle of a box lies in one of others."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in by)
