"""A page without a server: what needs none of its views, in files that any web server can hand out."""

from __future__ import annotations

import io
import json
import lzma
import shutil
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sutja.atomic import write_atomic
from sutja.errors import SutjaError, make_unwritable_error
from sutja.serve.guards import POLICY
from sutja.serve.page.layers import LayeredNetwork
from sutja.serve.page.networks import (
    SIDE,
    Networks,
    describe_network,
    describe_weights,
    is_exact,
    takes_drawings,
)
from sutja.serve.page.studies import list_studies
from sutja.serve.settings import Settings

STATIC = Path(__file__).parent / "static"
RUNTIME = Path(__file__).parent / "vendor" / "onnxruntime-web.tar.xz"  # recipes/vendored.py renews it


def export_page(folder: Path, settings: Settings) -> tuple[list[str], list[str]]:
    """Write the page into a folder, and list the networks in it and those that were left out.

    Networks of a few dense layers are computed by the page itself, others by onnxruntime-web. Left out are
    those that want a character to be centred in another way than the page centres a drawing.

    Parameters
    ----------
    folder : Path
        Folder to write; made if needed, files of the same names are replaced.
    settings : Settings
        Models beside the bundled ones, and studies.

    Raises
    ------
    SutjaError
        If the folder cannot be written, or a study cannot be read.
    """
    networks = Networks(settings)
    found = [(name, *networks.find(name)) for name in networks.names]
    shown = [one for one in found if takes_drawings(one[1].params)]
    described = [
        {
            **describe_network(name, network, classifier),
            **describe_file(name, network),
            "weights": describe_weights(network),
        }
        for name, network, classifier in shown
    ]
    models = {name: network.serialize() for name, network, _ in shown if not is_exact(network)}
    studies = list_studies(settings.studies)
    ignored = shutil.ignore_patterns("index.html", "jsconfig.json")
    static = folder / "static"
    try:
        shutil.copytree(STATIC, static, dirs_exist_ok=True, ignore=ignored)
        write_atomic(static / "data" / "networks.json", json.dumps(described).encode())
        write_atomic(static / "data" / "studies.json", json.dumps(studies).encode())
        (static / "models").mkdir(exist_ok=True)
        for name, data in models.items():
            write_atomic(static / "models" / f"{name}.onnx", data)
        unpack_runtime(static / "vendor")
        write_atomic(folder / "index.html", make_index().encode())
    except OSError as error:
        raise make_unwritable_error(SutjaError, folder, error, "name another folder") from error
    names = [name for name, _, _ in shown]
    return names, [name for name in networks.names if name not in names]


def describe_file(name: str, network: LayeredNetwork) -> dict[str, Any]:
    """Describe the model file of a network, and how a drawing is resized for it; nothing for an exact one."""
    if is_exact(network):
        return {}
    params = network.params
    same = (params.height, params.width) == (SIDE, SIDE)
    resize = None if same else {"rows": make_resizing(params.height), "columns": make_resizing(params.width)}
    return {"model": f"static/models/{name}.onnx", "resize": resize}


def make_resizing(side: int) -> list[list[float]]:
    """Make the weights, (side, `SIDE`), by which pixels of a drawing become those of a network's input.

    They are what OpenCV does to one axis: by area where it shrinks, linearly where it grows.
    """
    way = cv2.INTER_AREA if side < SIDE else cv2.INTER_LINEAR
    weights = cv2.resize(np.eye(SIDE, dtype=np.float32), (SIDE, side), interpolation=way)
    return [[round(float(value), 6) for value in row] for row in weights]


def make_index() -> str:
    """Make the page: it knows that there is no server, and carries its policy in its own text."""
    # In a page's own text a policy cannot say who frames it; the server that hands it out may.
    policy = POLICY.partition("; frame-ancestors")[0]
    policy = policy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")  # WebAssembly alone
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    meta = f'<meta charset="utf-8">\n    <meta http-equiv="content-security-policy" content="{policy}">'
    return page.replace("<html", "<html data-static", 1).replace('<meta charset="utf-8">', meta, 1)


def unpack_runtime(folder: Path) -> None:
    """Unpack onnxruntime-web."""
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(RUNTIME.read_bytes()))) as archive:
        archive.extractall(folder, filter="data")
