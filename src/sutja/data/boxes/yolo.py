"""YOLO: a text file for each picture, a line a box: class, centre and size as parts of the picture's sides.

The pictures are in a folder images and the text files under the same names in a folder labels; each may have
folders for the parts (images/train), or stand in folders for the parts (train/images), as the common tools
write them. Picture and text file may also stand side by side. The classes are named by data.yaml, or one a
line by classes.txt. A polygon becomes the box around it. A data.yaml may also be named itself: then its
train, val and test say where the pictures of each part are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sutja.data.boxes.pictures import list_pictures, read_size
from sutja.data.boxes.records import UNKNOWN_SIZE, BoxRecord, SceneBoxes, Scenes
from sutja.data.boxes.voc import PARTS
from sutja.data.labelled.csv_tables import find_named
from sutja.errors import DataError, PictureError, make_unreadable_error
from sutja.regular_files import exists, is_file, read_text

_NAME_FILES = ("classes.txt", "obj.names", "classes.names", "labels.txt")
YAML_SUFFIXES = (".yaml", ".yml")
YAML_PARTS = {"train": "train", "validation": "val", "test": "test"}
# A path of Windows in double quotes, in which YAML would take \t for a tab.
_QUOTED_PATH = re.compile(r'^(?:path|train|val|test)[ \t]*:[ \t]*"[^"\n]*"', re.MULTILINE)
_LARGEST = 10_000_000  # bytes of a text file
_LARGEST_YAML = 1_000_000  # bytes
_DEEPEST, _MOST_EVENTS = 20, 100_000  # parts within one another, and in all: some 30,000 classes


def looks_like_yolo(folder: Path) -> bool:
    """Return True if there is a file with the names of the classes, or a folder of labels."""
    return _names_file(folder) is not None or any(folder.glob("**/labels/**/*.txt"))


def read_yolo(folder: Path) -> Scenes:
    """All pictures, by part; one without a text file has no thing in it.

    Raises
    ------
    DataError
        Nothing says what the classes are called.
    """
    classes = _classes(folder)
    notes: list[str] = []
    parts: dict[str, list[SceneBoxes]] = {}
    pictures = list_pictures(folder)
    labelled = any(is_file(_label_file(path)) for path in pictures)
    for path in pictures:
        scene = _scene(path, classes, notes)
        if scene is not None and labelled:
            parts.setdefault(_part_of(path.relative_to(folder)), []).append(scene)
    if "all" in parts and len(parts) > 1:  # pictures beside the folders of the parts
        parts["train"] = parts.get("train", []) + parts.pop("all")
    return Scenes(parts or {"all": []}, classes, notes)


def _part_of(path: Path) -> str:
    """The part that a folder on the way to a picture names; "all" where none does."""
    for name in (inner.lower() for inner in path.parts[:-1]):
        for part, names in PARTS.items():
            if name in names or name.rstrip("0123456789") in names:
                return part
    return "all"


def _label_file(picture: Path) -> Path:
    """The text file of a picture: in `labels` where the picture is in `images`, else beside it."""
    parts = list(picture.parts)
    for place in range(len(parts) - 2, -1, -1):
        if parts[place] == "images":
            parts[place] = "labels"
            return Path(*parts).with_suffix(".txt")
    return picture.with_suffix(".txt")


def _scene(picture: Path, classes: tuple[str, ...], notes: list[str]) -> SceneBoxes | None:
    try:
        scene = SceneBoxes(picture, read_size(picture))
    except PictureError as error:
        notes.append(f"not read: {error}")
        scene = SceneBoxes(picture, UNKNOWN_SIZE, unreadable=True)
    path = _label_file(picture)
    if not is_file(path):
        return scene
    try:
        lines = read_text(path, _LARGEST).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        notes.append(f"{path}: cannot be read ({error}); its picture is left out")
        return None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            box = parse_line(line, f"{path}, line {number}", classes, scene.size, notes)
            scene.boxes += [box] if box else []
    return scene


def parse_line(
    line: str, where: str, classes: tuple[str, ...], size: tuple[int, int], notes: list[str]
) -> BoxRecord | None:
    """Parse the line of a box in a picture of size (H, W); what is wrong with it goes to the notes."""
    height, width = size
    try:
        first, *rest = (float(word) for word in line.split())
    except ValueError:
        notes.append(f"{where}: {line.strip()[:60]!r} is no line of numbers; left out")
        return None
    label = classes[int(first)] if first in range(len(classes)) else f"{first:g}"
    if len(rest) in (4, 5):  # a fifth is a confidence
        x, y, w, h = rest[:4]
        edges = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    elif len(rest) >= 6 and len(rest) % 2 == 0:
        edges = (min(rest[0::2]), min(rest[1::2]), max(rest[0::2]), max(rest[1::2]))
    else:
        notes.append(f"{where}: {1 + len(rest)} numbers are neither a box nor a polygon; left out")
        return None
    x0, y0, x1, y1 = edges
    return BoxRecord(label, (x0 * width, y0 * height, x1 * width, y1 * height), where)


def _names_file(folder: Path) -> Path | None:
    places = [folder / name for name in ("data.yaml", "data.yml", "dataset.yaml")]
    places += [place / name for place in (folder, folder / "labels") for name in _NAME_FILES]
    return next((place for place in places if place.is_file()), None)


def find_classes(folder: Path) -> tuple[str, ...]:
    """Find the names of the classes in a folder; none where no file is there that names them.

    Raises
    ------
    DataError
        There is such a file, and it names none.
    """
    file = _names_file(folder)
    return () if file is None else _classes(folder, file)


def _classes(folder: Path, file: Path | None = None) -> tuple[str, ...]:
    path = file or _names_file(folder)
    names: list[str] = []
    if path is not None and path.suffix in YAML_SUFFIXES:
        names = _yaml_names(path)
    elif path is not None:
        names = [line.strip() for line in _read_lines(path)]
        while names and not names[-1]:
            names.pop()
    if not names or not all(names) or len(set(names)) != len(names):
        raise DataError(
            "nothing says what the classes are called",
            where=str(path or folder),
            remedy="put their names into classes.txt, one a line, in the order of their numbers",
        )
    return tuple(names)


def _read_lines(path: Path) -> list[str]:
    try:
        return read_text(path, _LARGEST, errors="replace").splitlines()
    except OSError as error:
        raise make_unreadable_error(path, error) from error


def _yaml_names(path: Path) -> list[str]:
    """The value of `names` in a data.yaml: a list, or numbers with names."""
    names = _load_yaml(path).get("names")
    if isinstance(names, dict):
        names = [names[str(number)] for number in range(len(names)) if str(number) in names]
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _load_yaml(path: Path) -> dict[str, Any]:
    """Load a data.yaml; every value is text, so that a class may be called no or 1."""
    import yaml

    try:
        text = _QUOTED_PATH.sub(lambda found: found[0].replace("\\", "/"), read_text(path, _LARGEST_YAML))
        _check_events(yaml.parse(text, yaml.BaseLoader))
        data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes lists, dictionaries and text only
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        line = " ".join(str(error).split())
        raise DataError(
            f"cannot be read as YAML ({line:.200})", where=str(path), remedy="correct it; put paths in '…'"
        ) from error
    return data if isinstance(data, dict) else {}


def _check_events(events: Iterable[Any]) -> None:
    """Refuse what takes PyYAML long: its time grows with the square of the depth."""
    import yaml

    depth = 0
    for number, event in enumerate(events):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it refers to parts of itself")
        if depth > _DEEPEST or number > _MOST_EVENTS:
            raise ValueError("it has too many parts, or parts too deep in others")


def read_yolo_yaml(path: Path) -> Scenes:
    """The pictures of the parts that a data.yaml names, and no others.

    Raises
    ------
    DataError
        The file is no YAML, names no pictures to train on, or folders that are not there.
    """
    data = _load_yaml(path)
    classes = _classes(path.parent, path)
    notes: list[str] = []
    parts: dict[str, list[SceneBoxes]] = {}
    for part, key in YAML_PARTS.items():
        named = data.get(key) or []
        for name in named if isinstance(named, list) else [named]:
            place = _find_place(path, str(data.get("path") or ""), str(name))
            scenes = (_scene(picture, classes, notes) for picture in _list_place(place))
            parts.setdefault(part, []).extend(scene for scene in scenes if scene is not None)
    if not parts.get("train"):
        raise DataError(
            "names no pictures to train on",
            where=str(path),
            remedy="give it the line train: FOLDER, and val: and test: where there are such",
        )
    return Scenes(parts, classes, notes)


def _find_place(path: Path, root: str, name: str) -> Path:
    """The folder or list that a data.yaml names, from its own folder or from its `path`.

    Exports of Roboflow name ../train/images for the folder train/images beside the file.
    """
    root, name = root.replace("\\", "/"), name.replace("\\", "/")
    inner = name
    while inner.startswith("../"):
        inner = inner.removeprefix("../")
    places = [path.parent / root / name, path.parent / name, path.parent / root / inner, path.parent / inner]
    found = next((place for place in places if exists(place)), None)
    if found is None:
        raise DataError(
            f"names {name}, which is not there",
            where=str(path),
            remedy=f"it is looked for from {path.parent.resolve()}; correct the line",
        )
    return found


def _list_place(place: Path) -> list[Path]:
    """The pictures of a folder, or those that a text file lists."""
    if place.is_dir():
        return list_pictures(place)
    lines = (line.strip() for line in _read_lines(place))
    return [find_named(place.parent, line) for line in lines if line]
