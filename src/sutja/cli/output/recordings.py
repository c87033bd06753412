"""How recordings are printed: a table for people, JSON lines and CSV for programs, SRT for players."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import click

from sutja.cli.output.pages import printable
from sutja.types import Recording, SpokenNumber

SOUND_FORMATS = ("table", "jsonl", "csv", "srt")
SOUND_COLUMNS = (
    "source",
    "seconds",
    "text",
    "digits",
    "value",
    "confidence",
    "accepted",
    "start",
    "end",
    "error",
)
_NARROWEST_NAME, _WIDEST_NAME = 16, 48
_DIGITS_WIDTH = 16
_LEAST_CUE = 0.7  # seconds that a subtitle is shown at least


def sound_format_for(name: str | None, out: str | None) -> str:
    """The format asked for, or the one the name of the output file says, or the table."""
    if name:
        return name
    suffix = (out or "").lower().rpartition(".")[2]
    return {"csv": "csv", "json": "jsonl", "jsonl": "jsonl", "ndjson": "jsonl", "srt": "srt"}.get(
        suffix, "table"
    )


def clock(seconds: float) -> str:
    """A time for people.

    >>> clock(3.25), clock(754.0), clock(3600.04)
    ('0:03.2', '12:34.0', '1:00:00.0')
    """
    tenths = int(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{start}:{rest // 10:02d}.{rest % 10}"


class SoundWriter(Protocol):
    """What turns recordings into text, one after the other."""

    def header(self) -> str:
        """What stands before the first recording."""
        ...

    def recording(self, recording: Recording) -> str:
        """What stands for a recording."""
        ...


class SoundLines:
    """One JSON object a recording, as `Recording.to_dict` gives it."""

    def header(self) -> str:
        """Nothing."""
        return ""

    def recording(self, recording: Recording) -> str:
        """The line of one recording."""
        line = json.dumps(recording.to_dict(), ensure_ascii=False)
        try:
            line.encode()
        except UnicodeEncodeError:  # a file name that is no UTF-8
            line = json.dumps(recording.to_dict())
        return line + "\n"


class SoundCsv:
    """One row a number; a recording without one still has its row (RFC 4180, with plain line ends)."""

    def header(self) -> str:
        """The names of the columns."""
        return self._row(SOUND_COLUMNS)

    def recording(self, recording: Recording) -> str:
        """The rows of one recording."""
        seconds = "" if recording.seconds is None else f"{recording.seconds:.3f}"
        rows = [
            self._row([recording.source, seconds, *self._number(number), recording.error or ""])
            for number in recording.numbers
        ]
        if not rows:
            empty = [""] * (len(SOUND_COLUMNS) - 3)
            rows = [self._row([recording.source, seconds, *empty, recording.error or ""])]
        return "".join(rows)

    def _number(self, number: SpokenNumber) -> list[str]:
        return [
            number.text,
            number.digits,
            number.value or "",
            f"{number.confidence:.6f}",
            str(number.accepted).lower(),
            f"{number.start:.3f}",
            f"{number.end:.3f}",
        ]

    def _row(self, cells: Sequence[object]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue()


class Srt:
    """Subtitles of one recording: the digits when they are said, with a question mark where in doubt."""

    def header(self) -> str:
        """Nothing."""
        return ""

    def recording(self, recording: Recording) -> str:
        """The subtitles."""
        cues = []
        numbers = recording.numbers
        for i, number in enumerate(numbers):
            following = numbers[i + 1].start if i + 1 < len(numbers) else float("inf")
            end = min(max(number.end, number.start + _LEAST_CUE), max(number.end, following))
            text = number.digits if number.accepted else f"{number.digits} ?"
            cues.append(f"{i + 1}\n{self._time(number.start)} --> {self._time(end)}\n{text}\n\n")
        return "".join(cues)

    def _time(self, seconds: float) -> str:
        milliseconds = round(seconds * 1000)
        return (
            f"{milliseconds // 3_600_000:02d}:{milliseconds // 60_000 % 60:02d}:"
            f"{milliseconds // 1000 % 60:02d},{milliseconds % 1000:03d}"
        )


class SrtFolder:
    """A file of subtitles a recording, in a folder, named after the recording.

    Parameters
    ----------
    folder : Path
        Is there already.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def header(self) -> str:
        """Nothing."""
        return ""

    def recording(self, recording: Recording) -> str:
        """Write the file of one recording; one that could not be heard has none."""
        if recording.error is None:
            stem, name, count = Path(recording.source).stem, Path(recording.source).stem, 1
            while name.lower() in self._taken:  # many file systems do not tell case apart
                count += 1
                name = f"{stem}-{count}"
            self._taken.add(name.lower())
            (self._folder / f"{name}.srt").write_text(Srt().recording(recording), encoding="utf-8")
        return ""


class SoundTable:
    """Aligned columns: recording, when, number, value, confidence, whether to trust it, and the words.

    Parameters
    ----------
    names : Sequence[str]
        The recordings to come, for the width of their column.
    """

    def __init__(self, names: Sequence[str]) -> None:
        widest = max([_NARROWEST_NAME, *(len(printable(name)) for name in names)])
        self._width = min(_WIDEST_NAME, widest)

    def header(self) -> str:
        """The names of the columns."""
        text = (
            f"{'recording':<{self._width}}  {'at':>9}  {'number':<{_DIGITS_WIDTH}}  {'value':>14}  "
            f"confidence            words\n"
        )
        return click.style(text, bold=True)

    def recording(self, recording: Recording) -> str:
        """The lines of one recording."""
        name = printable(recording.source)
        if len(name) > self._width:
            name = "…" + name[1 - self._width :]
        start = f"{name:<{self._width}}  "
        lines = [start + self._number(number) for number in recording.numbers]
        if recording.error is not None:
            reason = printable(recording.error.removeprefix(f"{recording.source}: "))
            lines.append(start + click.style(f"not heard: {reason}", fg="red") + "\n")
        elif not lines:
            lines.append(start + click.style("no number", dim=True) + "\n")
        return "".join(lines)

    def _number(self, number: SpokenNumber) -> str:
        verdict, colour = ("accepted", "green") if number.accepted else ("check", "yellow")
        # Rounded down, so that only certainty shows as 1.000.
        confidence = f"{int(number.confidence * 1000) / 1000:.3f}"
        return (
            f"{clock(number.start):>9}  {number.digits:<{_DIGITS_WIDTH}}  {number.value or '':>14}  "
            f"{confidence:>10}  {click.style(f'{verdict:<8}', fg=colour)}  {number.text}\n"
        )
