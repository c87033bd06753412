"""How much memory there is for pictures."""

from __future__ import annotations

import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")


def memory_limit() -> float:
    """Bytes that a program may still take.

    On Linux what the system says is free; elsewhere all of the machine's memory; infinite where neither is
    told.
    """
    try:
        lines = _MEMINFO.read_text().splitlines()
        (free,) = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return 1024.0 * int(free)  # it is given in KiB
    except (OSError, ValueError):
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not a POSIX system
        return float("inf")
