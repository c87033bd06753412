"""An array in an .npz file, mapped into memory where it lies: numpy reads such files whole."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sutja.errors import ComparisonError

_LOCAL_HEADER = 30  # bytes, before the name; two of its fields are the lengths of what follows
_LENGTHS = slice(26, 30)


def mapped(path: Path, name: str) -> NDArray[Any]:
    """The array `name` of an .npz file, which is not read before it is looked at.

    Raises
    ------
    ComparisonError
        It is compressed, or no plain array.
    """
    with zipfile.ZipFile(path) as packed:
        member = packed.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ComparisonError(
            f"has {name} compressed, and it does not fit in memory",
            where=str(path),
            remedy="save it with numpy.savez, or in Python give sutja.compare numpy.load('X.npy', "
            "mmap_mode='r')",
        )
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
        lengths = np.frombuffer(header[_LENGTHS], "<u2")
        file.seek(member.header_offset + _LOCAL_HEADER + int(lengths.sum()))
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_column, dtype = read(file)
        if dtype.hasobject or by_column or not shape:
            raise ComparisonError(
                f"has {name} as {dtype}{', by columns' if by_column else ''}, which cannot be read in parts",
                where=str(path),
                remedy="save it as numbers, in C order",
            )
        return np.memmap(path, dtype, "r", file.tell(), shape)
