"""Pictures with boxes in tar shards: an index is in memory, and the pictures are read by it.

A sample of a shard is a picture, and its boxes in a file beside it: 000123.png, and 000123.txt with a line a
box as YOLO has it, whose classes are named by data.yaml or classes.txt beside the shards; or 000123.json with
the annotations of COCO, classes by name: ``{"annotations": [{"category": "wheel", "bbox": [x, y, width,
height], "iscrowd": 0}]}``. One pass reads each once, and keeps where it lies, its size and its boxes.

Letters: n pictures, m boxes of all of them, K classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.boxes.records import BoxRecord, SceneBoxes, check_boxes, shorten_notes
from sutja.data.boxes.sharded_pictures import ShardedPicture
from sutja.data.boxes.yolo import find_classes, parse_line
from sutja.data.labelled.load import INDEX
from sutja.data.labelled.shard_index import keep_index
from sutja.data.labelled.sharded_files import Log, Places, Sample, ShardedFiles, find_shards
from sutja.data.labelled.sharded_texts import NamedBytes
from sutja.errors import PictureError
from sutja.signals.image import load_pictures
from sutja.signals.picture_headers import SUFFIXES
from sutja.structured_text import parse_json


@dataclass(frozen=True, slots=True)
class ShardedBoxes:
    """The index of some shards: pictures, and the boxes that their samples say.

    Attributes
    ----------
    files : ShardedFiles
        The n pictures.
    sizes : NDArray[int32]
        (n, 2) H and W of each.
    sha256 : NDArray[uint8]
        (n, 32) Checksum of each file.
    counts : NDArray[int64]
        (n,) Number of boxes in each picture.
    boxes, labels, ignore : NDArray[float32], NDArray[int64] or NDArray[bool_]
        (m, 4), (m,) and (m,) As those of `BoxedPicture`, picture by picture.
    classes : tuple[str, ...]
        The K classes.
    n_lost : int
        Samples that were left out.
    notes : tuple[str, ...]
        Lines on samples and boxes that were left out.
    """

    files: ShardedFiles
    sizes: NDArray[np.int32]
    sha256: NDArray[np.uint8]
    counts: NDArray[np.int64]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    ignore: NDArray[np.bool_]
    classes: tuple[str, ...]
    n_lost: int
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)

    def to_arrays(self) -> dict[str, Any]:
        """Return all but the shards as arrays, for a file."""
        arrays: dict[str, Any] = {name: getattr(self.files, name) for name in ("shard", "offset", "size")}
        arrays |= {name: getattr(self, name) for name in _COLUMNS}
        arrays |= {name: np.array(getattr(self, name), np.str_) for name in ("classes", "notes")}
        return {**arrays, "n_lost": np.array(self.n_lost)}

    @classmethod
    def from_arrays(cls, shards: tuple[str, ...], arrays: Mapping[str, Any]) -> Self:
        """Make it of such arrays; raises `KeyError` where one is missing."""
        columns = {name: arrays[name] for name in _COLUMNS}
        return cls(
            ShardedFiles(shards, *(arrays[name] for name in ("shard", "offset", "size"))),
            **columns,
            classes=tuple(arrays["classes"].tolist()),
            n_lost=int(arrays["n_lost"]),
            notes=tuple(arrays["notes"].tolist()),
        )

    def list_pictures(self, classes: Sequence[str]) -> tuple[BoxedPicture, ...]:
        """List the pictures, with labels counted in some classes, which hold those of the index."""
        places = np.array([classes.index(name) for name in self.classes], np.int64)
        ends = np.cumsum(self.counts)[:-1]
        parts = (np.split(column, ends) for column in (self.boxes, places[self.labels], self.ignore))
        return tuple(
            BoxedPicture(
                ShardedPicture(self.files, i, (int(height), int(width)), digest.tobytes()), *of_picture
            )
            for i, ((height, width), digest, *of_picture) in enumerate(
                zip(self.sizes, self.sha256, *parts, strict=True)
            )
        )


_COLUMNS = ("sizes", "sha256", "counts", "boxes", "labels", "ignore")


def index_boxes(
    shards: Sequence[str], classes: tuple[str, ...], where: str, log: Log | None = None
) -> ShardedBoxes:
    """Make the index of some shards: each picture is read once, and not kept.

    Parameters
    ----------
    shards : Sequence[str]
        Paths of tar files that are not compressed.
    classes : tuple[str, ...]
        The classes in the order of their numbers; empty for those that the samples name.
    where : str
        Name of the data in messages.
    log : Log | None
        Takes a line of progress every ten seconds.

    Raises
    ------
    DataError
        A shard cannot be listed, or no sample can be read.
    """
    places, notes, names = Places(), list[str](), list(classes)
    sizes, digests, found = list[tuple[int, int]](), bytearray(), list[BoxedPicture]()

    def take(sample: Sample) -> str:
        height, width = load_pictures(NamedBytes(sample.content, sample.name))[0].pixels.shape[:2]
        path = Path(sample.name)
        scene = SceneBoxes(path, (height, width), _parse_boxes(sample, classes, (height, width), notes))
        if not classes:
            names.extend(sorted({box.label for box in scene.boxes} - set(names)))
        found.extend(check_boxes([scene], names, notes))
        sizes.append((height, width))
        digests.extend(hashlib.sha256(sample.content).digest())
        return ""

    places.walk(shards, SUFFIXES, take, "pictures", where, log)
    return ShardedBoxes(
        ShardedFiles(tuple(shards), *places.to_columns()),
        np.array(sizes, np.int32),
        np.frombuffer(bytes(digests), np.uint8).reshape(-1, 32),
        np.array([len(one.labels) for one in found], np.int64),
        np.concatenate([one.boxes for one in found]),
        np.concatenate([one.labels for one in found]),
        np.concatenate([one.ignore for one in found]),
        tuple(names),
        places.n_faults,
        shorten_notes([*places.describe_faults("pictures"), *notes]),
    )


def _parse_boxes(
    sample: Sample, classes: tuple[str, ...], size: tuple[int, int], notes: list[str]
) -> list[BoxRecord]:
    """Parse the boxes of a sample; none where nothing is beside its picture, as in folders of YOLO."""
    if sample.label is None:
        return []
    where = sample.name.replace(sample.member.name, sample.label.name, 1)
    if sample.label.size > len(sample.said):
        raise PictureError(f"has boxes of {sample.label.size:,} bytes, more than {len(sample.said):,}")
    try:
        if sample.label.name.lower().endswith(".json"):
            return _parse_annotations(parse_json(sample.said), where)
        lines = sample.said.decode().splitlines()
    except ValueError as error:
        raise PictureError(f"has boxes that cannot be read ({error})") from error
    if lines and not classes:
        raise PictureError(
            "has boxes whose classes have numbers alone",
            remedy="name them in classes.txt beside the shards, one a line, in the order of their numbers",
        )
    parsed = [
        parse_line(line, f"{where}, line {number}", classes, size, notes)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    return [box for box in parsed if box]


def _parse_annotations(value: Any, where: str) -> list[BoxRecord]:
    annotations = value.get("annotations") if isinstance(value, dict) else value
    if not isinstance(annotations, list):
        raise ValueError("it has no list of annotations")
    records = []
    for number, one in enumerate(annotations, start=1):
        if not isinstance(one, dict) or not isinstance(one.get("category"), str):
            raise ValueError(f"annotation {number} names no category")
        try:
            x, y, width, height = map(float, one["bbox"])
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"annotation {number} has no bbox [x, y, width, height]") from None
        edges = (x, y, x + width, y + height)
        records.append(
            BoxRecord(one["category"], edges, f"{where}, annotation {number}", bool(one.get("iscrowd")))
        )
    return records


def read_sharded_boxes(
    data: str | Path, folder: Path | None = None, log: Log | None = None
) -> dict[str, BoxedSet]:
    """Read the index of each part of tar shards, of one tuple of classes.

    Parameters
    ----------
    data : str | Path
        As for `sutja.data.labelled.sharded_files.find_shards`, which must find some.
    folder : Path | None
        Folder in which an index is kept, and from which it is taken while the shards are as they were.
    log : Log | None
        Takes lines of progress.

    Returns
    -------
    dict[str, BoxedSet]
        "train" and "test" where the names of shards tell; else "all".

    Raises
    ------
    DataError
        As `index_boxes` says.
    """
    path = Path(data).expanduser()
    classes = find_classes(path if path.is_dir() else path.parent)
    indices: dict[str, ShardedBoxes] = {}
    for part, shards in find_shards(data).items():
        make = partial(index_boxes, shards, classes, str(data), log)
        if folder is None:
            indices[part] = make()
        else:
            settings = {"kind": "boxes", "classes": classes}
            file = folder / INDEX.format(part=part)
            indices[part] = keep_index(file, shards, settings, ShardedBoxes, make, "pictures", log)
    every = classes or tuple(sorted({name for index in indices.values() for name in index.classes}))
    source, parted = path.name or str(path.resolve()), len(indices) > 1
    return {
        part if parted else "all": BoxedSet(
            index.list_pictures(every),
            every,
            f"{source} ({part})" if parted else source,
            parted=parted,
            notes=index.notes,
        )
        for part, index in indices.items()
    }
