"""`sutja listen`: recordings in, numbers out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.failures import FAILED, USAGE, stop, told
from sutja.cli.inputs import expand_sounds
from sutja.cli.output.file import Output, make_folder
from sutja.cli.output.pages import printable
from sutja.cli.output.recordings import (
    SOUND_FORMATS,
    SoundCsv,
    SoundLines,
    SoundTable,
    SoundWriter,
    Srt,
    SrtFolder,
    sound_format_for,
)
from sutja.cli.progress import with_progress
from sutja.cli.read import KINDS
from sutja.errors import SutjaError
from sutja.types import Recording

if TYPE_CHECKING:
    from sutja.listening import Listener


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(SOUND_FORMATS),
    help="How to print: by default a table, or what the name of --out says.",
)
@click.option(
    "--out",
    metavar="FILE",
    help="Write to FILE; it appears when all is heard. SRT of several recordings goes into a folder.",
)
@click.option(
    "--kind", type=click.Choice(KINDS), default="auto", show_default=True, help="What the numbers are."
)
@click.option("--country", metavar="CODE", help="Whose postcodes and dates, as DE, US or IN.")
@click.option(
    "--max-error",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    metavar="SHARE",
    help="Accept so that at most this share of the accepted numbers was wrong on validation data, e.g. 0.01.",
)
@click.option(
    "--pause",
    type=click.FloatRange(0.2, 30.0),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="A longer pause ends a number.",
)
@click.option(
    "--rate",
    type=click.IntRange(4_000, 768_000),
    metavar="HZ",
    help="Samples a second, instead of what the files say.",
)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads to use.")
@click.option("--model", metavar="FILE|NAME", help="Another model than the bundled one.")
@click.option("--microphone", is_flag=True, help="Listen to a microphone, until Ctrl-C.")
@click.option("--device", metavar="NAME", help="With --microphone: which one.")
def listen(**given: Any) -> None:
    """Hear the numbers said in recordings: files, folders, or patterns like "calls/*.mp3".

    WAV, FLAC, OGG and MP3 of any length, rate and channels. English digits and number words.

    Exit status: 0 all were heard, 1 some could not be heard (the others were), 2 wrong usage.
    """
    asked = _Asked(**given)
    if bool(asked.paths) == asked.microphone:
        raise click.UsageError("name recordings, or --microphone, and not both")
    if asked.device is not None and not asked.microphone:
        raise click.UsageError("--device goes with --microphone")
    names, failed = expand_sounds(asked.paths)
    writer, out = _make_writer(asked, [*names, *(recording.source for recording in failed)])
    listener = _make_listener(asked)
    if asked.microphone:
        recordings = _live(listener, asked.device)
    else:
        heard = with_progress(listener.listen_many(names, asked.rate), len(names), "listening")
        recordings = chain(failed, heard)
    counts = _Counts()
    left = f"; {asked.out} was not written" if asked.out else ""
    with told(lambda: f"stopped after {counts.recordings} recordings{left}"):
        with Output(out) as output:
            output.write(writer.header())
            for recording in recordings:
                counts.add(recording)
                if recording.error is not None:
                    click.echo(f"error: {printable(recording.error)}", err=True)
                output.write(writer.recording(recording))
        if isinstance(writer, SoundTable) and not asked.microphone:
            click.echo(counts.summary(), err=True)
    sys.exit(FAILED if counts.failed else 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the person asked for: one field an option."""

    paths: tuple[str, ...]
    format_name: str | None
    out: str | None
    kind: str
    country: str | None
    max_error: float | None
    pause: float
    rate: int | None
    threads: int
    model: str | None
    microphone: bool
    device: str | None


class _Counts:
    """How the recordings came out."""

    def __init__(self) -> None:
        self.recordings = self.numbers = self.accepted = self.failed = 0

    def add(self, recording: Recording) -> None:
        self.recordings += 1
        self.failed += recording.error is not None
        self.numbers += len(recording.numbers)
        self.accepted += sum(number.accepted for number in recording.numbers)

    def summary(self) -> str:
        """The counts in a line."""
        recordings = "1 recording" if self.recordings == 1 else f"{self.recordings:,} recordings"
        numbers = "1 number" if self.numbers == 1 else f"{self.numbers:,} numbers"
        text = f"{recordings}: {numbers}, {self.accepted:,} of these accepted"
        return text + (f"; {self.failed:,} not heard" if self.failed else "")


def _make_listener(asked: _Asked) -> Listener:
    """What listens with the model, or a line on the standard error and exit 2."""
    import cv2

    from sutja.listening import Listener

    cv2.setNumThreads(asked.threads)
    try:
        listener = Listener(
            asked.model,
            asked.threads,
            asked.max_error,
            kind=asked.kind,
            country=asked.country,
            pause=asked.pause,
        )
    except SutjaError as error:
        stop(str(error), USAGE)
    if listener.choice is not None:
        click.echo(listener.choice.statement(), err=True)
    return listener


def _make_writer(asked: _Asked, names: list[str]) -> tuple[SoundWriter, str | None]:
    """What writes, and where to: None for the standard output."""
    chosen = sound_format_for(asked.format_name, asked.out)
    if chosen == "srt":
        if asked.out and (Path(asked.out).is_dir() or not Path(asked.out).suffix):
            make_folder(Path(asked.out), "--out")
            return SrtFolder(Path(asked.out)), os.devnull
        if len(names) > 1:
            raise click.UsageError("subtitles of several recordings need a folder: name one with --out")
        return Srt(), asked.out
    if chosen == "jsonl":
        return SoundLines(), asked.out
    return (SoundCsv() if chosen == "csv" else SoundTable(names)), asked.out


def _live(listener: Listener, device: str | None) -> Iterator[Recording]:
    """What a microphone hears, a number at a time."""
    from sutja.listening.microphone import MICROPHONE, record_blocks

    chosen = int(device) if device is not None and device.isdigit() else device
    click.echo("listening; stop with Ctrl-C", err=True)
    for number in listener.listen_live(record_blocks(chosen)):
        yield Recording(MICROPHONE, number.end, (number,))
