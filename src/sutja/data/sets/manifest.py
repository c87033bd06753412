"""Files of a set: a manifest per set, one line a file, checked against a folder.

A manifest is tab-separated text, packed with gzip: kind, size in bytes, sha256, path inside the set's folder.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO, Literal, cast, get_args

from sutja.errors import DataError

Kind = Literal["plain", "packed", "made", "extra"]
KINDS = get_args(Kind)
_BLOCK = 1 << 20  # bytes read at a time


@dataclass(frozen=True)
class ManifestFile:
    """One file of a set.

    Attributes
    ----------
    path : str
        Inside the set's folder, with forward slashes.
    size : int
        Bytes.
    sha256 : str
        Hash of the bytes, in hexadecimal.
    kind : {"plain", "packed", "made", "extra"}
        plain: compared byte by byte. packed: gzip, where size and sha256 are those of the content, as homes
        pack the same content differently. made: written here from other files of the home; not compared.
        extra: not at the home (made by hand), and the set can be read without it.
    """

    path: str
    size: int
    sha256: str
    kind: Kind


@cache
def load_manifest(name: str) -> tuple[ManifestFile, ...]:
    """The files of the set `name`, in the order of their paths; empty for a set without files of its own."""
    resource = files("sutja.data").joinpath(f"manifests/{name}.tsv.gz")
    if not resource.is_file():
        return ()
    return tuple(_parse(gzip.decompress(resource.read_bytes()).decode("utf-8")))


def _parse(text: str) -> Iterator[ManifestFile]:
    for line in text.splitlines():
        kind, size, sha256, path = line.split("\t")
        if kind not in KINDS:
            raise DataError(f"its manifest has a file of kind {kind!r}", where=path)
        yield ManifestFile(path, int(size), sha256, cast(Kind, kind))


def write_manifest(folder: Path, out: Path, kinds: dict[str, Kind]) -> None:
    """Write the manifest of a set as it lies in `folder`.

    Parameters
    ----------
    folder : Path
    out : Path
        Ends in .tsv.gz; the same files give the same bytes.
    kinds : dict
        Kinds by path; other files are plain, those that end in .gz packed.
    """
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder).as_posix()
        kind = kinds.get(relative, "packed" if path.suffix == ".gz" else "plain")
        size, sha256 = compute_digest(path, packed=kind == "packed")
        lines.append(f"{kind}\t{size}\t{sha256}\t{relative}\n")
    out.write_bytes(gzip.compress("".join(lines).encode("utf-8"), mtime=0))


def compute_digest(path: Path, *, packed: bool = False) -> tuple[int, str]:
    """Size in bytes and sha256 of a file, or of what a gzip file holds.

    Raises
    ------
    OSError, EOFError, zlib.error
        The file cannot be read or, if packed, is no whole gzip file.
    """
    size, sha256 = 0, hashlib.sha256()
    with _open(path, packed) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            sha256.update(block)
    return size, sha256.hexdigest()


def _open(path: Path, packed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def find_problem(file: ManifestFile, path: Path) -> str | None:
    """Find the problem of the copy of `file` at `path`; None if it is right."""
    if not path.is_file():
        return "missing"
    if file.kind == "made":
        return None
    if file.kind != "packed" and path.stat().st_size != file.size:
        return f"{path.stat().st_size} bytes instead of {file.size}"
    try:
        size, sha256 = compute_digest(path, packed=file.kind == "packed")
    except (OSError, EOFError, zlib.error) as error:
        return f"cannot be read ({error})"
    return None if (size, sha256) == (file.size, file.sha256) else "its content is not that of the catalogue"


def find_problems(name: str, folder: Path) -> dict[str, str]:
    """Find the problems of a set in `folder`, by path. A missing extra is no problem."""
    found = {}
    for file in load_manifest(name):
        problem = find_problem(file, folder / file.path)
        if problem and not (file.kind == "extra" and problem == "missing"):
            found[file.path] = problem
    return found
