"""Live sound, block by block, from a microphone; needs the extra `microphone`."""

from __future__ import annotations

import importlib
import queue
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SoundError
from sutja.signals.audio import RATE

BLOCK = RATE // 10  # samples: 0.1 s
MICROPHONE = "microphone"  # the name of the source in results
_MAX_WAITING = 600  # blocks, a minute: a machine that is slower than speech must not run out of memory


def record_blocks(device: str | int | None = None) -> Iterator[NDArray[np.float32]]:
    """Record from a microphone, float32 (`BLOCK`,) at `RATE` at a time, until nobody asks for more.

    Parameters
    ----------
    device : str | int | None
        Name or number of the microphone; None for the system's default.

    Raises
    ------
    SoundError
        If there is no such microphone, or a package it needs is not installed.
    """
    driver = _load_driver()
    waiting: queue.Queue[NDArray[np.float32]] = queue.Queue(_MAX_WAITING)

    def put(samples: NDArray[np.float32], *_: object) -> None:
        try:
            waiting.put_nowait(samples[:, 0].copy())
        except queue.Full:  # sound that is not processed in time is lost, as it is on a bad line
            return

    try:
        stream = driver.InputStream(RATE, BLOCK, device, 1, "float32", callback=put)
        stream.start()
    except Exception as error:  # PortAudioError, or ValueError for a name that fits none or several
        raise SoundError(
            f"cannot be opened ({error})",
            source=MICROPHONE,
            remedy="plug one in, or choose another with --device; list them with: python -m sounddevice",
        ) from error
    try:
        while True:
            yield waiting.get()
    finally:
        stream.close()


def _load_driver() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise SoundError(
            "sounddevice is not installed", source=MICROPHONE, remedy="pip install 'sutja[microphone]'"
        ) from error
    except OSError as error:
        raise SoundError(
            f"the system's PortAudio is missing ({error})",
            source=MICROPHONE,
            remedy="install it, on Debian with: apt install libportaudio2",
        ) from error
