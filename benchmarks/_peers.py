"""The peers, asked about the same crops: RapidOCR and Tesseract, each in the way that serves it best.

A peer may have several ways (settings, or the crop prepared for it). The one that is right most often on the
validation part is measured, so that no peer loses by a bad setting. Answers are kept in out/benchmarks/peers,
by the peer's version, its way and the crops' own bytes; a result says when they were measured.
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
from _crops import Crop, some
from _engines import rapidocr_pipeline, rapidocr_recogniser, tesseract, version_of
from _machine import DRAFTS, cpu_model, now, track, write_json
from _scores import case_of, forgiving, rate, tally
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
PeerAnswer = tuple[str, float]  # text, confidence 0..1
Ask = Callable[[Sequence[Picture]], Iterable[PeerAnswer]]
Prepare = Callable[[Picture], Picture]
PEERS_PACKAGES = ("rapidocr", "pytesseract")
CHUNK = 50  # crops whose answers are kept in one file: what a stopped run loses at most
CHOOSING = 100  # validation crops on which a way is chosen
_PRINT_HEIGHT = 64  # pixels; below, recognisers for lines of print miss strokes


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask a peer: its settings in words, how it is asked, and what is done to a crop before."""

    peer: str
    settings: str
    version: str
    ask: Ask
    prepare: Prepare | None = None

    @property
    def way(self) -> str:
        """The way in words."""
        return ", ".join(filter(None, (self.settings, _PREPARED[self.prepare])))


@dataclass(frozen=True, slots=True)
class Answers:
    """A peer's answers on some crops, the day of the oldest, and the processor."""

    way: Way
    texts: list[PeerAnswer]
    measured: str
    cpu: str

    def facts(self) -> dict[str, Any]:
        """Who answered, how, when."""
        return {
            "reader": self.way.peer,
            "way": self.way.way,
            "version": self.way.version,
            "measured": self.measured,
            "cpu": self.cpu,
        }


def for_print(picture: Picture) -> Picture:
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


def with_margin(picture: Picture) -> Picture:
    """A crop on more paper, half its height on each side: detectors miss text at the edge."""
    margin = picture.shape[0] // 2
    paper = np.median(picture.reshape(-1, *picture.shape[2:]), axis=0).tolist()
    return np.asarray(
        cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=paper),
        np.uint8,
    )


_PREPARED: dict[Prepare | None, str] = {
    None: "",
    for_print: "prepared for print",
    with_margin: "with a margin",
}


def line_ways() -> dict[str, list[Way]]:
    """The peers for amounts and words, each with its ways."""
    return _ways(7, with_margin) | {
        "RapidOCR pipeline": [
            Way("RapidOCR pipeline", "as it comes", version_of("rapidocr"), rapidocr_pipeline, prepare)
            for prepare in (None, with_margin)
        ]
    }


def digit_ways() -> dict[str, list[Way]]:
    """The peers for lone digits, each with its ways; RapidOCR's detector is no use on them."""
    return _ways(10, for_print)


def _ways(psm: int, prepare: Prepare) -> dict[str, list[Way]]:
    """RapidOCR's recogniser and Tesseract on the crops as they are, and prepared."""
    recogniser = [
        Way("RapidOCR recogniser", "as it comes", version_of("rapidocr"), rapidocr_recogniser, before)
        for before in (None, prepare)
    ]
    reads = {"digits only": True, "any character": False}
    tesseracts = [
        Way(
            "Tesseract",
            f"--psm {psm}, {name}",
            version_of("tesseract"),
            partial(tesseract, psm=psm, digits_only=only),
            before,
        )
        for name, only in reads.items()
        for before in (None, prepare)
    ]
    return {"RapidOCR recogniser": recogniser, "Tesseract": tesseracts}


def answers(way: Way, crops: Sequence[Crop], what: str, *, fresh: bool = False) -> Answers:
    """What a peer says: from the files where its answers are kept, or asked now, and kept."""
    pictures = [way.prepare(crop.picture) if way.prepare else crop.picture for crop in crops]
    chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
    paths = [DRAFTS / "peers" / f"{_key(way, chunk)}.json" for chunk in chunks]
    open_ones = [i for i, path in enumerate(paths) if fresh or not path.is_file()]
    total = sum(len(chunks[i]) for i in open_ones)

    def asked() -> Iterator[PeerAnswer]:
        for i in open_ones:
            found = []
            for answer in way.ask(chunks[i]):
                found.append(answer)
                yield answer
            if len(found) != len(chunks[i]):
                raise RuntimeError(f"{way.peer} gave {len(found)} answers for {len(chunks[i])} pictures")
            write_json(paths[i], {"way": way.way, "answers": found, "measured": now(), "cpu": cpu_model()})

    if open_ones:
        for _ in track(asked(), f"{what}: {way.peer}", total):
            pass  # each is kept as it comes
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    texts = [(text, float(sure)) for chunk in kept for text, sure in chunk["answers"]]
    return Answers(way, texts, min(chunk["measured"] for chunk in kept), kept[0]["cpu"])


def _key(way: Way, pictures: Sequence[Picture]) -> str:
    digest = sha256(json.dumps([way.peer, way.way, way.version]).encode())
    for picture in pictures:
        digest.update(repr(picture.shape).encode())
        digest.update(np.ascontiguousarray(picture).tobytes())
    return digest.hexdigest()[:32]


def best_way(ways: Sequence[Way], validation: Sequence[Crop], what: str, *, fresh: bool = False) -> Way:
    """The way that is right most often on some validation crops; the first of equals."""
    if len(ways) == 1:
        return ways[0]
    validation = some(validation, CHOOSING)

    def right(way: Way) -> int:
        found = answers(way, validation, f"{what}, choosing", fresh=fresh)
        return sum(case_of(c.digits, *a).right for c, a in zip(validation, found.texts, strict=True))

    return max(ways, key=right)


def row(
    ways: Sequence[Way], crops: Sequence[Crop], validation: Sequence[Crop], what: str, *, fresh: bool = False
) -> dict[str, Any]:
    """A peer's figures on crops with a number, in its best way."""
    found = answers(best_way(ways, validation, what, fresh=fresh), crops, what, fresh=fresh)
    cases = [case_of(c.digits, *a) for c, a in zip(crops, found.texts, strict=True)]
    lenient = [case_of(c.digits, forgiving(t), p) for c, (t, p) in zip(crops, found.texts, strict=True)]
    look_alikes = rate(sum(case.right for case in lenient), len(lenient))
    return {"set": what, **found.facts(), **tally(cases), "right_with_o_as_0_and_l_as_1": look_alikes}
