"""Recordings and the numbers spoken in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sutja.types.frames import make_frame
from sutja.types.result import Result
from sutja.types.summaries import describe_confidence, describe_items, make_page, make_table, to_image_tag

if TYPE_CHECKING:
    from PIL.Image import Image

_COLUMNS = ("text", "digits", "value", "confidence", "accepted", "start", "end", "sign", "unit", "beside")


@dataclass(frozen=True, slots=True, repr=False)
class SpokenNumber(Result):
    """One number as it was heard.

    Attributes
    ----------
    text : str
        Words it was spoken in, like "five hundred and six".
    digits : str
        Its digits, leading zeros kept: "506".
    value : str | None
        A decimal string, or the value of the kind that was asked for; None where it is not plain.
    confidence : float
        Calibrated probability, in [0, 1], that there is a number and its digits are right.
    accepted : bool
        True if the confidence clears the threshold.
    start, end : float
        Begin and end in seconds from the beginning of the recording.
    sign : str | None
        "-" where "minus" or "negative" was said.
    unit : str | None
        "$", "£", "€", "¢", "p" (pence), "%" or "°".
    beside : str | None
        What stands beside it and may make it another number, so that it is not accepted: "number words",
        "correction" ("sorry") or "other words"; None where nothing does. Other words beside digits that were
        said one by one leave them as they are.

    Raises
    ------
    ValueError
        If it ends before it begins, or a confidence lies outside [0, 1].
    """

    text: str
    digits: str
    value: str | None
    confidence: float
    accepted: bool
    start: float
    end: float
    sign: str | None = None
    unit: str | None = None
    beside: str | None = None

    def __post_init__(self) -> None:
        Result.__post_init__(self)
        if not 0.0 <= self.start <= self.end < math.inf:
            raise ValueError(f"a number must not end before it begins: {self.start} to {self.end} s")

    def __repr__(self) -> str:
        value = "" if self.value is None else f" = {self.value}"
        times = f"{self.start:.1f} to {self.end:.1f} s"
        return f"<SpokenNumber {self.text!r}{value}, {times}, {describe_confidence(self)}>"

    def _repr_html_(self) -> str:
        return make_table([self.to_row()], _COLUMNS)

    def to_row(self) -> dict[str, Any]:
        """The number as one row of a table: plain values by column."""
        return {name: getattr(self, name) for name in _COLUMNS}


@dataclass(frozen=True, slots=True)
class Speech(Result):
    """Speech that is no part of a number: from `start` to `end`, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, repr=False)
class Recording(Result):
    """A recording and the numbers spoken in it.

    Attributes
    ----------
    source : str
        Name of the file.
    seconds : float | None
        Length; None where it is not known.
    numbers : tuple[SpokenNumber, ...]
        Numbers in the order they were spoken.
    error : str | None
        Reason why it could not be listened to, or not to its end.
    other_speech : tuple[Speech, ...] | None
        Where something was said that is no part of a number, so that a person finds what was missed; None
        where that was not asked.
    """

    source: str
    seconds: float | None
    numbers: tuple[SpokenNumber, ...] = ()
    error: str | None = None
    other_speech: tuple[Speech, ...] | None = None

    def __repr__(self) -> str:
        texts = [number.digits + ("" if number.accepted else "?") for number in self.numbers]
        return describe_items(self, "number", texts)

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a number, with `source`; values are plain."""
        return [{"source": self.source, **number.to_row()} for number in self.numbers]

    def to_df(self, library: str | None = None) -> Any:
        """Make a DataFrame, one row a number.

        Parameters
        ----------
        library : str | None
            "pandas" or "polars"; None takes the first that is installed.

        Raises
        ------
        SutjaError
            If it is not installed.
        """
        return make_frame(self.to_rows(), ("source", *_COLUMNS), library)

    def annotate(self) -> Image:
        """Draw the numbers on a line of time.

        Raises
        ------
        ValueError
            If the length of the recording is not known.
        """
        from sutja.types.timeline import Span, draw_timeline

        if not self.seconds:
            raise ValueError(f"{self.source}: its length is not known, so there is no line of time")
        spans = [
            Span(number.start, number.end, number.digits + ("" if number.accepted else "?"), number.accepted)
            for number in self.numbers
        ]
        return draw_timeline(self.seconds, spans)

    def _repr_html_(self) -> str:
        picture = to_image_tag(self.annotate()) if self.seconds and self.numbers else ""
        return make_page(repr(self), picture, make_table(self.to_rows(), _COLUMNS), self.error)
