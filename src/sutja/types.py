"""Results of readers, listeners, classifiers and detectors: frozen dataclasses, and the JSON they become.

Boxes are xyxy in the picture's own pixels: x0 and y0 are the left and top edge, x1 and y1 the right and
bottom edge, so that a box around one whole pixel (3, 5) is (3, 5, 4, 6).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

CONFIDENCE_DECIMALS = 6
PIXEL_DECIMALS = 2
SECOND_DECIMALS = 3
NUMBER_NAMES = (
    "amount",
    "date",
    "number",
    "total",
    "tax",
    "postcode",
    "telephone",
    "iban",
    "micr",
    "reading",
)
_DECIMALS = {
    "confidence": CONFIDENCE_DECIMALS,
    "start": SECOND_DECIMALS,
    "end": SECOND_DECIMALS,
    "seconds": SECOND_DECIMALS,
}


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
class Result:
    """Base of all results, which become JSON: their fields in order, confidences and times rounded.

    Raises
    ------
    ValueError
        If a confidence lies outside [0, 1].
    """

    def __post_init__(self) -> None:
        confidence = getattr(self, "confidence", 0.0)
        if not 0.0 <= confidence <= 1.0:  # also refuses NaN
            raise ValueError(f"confidence must lie in [0, 1], not {confidence}")

    def to_json(self) -> str:
        """The result as JSON text in one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a result of what `to_dict` gave; what was rounded stays so.

        Parameters
        ----------
        values : Mapping[str, Any]
            Fields by name; unknown ones are passed over, so that a newer version's can be read.

        Raises
        ------
        TypeError, ValueError
            If a field without a default is missing, or a value makes no sense.
        """
        hints = get_type_hints(cls)
        known = [item.name for item in fields(cls) if item.name in values]
        return cls(**{name: _from_json(values[name], hints[name]) for name in known})

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON; for a page, a scene and a recording one line of `--format jsonl`."""
        return {
            item.name: _to_json(getattr(self, item.name), _DECIMALS.get(item.name))
            for item in fields(self)
            if item.metadata.get("json", True)
        }


def _from_json(value: Any, kind: Any) -> Any:
    """Make a field's value of its JSON, by its type."""
    if value is None:
        return None
    if kind is Box:
        return Box(*value)
    if isinstance(kind, type) and issubclass(kind, Result):
        return kind.from_dict(value)
    if get_origin(kind) is tuple:
        return tuple(_from_json(entry, get_args(kind)[0]) for entry in value)
    if get_origin(kind) is UnionType:
        return _from_json(value, next(one for one in get_args(kind) if one is not NoneType))
    return value


def _to_json(value: Any, decimals: int | None) -> Any:
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Box):
        return value.to_list()
    if isinstance(value, tuple):
        return [_to_json(entry, None) for entry in value]
    return value if value is None or decimals is None else round(value, decimals)


@dataclass(frozen=True, slots=True)
class Alternative(Result):
    """Another reading of the same ink, with other digits, and its probability; or another class."""

    text: str
    confidence: float


# Reading: pages, their numbers, the characters of these.


@dataclass(frozen=True, slots=True)
class Character(Result):
    """One character of a number, with the probability that it is right."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Number(Result):
    """One number as it was read.

    Attributes
    ----------
    text : str
        Text as written, separators and all.
    digits : str
        Digits alone, leading zeros kept.
    value : str | None
        A decimal string when the reading is plain (see `sutja.grammar.parse_value`), else None.
    kind : str
        "number", "amount", "postcode", "date" or "check" (a number with a check digit).
    confidence : float
        Calibrated probability, in [0, 1], that `digits` are right; of a number found on a page, that there is
        a number and it is this one.
    accepted : bool
        True if the confidence clears the threshold.
    box : Box
        Position of the number, in the picture's pixels.
    characters : tuple[Character, ...]
        One entry a character of `text`, left to right.
    alternatives : tuple[Alternative, ...]
        Other digits it may be, best first.
    written : str | None
        "handwritten" or "printed"; None where that was not asked, as for a crop.
    table : int | None
        Table of the page that it stands in, counted from 1; None outside of tables.
    row, column : int | None
        Row and column of that table, counted from 1.
    country : str | None
        Country of a postcode, ISO 3166 in two letters.
    standard : str | None
        Standard whose check digit holds, e.g. "luhn", "isbn", "iban", "ean".
    sign : str | None
        "-", "+" or "±" before the number; None where none is written, or a dash may be a stroke.
    unit : str | None
        Unit as written: "%", "°C", "€", "kg", "k"; None where none is written or recognised.
    relation : str | None
        "<", ">", "≤", "≥" or "≈" before the number, which `value` leaves out; None where none is written.
    name : str | None
        What the number is on its page, where the words beside it or its place tell: "total", "date" and
        others (`NUMBER_NAMES`).
    detection_confidence : float | None
        Of a number on a page, the probability that there is one, before it was read; None for a crop, and
        where the words of the page alone told of it. This and the next two are no part of the JSON.
    reading_confidence, text_confidence : float | None
        Of a number on a page, the probability of its digits by our own reading, and by the words of the page.
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
    table: int | None = None
    row: int | None = None
    column: int | None = None
    country: str | None = None
    standard: str | None = None
    sign: str | None = None
    unit: str | None = None
    relation: str | None = None
    name: str | None = None
    detection_confidence: float | None = field(default=None, metadata={"json": False})
    reading_confidence: float | None = field(default=None, metadata={"json": False})
    text_confidence: float | None = field(default=None, metadata={"json": False})


