"""The real data that synthesis draws on, loaded once, with everything kept aside left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.sets import catalogue, readers, sudoku_mnist
from sutja.data.split import fixed
from sutja.grammar import keep_digits
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.synthesis.crops.glyphs.written import WrittenDigits, extract_ink
from sutja.synthesis.crops.real_crops import NUMBER_SETS, RealCrop, load_training_crops
from sutja.synthesis.crops.sample import Picture

VALIDATION_FOLD = 0  # of the sets without an official test set
_WITHOUT_CENTS = re.compile(r"[\d,]+(/-?)?")
_PEN_SIZE = 40  # pixels, side of the picture of a digit written with an electronic pen
_PEN_WIDTHS = (0.6, 2.6)  # of its strokes, in 28ths of the picture
_DIGITS_BOXED = {"X_029_jpeg"}  # its line of account digits is boxed as words


@dataclass
class Sources:
    """Real data that a recipe may train on. Lists are empty where a set is not there or not wanted.

    Attributes
    ----------
    written_digits : list[tuple[float, WrittenDigits]]
        Written digits by writer, one `WrittenDigits` a set, with the weight they are drawn with.
    lone : dict[str, list[tuple[Picture, str]]]
        Pictures of one digit as they come, with their digit, one list a set.
    amounts : list[RealCrop]
        Real amounts whose labels are silent about separators.
    words : list[Picture]
        Real crops of handwriting that holds no number.
    numbers : dict[str, list[RealCrop]]
        Real crops of numbers, and of what is none, by set; their labels are silent about separators.
    used : dict[str, int]
        Set name → number of items, for the card.
    """

    written_digits: list[tuple[float, WrittenDigits]] = field(default_factory=list)
    lone: dict[str, list[tuple[Picture, str]]] = field(default_factory=dict)
    amounts: list[RealCrop] = field(default_factory=list)
    cheque_amounts: list[RealCrop] = field(default_factory=list)
    words: list[Picture] = field(default_factory=list)
    numbers: dict[str, list[RealCrop]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)


def _is_training(dataset: str, key: str | int, fold: int | None) -> bool:
    """Return True if an item is training data when ``fold`` (None: no fold) is the validation part."""
    return not fixed.is_test(dataset, key) and (fold is None or fixed.assign_fold(dataset, key) != fold)


def load_amounts(root: Path, part: int | str) -> Iterator[RealCrop]:
    """Real ORAND-CAR amounts of one part: a fold's number, or ``"test"``."""
    for record in readers.read_orand_car(root):
        if fixed.assign_part("orand-car", record.key) == part:
            yield _amount(record)


