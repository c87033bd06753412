"""Picture files become one array. Letters: n pictures, H and W pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import DataError, PictureError, SoundError
from sutja.memory import measure_free_memory
from sutja.signals.image import iter_pictures
from sutja.signals.preprocessing.pixels_input import fit_channels, fit_size
from sutja.signals.spectrogram import is_sound_file, make_spectrogram

Size = tuple[int, int]  # H, W

_NOTES = 20  # pictures left out that are named one by one


@dataclass(frozen=True, slots=True)
class LoadedPictures:
    """Pictures with their labels as the data have them; `sutja.data.labelled.load` makes classes of these.

    Attributes
    ----------
    images : NDArray[uint8]
        uint8 array (n, H, W) or (n, H, W, 3)
    labels : NDArray[Any]
        Array (n,) of any type
    groups : NDArray[Any] | None
        Array (n,) or None
    names : tuple of n str
    parted : bool
    notes : tuple of str
    clips : bool
        See `sutja.data.labelled.load.Labelled`.
    unreadable : NDArray[Any] | None
        Array (m,) of the labels of pictures that cannot be read; None for none.
    """

    images: NDArray[np.uint8]
    labels: NDArray[Any]
    groups: NDArray[Any] | None
    names: tuple[str, ...]
    parted: bool = False
    notes: tuple[str, ...] = ()
    clips: bool = False
    unreadable: NDArray[Any] | None = None


def fit_images(loaded: LoadedPictures, resize: Size | None, where: str) -> LoadedPictures:
    """The same with pictures of the size (H, W); they are left alone where they have it, or for None."""
    if resize is None or loaded.images.shape[1:3] == resize:
        return loaded
    height, width = check_resize(resize, where)
    fitted = np.empty((len(loaded.images), height, width, *loaded.images.shape[3:]), np.uint8)
    for place, image in enumerate(loaded.images):
        fitted[place] = fit_size(image, height, width)
    return replace(loaded, images=fitted)


def list_folder(folder: Path) -> list[Path]:
    """List a folder.

    Raises
    ------
    DataError
        It cannot be listed.
    """
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise DataError(
            f"cannot be listed ({error.strerror})", where=str(folder), remedy="check its permissions"
        ) from error


def check_resize(resize: Size, where: str) -> Size:
    """Refuse a size that no picture has."""
    if min(resize) < 1 or max(resize) > 4096:
        raise DataError(
            f"{resize[0]}x{resize[1]} is no size to bring pictures to",
            where=where,
            remedy="give 1 to 4096 pixels",
        )
    return resize


def stack_pictures(
    paths: Sequence[Path], resize: Size | None, where: str
) -> tuple[NDArray[np.uint8], NDArray[np.intp], tuple[str, ...]]:
    """Read picture files into one array; those that cannot be read are left out.

    Parameters
    ----------
    paths : sequence of Path
    resize : Size | None
        (H, W) or None Size to bring each to; else they must be of one size.
    where : str
        Name of the data in messages.

    Returns
    -------
    images : uint8 (n, H, W), or (n, H, W, 3) RGB if any picture is in colour
    kept : intp (n,), which of `paths` they are
    notes : a line for each that was left out

    Raises
    ------
    DataError
        None can be read, their sizes differ, or they do not fit in memory.
    """
    if resize is not None:
        check_resize(resize, where)
    pictures: list[NDArray[np.uint8]] = []
    kept: list[int] = []
    faults: list[str] = []
    n_bytes, limit = 0, measure_free_memory()
    for index, path in enumerate(paths):
        try:
            picture = make_spectrogram(path) if is_sound_file(path) else read_one_picture(path)
        except (PictureError, SoundError) as error:
            faults.append(str(error))
            continue
        pictures.append(picture if resize is None else fit_size(picture, *resize))
        kept.append(index)
        n_bytes += 2 * pictures[-1].nbytes  # once more for the array that they go into
        if n_bytes > limit:
            raise DataError(
                f"its {len(paths):,} pictures do not fit in memory", where=where, remedy="use --resize HxW"
            )
    if not pictures:
        raise DataError(
            f"none of its {len(paths):,} pictures can be read", where=where, remedy=f"the first: {faults[0]}"
        )
    sizes = [(picture.shape[0], picture.shape[1]) for picture in pictures]
    first: dict[Size, str] = {}
    for size, i in zip(sizes, kept, strict=True):
        first.setdefault(size, paths[i].name)
    check_sizes(Counter(sizes), first, where)
    channels = 3 if any(picture.ndim == 3 for picture in pictures) else 1
    images = np.stack([fit_channels(picture, channels) for picture in pictures])
    return images, np.array(kept, np.intp), describe_faults(faults, len(faults))


def read_one_picture(source: Path | bytes, name: str = "") -> NDArray[np.uint8]:
    """Read a picture file that has one page.

    Parameters
    ----------
    source : Path | bytes
        Path or content of the file.
    name : str
        Name in messages, where the content is given.

    Raises
    ------
    PictureError
        It cannot be read, or has several pages.
    """
    pictures = []
    for picture in iter_pictures(source, name or None):
        if isinstance(picture, PictureError):
            raise picture
        pictures.append(picture)
    if len(pictures) != 1:
        raise PictureError(
            f"holds {len(pictures)} pages, and one label",
            source=name or str(source),
            remedy="save each on its own",
        )
    return pictures[0].pixels


def check_sizes(counts: Counter[Size], first: Mapping[Size, str], where: str) -> None:
    """Refuse pictures of several sizes.

    Parameters
    ----------
    counts : Counter[Size]
        Number of pictures of each size.
    first : Mapping[Size, str]
        Name of the first picture of each size.
    where : str
        Name of the data in messages.

    Raises
    ------
    DataError
        There are several sizes.
    """
    if len(counts) == 1:
        return
    (usual, _), *others = counts.most_common()
    odd = next(size for size in first if size != usual)
    rare = others[0][0] if len(others) == 1 else None
    sizes = f"most are {_size(usual)}, {first[odd]} is " + (
        _size(rare) if rare else f"one of {len(counts) - 1} other sizes"
    )
    raise DataError(
        f"its pictures are not of one size: {sizes}",
        where=where,
        remedy=f"use --resize {_size(usual)}, or another HxW",
    )


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def describe_faults(faults: Sequence[str], count: int, noun: str = "pictures") -> tuple[str, ...]:
    """A line for each picture left out, and one for the rest where they are many.

    Parameters
    ----------
    faults : Sequence[str]
        Reasons, of the first at least.
    count : int
        Number of all.
    noun : str
        What they are, in the plural.
    """
    lines = [f"left out: {fault}" for fault in faults[:_NOTES]]
    if count > _NOTES:
        lines.append(f"left out: {count - _NOTES:,} more {noun} that cannot be read")
    return tuple(lines)
