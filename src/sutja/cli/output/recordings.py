"""Output formats of recordings: a table for people, CSV for programs, SRT for video players."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from sutja.cli.output.writer import ENDINGS, Table, Writer, find_columns, shorten_confidence
from sutja.types import Recording, Speech, SpokenNumber

SOUND_FORMATS = ("table", "jsonl", "json", "csv", "tsv", "xlsx", "srt", "parquet")
SOUND_ENDINGS = ENDINGS | {"srt": "srt"}
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
    "sign",
    "unit",
    "beside",
    "error",
)
_WIDTHS, _NARROW_WIDTHS = (16, 14), (10, 8)  # characters of the number and of its value
_NARROW = 110  # characters of a terminal that has no room for more
_SHORTEST_CUE = 0.7  # seconds that a subtitle stays at least


def format_time(seconds: float) -> str:
    """Write a time for people.

    >>> format_time(3.25), format_time(754.0), format_time(3600.04)
    ('0:03.2', '12:34.0', '1:00:00.0')
    """
    tenths = int(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{start}:{rest // 10:02d}.{rest % 10}"


def format_number(number: SpokenNumber) -> str:
    """Write a number for people: its digits, or its value where they are not all of it, with its unit.

    >>> format_number(SpokenNumber("five percent", "5", "5", 0.9, True, 0.0, 1.0, unit="%"))
    '5 %'
    """
    plain = number.value is None or (number.sign is None and "." not in number.value)
    text = number.digits if plain else str(number.value)
    return f"{text} {number.unit}" if number.unit else text


class Srt(Writer[Recording]):
    """Subtitles of one recording: the numbers when they are spoken, with a question mark unless accepted.

    Where other speech was asked for, it has subtitles of its own.
    """

    def write(self, result: Recording) -> str:
        cues = [*self._list_numbers(result.numbers), *self._list_speech(result.other_speech or ())]
        return "".join(
            f"{place}\n{self._time(start)} --> {self._time(end)}\n{text}\n\n"
            for place, (start, end, text) in enumerate(sorted(cues), start=1)
        )

    def _list_numbers(self, numbers: Sequence[SpokenNumber]) -> Iterator[tuple[float, float, str]]:
        for i, number in enumerate(numbers):
            following = numbers[i + 1].start if i + 1 < len(numbers) else float("inf")
            end = min(max(number.end, number.start + _SHORTEST_CUE), max(number.end, following))
            text = format_number(number)
            yield number.start, end, text if number.accepted else f"{text} ?"

    def _list_speech(self, speech: Sequence[Speech]) -> Iterator[tuple[float, float, str]]:
        for one in speech:
            yield one.start, one.end, "(other words)"

    def _time(self, seconds: float) -> str:
        milliseconds = round(seconds * 1000)
        return (
            f"{milliseconds // 3_600_000:02d}:{milliseconds // 60_000 % 60:02d}:"
            f"{milliseconds // 1000 % 60:02d},{milliseconds % 1000:03d}"
        )


def _format_value(number: SpokenNumber) -> str:
    return " ".join(part for part in (number.value, number.unit) if part)


class SoundTable(Table[Recording]):
    """Aligned columns: recording, time, number, value, confidence, whether it is accepted, and the words."""

    others = 78

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        columns = find_columns()
        self._widths = _NARROW_WIDTHS if columns is not None and columns < _NARROW else _WIDTHS

    def begin(self) -> str:
        digits, value = self._widths
        heading = (
            f"{self.first_column('recording')}{'at':>9}  {'number':<{digits}}  {'value':>{value}}  "
            f"confidence            words\n"
        )
        return self.fit(click.style(heading, bold=True))

    def rows(self, result: Recording) -> list[str]:
        rows = [(number.start, self._row(number)) for number in result.numbers]
        rows += [(speech.start, self._speech_row(speech)) for speech in result.other_speech or ()]
        return [row for _, row in sorted(rows)]

    def _speech_row(self, speech: Speech) -> str:
        return f"{format_time(speech.start):>9}  other words, to {format_time(speech.end)}"

    def _row(self, number: SpokenNumber) -> str:
        verdict, colour = ("accepted", "green") if number.accepted else ("check", "yellow")
        confidence, (digits, value) = shorten_confidence(number.confidence), self._widths
        return (
            f"{format_time(number.start):>9}  {number.digits:<{digits}}  {_format_value(number):>{value}}  "
            f"{confidence:>10}  {click.style(f'{verdict:<8}', fg=colour)}  {number.text}"
        )
