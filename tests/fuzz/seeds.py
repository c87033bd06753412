"""Small good files for every reader, made here, and those that were found to be trouble (`findings/`)."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import soundfile
from finding import make_pdf
from fuzz.readers import READERS, write
from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TINY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
_CARD = {
    "card_version": 1,
    "task": "classify",
    "name": "n",
    "charset": [],
    "classes": ["a", "b"],
    "preprocessing": {"name": "pixels", "params": {"height": 8, "width": 8}},
    "threshold": 0.5,
    "training_data": [{"name": "d", "items": 3, "terms": "t"}],
    "open_terms": True,
    "seed": 0,
    "versions": {"sutja": "0"},
    "created": "2026-01-01",
    "calibration": {"points": [[0.1, 0.2], [0.5, 0.6]]},
    "thresholds": {"cases": 9, "points": [[0.5, 8, 1]]},
    "guarantee": {
        "max_error": 0.1,
        "confidence": 0.9,
        "method": "learn then test",
        "cases": 9,
        "accepted": 8,
        "wrong": 1,
    },
}
_COCO = {
    "images": [{"id": 1, "file_name": "p.png"}],
    "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "iscrowd": 0}],
    "categories": [{"id": 1, "name": "x"}],
}
_NUMBER = {"text": "12", "digits": "12", "confidence": 0.9, "accepted": True, "box": [1, 2, 3, 4]}
_VOC = (
    b"<annotation><object><name>x</name><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>1</ymin>"
    b"<xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>"
)


def _encode(name: str, image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()


def _encode_sound(name: str) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, np.sin(np.arange(2000) / 9).astype(np.float32), 8000, format=name)
    return stream.getvalue()


def _save_npz(save: object) -> bytes:
    stream = io.BytesIO()
    save(stream, X=np.arange(64.0).reshape(4, 16), y=np.array(["a", "b", "a", "b"]), groups=np.arange(4))  # type: ignore[operator]
    return stream.getvalue()


def make_seeds() -> dict[str, list[bytes]]:
    """Make the seeds of every reader."""
    for folder in ("coco", "voc", "yolo/images"):
        write(f"{folder}/p.png", _encode("PNG", Image.fromarray(TINY)))
    rgba = Image.fromarray(np.dstack([TINY] * 4))
    pictures = [
        _encode(name, Image.fromarray(TINY)) for name in ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
    ]
    pictures += [_encode("PNG", rgba), _encode("TIFF", rgba, save_all=True, append_images=[rgba])]
    idx = b"\0\0\x08\x03" + b"".join(side.to_bytes(4, "big") for side in (1, 6, 8)) + TINY.tobytes()
    npz = [_save_npz(np.savez), _save_npz(np.savez_compressed)]
    model = (ROOT / "src/sutja/weights/digits.onnx").read_bytes()
    seeds: dict[str, list[bytes]] = {
        "plain": pictures[:2],
        "picture": pictures,
        "pdf": [make_pdf(2, content=b"0 0 0 rg 0 0 10 10 re f", media=(30, 30))],
        "sound": [_encode_sound(name) for name in ("WAV", "FLAC", "OGG", "AIFF")],
        "model": [model],
        "card": [json.dumps(_CARD).encode()],
        "arrays": npz,
        "compared_arrays": npz,
        "idx_file": [idx],
        "packed_idx": [gzip.compress(idx)],
        "class_table": [b"path,label,group\ncoco/p.png,1,a\nvoc/p.png,2,b\n"],
        "page_labels": [b"file,page,x0,y0,x1,y1,text\na.png,1,0,0,5,5,12\n"],
        "compared_table": [b"a,b,label\n1,2,x\n3,4.5,y\n5,1e3,x\n"],
        "coco": [json.dumps(_COCO).encode()],
        "voc": [_VOC],
        "yolo": [
            b"names:\n  0: x\n  1: y\n\x000 .5 .5 .2 .2\n1 .1 .1 .2 .1 .2 .2\n",
            b"names: [x, y]\n\x000 .5 .5 .2 .2 .9\n",
        ],
        "results": [json.dumps({"source": "a", "page": 1, "numbers": [_NUMBER]}).encode() + b"\n"],
        "audit": [b"source,page,place,text,confidence,truth\na,1,1 2 3 4,12,0.9,12\n"],
        "structured": [b'{"a": [1, {}]}', _VOC, b"a,b\n1,2\n"],
    }
    for name in READERS:
        seeds[name] += [path.read_bytes() for path in sorted((HERE / "findings").glob(f"{name}-*"))]
    return seeds
