"""The real data that synthesis draws on, loaded once, with everything kept aside left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from sutja.data.sets import readers, sudoku_mnist
from sutja.data.split import fixed
from sutja.signals.normalisation import to_grey
from sutja.synthesis.crops.glyphs import WrittenDigits, extract_ink
from sutja.synthesis.crops.sample import Picture

VALIDATION_FOLD = 0  # of the sets without an official test set
_WITHOUT_CENTS = re.compile(r"[\d,]+(/-?)?")
_DIGITS_BOXED = {"X_029_jpeg"}  # its line of account digits is boxed as words


@dataclass(frozen=True, slots=True)
class Amount:
    """A real amount: grey crop, its digits, and (x0, x1) of each digit where known."""

    picture: Picture
    digits: str
    spans: tuple[tuple[int, int], ...]


@dataclass
class Sources:
    """Real data that a recipe may train on. Lists are empty where a set is not there or not wanted.

    Attributes
    ----------
    written_digits : list[tuple[float, WrittenDigits]]
        Written digits by writer, one `WrittenDigits` a set, with the weight they are drawn with.
    lone : dict[str, list[tuple[Picture, str]]]
        Pictures of one digit as they come, with their digit, one list a set.
    amounts : list[Amount]
        Real amounts whose labels are silent about separators.
    words : list[Picture]
        Real crops of handwriting that holds no number.
    used : dict[str, int]
        Set name → number of items, for the card.
    """

    written_digits: list[tuple[float, WrittenDigits]] = field(default_factory=list)
    lone: dict[str, list[tuple[Picture, str]]] = field(default_factory=dict)
    amounts: list[Amount] = field(default_factory=list)
    cheque_amounts: list[Amount] = field(default_factory=list)
    words: list[Picture] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)


def _is_training(dataset: str, key: str | int, fold: int | None) -> bool:
    """Return True if an item is training data when ``fold`` (None: no fold) is the validation part."""
    return not fixed.is_test(dataset, key) and (fold is None or fixed.assign_fold(dataset, key) != fold)


def load_amounts(root: Path, part: int | str) -> Iterator[Amount]:
    """Real ORAND-CAR amounts of one part: a fold's number, or ``"test"``."""
    for record in readers.read_orand_car(root):
        if fixed.assign_part("orand-car", record.key) == part:
            yield _amount(record)


def _amount(record: readers.AmountRecord) -> Amount:
    picture = cv2.imread(str(record.path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError(f"{record.path} cannot be read as a picture")
    spans = tuple((box[0], box[2]) for box in record.boxes) if record.consistent else ()
    return Amount(np.asarray(picture, np.uint8), record.text, spans)


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


def _add_digits(out: Sources, root: Path, fold: int | None, open_terms: bool) -> None:
    mnist = readers.read_mnist(root, "train")
    keep = np.array([fold is None or not fixed.is_validation("mnist", str(w)) for w in mnist.groups])
    keep[sudoku_mnist.load_mnist_rows_in_sudoku_test()] = (
        False  # the sudoku photos were filled with MNIST digits
    )
    images, labels = mnist.images[keep], mnist.labels[keep]
    out.written_digits.append((0.55, WrittenDigits.from_arrays("mnist", images, labels, mnist.groups[keep])))
    out.lone["mnist"] = [(image, str(label)) for image, label in zip(images, labels, strict=True)]
    exam = readers.read_exam_digits(root)
    keep = np.array([_is_training("exam-digits", str(g), fold) for g in exam.groups])
    written_digits = WrittenDigits.from_arrays(
        "exam-digits", exam.images[keep], exam.labels[keep], exam.groups[keep]
    )
    out.written_digits.append((0.15, written_digits))
    out.lone["exam-digits"] = [(i, str(d)) for i, d in zip(exam.images[keep], exam.labels[keep], strict=True)]
    if not open_terms:
        usps = readers.read_usps(root, "train")
        keep = np.array([fold is None or not fixed.is_validation("usps", i) for i in range(len(usps.labels))])
        images, labels = usps.images[keep], usps.labels[keep]
        out.written_digits.append(
            (0.1, WrittenDigits.from_arrays("usps", images, labels, np.arange(len(labels)) // 8))
        )
        out.lone["usps"] = [(i, str(d)) for i, d in zip(images, labels, strict=True)]


def load_sources(root: Path, fold: int | None = VALIDATION_FOLD, *, open_terms: bool = False) -> Sources:
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
        Leave out the sets whose terms are not open (`orand-car`, `usps`).
    """
    out = Sources()
    _add_digits(out, root, fold, open_terms)
    if not open_terms:
        for record in readers.read_orand_car(root):
            if _is_training("orand-car", record.key, fold):
                out.amounts.append(_amount(record))
        out.written_digits.append((0.2, _hands_of(out.amounts)))
        out.used["orand-car"] = len(out.amounts)
    for cheque, crop in load_cheque_fields(root, "CAR"):
        if cheque.text and _is_training("cheques", cheque.key, fold):
            digits = "".join(c for c in cheque.text if c.isdigit())
            out.cheque_amounts.append(Amount(to_grey(crop), digits, ()))
    out.words += [
        to_grey(crop) for cheque, crop in load_word_fields(root) if _is_training("cheques", cheque.key, fold)
    ]
    out.used |= {name: len(pictures) for name, pictures in out.lone.items()}
    out.used["cheques"] = len(out.cheque_amounts)
    return out


def _hands_of(amounts: list[Amount]) -> WrittenDigits:
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
