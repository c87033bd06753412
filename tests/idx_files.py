"""IDX files for tests."""

import gzip
import struct


def idx(array):
    code = {"u1": 8, "i4": 12}[array.dtype.str[1:]]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return gzip.compress(header + array.astype(array.dtype.newbyteorder(">")).tobytes(), mtime=0)
