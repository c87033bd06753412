"""Label files in the form that the readers know, made from those at a set's home.

Each function takes the home's archive and the names of the set's files, and returns content by path. It looks
for the home's label files by their names alone, as folders come and go.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePosixPath

Relabel = Callable[[zipfile.ZipFile, Collection[str]], dict[str, bytes]]

_EXPORT_HASH = re.compile(r"_(png|jpe?g)\.rf\.[0-9a-f]+(?=\.jpg$)")  # what Roboflow adds to a file's name


def relabel_exam_digits(archive: zipfile.ZipFile, names: Collection[str]) -> dict[str, bytes]:
    """labels.csv from nsysu-digits.csv: rows of file, label as a float, quiz, without a header."""
    rows = []
    for content in _contents(archive, "nsysu-digits.csv"):
        for file, label, group in csv.reader(io.StringIO(content.decode("utf-8"))):
            if file in names:
                rows.append((file, str(int(float(label))), group))
    return {"labels.csv": _csv(("file", "label", "group"), sorted(rows))} if rows else {}


def relabel_orand_car(archive: zipfile.ZipFile, names: Collection[str]) -> dict[str, bytes]:
    """boxes.coco.json and labels.csv from COCO files; a text is the digits of the boxes, left to right."""
    known = {PurePosixPath(name).name for name in names}
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    categories: list[dict[str, object]] = []
    for content in _contents(archive, "instances_train2017.json", "instances_val2017.json"):
        coco = json.loads(content)
        categories = coco["categories"]
        number: dict[int, int] = {}
        for image in coco["images"]:
            name = _EXPORT_HASH.sub("", image["file_name"])
            if name in known:
                number[image["id"]] = len(images)
                images.append({**image, "id": len(images), "file_name": name})
        for box in coco["annotations"]:
            if box["image_id"] in number:
                annotations.append({**box, "id": len(annotations), "image_id": number[box["image_id"]]})
    if not images:
        return {}
    boxes = {"images": images, "annotations": annotations, "categories": categories}
    return {
        "boxes.coco.json": json.dumps(boxes).encode("utf-8"),
        "labels.csv": _csv(("file", "text"), sorted(_texts(boxes))),
    }


def _texts(boxes: Mapping[str, list[dict[str, object]]]) -> Iterable[tuple[str, str]]:
    digit = {category["id"]: str(category["name"]) for category in boxes["categories"]}
    found: dict[object, list[tuple[float, str]]] = {image["id"]: [] for image in boxes["images"]}
    for box in boxes["annotations"]:
        x, _, width, _ = (float(value) for value in box["bbox"])  # type: ignore[attr-defined]
        found[box["image_id"]].append((x + width / 2, digit[box["category_id"]]))
    for image in boxes["images"]:
        yield str(image["file_name"]), "".join(text for _, text in sorted(found[image["id"]]))


def _contents(archive: zipfile.ZipFile, *names: str) -> Iterable[bytes]:
    for member in sorted(archive.namelist()):
        if PurePosixPath(member).name in names:
            yield archive.read(member)


def _csv(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


RELABEL: Mapping[str, Relabel] = {"exam-digits": relabel_exam_digits, "orand-car": relabel_orand_car}
