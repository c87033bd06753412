"""Train on pictures in tar shards and on the same pictures in memory: memory, time, and what is learnt.

Drawn pictures of two classes, written into shards of 5,000 and into an .npz, are learnt by `sutja train
classify`, and printed numbers, in shards and named by a table, by `sutja train transcribe`; each in a process
of its own, whose largest memory the system tells.

    python benchmarks/train_shards.py                     # 5,000 and 20,000 pictures, 500 and 2,000 crops
    python benchmarks/train_shards.py --pictures 2000 --crops 100    # a try: kept in out/benchmarks
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from _machine import ROOT, format_path, make_result_path, save_result, warn_if_busy
from numpy.typing import NDArray

from sutja.model_file import read_model

FIGURE = "train_shards"
PICTURES, CROPS = (5_000, 20_000), (500, 2_000)
SIDE = 64  # pixels
EPOCHS = 1
CROP = (64, 480)  # rows and columns of a crop
_CELLS = 8  # random squares a side of a picture
_BRIGHTER = 40  # grey levels by which one class is brighter at the top
_OF_A_SHARD = 5_000
_OPTIONS = {
    "classify": ["--net", "mlp", "--device", "cpu", "--dtype", "float32"],
    "transcribe": ["--lr", "1e-4"],
}
_UNIT = 1024  # bytes, in which Linux tells the largest memory


def draw_pictures(n: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw n pictures (n, SIDE, SIDE) of random squares, and their classes (n,)."""
    rng = np.random.default_rng(n)
    labels = rng.integers(0, 2, n)
    cells = rng.integers(0, 256 - _BRIGHTER, (n, _CELLS, _CELLS), np.uint8)
    cells[labels == 1, : _CELLS // 2] += _BRIGHTER
    return cells.repeat(SIDE // _CELLS, 1).repeat(SIDE // _CELLS, 2), labels


def draw_crops(n: int) -> tuple[NDArray[np.uint8], list[str]]:
    """Draw n crops (n, *CROP) of printed numbers on grained paper, and their texts."""
    rng = np.random.default_rng(n)
    texts = [str(number) for number in rng.integers(0, 10**8, n)]
    crops = rng.integers(200, 256, (n, *CROP), np.uint8)
    for crop, text in zip(crops, texts, strict=True):
        cv2.putText(crop, text, (20, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 30, 3)
    return crops, texts


def write_shards(folder: Path, images: NDArray[np.uint8], labels: Sequence[Any] | NDArray[np.int64]) -> Path:
    """Write pictures and what they show as tar shards into a new folder."""
    folder.mkdir()
    for start in range(0, len(images), _OF_A_SHARD):
        with tarfile.open(folder / f"{start // _OF_A_SHARD:05}.tar", "w") as shard:
            for i in range(start, min(start + _OF_A_SHARD, len(images))):
                picture = cv2.imencode(".png", images[i])[1].tobytes()
                for name, data in ((f"{i:08}.png", picture), (f"{i:08}.txt", str(labels[i]).encode())):
                    entry = tarfile.TarInfo(name)
                    entry.size = len(data)
                    shard.addfile(entry, io.BytesIO(data))
    return folder


def write_table(folder: Path, images: NDArray[np.uint8], texts: Sequence[str]) -> Path:
    """Write crops as files into a new folder, and a table of them."""
    folder.mkdir()
    for i, image in enumerate(images):
        cv2.imwrite(str(folder / f"{i:08}.png"), image)
    lines = ["path,text", *(f"{i:08}.png,{text}" for i, text in enumerate(texts))]
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


def train(data: Path, out: Path, task: str) -> dict[str, Any]:
    """Train in a process of its own; return its largest memory in bytes, its seconds, and the test error."""
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = ["-m", "sutja", "train", task, str(data), "--out", str(out)]
    options = ["--epochs", str(EPOCHS), "--threads", "1", *_OPTIONS[task]]
    began = time.monotonic()
    with (out.parent / f"{out.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words, *options],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            stdout=log,
            stderr=log,
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"error: it ended with {status}, and said:\n{Path(log.name).read_text()[-3000:]}")
    return {
        "bytes": usage.ru_maxrss * _UNIT,
        "seconds": time.monotonic() - began,
        "processor": usage.ru_utime + usage.ru_stime,
        "error": read_model(out / "model.onnx").card.results[-1]["error"],
    }


def compare(folder: Path, n: int) -> dict[str, Any]:
    """Train on n pictures from shards and from an array."""
    images, labels = draw_pictures(n)
    array = folder / f"{n}.npz"
    np.savez(array, X=images, y=labels)
    shards = write_shards(folder / f"{n}", images, labels)
    del images
    return train_both(folder, n, "classify", {"shards": shards, "array": array})


def compare_crops(folder: Path, n: int) -> dict[str, Any]:
    """Train on n crops from shards and from a table."""
    crops, texts = draw_crops(n)
    table = write_table(folder / f"table {n}", crops, texts)
    shards = write_shards(folder / f"crops {n}", crops, texts)
    del crops
    return train_both(folder, n, "transcribe", {"shards": shards, "table": table})


def train_both(folder: Path, n: int, task: str, sources: dict[str, Path]) -> dict[str, Any]:
    """Train on the same n pictures from each source."""
    row: dict[str, Any] = {"n": n}
    for kind, data in sources.items():
        row[kind] = train(data, folder / f"{task}-{n}-{kind}", task)
        print(f"{n:,} from {kind}: {row[kind]}", file=sys.stderr)
    return row


def main(argv: Sequence[str] | None = None) -> None:
    """Train on each number of pictures, and keep what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, nargs="+", default=PICTURES, metavar="N")
    parser.add_argument("--crops", type=int, nargs="+", default=CROPS, metavar="N")
    args = parser.parse_args(argv)
    warn_if_busy()
    with tempfile.TemporaryDirectory(prefix="sutja-shards-") as name:
        rows = [compare(Path(name), n) for n in args.pictures]
        crops = [compare_crops(Path(name), n) for n in args.crops]
    is_whole = (tuple(args.pictures), tuple(args.crops)) == (PICTURES, CROPS)
    path = make_result_path(FIGURE, limit=None if is_whole else 1)
    content = {"rows": rows, "side": SIDE, "epochs": EPOCHS, "crops": crops, "crop": CROP}
    print(f"written to {format_path(save_result(path, FIGURE, content, ['torch']))}")


if __name__ == "__main__":
    main()
