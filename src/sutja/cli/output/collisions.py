"""No output may be an input: what is read is never written over, under whatever name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


def check_outputs(
    inputs: Iterable[str | os.PathLike[str] | None],
    files: Iterable[str | None] = (),
    folders: Iterable[tuple[str | None, str]] = (),
) -> None:
    """Refuse, before any work, outputs that would replace an input; links are looked through.

    Parameters
    ----------
    inputs : Iterable[str | os.PathLike[str] | None]
        Everything that is read: pictures, labels, models. What does not exist is passed over.
    files : Iterable[str | None]
        Files that will be written; None and "-" are passed over.
    folders : Iterable[tuple[str | None, str]]
        Folders that will get a file for each input, and the ending of these files.

    Raises
    ------
    click.UsageError
        An output is an input, or a folder holds an input with the ending of the files that it will get.
    """
    read = {identity: name for name in inputs if name and (identity := _identify(_find_archive(name)))}
    for file in files:
        if file not in (None, "-") and (identity := _identify(str(file))) in read:
            raise click.UsageError(
                f"the output {file} is also an input ({read[identity]}); choose another place for it"
            )
    for folder, suffix in folders:
        for path in _list_files(folder, suffix):
            if (identity := _identify(path)) in read:
                raise click.UsageError(
                    f"{path} is an input, and {folder} will get files like it; choose another folder"
                )


def _find_archive(name: str | os.PathLike[str]) -> str | os.PathLike[str]:
    """Return the path of the tar file that an input is in; any other path stays."""
    text = os.fspath(name)
    return text.rpartition("::")[2] if text.startswith("tar://") else name


def _identify(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Return the device and the number of a regular file, None for anything else."""
    try:
        status = os.stat(path)  # noqa: PTH116 - many inputs, and a Path for each costs more than the call
    except (OSError, ValueError):
        return None
    special = not os.path.isfile(path)  # noqa: PTH113
    return None if special else (status.st_dev, status.st_ino)


def _list_files(folder: str | None, suffix: str) -> list[Path]:
    if folder is None or not Path(folder).is_dir():
        return []
    return [path for path in Path(folder).iterdir() if path.name.lower().endswith(suffix)]
