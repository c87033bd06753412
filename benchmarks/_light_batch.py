"""A run over many inputs that starts quickly, to be killed often: it tells the checksum of each file.

python benchmarks/_light_batch.py FOLDER OUT
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sutja.batch import Job, run_batch

_SECONDS = 0.002  # that an input takes at least


@dataclass(frozen=True)
class Checksum:
    """A result."""

    source: str
    error: str | None
    checksum: str

    def to_dict(self) -> dict[str, Any]:
        """Content of its line of JSON."""
        return asdict(self)


def open_light() -> Callable[[list[str]], Iterator[Checksum]]:
    """Open nothing, and return what processes names."""

    def process(names: list[str]) -> Iterator[Checksum]:
        for name in names:
            time.sleep(_SECONDS)
            yield Checksum(name, None, hashlib.sha256(Path(name).read_bytes()).hexdigest())

    return process


if __name__ == "__main__":
    names = [str(path) for path in sorted(Path(sys.argv[1]).iterdir())]
    run_batch(Job("_light_batch:open_light"), names, Path(sys.argv[2]), 2)
