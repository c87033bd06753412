"""An hour of recording, from a file to numbers on one thread: seconds by the wall and of the processor.

And two hours as they come from a microphone, in blocks: the memory that they take.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import _pocketsphinx as sphinx
import _recordings
import numpy as np
import psutil
from _machine import format_table
from numpy.typing import NDArray

from sutja.listening import Listener
from sutja.signals.audio import RATE

SECONDS = 3600
SHORT = 120  # seconds, for a try
PEER_SECONDS = 60  # what the peer, being slow, hears of it; its time is scaled
ROUNDS = 3
STREAM_SECONDS = 7200
_BLOCK = RATE // 10  # samples that a microphone gives at once
_WARM = 600  # seconds after which memory is looked at first
_GAP = 0.6  # seconds between recordings


def make_talk(root: Path, seconds: int) -> NDArray[np.float32]:
    """People talking, and saying numbers, without a long pause: validation recordings over and over."""
    takes = [
        take
        for read in (
            _recordings.load_telephone,
            _recordings.load_an4_digits,
            _recordings.load_an4_words,
            _recordings.load_an4_without_numbers,
        )
        for take in read(root, "validation")
    ]
    order = np.random.default_rng(0).permutation(len(takes))
    gap = np.zeros(round(_GAP * RATE), np.float32)
    once = np.concatenate([part for i in order for part in (takes[i].samples, gap)])
    return np.tile(once, -(-seconds * RATE // len(once)))[: seconds * RATE]


def write_files(samples: NDArray[np.float32], folder: Path) -> dict[str, Path]:
    """The recording in the forms that people have it in."""
    import soundfile
    import soxr

    flac, mp3 = folder / "hour.flac", folder / "hour.mp3"
    soundfile.write(flac, samples, RATE)
    stereo = soxr.resample(samples, RATE, 44_100)[:, None].repeat(2, axis=1)
    soundfile.write(mp3, stereo, 44_100)
    return {"FLAC, 16 kHz": flac, "MP3, 44.1 kHz, stereo": mp3}


def measure_time(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def time_hour(listener: Listener, root: Path, *, peers: bool, short: bool = False) -> list[dict[str, Any]]:
    """A row for each form of the recording, and the peer's; medians of `ROUNDS`, scaled to an hour."""
    seconds = SHORT if short else SECONDS
    samples = make_talk(root, seconds)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for form, path in write_files(samples, Path(folder)).items():
            rounds = [measure_time(partial(listener.listen, path)) for _ in range(ROUNDS)]
            rows.append(_make_row(f"sutja {listener.card.name}", form, rounds, seconds, seconds))
    if peers:
        part = samples[: (PEER_SECONDS // 6 if short else PEER_SECONDS) * RATE]
        rounds = [measure_time(lambda: sphinx.transcribe(part, "digits"))]
        rows.append(_make_row(sphinx.PEER, "samples", rounds, len(part) / RATE, seconds))
    return rows


def watch_stream(listener: Listener, root: Path, *, short: bool = False) -> dict[str, Any]:
    """Listen to two hours in blocks: resident memory after ten minutes, at its most later, and at the end."""
    seconds, warm = (SHORT, SHORT // 4) if short else (STREAM_SECONDS, _WARM)
    talk = make_talk(root, min(seconds, 2 * _WARM))
    process = psutil.Process()
    marks: list[tuple[float, int]] = []

    def give_blocks() -> Iterator[NDArray[np.float32]]:
        for i in range(seconds * RATE // _BLOCK):
            if i % 100 == 0:
                marks.append((i * _BLOCK / RATE, process.memory_info().rss))
            start = i * _BLOCK % (len(talk) - _BLOCK)
            yield talk[start : start + _BLOCK]

    numbers = sum(1 for _ in listener.listen_live(give_blocks()))
    later = [size for second, size in marks if second >= warm]
    return {
        "seconds": seconds,
        "numbers": numbers,
        "warm_seconds": warm,
        "warm_mb": round(later[0] / 1e6, 1),
        "most_mb": round(max(later) / 1e6, 1),
        "end_mb": round(later[-1] / 1e6, 1),
    }


def _make_row(
    reader: str, form: str, rounds: Sequence[tuple[float, float]], measured: float, seconds: float
) -> dict[str, Any]:
    scale = SECONDS / measured
    wall, processor = (sorted(scale * one[i] for one in rounds) for i in (0, 1))
    middle = len(rounds) // 2
    return {
        "reader": reader,
        "form": form,
        "rounds": len(rounds),
        "measured_seconds": round(measured, 1),
        "wall_seconds_an_hour": round(wall[middle], 2),
        "least": round(wall[0], 2),
        "most": round(wall[-1], 2),
        "processor_seconds_an_hour": round(processor[middle], 2),
    }


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table."""
    headers = ("reader", "an hour as", "seconds", "from", "to", "of the processor")
    return format_table(
        headers,
        [
            (
                row["reader"],
                row["form"],
                row["wall_seconds_an_hour"],
                row["least"],
                row["most"],
                row["processor_seconds_an_hour"],
            )
            for row in rows
        ],
    )
