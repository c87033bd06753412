"""Pictures with things in them, for tests that train and look: bright bars and dark squares on grey."""

import json

import numpy as np
from PIL import Image

from sutja.data.boxes.boxed_pictures import make_boxed_picture

CLASSES = ("bar", "square")


def scene(seed=0, height=96, width=128, n=4, channels=1):
    """One picture: uint8 (height, width[, 3]), boxes that do not touch, labels."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(110, 146, (height, width)).astype(np.uint8)
    boxes, labels = [], []
    for _ in range(200):
        label = int(rng.integers(0, 2))
        w, h = (int(rng.integers(24, 48)), int(rng.integers(6, 10))) if label == 0 else (14, 14)
        x, y = int(rng.integers(1, width - w)), int(rng.integers(1, height - h))
        box = (x, y, x + w, y + h)
        if len(boxes) < n and all(_apart(box, other) for other in boxes):
            pixels[y : y + h, x : x + w] = 240 if label == 0 else 20
            boxes.append(box)
            labels.append(label)
    pixels = pixels if channels == 1 else np.repeat(pixels[:, :, None], 3, axis=2)
    return make_boxed_picture(pixels, boxes, labels)


def _apart(a, b, gap=4):
    return a[2] + gap < b[0] or b[2] + gap < a[0] or a[3] + gap < b[1] or b[3] + gap < a[1]


def write_yolo(folder, scenes, part=None):
    """Scenes as a folder of YOLO labels."""
    inner = ("images", "labels") if part is None else (f"{part}/images", f"{part}/labels")
    for name in inner:
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    for i, one in enumerate(scenes):
        Image.fromarray(one.pixels).save(folder / inner[0] / f"{i}.png")
        h, w = one.pixels.shape[:2]
        lines = [
            f"{label} {(x0 + x1) / 2 / w:.6f} {(y0 + y1) / 2 / h:.6f} {(x1 - x0) / w:.6f} {(y1 - y0) / h:.6f}"
            for (x0, y0, x1, y1), label in zip(one.boxes.tolist(), one.labels.tolist(), strict=True)
        ]
        (folder / inner[1] / f"{i}.txt").write_text("\n".join(lines) + "\n")
    return folder


def write_voc(folder, scenes, train=()):
    """Scenes as a folder of VOC files; those numbered in `train` are in train.txt, the others in val.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, one in enumerate(scenes):
        Image.fromarray(one.pixels).save(folder / f"{i}.png")
        things = "".join(
            f"<object><name>{CLASSES[label]}</name><bndbox><xmin>{x0:g}</xmin><ymin>{y0:g}</ymin>"
            f"<xmax>{x1:g}</xmax><ymax>{y1:g}</ymax></bndbox></object>"
            for (x0, y0, x1, y1), label in zip(one.boxes.tolist(), one.labels.tolist(), strict=True)
        )
        (folder / f"{i}.xml").write_text(f"<annotation>{things}</annotation>")
    if train:
        rest = [i for i in range(len(scenes)) if i not in train]
        (folder / "train.txt").write_text("".join(f"{i}\n" for i in train))
        (folder / "val.txt").write_text("".join(f"{i}\n" for i in rest))
    return folder


def coco(scenes, **more):
    """Scenes as the content of a COCO file, whose pictures are called 0.png, 1.png, …"""
    annotations = [
        {
            "id": 1000 * i + j,
            "image_id": i,
            "category_id": int(label) + 1,
            "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)],
            "iscrowd": 0,
        }
        for i, one in enumerate(scenes)
        for j, ((x0, y0, x1, y1), label) in enumerate(zip(one.boxes, one.labels, strict=True))
    ]
    return {
        "images": [{"id": i, "file_name": f"{i}.png"} for i in range(len(scenes))],
        "categories": [{"id": k, "name": name} for k, name in enumerate(CLASSES, start=1)],
        "annotations": annotations,
        **more,
    }


def write_coco(folder, scenes, name="labels.json", **more):
    """Scenes as a folder with one COCO file."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, one in enumerate(scenes):
        Image.fromarray(one.pixels).save(folder / f"{i}.png")
    (folder / name).write_text(json.dumps(coco(scenes, **more)))
    return folder


def compose(rng):
    """A page without end, as `ComposedFrames` wants it."""
    return scene(int(rng.integers(0, 10**6)), n=5)


def make_compose():
    """What a worker process is told to make."""
    return compose


def make_failing(after):
    """The same, but of no more than so many pages."""
    left = [after]

    def failing(rng):
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("the ink has run dry")
        return compose(rng)

    return failing
