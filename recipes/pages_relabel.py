"""Labels for what nobody labelled on real pages of the training parts: found by detector and reader together.

    python recipes/pages_relabel.py --out runs/pages

Most print on the real cheques, and all on the till receipts, has no label and is ignored in training. Here
a detector that was trained so far (the run in OUT) and the bundled reader look at it: where the detector
sees a number and the reader reads one, it becomes a number; where neither sees one, it becomes background;
the rest stays ignored. `recipes/pages.py train` takes up the files from its next epoch on. Pseudo-labels:
Lee, Pseudo-Label, 2013.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import torch
from _page_files import save_pages
from pages import USED, load_trained

from sutja.boxes.nms import compute_iou
from sutja.data.boxes.boxed_pictures import BoxedPicture, make_boxed_picture
from sutja.data.pages.cheques import SCALE, find_ink_boxes, load_cheque_pages
from sutja.data.pages.pages import CLASSES
from sutja.data.pages.real_page import PRINTED, read_grey, scale_page
from sutja.data.sets.pages import read_receipts
from sutja.data.split.fixed import assign_fold, is_test
from sutja.nets.detector import Detector
from sutja.reading.reader import Reader
from sutja.training.detect.evaluate import detect_boxes

LIKELY, UNLIKELY = 0.35, 0.12  # raw scores: above a number, below none
READ = 0.6  # confidence of the reader
SAME = 0.4  # intersection over union of a found number and a word's ink
RECEIPT_SCALE, VALIDATION_FOLD = 0.5, 0  # 300 dpi: digits of about 13 pixels; the fold that is not trained on
RECEIPT_GAP = 23  # pixels between two letters of one word, at most
_MARGIN = 2  # pixels of the full picture around what is read


def is_number(reader: Reader, crops: list[np.ndarray]) -> list[bool | None]:
    """Judge if each crop holds a number and nothing else; None where that is not sure."""
    out: list[bool | None] = []
    for page in reader.read_many(iter(crops), crop=True):
        number = page.numbers[0] if page.numbers else None
        letters = 0 if number is None else number.text.count("□")
        if number is None or letters > len(number.digits):
            out.append(False)
        else:
            out.append(True if number.confidence >= READ and not letters else None)
    return out


def cut(picture: np.ndarray, box: np.ndarray, scale: float) -> np.ndarray:
    """Cut a box of the scaled page out of the full picture."""
    x0, y0, x1, y1 = (box / scale).round().astype(int)
    part = picture[max(0, y0 - _MARGIN) : y1 + _MARGIN, max(0, x0 - _MARGIN) : x1 + _MARGIN]
    return part if min(part.shape) > 3 else np.full((8, 8), 255, np.uint8)


def relabel(
    page: BoxedPicture, picture: np.ndarray, scale: float, net: Detector, reader: Reader
) -> BoxedPicture:
    """A page whose ignored boxes were looked at; ``picture`` is the same in full size."""
    found = detect_boxes(net, page, USED, UNLIKELY)
    known, open_ = page.boxes[~page.ignore], page.boxes[page.ignore]
    if len(open_) == 0:
        return page
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    free = ~_is_inside(middles, known).any(axis=1)
    sure = np.flatnonzero(free & (found.scores >= LIKELY))
    reads = is_number(reader, [cut(picture, found.boxes[i], scale) for i in sure])
    numbers = sure[[read is True for read in reads]]
    answers = is_number(reader, [cut(picture, box, scale) for box in open_])
    quiet = ~_is_inside(middles, open_).any(axis=0)
    kept = open_[~(np.array([read is False for read in answers]) & quiet)]
    boxes = found.boxes[numbers]
    overlap = compute_iou(boxes, open_)
    for row, column in enumerate(overlap.argmax(axis=1)):
        if overlap[row, column] > SAME and answers[column] is True:
            boxes[row] = open_[column]  # its ink says better where it ends
    return make_boxed_picture(
        page.picture,
        np.concatenate([known, boxes, kept]),
        np.concatenate([page.labels[~page.ignore], found.labels[numbers], np.full(len(kept), PRINTED)]),
        np.arange(len(known) + len(numbers) + len(kept)) >= len(known) + len(numbers),
    )


def _is_inside(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Mark the points (n, 2) that lie in boxes (m, 4): bool (n, m)."""
    x, y = points[:, :1], points[:, 1:]
    return (x >= boxes[:, 0]) & (x <= boxes[:, 2]) & (y >= boxes[:, 1]) & (y <= boxes[:, 3])


def main() -> None:
    """Write the training files of cheques and receipts again."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="s")
    args = parser.parse_args()
    torch.set_num_threads(1)
    root, net, reader = (
        Path(os.environ["SUTJA_DATA"]),
        load_trained(args.out, args.size),
        Reader(effort="fast"),
    )
    cheques = []
    for real in load_cheque_pages(root, "train"):
        picture = read_grey(root / "cheques" / "images" / real.source.split("/")[1])
        cheques.append(relabel(real.page, picture, SCALE, net, reader))
    receipts = []
    for record in read_receipts(root):
        key = record.path.stem
        if not is_test("receipts", key) and assign_fold("receipts", key) != VALIDATION_FOLD:
            picture = read_grey(record.path)
            words = find_ink_boxes(picture, RECEIPT_GAP)
            bare = scale_page(picture, RECEIPT_SCALE, words, [PRINTED] * len(words), [True] * len(words))
            receipts.append(relabel(bare, picture, RECEIPT_SCALE, net, reader))
    for name, pages in (("cheques", cheques), ("receipts", receipts)):
        save_pages(args.out / f"train-{name}.npz", pages)
        counts = np.bincount(np.concatenate([page.labels[~page.ignore] for page in pages]), minlength=2)
        ignored = sum(int(page.ignore.sum()) for page in pages)
        labels = dict(zip(CLASSES, counts.tolist(), strict=True))
        print(f"{name}: {len(pages)} pages, {labels}, {ignored} ignored")


if __name__ == "__main__":
    main()
