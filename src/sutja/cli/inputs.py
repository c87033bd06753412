"""What a person names on the command line, as a list of pictures or recordings: files, folders, patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from sutja.signals.headers import PDF_SUFFIX, SUFFIXES
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.types import Page, Recording

Failure = tuple[str, str]  # a name that stands for nothing, and why


def expand(names: Iterable[str], pages: bool = False) -> tuple[list[str], list[Page]]:
    """Every picture that `names` stand for.

    A folder stands for the pictures in it and in its subfolders, sorted, hidden ones left out. A pattern
    stands for what it matches, sorted. Any other name stands for itself, whether there is such a file or not.

    Parameters
    ----------
    names : Iterable[str]
        What the person wrote.
    pages : bool
        Whether PDFs are wanted too.

    Returns
    -------
    The paths, and a page with an error for each name that stands for nothing.
    """
    suffixes = (*SUFFIXES, PDF_SUFFIX) if pages else SUFFIXES
    paths, failed = _expand(names, suffixes, "pictures")
    return paths, [Page(name, 1, None, None, error=f"{name}: {what}") for name, what in failed]


def expand_sounds(names: Iterable[str]) -> tuple[list[str], list[Recording]]:
    """Every recording that `names` stand for, as `expand` says it of pictures."""
    paths, failed = _expand(names, SOUND_SUFFIXES, "recordings")
    return paths, [Recording(name, None, error=f"{name}: {what}") for name, what in failed]


def _expand(names: Iterable[str], suffixes: tuple[str, ...], things: str) -> tuple[list[str], list[Failure]]:
    paths: list[str] = []
    failed: list[Failure] = []
    for name in names:
        if Path(name).is_dir():
            _add_folder(name, suffixes, things, paths, failed)
        elif glob.has_magic(name) and not Path(name).exists():
            matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - pathlib: relative patterns only
            for match in matches:
                if Path(match).is_dir():
                    _add_folder(match, suffixes, things, paths, failed)
                else:
                    paths.append(match)
            if not matches:
                failed.append((name, "matches no file; check the pattern"))
        else:
            paths.append(name)
    return paths, failed


def _add_folder(
    folder: str, suffixes: tuple[str, ...], things: str, paths: list[str], failed: list[Failure]
) -> None:
    before = len(paths) + len(failed)

    def cannot_list(error: OSError) -> None:
        name = os.fspath(error.filename or folder)
        failed.append((name, f"cannot be listed ({error.strerror}); check its permissions"))

    for parent, folders, files in os.walk(folder, onerror=cannot_list):
        folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
        paths += [
            os.path.join(parent, file)  # noqa: PTH118 - a Path would drop the "./" the person wrote
            for file in sorted(files)
            if file.lower().endswith(suffixes) and not file.startswith(".")
        ]
    if len(paths) + len(failed) == before:
        wanted = ", ".join(suffix[1:] for suffix in suffixes)
        failed.append((folder, f"the folder holds no {things} ({wanted}); name another"))
