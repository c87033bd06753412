"""The readers of the speed benchmark, which take turns."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import onnx
from _machine import track
from _macs import count_macs
from _ocr_engines import DIGITS_ONLY, find_rapidocr_model, find_version, load_rapidocr, run_tesseract
from numpy.typing import NDArray

from sutja.reading.reader import Reader

LEAST_SECONDS = 1.5  # of a turn: a fast reader reads the files several times
LARGER_BATCH = 32
WARM_UP = 8  # files
PEERS = ("rapidocr", "tesseract")
RAPIDOCR, TESSERACT = "RapidOCR recogniser", "Tesseract"
Read = Callable[[Sequence[Path]], None]


def make_sutja_readers(reader: Reader) -> dict[tuple[str, str], Read]:
    """Return sutja as `sutja read` runs, and called for one file after the other."""

    def many(paths: Sequence[Path]) -> None:
        for page in reader.read_many(paths, crop=True):
            assert page.error is None, page.error

    def single(paths: Sequence[Path]) -> None:
        for path in paths:
            reader.read(path, crop=True)

    return {("sutja", "read_many"): many, ("sutja", "one file at a time"): single}


def make_peers(names: Sequence[str] = PEERS) -> dict[tuple[str, str], Read]:
    """Return RapidOCR's recogniser, Tesseract, or both, each called in several ways."""
    for name in names:
        find_version(name)  # refuses, with a remedy, if one is not installed
    found: dict[tuple[str, str], Read] = {}
    if "rapidocr" in names:
        default = int(load_rapidocr().cfg.Rec.rec_batch_num)
        found |= {
            (RAPIDOCR, "one file at a time"): _read_rapidocr_single,
            (RAPIDOCR, f"batches of {default}, its default"): _make_rapidocr_batches(default),
            (RAPIDOCR, f"batches of {LARGER_BATCH}"): _make_rapidocr_batches(LARGER_BATCH),
        }
    if "tesseract" in names:
        found |= {
            (TESSERACT, "pytesseract, a process a file"): _read_pytesseract,
            (TESSERACT, "one process for all files"): _read_tesseract_list,
        }
    return found


def _read_rapidocr_single(paths: Sequence[Path]) -> None:
    engine = load_rapidocr()
    for path in paths:
        engine(str(path), use_det=False, use_cls=False, use_rec=True)


def _make_rapidocr_batches(size: int) -> Read:
    def read(paths: Sequence[Path]) -> None:
        from rapidocr.ch_ppocr_rec import TextRecInput

        recogniser = _load_recogniser()
        recogniser.rec_batch_num = size
        recogniser(TextRecInput(img=[read_picture(path) for path in paths]))

    return read


def read_picture(path: Path) -> NDArray[Any]:
    """Pixels (H, W, 3) of a file, BGR as OpenCV has them."""
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return picture


def _load_recogniser() -> Any:
    """Load RapidOCR's recogniser, which its engine does at the first call."""
    engine = load_rapidocr()
    if engine.text_rec is None:
        engine._load_rec_model()  # noqa: SLF001
    return engine.text_rec


def _read_pytesseract(paths: Sequence[Path]) -> None:
    import pytesseract

    for path in paths:
        pytesseract.image_to_string(str(path), config=" ".join(("--psm 7", *DIGITS_ONLY)))


def _read_tesseract_list(paths: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_tesseract(paths, Path(folder), 7, digits_only=True)


def measure_rates(
    readers: dict[tuple[str, str], Read], paths: Sequence[Path], rounds: int
) -> list[dict[str, Any]]:
    """Let every reader read all files once a round, after a warm-up that does not count.

    Returns
    -------
    list[dict[str, Any]]
        A row for each reader: median, least and most fields a second, and the median by processor time, which
        other work on the machine disturbs less.
    """
    for read in readers.values():
        read(paths[:WARM_UP])
    wall: dict[tuple[str, str], list[float]] = {key: [] for key in readers}
    cpu: dict[tuple[str, str], list[float]] = {key: [] for key in readers}
    order = list(readers)
    turns = [key for turn in range(rounds) for key in (order if turn % 2 == 0 else order[::-1])]
    for key in track(turns, "reading"):
        fields, seconds, processor = _run_turn(readers[key], paths)
        wall[key].append(fields / seconds)
        cpu[key].append(fields / max(processor, 1e-9))
    return [
        {
            "reader": key[0],
            "way": key[1],
            "fields_per_second": round(statistics.median(wall[key]), 2),
            "least": round(min(wall[key]), 2),
            "most": round(max(wall[key]), 2),
            "fields_per_cpu_second": round(statistics.median(cpu[key]), 2),
            "rounds": [round(value, 2) for value in wall[key]],
        }
        for key in order
    ]


def _run_turn(read: Read, paths: Sequence[Path]) -> tuple[int, float, float]:
    """Read for a turn; return files, seconds, and processor seconds, child processes included."""
    start, processor, fields = time.perf_counter(), _measure_processor_seconds(), 0
    while fields == 0 or time.perf_counter() - start < LEAST_SECONDS:
        read(paths)
        fields += len(paths)
    return fields, time.perf_counter() - start, _measure_processor_seconds() - processor


def _measure_processor_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def count_rapidocr_macs(paths: Sequence[Path]) -> float:
    """Count the mean MACs of RapidOCR's recogniser for single crops: 48 rows, 320 columns or more."""
    _, rows, least = _load_recogniser().rec_image_shape[:3]
    model = onnx.load(str(find_rapidocr_model()))
    widths = []
    for path in paths:
        height, width = read_picture(path).shape[:2]
        widths.append(max(least, int(rows * width / height)))
    each = {width: count_macs(model, (1, 3, rows, width)) for width in set(widths)}
    return sum(each[width] for width in widths) / len(widths)
