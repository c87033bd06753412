"""The peers, asked about the same crops: RapidOCR and Tesseract, each in the mode that serves it best.

A peer may have several modes (settings, or the crop prepared for it). The one that is right most often on the
validation part is measured, so that no peer loses by a bad setting. Answers are kept in out/benchmarks/peers,
by the peer's version, its mode and the crops' own bytes; a result says when they were measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import cv2
import numpy as np
from _crops import Crop, subsample
from _machine import DRAFTS, find_cpu_model, format_now, track, write_json
from _ocr_engines import find_version, read_with_rapidocr, read_with_tesseract, recognise_with_rapidocr
from _scores import make_case, make_rate, replace_look_alikes, tally
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
PeerAnswer = tuple[str, float]  # text, confidence 0..1
Ask = Callable[[Sequence[Picture]], Iterable[PeerAnswer]]
Prepare = Callable[[Picture], Picture]
PEERS_PACKAGES = ("rapidocr", "pytesseract")
CHUNK = 50  # crops whose answers are kept in one file: what a stopped run loses at most
CHOOSING = 100  # validation crops on which a mode is chosen
_PRINT_HEIGHT = 64  # pixels; below, recognisers for lines of print miss strokes


@dataclass(frozen=True, slots=True)
class PeerMode:
    """One mode to ask a peer: its settings in words, how it is asked, and what is done to a crop before."""

    peer: str
    settings: str
    version: str
    ask: Ask
    prepare: Prepare | None = None

    @property
    def mode(self) -> str:
        """The mode in words."""
        return ", ".join(filter(None, (self.settings, _PREPARED[self.prepare])))


@dataclass(frozen=True, slots=True)
class Answers:
    """A peer's answers on some crops, the day of the oldest, and the processor."""

    mode: PeerMode
    texts: list[PeerAnswer]
    measured: str
    cpu: str

    def facts(self) -> dict[str, Any]:
        """Columns for the result: reader, mode, version, date, processor."""
        return {
            "reader": self.mode.peer,
            "way": self.mode.mode,
            "version": self.mode.version,
            "measured": self.measured,
            "cpu": self.cpu,
        }


def prepare_for_print(picture: Picture) -> Picture:
    """A small crop as recognisers of print like it: dark on light, 64 pixels high or more, with a margin."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    if np.median(edge) < 128:
        picture = 255 - picture
    scale = max(1.0, _PRINT_HEIGHT / picture.shape[0])
    larger = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    margin = round(0.25 * larger.shape[0])
    return np.asarray(
        cv2.copyMakeBorder(larger, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.uint8
    )


def add_margin(picture: Picture) -> Picture:
    """A crop on more paper, half its height on each side: detectors miss text at the edge."""
    margin = picture.shape[0] // 2
    paper = np.median(picture.reshape(-1, *picture.shape[2:]), axis=0).tolist()
    return np.asarray(
        cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=paper),
        np.uint8,
    )


_PREPARED: dict[Prepare | None, str] = {
    None: "",
    prepare_for_print: "prepared for print",
    add_margin: "with a margin",
}


def list_line_modes() -> dict[str, list[PeerMode]]:
    """The peers for amounts and words, each with its modes."""
    return _list_modes(7, add_margin) | {
        "RapidOCR pipeline": [
            PeerMode(
                "RapidOCR pipeline", "as it comes", find_version("rapidocr"), read_with_rapidocr, prepare
            )
            for prepare in (None, add_margin)
        ]
    }


def list_digit_modes() -> dict[str, list[PeerMode]]:
    """The peers for lone digits, each with its modes; RapidOCR's detector is no use on them."""
    return _list_modes(10, prepare_for_print)


def _list_modes(psm: int, prepare: Prepare) -> dict[str, list[PeerMode]]:
    """RapidOCR's recogniser and Tesseract on the crops as they are, and prepared."""
    recogniser = [
        PeerMode(
            "RapidOCR recogniser", "as it comes", find_version("rapidocr"), recognise_with_rapidocr, before
        )
        for before in (None, prepare)
    ]
    reads = {"digits only": True, "any character": False}
    tesseracts = [
        PeerMode(
            "Tesseract",
            f"--psm {psm}, {name}",
            find_version("tesseract"),
            partial(read_with_tesseract, psm=psm, digits_only=only),
            before,
        )
        for name, only in reads.items()
        for before in (None, prepare)
    ]
    return {"RapidOCR recogniser": recogniser, "Tesseract": tesseracts}


def get_answers(mode: PeerMode, crops: Sequence[Crop], what: str, *, fresh: bool = False) -> Answers:
    """Get a peer's answers: from stored files, or computed now and stored."""
    pictures = [mode.prepare(crop.picture) if mode.prepare else crop.picture for crop in crops]
    chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
    paths = [DRAFTS / "peers" / f"{_key(mode, chunk)}.json" for chunk in chunks]
    open_ones = [i for i, path in enumerate(paths) if fresh or not path.is_file()]
    total = sum(len(chunks[i]) for i in open_ones)

    def compute() -> Iterator[PeerAnswer]:
        for i in open_ones:
            found = []
            for answer in mode.ask(chunks[i]):
                found.append(answer)
                yield answer
            if len(found) != len(chunks[i]):
                raise RuntimeError(f"{mode.peer} gave {len(found)} answers for {len(chunks[i])} pictures")
            write_json(
                paths[i],
                {"way": mode.mode, "answers": found, "measured": format_now(), "cpu": find_cpu_model()},
            )

    if open_ones:
        for _ in track(compute(), f"{what}: {mode.peer}", total):
            pass  # each is kept as it comes
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    texts = [(text, float(sure)) for chunk in kept for text, sure in chunk["answers"]]
    return Answers(mode, texts, min(chunk["measured"] for chunk in kept), kept[0]["cpu"])


def _key(mode: PeerMode, pictures: Sequence[Picture]) -> str:
    digest = sha256(json.dumps([mode.peer, mode.mode, mode.version]).encode())
    for picture in pictures:
        digest.update(repr(picture.shape).encode())
        digest.update(np.ascontiguousarray(picture).tobytes())
    return digest.hexdigest()[:32]


def choose_best_mode(
    modes: Sequence[PeerMode], validation: Sequence[Crop], what: str, *, fresh: bool = False
) -> PeerMode:
    """The mode that is right most often on some validation crops; the first of equals."""
    if len(modes) == 1:
        return modes[0]
    validation = subsample(validation, CHOOSING)

    def right(mode: PeerMode) -> int:
        found = get_answers(mode, validation, f"{what}, choosing", fresh=fresh)
        return sum(make_case(c.digits, *a).right for c, a in zip(validation, found.texts, strict=True))

    return max(modes, key=right)


def make_row(
    modes: Sequence[PeerMode],
    crops: Sequence[Crop],
    validation: Sequence[Crop],
    what: str,
    *,
    fresh: bool = False,
) -> dict[str, Any]:
    """A peer's figures on crops with a number, in its best mode."""
    found = get_answers(choose_best_mode(modes, validation, what, fresh=fresh), crops, what, fresh=fresh)
    cases = [make_case(c.digits, *a) for c, a in zip(crops, found.texts, strict=True)]
    lenient = [
        make_case(c.digits, replace_look_alikes(t), p) for c, (t, p) in zip(crops, found.texts, strict=True)
    ]
    look_alikes = make_rate(sum(case.right for case in lenient), len(lenient))
    return {"set": what, **found.facts(), **tally(cases), "right_with_o_as_0_and_l_as_1": look_alikes}
