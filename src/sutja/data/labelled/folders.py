"""A folder of pictures, or of short recordings, for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sutja.data.labelled.labels import check_none_lost, show_some
from sutja.data.labelled.picture_stack import LoadedPictures, Size, list_folder, stack_pictures
from sutja.data.sets.digits import Part
from sutja.errors import DataError
from sutja.signals.picture_headers import SUFFIXES
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.signals.spectrogram import is_sound_file

_ENDINGS = (*SUFFIXES, *SOUND_SUFFIXES)
_WANTED = "make a folder for each class, named as the class, with its pictures in it"


def read_class_folders(folder: Path, part: Part, resize: Size | None) -> LoadedPictures:
    """Pictures in the folders of their classes.

    If `folder` holds the folders ``train`` and ``test``, the classes are looked for in the one of `part`.
    Folders in a class's folder belong to the class. Hidden files are passed over. A short recording, a word
    each, becomes a picture of its sound; recordings and pictures do not mix.

    Raises
    ------
    DataError
        No folders, one without pictures, pictures that lie in none, or what `stack_pictures` refuses.
    """
    parted = (folder / "train").is_dir() and (folder / "test").is_dir()
    root = folder / part if parted else folder
    entries = sorted(entry for entry in list_folder(root) if not entry.name.startswith("."))
    classes = [entry for entry in entries if entry.is_dir()]
    stray = [entry.name for entry in entries if entry.is_file() and entry.name.lower().endswith(_ENDINGS)]
    if not classes and not stray:
        raise DataError("the folder holds no pictures", where=str(root), remedy=_WANTED)
    if stray:
        raise DataError(
            f"{len(stray):,} pictures lie in no class's folder and have no label: {show_some(stray)}",
            where=str(root),
            remedy=f"{_WANTED}, or name them in a .csv with the columns path and label",
        )
    found = {entry.name: _pictures(entry) for entry in classes}
    if empty := [name for name, paths in found.items() if not paths]:
        raise DataError(
            f"there are no pictures in {len(empty):,} of its class folders: {show_some(empty)}",
            where=str(root),
            remedy="put pictures in, or remove them",
        )
    paths = [path for inside in found.values() for path in inside]
    clips = [is_sound_file(path) for path in paths]
    if any(clips) and not all(clips):
        raise DataError(
            f"{sum(clips):,} of its {len(clips):,} files are recordings, the others pictures",
            where=str(root),
            remedy="train on the one or the other",
        )
    labels = np.array([name for name, inside in found.items() for _ in inside])
    images, kept, notes = stack_pictures(paths, resize, str(root))
    check_none_lost(labels, labels[kept], str(root))
    names = tuple(str(paths[i].relative_to(root)) for i in kept)
    return LoadedPictures(
        images, labels[kept], None, names, parted, notes, any(clips), np.delete(labels, kept)
    )


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.name.lower().endswith(_ENDINGS) and not path.name.startswith(".")
    )
