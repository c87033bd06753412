"""Pictures with boxes from whatever a person has: COCO, YOLO or VOC, or a set of the catalogue.

Letters: n pictures, K classes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.boxes.coco import find_coco_files, read_coco
from sutja.data.boxes.pictures import read_size
from sutja.data.boxes.records import BoxRecord, SceneBoxes, Scenes, check_boxes, shorten_notes
from sutja.data.boxes.sharded_boxes import read_sharded_boxes
from sutja.data.boxes.voc import looks_like_voc, read_voc
from sutja.data.boxes.yolo import YAML_SUFFIXES, looks_like_yolo, read_yolo, read_yolo_yaml
from sutja.data.labelled.labels import show_some
from sutja.data.labelled.load import are_shards
from sutja.data.labelled.sharded_files import Log
from sutja.data.sets.catalogue import ENTRIES, data_root
from sutja.data.sets.fields import CHEQUE_CLASSES, read_cheques
from sutja.data.split.fixed import assign_fold, is_test
from sutja.errors import DataError, check_own_data

BoxPart = Literal["train", "validation", "test"]
KNOWN = ("bccd", "cheques")
_REMEDY = "give a folder with COCO, YOLO or VOC labels, or shards; docs/detection.md shows how they lie"


def load_boxed(data: str | Path, folder: Path | None = None, log: Log | None = None) -> dict[str, BoxedSet]:
    """Pictures with boxes, by part.

    Parameters
    ----------
    data : str or Path
        "bccd" or "cheques" of the catalogue (write ``./bccd`` for a folder of that name); a COCO JSON file; a
        data.yaml, which names the pictures of each part and the classes; a folder with COCO, YOLO or VOC
        files, whose parts the names of folders and files tell; or tar shards, as for
        `sutja.data.labelled.sharded_files.find_shards`, whose pictures are not held in memory.
    folder : Path | None
        Folder in which the index of shards is kept, and from which it is taken while they are as they were.
    log : Log | None
        Takes lines of progress while shards are indexed.

    Returns
    -------
    dict
        "train", "validation" and "test" as far as the data tell them apart, of one tuple of classes; else
        {"all": …}. Where only one part is told besides "train", it is called "test". Of "bccd" and "cheques"
        the validation part is a fifth of what is left to learn from, by the hash of `sutja.data.split.fixed`.

    Raises
    ------
    DataError
        There is no such data, or no box can be learnt from. A broken box or picture is no such case; it is
        left out, and told in `notes`.
    """
    name = str(data)
    if are_shards(data):
        found = read_sharded_boxes(data, folder, log)
        _check_boxes_found(found, name)
        return found
    if not isinstance(data, Path) and name in ENTRIES:
        scenes, path, entry = _known(name), Path(name), ENTRIES[name]
    else:
        path, entry = Path(name).expanduser(), None
        scenes = _read_own(path)
    found = {}
    if set(scenes.parts) == {"train", "validation"}:
        scenes.parts["test"] = scenes.parts.pop("validation")
    for part, some in scenes.parts.items():
        notes = list(scenes.notes) if not found else []
        pictures = check_boxes([scene for scene in some if not scene.unreadable], scenes.classes, notes)
        unreadable = check_boxes([scene for scene in some if scene.unreadable], scenes.classes, notes)
        source = entry.name if entry else path.name or str(path.resolve())
        found[part] = BoxedSet(
            pictures,
            scenes.classes,
            f"{source} ({part})" if part != "all" else source,
            entry.terms if entry else "not stated",
            bool(entry and entry.open_terms),
            part != "all",
            shorten_notes(notes),
            unreadable,
        )
    _check_boxes_found(found, str(path))
    return found


def _check_boxes_found(found: dict[str, BoxedSet], where: str) -> None:
    if any(len(picture.labels) for part in found.values() for picture in part.pictures):
        return
    notes = [note for part in found.values() for note in part.notes]
    first_note = f": {notes[0]}" if notes else ""
    raise DataError(f"holds no box that can be learnt from{first_note}", where=where, remedy=_REMEDY)


def in_classes(boxes: BoxedSet, classes: tuple[str, ...]) -> BoxedSet:
    """The same pictures with their labels counted in `classes`, those of a model for instance.

    Raises
    ------
    DataError
        A box is of a class that is not among them.
    """
    place = {name: index for index, name in enumerate(classes)}
    every = (*boxes.pictures, *boxes.unreadable)
    present = {int(label) for picture in every for label in picture.labels}
    unknown = [boxes.classes[i] for i in sorted(present) if boxes.classes[i] not in place]
    if unknown:
        raise DataError(
            f"holds classes that are not known here: {show_some(unknown)}",
            where=boxes.source,
            remedy=f"known are {show_some(list(classes))}; leave out the others or rename them",
        )
    numbers = np.array([place.get(name, -1) for name in boxes.classes], np.int64)
    pictures = tuple(BoxedPicture(one.picture, one.boxes, numbers[one.labels], one.ignore) for one in every)
    n = len(boxes)
    return replace(boxes, pictures=pictures[:n], unreadable=pictures[n:], classes=tuple(classes))


def _read_own(path: Path) -> Scenes:
    """A person's own data, by what kind of data it is."""
    check_own_data(path, KNOWN)
    if path.suffix.lower() in YAML_SUFFIXES:
        return read_yolo_yaml(path)
    if path.is_file():
        return read_coco({"all": path})
    files = find_coco_files(path)
    if files:
        return read_coco(files)
    if looks_like_voc(path):
        return read_voc(path)
    if looks_like_yolo(path):
        return read_yolo(path)
    raise DataError("there are no boxes in this folder", where=str(path), remedy=_REMEDY)


def _known(name: str) -> Scenes:
    """A set of the catalogue, in three parts."""
    if name == "bccd":
        scenes = read_voc(data_root() / name)
        train = scenes.parts["train"]
        scenes.parts["test"] = scenes.parts.pop("validation")
        scenes.parts["train"] = [scene for scene in train if assign_fold(name, scene.path.stem)]
        scenes.parts["validation"] = [scene for scene in train if not assign_fold(name, scene.path.stem)]
        return scenes
    if name == "cheques":
        return _cheques()
    raise DataError(
        f"this set is there to {ENTRIES[name].task}, without boxes of things",
        where=name,
        remedy=f"name one of {', '.join(KNOWN)}",
    )


def _cheques() -> Scenes:
    parts: dict[str, list[SceneBoxes]] = {"train": [], "validation": [], "test": []}
    for record in read_cheques(data_root()):
        boxes = [BoxRecord(label, edges, str(record.path)) for label, edges in record.boxes]
        kept = "test" if is_test("cheques", record.key) else None
        part = kept or ("train" if assign_fold("cheques", record.key) else "validation")
        parts[part].append(SceneBoxes(record.path, read_size(record.path), boxes))
    return Scenes(parts, CHEQUE_CLASSES)
