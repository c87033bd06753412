"""What reading a picture or listening to a recording gives: frozen dataclasses, and the JSON they become.

Boxes are xyxy in the picture's own pixels: x0 and y0 are the left and top edge, x1 and y1 the right and
bottom edge, so that a box around one whole pixel (3, 5) is (3, 5, 4, 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

CONFIDENCE_DECIMALS = 6
PIXEL_DECIMALS = 2
SECOND_DECIMALS = 3


def _check_probability(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:  # also refuses NaN
        raise ValueError(f"{name} must lie in [0, 1], not {value}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle (x0, y0, x1, y1) in pixels.

    Raises
    ------
    ValueError
        If an edge is not finite, or the box ends before it begins.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if -math.inf < self.x0 <= self.x1 < math.inf and -math.inf < self.y0 <= self.y1 < math.inf:
            return
        if not all(map(math.isfinite, (self.x0, self.y0, self.x1, self.y1))):
            raise ValueError(f"a box needs finite edges, not {self}")
        raise ValueError(f"a box must not end before it begins: {self}")

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y1 - self.y0

    def to_list(self) -> list[float]:
        """[x0, y0, x1, y1], rounded for JSON."""
        return [round(edge, PIXEL_DECIMALS) for edge in (self.x0, self.y0, self.x1, self.y1)]


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a number, with the probability that it is right."""

    text: str
    confidence: float
    box: Box

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The character as JSON."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, CONFIDENCE_DECIMALS),
            "box": self.box.to_list(),
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of the same ink, with other digits, and its probability."""

    text: str
    confidence: float

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The alternative as JSON."""
        return {"text": self.text, "confidence": round(self.confidence, CONFIDENCE_DECIMALS)}


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it was read.

    Attributes
    ----------
    text : str
        What is written, separators and all.
    digits : str
        The digits alone, leading zeros kept.
    value : str | None
        A decimal string when the reading is plain (see `sutja.grammar.value_of`), else None.
    kind : str
        "number", "amount", "postcode", "date" or "check" (a number with a check digit).
    confidence : float
        Calibrated probability, in [0, 1], that `digits` are right; of a number found on a page, that there is
        a number and it is this one.
    accepted : bool
        Whether the confidence clears the threshold.
    box : Box
        Where the number is, in the picture's pixels.
    characters : tuple[Character, ...]
        One entry a character of `text`, left to right.
    alternatives : tuple[Alternative, ...]
        Other digits it may be, best first.
    written : str | None
        "handwritten" or "printed"; None where nobody asked, as for a crop.
    row, column : int | None
        Where it stands in a table, counted from 1; None outside of tables.
    table : int | None
        Which table of the page that is, counted from 1.
    country : str | None
        Whose postcode it is, ISO 3166 in two letters.
    standard : str | None
        Whose check digit holds, e.g. "luhn", "isbn", "iban", "ean".
    found : float | None
        Of a number on a page, how surely there is one at its place, before it was read; None for a crop.
    """

    text: str
    digits: str
    value: str | None
    kind: str
    confidence: float
    accepted: bool
    box: Box
    characters: tuple[Character, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    written: str | None = None
    row: int | None = None
    column: int | None = None
    table: int | None = None
    country: str | None = None
    standard: str | None = None
    found: float | None = None

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The number as JSON."""
        return {
            "text": self.text,
            "digits": self.digits,
            "value": self.value,
            "kind": self.kind,
            "confidence": round(self.confidence, CONFIDENCE_DECIMALS),
            "accepted": self.accepted,
            "box": self.box.to_list(),
            "characters": [character.to_dict() for character in self.characters],
            "alternatives": [alternative.to_dict() for alternative in self.alternatives],
            "written": self.written,
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "country": self.country,
            "standard": self.standard,
        }


