"""Processor time of each stage of reading, by timing the functions that `Reader` calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from sutja.reading import batching
from sutja.reading.crops import crop_reader
from sutja.reading.judge import Judge
from sutja.reading.reader import Reader
from sutja.runtime import Session

# stage: the functions it consists of, by the object that holds them
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "decode the file": ((batching, "iter_pictures"),),
    "normalise": ((crop_reader, "find_ink"), (crop_reader, "normalise_ink"), (crop_reader, "pad_batch")),
    "network": ((Session, "run"),),
    "beam search": ((crop_reader, "decode"), (crop_reader, "average_views")),
    "judge": ((Judge, "make_number"),),
}
REST = "the rest"
_PASSES = 3


@dataclass
class Stages:
    """Seconds by stage for one pass over some crops, and the shape of every batch the network was given."""

    crops: int
    seconds: dict[str, float] = field(default_factory=dict)
    batches: list[tuple[int, ...]] = field(default_factory=list)

    def shares(self) -> dict[str, dict[str, float]]:
        """Seconds a crop and share of the whole, by stage."""
        whole = sum(self.seconds.values())
        return {
            name: {"seconds_per_crop": round(value / self.crops, 9), "share": round(value / whole, 4)}
            for name, value in self.seconds.items()
        }


def time_stages(reader: Reader, paths: Sequence[Path]) -> Stages:
    """Time the stages over `paths`: the quickest of three passes, after one that does not count."""
    passes = [_time_once(reader, paths) for _ in range(_PASSES + 1)][1:]
    return min(passes, key=lambda stages: sum(stages.seconds.values()))


def _time_once(reader: Reader, paths: Sequence[Path]) -> Stages:
    stages = Stages(len(paths), dict.fromkeys([*STAGES, REST], 0.0))
    with ExitStack() as stack:
        for stage, functions in STAGES.items():
            for holder, name in functions:
                stack.enter_context(
                    patch.object(holder, name, _make_timed(stages, stage, getattr(holder, name)))
                )
        began = time.process_time()
        for _ in reader.read_many(paths, crop=True):
            pass
        whole = time.process_time() - began
    stages.seconds[REST] = max(0.0, whole - sum(stages.seconds.values()))
    return stages


def _make_timed(stages: Stages, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, adding what it takes to its stage; what it yields is made at once, within the time."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.process_time()
        found = function(*args, **kwargs)
        if isinstance(found, Iterator):
            found = list(found)
        stages.seconds[stage] += time.process_time() - began
        if stage == "network":
            batch: NDArray[np.float32] = args[-1]
            stages.batches.append(batch.shape)
        return found

    return timed
