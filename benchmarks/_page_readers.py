"""Whole pages read by sutja and its peers, on one thread each: what stands where, how surely, how quickly."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from _machine import DRAFTS, track, write_json
from _ocr_engines import TESSERACT_ENVIRONMENT, find_version, load_rapidocr
from _scores import SURE

from sutja.grammar import keep_digits, parse_value
from sutja.reading.page.labels import compute_box_iou
from sutja.reading.reader import Reader
from sutja.signals.image import load_pictures
from sutja.types import Box, Page

_WORD, _LEFT, _CONFIDENCE, _TEXT = "5", 6, 10, 11  # of Tesseract's table
_MIDDLE_DOT = str.maketrans({"·": "."})


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number that a reader gives: its text, its value, how sure, where, and its place in a table."""

    text: str
    value: str | None
    confidence: float
    accepted: bool
    box: tuple[float, float, float, float]
    row: int | None = None
    column: int | None = None
    table: int | None = None

    @property
    def digits(self) -> str:
        """Digits of the text, which are compared."""
        return keep_digits(self.text)

    def covers(self, box: Sequence[float]) -> float:
        """IoU with a box."""
        return compute_box_iou(Box(*self.box), Box(*map(float, box)))


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """The numbers of one page, and the seconds it took."""

    numbers: list[ReadNumber]
    seconds: float


Ask = Callable[[Path], PageAnswer]


@dataclass(frozen=True, slots=True)
class NamedPageReader:
    """A reader of pages by name, with its version and the settings it was asked with."""

    name: str
    version: str
    settings: str
    ask: Ask
    keep: bool = True

    def facts(self) -> dict[str, Any]:
        """Columns for the result: reader, version, settings."""
        return {"reader": self.name, "version": self.version, "settings": self.settings}


def make_sutja_reader(
    model: str | None = None, max_error: float | None = None, effort: str | None = None
) -> NamedPageReader:
    """Sutja with its bundled detector."""
    import cv2

    cv2.setNumThreads(1)
    reader = Reader(model, threads=1, max_error=max_error, effort=effort)
    reader.open_page_reader()

    def ask(path: Path) -> PageAnswer:
        began = time.perf_counter()
        page = reader.read(path)
        return PageAnswer(list_numbers(page), time.perf_counter() - began)

    name = f"sutja {reader.card.name}"
    settings = f"effort {effort}" if effort else "as it comes"
    return NamedPageReader(
        name, "", settings if max_error is None else f"max error {max_error}", ask, keep=False
    )


def list_numbers(page: Page) -> list[ReadNumber]:
    """The numbers of a page."""
    return [
        ReadNumber(n.text, n.value, n.confidence, n.accepted, _edges(n.box), n.row, n.column, n.table)
        for n in page.numbers
    ]


def _edges(box: Box) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box.to_list()
    return x0, y0, x1, y1


def make_peers() -> list[NamedPageReader]:
    """RapidOCR's whole pipeline and Tesseract in its two ways of taking a page apart.

    Raises
    ------
    PeerMissingError
        One of them is not installed.
    """
    rapid = NamedPageReader("RapidOCR", find_version("rapidocr"), "as it comes", _rapidocr)
    tesseracts = [
        NamedPageReader("Tesseract", find_version("tesseract"), f"--psm {psm}", partial(_tesseract, psm=psm))
        for psm in (3, 11)
    ]
    return [rapid, *tesseracts]


def _rapidocr(path: Path) -> PageAnswer:
    engine = load_rapidocr()
    [picture] = load_pictures(path)
    pixels = picture.pixels if picture.pixels.ndim == 3 else np.stack([picture.pixels] * 3, axis=2)
    began = time.perf_counter()
    found = engine(np.ascontiguousarray(pixels[..., ::-1]), use_det=True, use_cls=True, use_rec=True)
    seconds = time.perf_counter() - began
    if not found.txts:
        return PageAnswer([], seconds)
    corners = np.asarray(found.boxes, np.float64)
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).tolist()
    return PageAnswer(_split_numbers(zip(found.txts, found.scores, boxes, strict=True)), seconds)


def _tesseract(path: Path, psm: int) -> PageAnswer:
    began = time.perf_counter()
    command = ["tesseract", str(path), "stdout", "--psm", str(psm), "tsv"]
    environment = {**os.environ, **TESSERACT_ENVIRONMENT}
    table = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    seconds = time.perf_counter() - began
    words = []
    for line in table.splitlines()[1:]:
        columns = line.split("\t")
        if columns[0] == _WORD and columns[_TEXT].strip():
            x, y, w, h = map(float, columns[_LEFT : _LEFT + 4])
            words.append((columns[_TEXT], float(columns[_CONFIDENCE]) / 100, [x, y, x + w, y + h]))
    return PageAnswer(_split_numbers(words), seconds)


def _split_numbers(found: Iterable[tuple[str, float, list[float]]]) -> list[ReadNumber]:
    """Pieces of text with a digit in them, as numbers; a line of several is taken apart at its spaces.

    Each part is given its share of the line's box, and the whole line besides, whichever fits a field better.
    """
    numbers = []
    for text, sure, (x0, y0, x1, y1) in found:
        text = text.translate(_MIDDLE_DOT)
        parts = [(text, 0, len(text))]
        if " " in text.strip():
            place = 0
            for word in text.split(" "):
                parts.append((word, place, place + len(word)))
                place += len(word) + 1
        for part, start, end in parts:
            if keep_digits(part):
                a, b = (x0 + (x1 - x0) * place / len(text) for place in (start, end))
                value = parse_value(part.strip())
                numbers.append(ReadNumber(part, value, float(sure), float(sure) >= SURE, (a, y0, b, y1)))
    return numbers


def get_answers(
    reader: NamedPageReader, paths: Sequence[Path], what: str, *, fresh: bool = False
) -> Iterator[PageAnswer]:
    """Get a reader's answer to each page; a peer's answers are stored under a hash of the page's bytes."""
    for path in track(paths, f"{what}: {reader.name} {reader.settings}", len(paths)):
        if not reader.keep:
            yield reader.ask(path)
            continue
        key = sha256(json.dumps([reader.name, reader.version, reader.settings]).encode() + path.read_bytes())
        kept = DRAFTS / "peers" / "pages" / f"{key.hexdigest()[:32]}.json"
        if fresh or not kept.is_file():
            answer = reader.ask(path)
            write_json(
                kept, {"numbers": [asdict(number) for number in answer.numbers], "seconds": answer.seconds}
            )
        content = json.loads(kept.read_text(encoding="utf-8"))
        numbers = [ReadNumber(**{**n, "box": tuple(n["box"])}) for n in content["numbers"]]
        yield PageAnswer(numbers, content["seconds"])


def make_readers(
    models: Sequence[str | None], *, with_peers: bool, efforts: Sequence[str | None] = (None,)
) -> list[NamedPageReader]:
    """Sutja with each model and each effort, and its peers where they are wanted."""
    own = [make_sutja_reader(model, effort=effort) for model in models for effort in efforts]
    return [*own, *(make_peers() if with_peers else [])]