@dataclass(frozen=True, slots=True)
class Classified:
    """What one picture shows, of the classes that a model knows.

    Attributes
    ----------
    label : str
        The name of the likeliest class.
    confidence : float
        Calibrated probability, in [0, 1], that it is right.
    accepted : bool
        Whether the confidence clears the threshold.
    alternatives : tuple[Alternative, ...]
        Other classes it may be, best first.
    """

    label: str
    confidence: float
    accepted: bool
    alternatives: tuple[Alternative, ...] = ()

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        return {
            "label": self.label,
            "confidence": round(self.confidence, CONFIDENCE_DECIMALS),
            "accepted": self.accepted,
            "alternatives": [alternative.to_dict() for alternative in self.alternatives],
        }


@dataclass(frozen=True, slots=True)
class Page:
    """One picture and the numbers on it; `page` counts from 1 within a file of several.

    Attributes
    ----------
    source, page : str or int
        Where it is from.
    width, height : int | None
        In pixels; None where they are not known.
    numbers : tuple[Number, ...]
        In reading order.
    error : str | None
        Why the picture could not be read.
    turned : int
        Degrees clockwise, 0, 90, 180 or 270, by which the picture had to be turned to be read. Boxes are in
        the pixels of the picture as it was given, all the same.
    mirrored : bool
        Whether it was read as a mirror shows it: mirrored left to right, then turned.
    notes : tuple[str, ...]
        What else a person should know about the page.
    """

    source: str
    page: int
    width: int | None
    height: int | None
    numbers: tuple[Number, ...] = ()
    error: str | None = None
    turned: int = 0
    mirrored: bool = False
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The page as JSON: one line of `sutja read --format jsonl`."""
        return {
            "source": self.source,
            "page": self.page,
            "width": self.width,
            "height": self.height,
            "numbers": [number.to_dict() for number in self.numbers],
            "error": self.error,
            "turned": self.turned,
            "mirrored": self.mirrored,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Detection:
    """Something found in a picture: what, how surely, and where."""

    label: str
    confidence: float
    box: Box

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The detection as JSON."""
        return {
            "label": self.label,
            "confidence": round(self.confidence, CONFIDENCE_DECIMALS),
            "box": self.box.to_list(),
        }


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """One number as it was heard.

    Attributes
    ----------
    text : str
        The words it was said in, like "five hundred and six".
    digits : str
        Its digits, leading zeros kept: "506".
    value : str | None
        A decimal string, or what the kind that was asked for makes of it; None where it is not plain.
    confidence : float
        Calibrated probability, in [0, 1], that there is a number and its digits are right.
    accepted : bool
        Whether the confidence clears the threshold.
    start, end : float
        When it was said, in seconds from the beginning of the recording.
    """

    text: str
    digits: str
    value: str | None
    confidence: float
    accepted: bool
    start: float
    end: float

    def __post_init__(self) -> None:
        _check_probability("confidence", self.confidence)
        if not 0.0 <= self.start <= self.end < math.inf:
            raise ValueError(f"a number must not end before it begins: {self.start} to {self.end} s")

    def to_dict(self) -> dict[str, Any]:
        """The number as JSON."""
        return {
            "text": self.text,
            "digits": self.digits,
            "value": self.value,
            "confidence": round(self.confidence, CONFIDENCE_DECIMALS),
            "accepted": self.accepted,
            "start": round(self.start, SECOND_DECIMALS),
            "end": round(self.end, SECOND_DECIMALS),
        }


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording and the numbers said in it.

    Attributes
    ----------
    source : str
        Where it is from.
    seconds : float | None
        How long it is; None where that is not known.
    numbers : tuple[SpokenNumber, ...]
        In the order they were said.
    error : str | None
        Why it could not be heard, or not to its end.
    """

    source: str
    seconds: float | None
    numbers: tuple[SpokenNumber, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The recording as JSON: one line of `sutja listen --format jsonl`."""
        return {
            "source": self.source,
            "seconds": None if self.seconds is None else round(self.seconds, SECOND_DECIMALS),
            "numbers": [number.to_dict() for number in self.numbers],
            "error": self.error,
        }
