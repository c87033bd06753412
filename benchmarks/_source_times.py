"""Processor time of a crop at each effort, on validation crops of all sources, beside the second reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from _crops import SOURCES, Crop, subsample
from _machine import track
from _sutja_models import find_data_folder, load_reader
from numpy.typing import NDArray

from sutja.reading.second.second_reader import SecondReader

EFFORTS = ("fast", "normal")
NETWORK = "PP-OCRv6 alone"  # its recogniser on the same crops: preprocessing, network, likeliest classes
PER_SOURCE = 25  # crops
_WARM_UP = 4  # crops of each source
_PASSES = 2

ReadCrops = Callable[[Sequence[NDArray[np.uint8]]], object]


def time_sources(model: str, part: str, per_source: int) -> dict[str, Any]:
    """Time a model at each effort, and the second reader's network, on some crops of each source.

    Parameters
    ----------
    model : str
        Name or file of the model.
    part : str
        Part of the sources.
    per_source : int
        Crops of a source at most.

    Returns
    -------
    dict[str, Any]
        "rows", for each source its number of crops and milliseconds of processor time a crop by reader, the
        quickest of two passes; "mean", the same over all crops; "n", their number.
    """
    root = find_data_folder()
    crops = {name: subsample(read(root, part), per_source) for name, read in SOURCES.items()}
    readers: dict[str, ReadCrops] = {effort: load_reader(model, effort).read_crops for effort in EFFORTS}
    readers[NETWORK] = SecondReader().read_text
    return summarise(
        [
            {"source": name, "n": len(some), **time_readers(readers, some)}
            for name, some in track(list(crops.items()), "timing")
        ]
    )


def time_readers(readers: Mapping[str, ReadCrops], crops: Sequence[Crop]) -> dict[str, float]:
    """Time each reader on crops: milliseconds of processor time a crop, the quickest pass."""
    pictures = [crop.picture for crop in crops]
    times = {}
    for name, read in readers.items():
        read(pictures[:_WARM_UP])
        passes = []
        for _ in range(_PASSES):
            began = time.process_time()
            read(pictures)
            passes.append(time.process_time() - began)
        times[name] = round(1000 * min(passes) / len(pictures), 3)
    return times


def summarise(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Summarise the times of sources: the mean over all of their crops, by reader."""
    n = sum(row["n"] for row in rows)
    names = (*EFFORTS, NETWORK)
    mean = {name: round(sum(row["n"] * row[name] for row in rows) / n, 3) for name in names}
    return {"n": n, "mean": mean, "rows": list(rows)}
