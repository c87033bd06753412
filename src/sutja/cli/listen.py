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

from sutja.cli.execution.errors import FAILED, USAGE, report_errors
from sutja.cli.execution.inputs import expand_sounds, open_inputs
from sutja.cli.execution.many import BatchOptions, batch_options, check_batch, process_all, run_many
from sutja.cli.execution.options import (
    choose_model,
    kind_options,
    max_error_option,
    open_option,
    output_options,
    threads_option,
)
from sutja.cli.execution.progress import show_progress
from sutja.cli.execution.results import (
    Counts,
    choose_text_place,
    count,
    opening_model,
    report_threshold,
    tell_terms,
    write_results,
)
from sutja.cli.messages import tell
from sutja.cli.output.collisions import check_outputs
from sutja.cli.output.file import FolderWriter
from sutja.cli.output.recordings import SOUND_COLUMNS, SOUND_ENDINGS, SOUND_FORMATS, SoundTable, Srt
from sutja.cli.output.rows import make_plain_writer
from sutja.cli.output.writer import Writer, choose_format
from sutja.types import Recording

if TYPE_CHECKING:
    from sutja.listening import Listener


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@output_options(SOUND_FORMATS, "SRT of several recordings goes into a folder.")
@kind_options
@max_error_option("accepted numbers", 0.01)
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
    help="Sampling rate, instead of the one that the files state.",
)
@click.option(
    "--mark-speech", is_flag=True, help="Tell where something was said that is no part of a number."
)
@click.option(
    "--second-listener",
    metavar="FOLDER",
    help="Folder of a faster-whisper model, asked where the listener is not sure.",
)
@threads_option
@batch_options
@click.option("--model", metavar="FILE|NAME", help="Model to listen with instead of the bundled one.")
@open_option
@click.option("--microphone", is_flag=True, help="Listen to a microphone, until Ctrl-C.")
@click.option("--device", metavar="NAME", help="With --microphone: name or number of the device.")
def listen(**options: Any) -> None:
    """Transcribe the numbers spoken in recordings: files, folders, patterns like "calls/*.mp3", or addresses.

    - stands for the standard input.

    Formats: WAV, FLAC, OGG and MP3 of any length, sampling rate and number of channels. Language: English
    digits and number words.

    Exit status: 0 if every recording could be read, 1 if some could not (the others were read), 2 for wrong
    usage.
    """
    options["model"] = choose_model(options["model"], options.pop("only_open"))
    given = _Options(**options)
    if bool(given.paths) == given.microphone:
        raise click.UsageError("name recordings, or --microphone, and not both")
    if given.device is not None and not given.microphone:
        raise click.UsageError("--device goes with --microphone")
    names, failed = expand_sounds(given.paths)
    check_outputs([*names, *given.paths, given.model], [given.out], [(given.out, ".srt")])
    chosen = choose_format(given.format_name, given.out, SOUND_ENDINGS)
    batch = BatchOptions(given.resume, given.workers, given.engine, given.address)
    check_batch(batch, given.out, chosen, given.microphone)
    if batch.given:
        models = {"model:listen": given.model}
        run_many("listen", models, _list_options(given), names, failed, str(given.out), batch)
    writer, out = _make_writer(given, [*names, *(recording.source for recording in failed)])
    listener = _open_listener(given)
    if given.microphone:
        recordings = _listen_live(listener, given.device)
    else:
        listened = process_all(lambda some: listener.listen_many(some, given.rate), open_inputs(names))
        recordings = chain(failed, show_progress(listened, len(names), "listening"))
    counts = Counts("recording")
    write_results(recordings, writer, out, counts)
    if isinstance(writer, SoundTable) and not given.microphone:
        numbers = f"{count(counts.items, 'number')}, {counts.accepted:,} of these accepted"
        tell(counts.summarize(numbers))
    sys.exit(FAILED if counts.failed or getattr(writer, "failed", 0) else 0)


@dataclass(frozen=True, slots=True)
class _Options:
    """The command line: one field an option."""

    paths: tuple[str, ...]
    format_name: str | None
    out: str | None
    kind: str
    country: str | None
    max_error: float | None
    pause: float
    rate: int | None
    threads: int
    resume: bool
    workers: int | None
    engine: str | None
    address: str | None
    model: str | None
    microphone: bool
    device: str | None
    mark_speech: bool
    second_listener: str | None


def _list_options(given: _Options) -> dict[str, Any]:
    """List the options of a run over many recordings."""
    names = ("model", "rate", "threads", "max_error", "kind", "country", "pause", "mark_speech")
    return {name: getattr(given, name) for name in (*names, "second_listener")}


def _open_listener(given: _Options) -> Listener:
    from sutja.listening import Listener

    with opening_model(given.threads):
        listener = Listener(
            given.model,
            given.threads,
            given.max_error,
            kind=given.kind,
            country=given.country,
            pause=given.pause,
            mark_speech=given.mark_speech,
            second_listener=given.second_listener,
        )
    report_threshold(listener.choice)
    tell_terms(listener.card)
    return listener


def _make_writer(given: _Options, names: list[str]) -> tuple[Writer[Recording], str | None]:
    """Make the writer, and say where its text goes: to a file, or for None to the standard output."""
    chosen = choose_format(given.format_name, given.out, SOUND_ENDINGS)
    if chosen == "srt":
        if given.out and (Path(given.out).is_dir() or not Path(given.out).suffix):
            return FolderWriter(given.out, ".srt", Srt().write), os.devnull
        if len(names) > 1:
            raise click.UsageError("subtitles of several recordings need a folder: name one with --out")
        return Srt(), given.out
    if chosen == "table":
        return SoundTable(names), given.out
    with report_errors("stopped", USAGE):
        writer = make_plain_writer(chosen, SOUND_COLUMNS, given.out, Recording)
    return writer, choose_text_place(chosen, given.out)


def _listen_live(listener: Listener, device: str | None) -> Iterator[Recording]:
    """Give each number as it is spoken into a microphone."""
    from sutja.listening.microphone import MICROPHONE, record_blocks

    chosen = int(device) if device is not None and device.isdigit() else device
    click.echo("listening; stop with Ctrl-C", err=True)
    for number in listener.listen_live(record_blocks(chosen)):
        yield Recording(MICROPHONE, number.end, (number,))
