"""COCO: one JSON file of pictures, annotations and categories (Lin et al., ECCV 2014).

The pictures are looked for beside the file, in a folder `images` beside it or above it, and in the folder
that the file's name tells (instances_val2017.json: val2017). A crowd is neither learnt nor counted.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from sutja.data.boxes.pictures import read_size
from sutja.data.boxes.records import UNKNOWN_SIZE, BoxRecord, SceneBoxes, Scenes
from sutja.data.boxes.voc import PARTS
from sutja.data.labelled.csv_tables import is_absolute, list_endings
from sutja.data.labelled.labels import show_some
from sutja.errors import DataError, PictureError
from sutja.regular_files import is_file, read_regular
from sutja.structured_text import parse_json

_ROBOFLOW = "_annotations.coco.json"
_FILE_KEYS = ("file_name", "filename", "path", "coco_url")  # of a picture, the first that is there
_LARGEST = 2_000_000_000  # bytes


def find_coco_files(folder: Path) -> dict[str, Path]:
    """The JSON file of each part of a folder; {"all": …} where there is one of no part."""
    found: dict[str, Path] = {}
    places = sorted(
        [*folder.glob("*.json"), *folder.glob("annotations/*.json"), *folder.glob(f"*/{_ROBOFLOW}")]
    )
    usable = [path for path in places if not path.name.startswith(("person_keypoints", "captions"))]
    for path in usable:
        name = path.parent.name if path.name == _ROBOFLOW else path.stem
        found.setdefault(_part_of(name) or "all", path)
    if "all" in found and len(found) > 1:
        del found["all"]
    return found


def _part_of(name: str) -> str | None:
    words = {
        word.rstrip("0123456789") for word in name.lower().replace("-", "_").replace(".", "_").split("_")
    }
    return next((part for part, names in PARTS.items() if words & set(names)), None)


def read_coco(files: dict[str, Path]) -> Scenes:
    """The pictures of one JSON file a part.

    Raises
    ------
    DataError
        A file is no COCO JSON, or names no category.
    """
    loaded = {part: _load(path) for part, path in files.items()}
    notes: list[str] = []
    names: dict[str, None] = {}
    for part, data in loaded.items():
        _name_missing_categories(data, files[part], notes)
        for category in sorted(
            _entries(data, "categories", files[part]), key=lambda entry: _key(entry.get("id")).zfill(12)
        ):
            if isinstance(category.get("name"), str) and category["name"]:
                names.setdefault(category["name"])
    if not names:
        raise DataError(
            "names no category",
            where=str(next(iter(files.values()))),
            remedy='add "categories": [{"id": 1, "name": …}, …]',
        )
    parts = {part: _scenes(data, files[part], notes) for part, data in loaded.items()}
    read = [scene for scenes in parts.values() for scene in scenes if not scene.unreadable]
    used = {box.label for scene in read for box in scene.boxes}
    # Some tools add a category above all others that no box is of.
    return Scenes(parts, tuple(name for name in names if name in used) or tuple(names), notes)


def _load(path: Path) -> dict[str, Any]:
    try:
        data = parse_json(read_regular(path, _LARGEST))
    except (OSError, ValueError) as error:
        raise DataError(
            f"cannot be read as COCO JSON ({error})", where=str(path), remedy="export it again"
        ) from error
    if not isinstance(data, dict):
        raise DataError("is no COCO JSON: it holds no object", where=str(path), remedy="export it again")
    return data


def _entries(data: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    entries = data.get(name)
    if not isinstance(entries, list):
        raise DataError(f"has no list {name!r}", where=str(path), remedy="export it again as COCO JSON")
    return [entry for entry in entries if isinstance(entry, dict)]


def _name_missing_categories(data: dict[str, Any], path: Path, notes: list[str]) -> None:
    """Name the categories that boxes are of and that have no name, after their numbers."""
    listed = data.get("categories")
    categories = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = {_key(entry.get("id")) for entry in categories if entry.get("name")}
    boxes = data.get("annotations")
    some = [entry for entry in boxes if isinstance(entry, dict)] if isinstance(boxes, list) else []
    used = {_key(entry.get("category_id")) for entry in some}
    unnamed = sorted(used - named, key=lambda key: key.zfill(12))
    if unnamed and not named:
        numbers = ", ".join(unnamed[:5])
        notes.append(f"{path}: its categories have no names; they are called after their numbers: {numbers}")
        data["categories"] = [{"id": key, "name": key} for key in unnamed]


def _scenes(data: dict[str, Any], path: Path, notes: list[str]) -> list[SceneBoxes]:
    categories = {_key(entry.get("id")): entry.get("name") for entry in _entries(data, "categories", path)}
    scenes: dict[str, SceneBoxes] = {}
    missing: list[str] = []
    entries = _entries(data, "images", path)
    for place, entry in enumerate(entries):
        name = next((entry[key] for key in _FILE_KEYS if isinstance(entry.get(key), str)), "")
        picture = _picture(path, name) if name else None
        if picture is None:
            missing.append(name[:100] or f"images[{place}] without a file_name")
            continue
        try:
            scenes[_key(entry.get("id"))] = SceneBoxes(picture, read_size(picture))
        except PictureError as error:
            notes.append(f"not read: {error}")
            scenes[_key(entry.get("id"))] = SceneBoxes(picture, UNKNOWN_SIZE, unreadable=True)
    if missing:
        notes.append(
            f"{path}: {len(missing):,} of its {len(entries):,} pictures are not there, looked for from "
            f"{path.parent.resolve()}: {show_some(missing)}; left out"
        )
    known = {_key(entry.get("id")) for entry in entries}
    for place, entry in enumerate(_entries(data, "annotations", path)):
        where, key = f"{path}, annotations[{place}]", _key(entry.get("image_id"))
        if key not in scenes:
            if key not in known:
                notes.append(f"{where}: a box of a picture {key!r:.40} that is not listed; left out")
            continue
        label = categories.get(_key(entry.get("category_id")))
        label = label if isinstance(label, str) else f"category {entry.get('category_id')}"
        scenes[key].boxes.append(BoxRecord(label, _find_edges(entry), where, _is_crowd(entry)))
    return list(scenes.values())


def _key(number: object) -> str:
    """A number that entries name one another by; some tools write it as text, or as 1.0."""
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def _is_crowd(entry: dict[str, Any]) -> bool:
    return entry.get("iscrowd") in (1, True) or entry.get("ignore") in (1, True)


def _find_edges(entry: dict[str, Any]) -> tuple[float, float, float, float]:
    """Xyxy of an annotation: of its box, or where it has none the box around its polygons."""
    polygons = entry.get("segmentation")
    if entry.get("bbox") or not isinstance(polygons, list):
        return _edges(entry.get("bbox"))
    nested = [polygon if isinstance(polygon, list) else [polygon] for polygon in polygons]
    points = [value for polygon in nested for value in polygon]
    if len(points) < 6 or not all(isinstance(value, int | float) for value in points):
        return (math.nan,) * 4
    x, y = points[0::2], points[1::2]
    return float(min(x)), float(min(y)), float(max(x)), float(max(y))


def _edges(bbox: Any) -> tuple[float, float, float, float]:
    """Xyxy of COCO's x, y, width and height; NaN where it is none."""
    if (
        not isinstance(bbox, list)
        or len(bbox) != 4
        or any(isinstance(value, bool) or not isinstance(value, int | float) for value in bbox)
    ):
        return (math.nan,) * 4
    x, y, w, h = map(float, bbox)
    return x, y, x + w, y + h


def _picture(path: Path, name: str) -> Path | None:
    """The picture of this name, inside the folders that belong to the file."""
    part = path.stem.rpartition("_")[2]
    above = path.parent.parent
    folders = (
        path.parent,
        path.parent / "images",
        above / "images",
        above / part,
        above / "images" / part,
        above,
    )
    endings = [name.replace("\\", "/")]
    if is_absolute(name) or ":" in name or ".." in endings[0].split("/"):
        endings = list_endings(name)  # other people's machines have other folders
    places = (folder / ending for ending in endings for folder in folders)
    return next((place for place in places if is_file(place)), None)
