"""Measure the memory that a program may still take: of the machine, its control group and `ulimit`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_STATUS, _OWN_GROUP, _GROUPS = Path("/proc/self/status"), Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
_LIMITS = (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData"))  # of a process, and what they count
_TRAIN_COPIES, _TEST_COPIES = 4, 1  # of the items as float32 that a fit holds at a time
_NO_LIMIT = 2**60  # bytes; version 1 of control groups writes a larger number for no limit
_TORCH_WORDS = ("DefaultCPUAllocator:", "CUDA out of memory", "CUDA error: out of memory", "std::bad_alloc")


def measure_free_memory() -> float:
    """Return the bytes that may still be taken, by the limits of the machine, the container and `ulimit`.

    The machine's limit is what Linux says is available; on other systems all of its memory; infinite if the
    system tells neither.
    """
    return max(0.0, min(_measure_machine(), _measure_limits(), _measure_groups()))


def count_labels_that_fit(item_bytes: int, n_test: int) -> float:
    """Return how many labels a fit can learn from in the free memory.

    Parameters
    ----------
    item_bytes : int
        Bytes of an item as float32.
    n_test : int
        Number of items that it answers.
    """
    items = measure_free_memory() / max(1, item_bytes)
    return max(0.0, (items - _TEST_COPIES * n_test) / _TRAIN_COPIES)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell if an error says that the memory was too small.

    Parameters
    ----------
    error : BaseException
        A MemoryError, torch's exception for GPUs, or the RuntimeError of torch's allocators, which have no
        exception of their own on a CPU. Words such as "memory" in any other error mean nothing.
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _TORCH_WORDS)


def _measure_machine() -> float:
    """Return the bytes that the system says are available."""
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


def read_status_bytes(name: str) -> float:
    """Return a field of `/proc/self/status` in bytes, such as "VmRSS"; 0 if the system does not have it."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0.0)


def _measure_limits() -> float:
    """Return the bytes that `ulimit -v` and `ulimit -d` leave."""
    left = float("inf")
    with contextlib.suppress(ImportError):  # not a POSIX system
        import resource

        for limit, counted in _LIMITS:
            soft, _ = resource.getrlimit(getattr(resource, limit))
            if soft not in (resource.RLIM_INFINITY, -1):
                left = min(left, soft - read_status_bytes(counted))
    return left


def _measure_groups() -> float:
    """Return the bytes that the process's control group and those above it leave, of version 2 or 1."""
    try:
        lines = _OWN_GROUP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("inf")
    left = float("inf")
    for line in lines:
        _, kinds, group = line.split(":", 2)
        if kinds == "":
            root, names = _GROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            root = _GROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        folder = root / group.lstrip("/")
        for each in (folder, *folder.parents):
            left = min(left, _measure_group(each, *names))
            if each == root:
                break
    return left


def _measure_group(folder: Path, most: str, used: str, cached: str) -> float:
    """Return the bytes that one group leaves; cached pages that can be dropped count as free."""
    try:
        limit = int((folder / most).read_text())  # "max" is no number
        if limit > _NO_LIMIT:
            return float("inf")
        taken = int((folder / used).read_text())
        statistics = (folder / "memory.stat").read_text().splitlines()
    except (OSError, ValueError):
        return float("inf")
    return float(
        limit - taken + sum(int(line.split()[1]) for line in statistics if line.startswith(f"{cached} "))
    )