@dataclass(frozen=True, slots=True)
class Page(Result):
    """One picture and the numbers on it; `page` counts from 1 within a file of several.

    Attributes
    ----------
    source, page : str or int
        Name of the file, and the page within it.
    width, height : int | None
        Size in pixels; None where it is not known.
    numbers : tuple[Number, ...]
        Numbers in reading order.
    error : str | None
        Reason why the picture could not be read.
    turned : int
        Degrees clockwise, 0, 90, 180 or 270, by which the picture had to be turned to be read. Boxes are in
        the pixels of the picture as it was given, all the same.
    mirrored : bool
        True if it was read as a mirror shows it: mirrored left to right, then turned.
    notes : tuple[str, ...]
        Remarks for people on what was done to the page.
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

    @property
    def tables(self) -> list[list[list[Number | None]]]:
        """The tables of the page, each as its rows: one entry a column, None for an empty cell.

        Where two numbers stand in one cell, it has the first.
        """
        cells: dict[int, dict[tuple[int, int], Number]] = {}
        for number in self.numbers:
            if number.table is not None and number.row is not None and number.column is not None:
                cells.setdefault(number.table, {}).setdefault((number.row, number.column), number)
        return [
            [
                [table.get((row, column)) for column in range(1, max(c for _, c in table) + 1)]
                for row in range(1, max(r for r, _ in table) + 1)
            ]
            for _, table in sorted(cells.items())
        ]


@dataclass(frozen=True, slots=True)
class FormField(Result):
    """A field of a form as it was read.

    Attributes
    ----------
    name : str
        Name that the template gives it.
    text, digits, value, kind : str or str | None
        As of a `Number`; "", "" and None where the field is empty.
    confidence : float
        Probability, in [0, 1], that the digits are right, or that the field is empty; given all rules.
    accepted : bool
        True if the confidence clears the threshold, and no rule about it is broken.
    empty : bool
        True if it was left empty, crossed out or dashed out.
    box : Box
        Position in the picture's pixels.
    alternatives : tuple[Alternative, ...]
        Other digits it may be, best first.
    """

    name: str
    text: str
    digits: str
    value: str | None
    kind: str
    confidence: float
    accepted: bool
    empty: bool
    box: Box
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Form(Result):
    """One page read by a template: its fields by name; `page` counts from 1 within a file of several.

    Attributes
    ----------
    source, page, width, height, error : str or int | None
        As of a `Page`; a page that fits no template has an error.
    template : str | None
        Name of the template that fits; None where none does.
    fit : float
        Share of the template's print that is on the page, from 0 to 1.
    fields : tuple[FormField, ...]
        Fields, in the order of the template; none where no template fits.
    broken_rules : tuple[str, ...]
        Rules of the template that the numbers break.
    """

    source: str
    page: int
    template: str | None
    fit: float
    width: int | None
    height: int | None
    fields: tuple[FormField, ...] = ()
    broken_rules: tuple[str, ...] = ()
    error: str | None = None

    def __getitem__(self, name: str) -> FormField:
        """Field of a name; `KeyError` if there is none."""
        return {item.name: item for item in self.fields}[name]


# Classification.


@dataclass(frozen=True, slots=True)
class Classification(Result):
    """The class of one picture, of those that a model knows.

    Attributes
    ----------
    label : str
        Name of the likeliest class.
    confidence : float
        Calibrated probability, in [0, 1], that it is right.
    accepted : bool
        True if the confidence clears the threshold.
    alternatives : tuple[Alternative, ...]
        Other classes it may be, best first.
    """

    label: str
    confidence: float
    accepted: bool
    alternatives: tuple[Alternative, ...] = ()


# Detection.


@dataclass(frozen=True, slots=True)
class Detection(Result):
    """One object detected in a picture: its class, the confidence, its box."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Scene(Result):
    """One picture and the objects in it; `page` counts from 1 within a file of several.

    `error` says why a picture could not be searched; width and height are None where they are not known.
    """

    source: str
    page: int
    width: int | None
    height: int | None
    detections: tuple[Detection, ...] = ()
    error: str | None = None


# Listening: recordings and their numbers.


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Speech(Result):
    """Speech that is no part of a number: from `start` to `end`, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
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