def _amount(record: readers.AmountRecord) -> RealCrop:
    picture = cv2.imread(str(record.path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError(f"{record.path} cannot be read as a picture")
    spans = tuple((box[0], box[2]) for box in record.boxes) if record.consistent else ()
    return RealCrop(np.asarray(picture, np.uint8), record.text, spans)


def load_cheque_fields(root: Path, name: str) -> Iterator[tuple[readers.ChequeRecord, Picture]]:
    """RGB crops of one class of field from the whole cheques."""
    for record in readers.read_cheques(root):
        page = cv2.imread(str(record.path), cv2.IMREAD_COLOR)
        for label, (x0, y0, x1, y1) in record.boxes:
            if label == name and page is not None:
                crop = page[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1, ::-1]
                if min(crop.shape[:2]) > 3:
                    yield record, np.ascontiguousarray(crop)


def load_word_fields(root: Path) -> Iterator[tuple[readers.ChequeRecord, Picture]]:
    """RGB crops of payees and legal amounts that hold no digit.

    Where an amount has cents, they are written as digits into the words ("and 28/100"): those cheques are
    left out, as are the ones whose amount was not read.
    """
    for name in ("Payee", "Lar"):
        for record, crop in load_cheque_fields(root, name):
            if record.key not in _DIGITS_BOXED and _WITHOUT_CENTS.fullmatch(record.text or ""):
                yield record, crop


def _add_digits(out: Sources, root: Path, fold: int | None, wanted: Callable[[str], bool]) -> None:
    if wanted("mnist"):
        mnist = readers.read_mnist(root, "train")
        keep = np.array([fold is None or not fixed.is_validation("mnist", str(w)) for w in mnist.groups])
        # The sudoku photos were filled with MNIST digits.
        keep[sudoku_mnist.load_mnist_rows_in_sudoku_test()] = False
        _add_digit_set(out, "mnist", 0.5, mnist.images[keep], mnist.labels[keep], mnist.groups[keep])
    if wanted("exam-digits"):
        exam = readers.read_exam_digits(root)
        keep = np.array([_is_training("exam-digits", str(g), fold) for g in exam.groups])
        _add_digit_set(out, "exam-digits", 0.15, exam.images[keep], exam.labels[keep], exam.groups[keep])
    if wanted("usps"):
        usps = readers.read_usps(root, "train")
        keep = np.array([fold is None or not fixed.is_validation("usps", i) for i in range(len(usps.labels))])
        writers = np.arange(keep.sum()) // 8
        _add_digit_set(out, "usps", 0.1, usps.images[keep], usps.labels[keep], writers)
    if wanted("pen-digits"):
        strokes = [r for r in readers.read_pen_digits(root) if _is_training("pen-digits", r.group, fold)]
        widths = np.random.default_rng(len(strokes)).uniform(*_PEN_WIDTHS, len(strokes))
        images = np.stack(
            [readers.draw_strokes(r, _PEN_SIZE, w) for r, w in zip(strokes, widths.tolist(), strict=True)]
        )
        labels = np.array([int(r.text) for r in strokes])
        _add_digit_set(out, "pen-digits", 0.2, images, labels, np.array([r.group for r in strokes]))


def _add_digit_set(
    out: Sources,
    name: str,
    weight: float,
    images: Picture,
    labels: NDArray[np.integer[Any]],
    writers: NDArray[Any],
) -> None:
    out.written_digits.append((weight, WrittenDigits.from_arrays(name, images, labels, writers)))
    out.lone[name] = [(image, str(label)) for image, label in zip(images, labels, strict=True)]


def load_sources(
    root: Path, fold: int | None = VALIDATION_FOLD, *, open_terms: bool = False, without: Collection[str] = ()
) -> Sources:
    """Everything a recipe may train on.

    The sudoku photos are not in it: their handwritten digits are MNIST's, of its test part too
    (`sutja.data.sets.sudoku_mnist`).

    Parameters
    ----------
    root : Path
        The data folder.
    fold : int | None
        The fold held back for validation; None trains on all that is not a test part.
    open_terms : bool
        Leave out the sets whose terms are not open.
    without : Collection[str]
        Sets that are left out as a whole, to see how a network reads a source that it never saw.
    """

    def is_wanted(name: str) -> bool:
        return name not in without and (catalogue.find_entry(name).open_terms or not open_terms)

    out = Sources()
    _add_digits(out, root, fold, is_wanted)
    if is_wanted("orand-car"):
        for record in readers.read_orand_car(root):
            if _is_training("orand-car", record.key, fold):
                out.amounts.append(_amount(record))
        out.written_digits.append((0.2, _hands_of(out.amounts)))
        out.used["orand-car"] = len(out.amounts)
    if is_wanted("cheques"):
        _add_cheques(out, root, fold)
    out.numbers |= load_training_crops(root, fold, [name for name in NUMBER_SETS if not is_wanted(name)])
    out.used |= {name: len(pictures) for name, pictures in (out.lone | out.numbers).items()}
    return out


def _add_cheques(out: Sources, root: Path, fold: int | None) -> None:
    for cheque, crop in load_cheque_fields(root, "CAR"):
        if cheque.text and _is_training("cheques", cheque.key, fold):
            out.cheque_amounts.append(RealCrop(to_grey(crop), keep_digits(cheque.text)))
    out.words += [
        to_grey(crop) for cheque, crop in load_word_fields(root) if _is_training("cheques", cheque.key, fold)
    ]
    out.used["cheques"] = len(out.cheque_amounts)


def _hands_of(amounts: list[RealCrop]) -> WrittenDigits:
    """Digits cut out of real amounts, a cheque a writer."""
    images, labels, writers = [], [], []
    for writer, amount in enumerate(amounts):
        for (x0, x1), digit in zip(amount.spans, amount.digits, strict=False):
            crop = amount.picture[:, max(0, x0) : x1 + 1]
            if crop.shape[1] > 2:
                images.append(extract_ink(crop))
                labels.append(int(digit))
                writers.append(writer)
    return WrittenDigits.from_arrays("orand-car", images, labels, writers)
