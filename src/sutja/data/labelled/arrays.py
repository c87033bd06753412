"""Labelled pictures that are arrays already: IDX files and NumPy's .npz. Letters: n items, H and W pixels."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sutja.data.labelled.labels import show_some
from sutja.data.labelled.picture_stack import LoadedPictures, list_folder
from sutja.data.sets.digits import Part, read_idx
from sutja.errors import DataError, PictureError
from sutja.memory import measure_free_memory
from sutja.regular_files import open_regular
from sutja.signals.pixel_conversion import to_uint8

_LAST_CHARACTER = 0x10FFFF
_MOST_ARRAYS = 1_000  # of an .npz file
_LARGE, _PACKED = 200_000_000, 100  # bytes of an array, and times its packed size that it may then have
_IDX_IMAGES = re.compile(r"(?P<stem>.*)images(?P<joint>[-.])idx3-ubyte(?P<packed>\.gz)?$")
_TEST_STEM = re.compile(r"t10k|test", re.IGNORECASE)
# Names of pictures and labels in an .npz: those that tell the parts first.
_PAIRS = {
    "train": (("x_train", "y_train"), ("X_train", "y_train"), ("train_images", "train_labels")),
    "test": (("x_test", "y_test"), ("X_test", "y_test"), ("test_images", "test_labels")),
}
_WHOLE = (("X", "y"), ("x", "y"), ("images", "labels"), ("data", "target"))
_GROUPS = ("groups", "writers")


def read_idx_folder(folder: Path, part: Part) -> LoadedPictures | None:
    """A pair of IDX files, packed or not, or None where the folder has no IDX files.

    Raises
    ------
    DataError
        One of the pair is missing or damaged, they do not belong together, or there are several pairs.
    """
    files = {path.name: path for path in list_folder(folder)}
    pairs = {name: match for name in files if (match := _IDX_IMAGES.match(name))}
    if not pairs:
        return None
    parted = len({bool(_TEST_STEM.search(match["stem"])) for match in pairs.values()}) == 2
    fitting = [
        match
        for match in pairs.values()
        if not parted or bool(_TEST_STEM.search(match["stem"])) == (part == "test")
    ]
    if len(fitting) > 1:
        found = show_some(sorted(match.string for match in fitting))
        raise DataError(
            f"holds {len(fitting)} sets for {part}: {found}",
            where=str(folder),
            remedy="put the pair that you mean in a folder of its own",
        )
    match = fitting[0]
    plain = f"{match['stem']}labels{match['joint']}idx1-ubyte"
    beside = [name for name in (f"{plain}.gz", plain) if name in files]
    if not beside:
        raise DataError(
            f"{match.string} has no labels: there is no {plain}", where=str(folder), remedy="put it beside"
        )
    images, labels = read_idx(files[match.string]), read_idx(files[beside[0]])
    return _loaded(images, labels, None, str(folder), match.string, parted)


def read_npz(path: Path, part: Part) -> LoadedPictures:
    """Pictures and labels of an .npz file, under the names X and y, x_train and y_train or the like.

    Pictures are (n, H, W), (n, H, W, 1 or 3), (n, 1 or 3, H, W), or (n, F) with F a square number; bytes,
    booleans, or floats that span 0 to 1, -1 to 1 or 0 to 255.

    Raises
    ------
    DataError
        No such file, other names, other shapes, NaN, or pictures and labels of different number.
    """
    try:
        if check_npz(path) > measure_free_memory():
            raise MemoryError
        with np.load(path, allow_pickle=False) as arrays:
            wanted, parted = _pair(path, part, set(arrays.files))
            found = [arrays[name] for name in wanted]
            group_name = next((name for name in _GROUPS if name in arrays.files and not parted), None)
            groups = None if group_name is None else arrays[group_name]
        for array in (*found, groups):
            check_text(array)
    except MemoryError as error:
        raise DataError(
            "its arrays do not fit in memory", where=str(path), remedy="save fewer or smaller pictures"
        ) from error
    except DataError:
        raise
    except Exception as error:  # NumPy's reader raises a dozen kinds of errors on a damaged file
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise DataError(
            f"cannot be read as arrays ({reason})",
            where=str(path),
            remedy="save it again with numpy.savez, names as y.astype(str)",
        ) from error
    images, labels = found
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    return _loaded(images, labels, groups, str(path), wanted[0], parted)


def check_npz(path: Path) -> int:
    """Measure the bytes that the arrays of an .npz file unpack to, by their headers.

    Raises
    ------
    DataError
        They are many, and packed so tightly that they are nothing but one value; there are too many.
    OSError, ValueError, zipfile.BadZipFile
        It is no such file; a damaged one may raise other errors.
    """
    total = 0
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > _MOST_ARRAYS:
            raise DataError(
                f"holds {len(members):,} arrays", where=str(path), remedy="save the ones you need"
            )
        for member in members:
            size = max(member.file_size, _measure_array(archive, member))
            if size > _LARGE and size > _PACKED * member.compress_size:
                raise DataError(
                    f"unpacks {member.filename} from {member.compress_size:,} to {size:,} bytes",
                    where=str(path),
                    remedy="save it again with numpy.savez, without what is empty",
                )
            total += size
    return total


def check_text(array: NDArray[Any] | None) -> None:
    """Refuse text with characters that are none: NumPy takes them from a file as they are.

    Raises
    ------
    ValueError
        If an array of text has such a character.
    """
    if array is None or array.dtype.kind != "U" or not array.size or not array.dtype.itemsize:
        return
    order = array.dtype.byteorder.replace("|", "=")
    codes = np.frombuffer(array.tobytes(), np.dtype(f"{order}u4"))
    if codes.max(initial=0) > _LAST_CHARACTER:
        raise ValueError("its text has characters that are none")


def _measure_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Measure the bytes of an array by its header."""
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(file)
        return math.prod(shape) * dtype.itemsize


