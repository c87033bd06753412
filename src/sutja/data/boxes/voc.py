"""VOC: an XML file for each picture.

In one folder with the pictures, or in the folders Annotations and JPEGImages. Lists of names say which part a
picture belongs to: train.txt, val.txt and test.txt, in the folder itself or in ImageSets/Main. A box marked
difficult is neither learnt nor counted, as in the contest (Everingham et al. 2010).
"""

from __future__ import annotations

from pathlib import Path

from sutja.data.boxes.pictures import index_by_stem, list_pictures, read_size
from sutja.data.boxes.records import UNKNOWN_SIZE, BoxRecord, SceneBoxes, Scenes
from sutja.errors import PictureError
from sutja.regular_files import read_regular, read_text
from sutja.structured_text import parse_xml

PARTS = {"train": ("train",), "validation": ("val", "valid", "validation"), "test": ("test",)}
_EDGES = ("xmin", "ymin", "xmax", "ymax")
_LARGEST = 10_000_000  # bytes of one XML file


def looks_like_voc(folder: Path) -> bool:
    """Return True if there are XML files where VOC has them."""
    return any(next(place.glob("*.xml"), None) for place in (folder / "Annotations", folder))


def read_voc(folder: Path) -> Scenes:
    """All pictures that have an XML file, by part."""
    inner = folder / "Annotations"
    annotations = {path.stem: path for path in sorted((inner if inner.is_dir() else folder).glob("*.xml"))}
    pictures = index_by_stem(list_pictures(folder))
    notes: list[str] = []
    lists = _lists(folder)
    parts: dict[str, list[SceneBoxes]] = {}
    for part, names in (lists or {"all": list(annotations)}).items():
        parts[part] = []
        for name in names:
            if name not in pictures:
                where = annotations.get(name, folder / name)
                notes.append(f"{where}: there is no picture of this name; left out")
            elif name not in annotations:
                notes.append(f"{pictures[name]}: there is no {name}.xml; left out")
            elif scene := _scene(pictures[name], annotations[name], notes):
                parts[part].append(scene)
    read = [scene for scenes in parts.values() for scene in scenes if not scene.unreadable]
    named = {box.label for scene in read for box in scene.boxes}
    return Scenes(parts, tuple(sorted(named)), notes)


def _lists(folder: Path) -> dict[str, list[str]]:
    """The names that belong to each part, as far as there are lists."""
    found = {}
    for part, names in PARTS.items():
        places = [
            place / f"{name}.txt" for place in (folder, folder / "ImageSets" / "Main") for name in names
        ]
        path = next((place for place in places if place.is_file()), None)
        if path is not None:
            lines = read_text(path, _LARGEST, errors="replace").splitlines()
            found[part] = [line.split()[0] for line in lines if line.strip()]
    return found


def _scene(picture: Path, annotation: Path, notes: list[str]) -> SceneBoxes | None:
    try:
        tree = parse_xml(read_regular(annotation, _LARGEST))
    except (OSError, ValueError) as error:
        notes.append(f"{annotation}: cannot be read as VOC XML ({error}); left out")
        return None
    try:
        scene = SceneBoxes(picture, read_size(picture))
    except PictureError as error:
        notes.append(f"not read: {error}")
        scene = SceneBoxes(picture, UNKNOWN_SIZE, unreadable=True)
    for number, thing in enumerate(tree.iter("object"), start=1):
        where = f"{annotation}, object {number}"
        try:
            x0, y0, x1, y1 = (float(thing.findtext(f"bndbox/{name}") or "nan") for name in _EDGES)
        except ValueError:
            x0 = y0 = x1 = y1 = float("nan")
        difficult = (thing.findtext("difficult") or "0").strip() == "1"
        name = (thing.findtext("name") or "").strip()
        if not name:
            notes.append(f"{where}: a box without the name of a class; left out")
            continue
        scene.boxes.append(BoxRecord(name, (x0, y0, x1, y1), where, difficult))
    return scene
