"""Recordings from files, bytes and arrays: one channel of float32 in [-1, 1], `RATE` samples a second.

Recordings come in blocks, so that ten hours take no more memory than ten seconds; short ones too, so that the
length makes no difference.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SoundError
from sutja.sandbox import MB, Budget, run_in_child
from sutja.signals.sound_headers import FORMATS, identify_format, measure_missing
from sutja.signals.sources import name_source, resolve_source

if TYPE_CHECKING:
    from sutja.sandbox.child import Item
    from sutja.signals.picture import Tensor

SoundSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | BinaryIO | NDArray[Any] | Tensor"

RATE = 16_000  # samples a second
BLOCK = 10.0  # seconds read at a time
WHOLE_LIMIT = 2 * 3600.0  # seconds that `load_sound` takes into memory: half a gigabyte
MIN_RATE, MAX_RATE = 4_000, 768_000  # samples a second that a recording of speech may have
BYTE_LIMIT = 500_000_000  # of a recording that is passed as bytes
_BLOCK_VALUES = 1 << 22  # samples times channels in a block, at most
_LOUD = 8.0  # float samples beyond are not in [-1, 1] at all, but in 16-bit steps
_STEPS = 32_768.0  # of 16 bits
_CANCELLED = 0.05  # of the power that unrelated channels leave: with less, they cancel one another out
_OPENING_BUDGET = Budget(seconds=4.0, wall=20.0, memory=200 * MB)
_PADDING = 0.3  # seconds that may be missing: some encoders do not count their own padding


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording in memory: float32 (n,), `RATE` samples a second, and the name of its source."""

    samples: NDArray[np.float32]
    source: str

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def load_sound(source: SoundSource, sample_rate: int | None = None) -> Sound:
    """Load a whole recording.

    Parameters
    ----------
    source : SoundSource
        A path, an address or the bytes of a WAV, FLAC, OGG or MP3 file, or a file that is open; or an array
        or a tensor (n,) or (n, channels), integers over the whole range of their type or floats in [-1, 1].
    sample_rate : int | None
        Samples a second of an array; of a file, instead of what its header says.

    Raises
    ------
    SoundError
        If it cannot be read, is damaged or cut short, or longer than `WHOLE_LIMIT`.
    """
    parts, n = [], 0
    for block in SoundStream(source, sample_rate).read_blocks():
        parts.append(block)
        n += len(block)
        if n > WHOLE_LIMIT * RATE:
            raise SoundError(
                f"is longer than {WHOLE_LIMIT / 3600:.0f} hours",
                source=name_source(source),
                remedy="listen to it with sutja.Listener, which takes it bit by bit",
            )
    return Sound(np.concatenate(parts) if parts else np.zeros(0, np.float32), name_source(source))


def measure_seconds(source: SoundSource, sample_rate: int | None = None) -> float | None:
    """Measure the length of a recording by its header, in seconds; None for an array.

    Parameters
    ----------
    source, sample_rate : SoundSource or int | None
        As for `load_sound`.

    Raises
    ------
    SoundError
        If it cannot be opened.
    """
    stream = SoundStream(source, sample_rate)
    stream.close()
    return stream.header_seconds