def _pair(path: Path, part: Part, names: set[str]) -> tuple[tuple[str, str], bool]:
    """Names of pictures and labels, and whether the file tells the parts."""
    parted = any(name in names for pair in (*_PAIRS["train"], *_PAIRS["test"]) for name in pair)
    candidates = _PAIRS[part] if parted else _WHOLE
    for pictures, labels in candidates:
        if pictures in names and labels in names:
            return (pictures, labels), parted
        if (pictures in names) != (labels in names) and labels != "y":
            there, absent = (pictures, labels) if pictures in names else (labels, pictures)
            raise DataError(f"holds {there}, but no {absent}", where=str(path), remedy="save both in it")
    raise DataError(
        f"holds no {candidates[0][0]} and {candidates[0][1]}, but {show_some(sorted(names)) or 'nothing'}",
        where=str(path),
        remedy="save pictures and labels under these names",
    )


def _loaded(
    images: NDArray[Any],
    labels: NDArray[Any],
    groups: NDArray[Any] | None,
    where: str,
    name: str,
    parted: bool,
) -> LoadedPictures:
    n = images.shape[0] if images.ndim else 0
    for what, array in (("labels", labels), ("groups", groups)):
        if array is not None and array.shape[:1] != (n,):
            found = array.shape[0] if array.ndim else 1
            raise DataError(
                f"has {n:,} pictures and {found:,} {what}", where=where, remedy="each picture needs one"
            )
    if n == 0:
        raise DataError("holds no pictures", where=where, remedy="save it again")
    try:
        pixels = to_uint8(_as_pictures(images, where))
    except PictureError as error:
        raise DataError(f"its pictures in {name}: {error}", where=where) from error
    names = tuple(f"{name}[{i}]" for i in range(len(pixels)))
    return LoadedPictures(pixels, labels, groups, names, parted)


def _as_pictures(images: NDArray[Any], where: str) -> NDArray[Any]:
    """(n, H, W) or (n, H, W, 3)."""
    if images.ndim == 2 and math.isqrt(images.shape[1]) ** 2 == images.shape[1] > 0:
        side = math.isqrt(images.shape[1])
        return images.reshape(-1, side, side)
    channels_first = images.ndim == 4 and (
        (images.shape[1] == 1 and images.shape[3] != 1)
        or (images.shape[1] == 3 and images.shape[3] not in (1, 3))
    )
    if channels_first:
        images = images.transpose(0, 2, 3, 1)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if 0 in images.shape or not (images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)):
        raise DataError(
            f"its pictures have the shape {images.shape}",
            where=where,
            remedy="give (n, H, W) grey or (n, H, W, 3) RGB",
        )
    return images
