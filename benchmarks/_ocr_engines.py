"""Calls of the peers. One thread each; pictures are uint8 (H, W) or (H, W, 3) RGB."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
PAGES_A_CALL = 25  # pictures Tesseract is given at once, so that its start hardly counts and progress shows
DIGITS_ONLY = ("-c", "tessedit_char_whitelist=0123456789")
_WORD_LEVEL, _CONFIDENCE, _TEXT = "5", 10, 11  # columns and rows of Tesseract's table
TESSERACT_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1"}


class PeerMissingError(RuntimeError):
    """A peer is not installed."""


def find_version(peer: str) -> str:
    """The version of "rapidocr", with its recogniser's model, or of "tesseract".

    Raises
    ------
    PeerMissingError
        It is not installed; the message says how to install it.
    """
    if peer == "tesseract":
        if shutil.which("tesseract") is None:
            raise PeerMissingError(
                "Tesseract is not installed: apt-get install tesseract-ocr, or pass --no-peers"
            )
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
        return (done.stdout or done.stderr).splitlines()[0].removeprefix("tesseract").strip()
    try:
        return f"{metadata.version(peer)}, {find_rapidocr_model().stem}"
    except metadata.PackageNotFoundError:
        raise PeerMissingError(
            f"{peer} is not installed: pip install 'sutja[bench]', or pass --no-peers"
        ) from None


def find_rapidocr_model() -> Path:
    """The recogniser's file: the one in the wheel."""
    folder = metadata.distribution("rapidocr").locate_file("rapidocr/models")
    return next(Path(str(folder)).glob("*rec*.onnx"))


@functools.lru_cache(maxsize=1)
def load_rapidocr() -> Any:
    """RapidOCR with the models of its wheel, on one thread."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _to_bgr(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.stack([picture] * 3, axis=2) if picture.ndim == 2 else picture[..., ::-1])


def recognise_with_rapidocr(pictures: Sequence[Picture]) -> Iterator[tuple[str, float]]:
    """The recogniser alone: the crop is one line of text."""
    engine = load_rapidocr()
    for picture in pictures:
        found = engine(_to_bgr(picture), use_det=False, use_cls=False, use_rec=True)
        yield (found.txts[0], float(found.scores[0])) if found.txts else ("", 0.0)


def read_with_rapidocr(pictures: Sequence[Picture]) -> Iterator[tuple[str, float]]:
    """Detection, direction and recognition; the pieces found are joined from left to right."""
    engine = load_rapidocr()
    for picture in pictures:
        found = engine(_to_bgr(picture), use_det=True, use_cls=True, use_rec=True)
        if not found.txts:
            yield "", 0.0
            continue
        order = np.argsort(np.asarray(found.boxes)[:, :, 0].mean(axis=1))
        yield "".join(found.txts[i] for i in order), float(min(found.scores))


def read_with_tesseract(
    pictures: Sequence[Picture], psm: int, digits_only: bool
) -> Iterator[tuple[str, float]]:
    """Tesseract over a list of files: text, and the confidence of its least sure word."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for start in range(0, len(pictures), PAGES_A_CALL):
            some = pictures[start : start + PAGES_A_CALL]
            paths = []
            for i, picture in enumerate(some):
                paths.append(folder / f"{i}.png")
                cv2.imwrite(str(paths[-1]), _to_bgr(picture) if picture.ndim == 3 else picture)
            yield from parse_table(run_tesseract(paths, folder, psm, digits_only), len(some))


def run_tesseract(paths: Sequence[Path], folder: Path, psm: int, digits_only: bool) -> str:
    """One call of Tesseract on several files; its table of words."""
    listing = folder / "list.txt"
    listing.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    command = [
        "tesseract",
        str(listing),
        "stdout",
        "--psm",
        str(psm),
        *(DIGITS_ONLY if digits_only else ()),
        "tsv",
    ]
    environment = {**os.environ, **TESSERACT_ENVIRONMENT}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def parse_table(table: str, pages: int) -> list[tuple[str, float]]:
    """Text and least confidence, 0 to 1, of each page of Tesseract's table.

    Raises
    ------
    RuntimeError
        A page is missing.
    """
    words: dict[int, list[tuple[str, float]]] = {}
    for line in table.splitlines()[1:]:
        columns = line.split("\t")
        page = words.setdefault(int(columns[1]), [])
        if columns[0] == _WORD_LEVEL and columns[_TEXT].strip():
            page.append((columns[_TEXT], float(columns[_CONFIDENCE]) / 100))
    if sorted(words) != list(range(1, pages + 1)):
        raise RuntimeError(f"Tesseract answered for the pages {sorted(words)} of {pages}")
    return [
        (" ".join(text for text, _ in page), min((sure for _, sure in page), default=0.0))
        for _, page in sorted(words.items())
    ]
