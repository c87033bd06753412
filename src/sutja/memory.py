"""Memory that may still be taken: of the machine, the control group and `ulimit`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_STATUS, _OWN_GROUP, _GROUPS = Path("/proc/self/status"), Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
_LIMITS = (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData"))  # of a process, and what they count
_COPIES, _COPIES_ASKED = 4, 1  # of its items as numbers that a fit holds at once: learnt from, answered
_NO_LIMIT = 2**60  # bytes; version 1 of control groups writes a number above it for "none"


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


def free_memory() -> float:
    """Bytes that may still be taken: by the machine, the container (control group) and `ulimit`."""
    return max(0.0, min(memory_limit(), _left_of_limits(), _left_of_groups()))


def labels_that_fit(item_bytes: int, asked: int) -> float:
    """How many labels a fit can learn from in the memory that is free.

    Parameters
    ----------
    item_bytes : int
        Of an item as numbers of 4 bytes.
    asked : int
        Items that it answers.
    """
    items = free_memory() / max(1, item_bytes)
    return max(0.0, (items - _COPIES_ASKED * asked) / _COPIES)


def status_bytes(name: str) -> float:
    """A field of `/proc/self/status` in bytes, such as "VmRSS"; 0 where it is not told."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0.0)


def _left_of_limits() -> float:
    """What `ulimit -v` and `ulimit -d` leave."""
    left = float("inf")
    with contextlib.suppress(ImportError):  # not a POSIX system
        import resource

        for limit, counted in _LIMITS:
            soft, _ = resource.getrlimit(getattr(resource, limit))
            if soft not in (resource.RLIM_INFINITY, -1):
                left = min(left, soft - status_bytes(counted))
    return left


def _left_of_groups() -> float:
    """What the control groups leave, of version 2 or 1, this process's own and those above it."""
    try:
        lines = _OWN_GROUP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("inf")
    left = float("inf")
    for line in lines:
        _, kinds, place = line.split(":", 2)
        if kinds == "":
            root, names = _GROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            root = _GROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        folder = root / place.lstrip("/")
        for each in (folder, *folder.parents):
            left = min(left, _left_of(each, *names))
            if each == root:
                break
    return left


def _left_of(folder: Path, most: str, used: str, cached: str) -> float:
    """Bytes that one group leaves; pages of files that can be dropped are free."""
    try:
        limit = int((folder / most).read_text())  # "max" is no number
        if limit > _NO_LIMIT:
            return float("inf")
        taken = int((folder / used).read_text())
        facts = (folder / "memory.stat").read_text().splitlines()
    except (OSError, ValueError):
        return float("inf")
    return float(limit - taken + sum(int(line.split()[1]) for line in facts if line.startswith(f"{cached} ")))
