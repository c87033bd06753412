"""Labels of pages, and the numbers that match them.

A label with a box is matched by the number at its place; one without by the number on its page that has the
same digits, or nearly. Digits are compared, leading zeros and all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sutja.charset import LETTER
from sutja.errors import SutjaError
from sutja.grammar import keep_digits
from sutja.metrics import edit_distance
from sutja.regular_files import read_text
from sutja.structured_text import parse_csv
from sutja.types import Box, Number, Page

FILE_COLUMNS = ("file", "path", "filename", "file_name", "image", "picture")
BOX_COLUMNS = ("x0", "y0", "x1", "y1")
TEXT_COLUMNS = ("text", "number", "digits", "value", "label")
MIN_IOU = 0.3  # of a number and the box of a label, to match
_MAX_EDITS = 0.5  # to a digit: what differs by more matches another label
_MAX_LINE = 1_000_000  # characters
_LARGEST = 500_000_000  # bytes of a table


@dataclass(frozen=True, slots=True)
class Label:
    """A number on a page, and its box, if it is known; an empty text says that the page has no number."""

    file: str
    page: int
    text: str
    box: Box | None = None

    @property
    def digits(self) -> str:
        """Digits of the text, which are compared."""
        return keep_digits(self.text)


@dataclass(frozen=True, slots=True)
class Case:
    """A label and the number that matches it; either may be missing.

    A label without a number was missed. A number without a label is wrong.
    """

    label: Label | None
    number: Number | None

    @property
    def right(self) -> bool:
        """True if the number has the digits of the label."""
        return self.label is not None and self.number is not None and self.number.digits == self.label.digits

    @property
    def read(self) -> bool:
        """True if the number is right, and accepted."""
        return self.right and self.number is not None and self.number.accepted

    @property
    def wrong(self) -> bool:
        """True if a wrong number was accepted."""
        return not self.right and self.number is not None and self.number.accepted

    @property
    def acceptable(self) -> bool:
        """True if there is a number that a threshold might accept."""
        return self.number is not None and LETTER not in self.number.text


def read_labels(path: str | Path) -> list[Label]:
    """Read labels from a CSV with the columns file and text, and page, x0, y0, x1, y1 where they are known.

    Raises
    ------
    SutjaError
        If it cannot be read, lacks a column, or has a malformed line.
    """
    where = str(path)
    try:
        text = read_text(path, _LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise SutjaError(f"cannot be read ({reason})", where=where, remedy="give a CSV of labels") from error
    first = text[:_MAX_LINE].partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = parse_csv(text, mark)
    except ValueError as error:
        raise SutjaError(f"is no CSV ({error})", where=where, remedy="correct it") from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    file, label = _find_column(names, FILE_COLUMNS), _find_column(names, TEXT_COLUMNS)
    if file is None or label is None:
        raise SutjaError(
            "lacks the columns file and text",
            where=where,
            remedy="write file,text as its first line, or file,page,x0,y0,x1,y1,text",
        )
    body = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    if not body:
        raise SutjaError("has no labels", where=where, remedy="add a line for each number")
    return [_make_label(row, names, (file, label), f"{where}, line {number}") for number, row in body]


def _find_column(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _make_label(row: list[str], names: list[str], columns: tuple[int, int], where: str) -> Label:
    if len(row) != len(names):
        raise SutjaError(
            f"has {len(row)} values, the first line {len(names)}",
            where=where,
            remedy="correct that line; put values with a comma in quotes",
        )
    values = {name: value.strip() for name, value in zip(names, row, strict=True)}
    file, text = row[columns[0]].strip(), row[columns[1]].strip()
    if not file or "\0" in file or (text and not keep_digits(text)):
        raise SutjaError(
            "has no file, or a text without a digit",
            where=where,
            remedy="correct that line; leave the text empty where a page has no number",
        )
    try:
        page = int(values.get("page") or 1)
        corners = [values.get(name, "") for name in BOX_COLUMNS]
        box = Box(*map(float, corners)) if all(corners) else None
    except ValueError as error:
        raise SutjaError(f"has no valid page or box ({error})", where=where, remedy="correct it") from error
    return Label(file, page, text, box)


def match_labels(page: Page, labels: Sequence[Label], every_number: bool = False) -> list[Case]:
    """Match the labels of a page with its numbers.

    Parameters
    ----------
    page : Page
        Page as it was read.
    labels : Sequence[Label]
        Labels of this page.
    every_number : bool
        True if the labels name every number on the page: a number that matches none is a wrong case.
    """
    numbers, labels = list(page.numbers), [label for label in labels if label.digits]
    pairs = _match_boxes(labels, numbers)
    taken = {j for _, j in pairs}
    open_labels = [i for i in range(len(labels)) if i not in {i for i, _ in pairs}]
    pairs += _match_texts(labels, numbers, [i for i in open_labels if labels[i].box is None], taken)
    answers = dict(pairs)
    cases = [Case(label, numbers[answers[i]] if i in answers else None) for i, label in enumerate(labels)]
    if every_number:
        taken = set(answers.values())
        cases += [Case(None, number) for j, number in enumerate(numbers) if j not in taken]
    return cases


def _match_boxes(labels: Sequence[Label], numbers: Sequence[Number]) -> list[tuple[int, int]]:
    """Match labels that have a box, each with the number that overlaps it most."""
    overlaps = [
        (compute_box_iou(label.box, number.box), i, j)
        for i, label in enumerate(labels)
        if label.box is not None
        for j, number in enumerate(numbers)
    ]
    return _choose_pairs([(-share, i, j) for share, i, j in overlaps if share >= MIN_IOU])


def _match_texts(
    labels: Sequence[Label], numbers: Sequence[Number], wanted: Sequence[int], taken: Iterable[int]
) -> list[tuple[int, int]]:
    """Match labels without a box, each with a number of the same digits, or else of similar ones."""
    gone = set(taken)
    costs = []
    for i in wanted:
        digits = labels[i].digits
        for j, number in enumerate(numbers):
            if j in gone:
                continue
            if number.digits == digits:
                costs.append((-1.0 - number.accepted, i, j))
            elif number.accepted and abs(len(number.digits) - len(digits)) <= _MAX_EDITS * len(digits):
                edits = edit_distance(number.digits, digits) / len(digits)
                if edits <= _MAX_EDITS:
                    costs.append((edits, i, j))
    return _choose_pairs(costs)


def _choose_pairs(costs: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    """Choose pairs, the cheapest first, each label and each number once."""
    labels, numbers, pairs = set(), set(), []
    for _, i, j in sorted(costs):
        if i not in labels and j not in numbers:
            labels.add(i)
            numbers.add(j)
            pairs.append((i, j))
    return pairs


def compute_box_iou(a: Box, b: Box) -> float:
    """Compute the intersection over union of two boxes.

    >>> compute_box_iou(Box(0, 0, 2, 1), Box(1, 0, 3, 1))
    0.3333333333333333
    """
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a.width * a.height + b.width * b.height - shared)


class PageLabels:
    """The labels of many pages, by file and number of the page.

    A page belongs to labels whose file has the same path, or the same name where only one such file is
    labelled.
    """

    def __init__(self, labels: Sequence[Label], beside: Path) -> None:
        self._by_path: dict[tuple[str, int], list[Label]] = defaultdict(list)
        self._by_name: dict[tuple[str, int], list[Label]] = defaultdict(list)
        paths: dict[str, set[str]] = defaultdict(set)
        self._files: dict[str, str] = {}
        for label in labels:
            path = str(Path(label.file) if Path(label.file).is_absolute() else beside / label.file)
            self._files.setdefault(str(Path(path).resolve()), path)
            self._by_path[str(Path(path).resolve()), label.page].append(label)
            paths[Path(label.file).name].add(path)
        for label in labels:
            name = Path(label.file).name
            if len(paths[name]) == 1:
                self._by_name[name, label.page].append(label)

    @property
    def files(self) -> list[str]:
        """Files that have labels, in the order of the labels."""
        return list(self._files.values())

    def get(self, page: Page) -> list[Label]:
        """Return the labels of a page."""
        labels = self._by_path.get((str(Path(page.source).resolve()), page.page))
        return labels or self._by_name.get((Path(page.source).name, page.page), [])

    def find_missing(self, pages: Iterable[tuple[str, int]]) -> list[Label]:
        """Find the labels of pages that are not among these (source, page)."""
        seen = {id(label) for source, page in pages for label in self.get(Page(source, page, None, None))}
        return [label for labels in self._by_path.values() for label in labels if id(label) not in seen]