class SoundStream:
    """A recording in blocks.

    Parameters
    ----------
    source, sample_rate : SoundSource or int | None
        As for `load_sound`.

    Attributes
    ----------
    source : str
        Name of the source in results.
    rate, channels : int
        Samples a second and channels as recorded.
    header_seconds : float | None
        Length that the header of a file tells; None for an array.

    Raises
    ------
    SoundError
        If it cannot be opened.
    """

    def __init__(self, source: SoundSource, sample_rate: int | None = None) -> None:
        self.source = name_source(source)
        self._scale = 1.0
        self._missing = 0.0
        self.header_seconds: float | None = None
        try:
            source = resolve_source(source, SoundError)
            if isinstance(source, np.ndarray):
                self._array: NDArray[Any] | None = _check_array(source)
                self._file: Any = None
                self.rate, self.channels = _check_rate(sample_rate), int(self._array.shape[1])
            else:
                self._array = None
                self._file, self._missing = _open(source)
                self.rate = _check_rate(sample_rate or self._file.samplerate)
                self.channels = int(self._file.channels)
                self.header_seconds = self._file.frames / self.rate
        except SoundError as error:
            self.close()
            raise SoundError(str(error), source=self.source) from error

    def close(self) -> None:
        """Close the file; `read_blocks` does it at its end."""
        if getattr(self, "_file", None) is not None:
            self._file.close()

    def read_blocks(self, seconds: float = BLOCK) -> Iterator[NDArray[np.float32]]:
        """Read the sound, float32 (n,) at `RATE`, about so many seconds at a time.

        Raises
        ------
        SoundError
            Once the position is reached where the recording is damaged or was cut short.
        """
        import soxr

        resample = None
        if self.rate != RATE:
            resample = soxr.ResampleStream(self.rate, RATE, 1, dtype="float32", quality="HQ")
        done = 0
        try:
            for raw in self._read_raw(seconds):
                done += len(raw)
                block = self._mix(raw)
                yield block if resample is None else resample.resample_chunk(block)
            if resample is not None:
                yield resample.resample_chunk(np.zeros(0, np.float32), last=True)
            self._check_end(done)
        except SoundError as error:
            raise SoundError(str(error), source=self.source) from error
        finally:
            self.close()

    def _read_raw(self, seconds: float) -> Iterator[NDArray[Any]]:
        """Read blocks (n, channels) as recorded."""
        n = max(1, min(round(seconds * self.rate), _BLOCK_VALUES // self.channels))
        if self._array is not None:
            for start in range(0, len(self._array), n):
                yield _to_float(self._array[start : start + n])
            return
        done = 0
        while True:
            try:
                block = self._file.read(n, dtype="float32", always_2d=True)
            except Exception as error:  # of the decoder, which may raise anything on a hostile file
                raise _make_damage_error(done / self.rate, self.header_seconds) from error
            if not len(block):
                return
            done += len(block)
            yield block

    def _mix(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mix to one channel: the mean, or the loudest where the channels cancel one another out."""
        mono = (
            block[:, 0]
            if self.channels == 1
            else block @ np.full(self.channels, 1 / self.channels, np.float32)
        )
        peak = float(np.abs(mono).max(initial=0.0))
        if not np.isfinite(peak):
            raise SoundError(
                "holds samples that are no numbers (NaN or infinite)", remedy="record or save it again"
            )
        if (
            self.channels > 1
            and float(mono @ mono) < _CANCELLED * float(np.vdot(block, block)) / self.channels**2
        ):
            loudest = int(np.einsum("nc,nc->c", block, block).argmax())
            mono, peak = block[:, loudest], float(np.abs(block[:, loudest]).max(initial=0.0))
        if peak > _LOUD and self._scale == 1.0:
            self._scale = 1.0 / _STEPS
        if peak * self._scale > _LOUD:
            raise SoundError(
                f"holds samples as large as {peak:.3g}", remedy="save it with samples within -1 and 1"
            )
        return np.ascontiguousarray(mono * np.float32(self._scale), np.float32)

    def _check_end(self, done: int) -> None:
        """Refuse a recording without sound, and one that stops before its end."""
        seconds = done / self.rate
        if not done:
            raise SoundError("holds no sound (0 samples)", remedy="record or save it again")
        if self._missing:
            whole = seconds / (1.0 - self._missing) if self._missing > 1e-6 else None
            raise _make_damage_error(seconds, whole)
        if self.header_seconds is not None and seconds < self.header_seconds - _PADDING:
            raise _make_damage_error(seconds, self.header_seconds)


def _check_array(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as (n, channels), or refuse one that is no sound."""
    shape = "(" + ", ".join(map(str, array.shape)) + ")"
    if array.ndim not in (1, 2):
        raise SoundError(f"an array of shape {shape} is no sound", remedy="pass (n,) or (n, channels)")
    if array.dtype.kind not in "iuf":
        raise SoundError(
            f"an array of {array.dtype} is no sound", remedy="pass integers, or floats in [-1, 1]"
        )
    if array.ndim == 2 and (not array.shape[1] or array.shape[1] > array.shape[0] > 0):
        raise SoundError(
            f"an array of shape {shape} has more channels than samples", remedy="pass it as (n, channels)"
        )
    return array[:, None] if array.ndim == 1 else array


def _to_float(block: NDArray[Any]) -> NDArray[np.float32]:
    """Bring integers over the whole range of their type to [-1, 1]; floats stay."""
    if block.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return block.astype(np.float32)
    bits = 8 * block.dtype.itemsize
    middle = 2.0 ** (bits - 1) if block.dtype.kind == "u" else 0.0
    return ((block.astype(np.float64) - middle) / 2.0 ** (bits - 1)).astype(np.float32)


def _check_rate(rate: Any) -> int:
    if rate is None:
        raise SoundError("an array needs its sample rate", remedy="pass sample_rate, like 16000")
    if rate != rate or int(rate) != rate or not MIN_RATE <= rate <= MAX_RATE:
        raise SoundError(
            f"has {rate} samples a second, which no recording of speech has",
            remedy=f"pass the right sample_rate, {MIN_RATE:,} to {MAX_RATE:,}, or save it again",
        )
    return int(rate)


def _make_damage_error(seconds: float, of: float | None) -> SoundError:
    whole = f" of {of:.1f}" if of is not None and seconds < of < 1e6 else ""
    return SoundError(
        f"is damaged or cut short: {seconds:.1f}{whole} seconds of it can be heard",
        remedy="copy or save the file again",
    )


def _open(source: Any) -> tuple[Any, float]:
    """Open a file with libsndfile; the second value is the share of it that is missing."""
    import soundfile

    if isinstance(source, bytes):
        if not source:
            raise SoundError("is empty (0 bytes)", remedy="copy the file again")
        if len(source) > BYTE_LIMIT:
            raise SoundError(f"has more than {BYTE_LIMIT:,} bytes", remedy="pass the path of the file")
        head, missing = source[:512], measure_missing(io.BytesIO(source), len(source))
        opened: Any = io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        opened = os.fspath(source)
        head, missing = _inspect_file(opened)
    else:
        raise SoundError(
            f"{type(source).__name__} is no recording",
            remedy="pass a path, bytes, an open file or a NumPy array",
        )
    try:
        if isinstance(opened, io.BytesIO) and head[:4] == b"OggS":
            list(run_in_child("sutja.signals.audio:open_sound", {}, source, _OPENING_BUDGET))
        file = soundfile.SoundFile(opened)
    except Exception as error:  # LibsndfileError, and TypeError for names that end in .raw
        what, remedy = identify_format(head)
        raise SoundError(what, remedy=remedy) from error
    if file.format not in FORMATS or not file.channels:
        file.close()
        raise SoundError(
            f"is a {file.format} file, which is not supported", remedy="save it as WAV, FLAC, OGG or MP3"
        )
    return file, missing


def open_sound(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Open a recording and close it, as a task of `sutja.sandbox.run_in_child`.

    libsndfile 1.2.2 leaks 5 kB for each Ogg file that it cannot open. A process that takes uploads for months
    leaves these to a child, which is renewed.
    """
    import soundfile

    soundfile.SoundFile(io.BytesIO(data or b"")).close()
    yield {"sound": "opened"}, None


def _inspect_file(path: str) -> tuple[bytes, float]:
    """Read the first bytes of a file, and measure the share of it that is missing."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a byte path would not do for a Path
        if stat.S_ISDIR(status.st_mode):
            raise SoundError("is a folder", remedy="pass the recordings in it")
        if not stat.S_ISREG(status.st_mode):
            raise SoundError("is no regular file", remedy="save the recording to a file first")
        if not status.st_size:
            raise SoundError("is empty (0 bytes)", remedy="copy the file again")
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(512)
            file.seek(0)
            return head, measure_missing(file, status.st_size)
    except FileNotFoundError as error:
        raise SoundError("there is no such file", remedy="check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SoundError(f"cannot be read ({reason})", remedy="check its path and permissions") from error
