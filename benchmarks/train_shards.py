"""Train on pictures in tar shards and on the same pictures as an array: memory, time, and what is learnt.

Drawn pictures of two classes, written into shards of 5,000 and into an .npz, are learnt by `sutja train
classify`, each in a process of its own, whose largest memory the system tells.

    python benchmarks/train_shards.py                     # 5,000 and 20,000 pictures
    python benchmarks/train_shards.py --pictures 2000     # a try: kept in out/benchmarks
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
PICTURES = (5_000, 20_000)
SIDE = 64  # pixels
EPOCHS = 1
_CELLS = 8  # random squares a side of a picture
_BRIGHTER = 40  # grey levels by which one class is brighter at the top
_OF_A_SHARD = 5_000
_UNIT = 1024  # bytes, in which Linux tells the largest memory


def draw_pictures(n: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw n pictures (n, SIDE, SIDE) of random squares, and their classes (n,)."""
    rng = np.random.default_rng(n)
    labels = rng.integers(0, 2, n)
    cells = rng.integers(0, 256 - _BRIGHTER, (n, _CELLS, _CELLS), np.uint8)
    cells[labels == 1, : _CELLS // 2] += _BRIGHTER
    return cells.repeat(SIDE // _CELLS, 1).repeat(SIDE // _CELLS, 2), labels


def write_shards(folder: Path, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Path:
    """Write pictures and their classes as tar shards into a new folder."""
    folder.mkdir()
    for start in range(0, len(images), _OF_A_SHARD):
        with tarfile.open(folder / f"{start // _OF_A_SHARD:05}.tar", "w") as shard:
            for i in range(start, min(start + _OF_A_SHARD, len(images))):
                picture = cv2.imencode(".png", images[i])[1].tobytes()
                for name, data in ((f"{i:08}.png", picture), (f"{i:08}.cls", str(labels[i]).encode())):
                    entry = tarfile.TarInfo(name)
                    entry.size = len(data)
                    shard.addfile(entry, io.BytesIO(data))
    return folder


def train(data: Path, out: Path) -> dict[str, Any]:
    """Train in a process of its own; return its largest memory in bytes, its seconds, and the test error."""
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = ["-m", "sutja", "train", "classify", str(data), "--out", str(out), "--net", "mlp"]
    options = ["--epochs", str(EPOCHS), "--threads", "1", "--device", "cpu", "--dtype", "float32"]
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
    row: dict[str, Any] = {"n": n}
    for kind, data in (("shards", shards), ("array", array)):
        row[kind] = train(data, folder / f"{n}-{kind}")
        print(f"{n:,} from {kind}: {row[kind]}", file=sys.stderr)
    return row


def main(argv: Sequence[str] | None = None) -> None:
    """Train on each number of pictures, and keep what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, nargs="+", default=PICTURES, metavar="N")
    args = parser.parse_args(argv)
    warn_if_busy()
    with tempfile.TemporaryDirectory(prefix="sutja-shards-") as name:
        rows = [compare(Path(name), n) for n in args.pictures]
    path = make_result_path(FIGURE, limit=None if tuple(args.pictures) == PICTURES else 1)
    content = {"rows": rows, "side": SIDE, "epochs": EPOCHS}
    print(f"written to {format_path(save_result(path, FIGURE, content, ['torch']))}")


if __name__ == "__main__":
    main()
