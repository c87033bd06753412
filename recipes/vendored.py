"""Renew what the page of `sutja serve` takes from npm: onnxruntime-web, for the page without a server.

    python recipes/vendored.py 1.30.0     # needs npm

npm checks the package against its checksum. Of its 190 files three are kept: the smallest build, without
graphics cards, and its WebAssembly. The archive is the same bytes for the same version.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import lzma
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from sutja.atomic import write_atomic
from sutja.serve.export import RUNTIME

PACKAGE = "onnxruntime-web"
FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
MANIFEST = RUNTIME.with_name("vendored.json")


def fetch(version: str) -> dict[str, bytes]:
    """Fetch the package, and return the kept files by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{version}"]
        said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
        with tarfile.open(Path(folder) / said.split()[-1]) as archive:
            members = {file: archive.extractfile(f"package/dist/{file}") for file in FILES}
            return {file: member.read() for file, member in members.items() if member is not None}


def find_licence() -> bytes:
    """Find the licence of ONNX Runtime, which the package on npm names and leaves out, in that on PyPI."""
    for file in metadata.files("onnxruntime") or []:
        if file.name == "LICENSE":
            return file.read_binary()
    raise SystemExit("error: pip install onnxruntime, which carries the licence")


def pack(files: dict[str, bytes]) -> bytes:
    """Pack files as tar.xz, without dates and owners."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, data in sorted(files.items()):
            info = tarfile.TarInfo(f"{PACKAGE}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return lzma.compress(tar.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def main(argv: Sequence[str] | None = None) -> None:
    """Fetch, pack, and write down what was taken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("version", help=f"of {PACKAGE}, such as 1.30.0")
    args = parser.parse_args(argv)
    files = {**fetch(args.version), "LICENSE": find_licence()}
    RUNTIME.parent.mkdir(exist_ok=True)
    write_atomic(RUNTIME, pack(files))
    described = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    }
    manifest = {"package": PACKAGE, "version": args.version, "licence": "MIT", "files": described}
    write_atomic(MANIFEST, f"{json.dumps(manifest, indent=1)}\n".encode())
    print(f"{RUNTIME.name}: {RUNTIME.stat().st_size:,} bytes of {sum(map(len, files.values())):,}")


if __name__ == "__main__":
    main()
