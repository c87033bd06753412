"""Pages and crops, their numbers, the characters of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sutja.boxes.rectangle import Box
from sutja.types.frames import make_frame
from sutja.types.picture_result import PictureResult
from sutja.types.result import Alternative, Result
from sutja.types.summaries import describe_confidence, describe_items, make_table

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

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
NUMBER_COLUMNS = (
    "text",
    "digits",
    "value",
    "kind",
    "confidence",
    "accepted",
    "x0",
    "y0",
    "x1",
    "y1",
    "written",
    "table",
    "row",
    "column",
    "country",
    "standard",
    "sign",
    "unit",
    "relation",
    "name",
)
HTML_COLUMNS = ("text", "value", "kind", "name", "confidence", "accepted")


@dataclass(frozen=True, slots=True)
class Character(Result):
    """One character of a number, with the probability that it is right."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, repr=False)
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

    def __repr__(self) -> str:
        value = "" if self.value is None else f" = {self.value}"
        return f"<Number {self.text!r}{value}, {self.kind}, {describe_confidence(self)}>"

    def _repr_html_(self) -> str:
        return make_table([self.to_row()], HTML_COLUMNS)

    def to_row(self) -> dict[str, Any]:
        """The number as one row of a table: plain values by column, the box as x0, y0, x1 and y1."""
        edges = dict(zip(("x0", "y0", "x1", "y1"), self.box.to_list(), strict=True))
        values = {name: getattr(self, name) for name in NUMBER_COLUMNS if name not in edges}
        return {name: (edges | values)[name] for name in NUMBER_COLUMNS}


@dataclass(frozen=True, slots=True, repr=False)
class Page(PictureResult):
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
    picture : Any
        What the picture was read from where that is no file, for `annotate`; no part of the JSON.
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
    picture: Any = field(default=None, compare=False, metadata={"json": False})

    def __repr__(self) -> str:
        texts = [number.text + ("" if number.accepted else "?") for number in self.numbers]
        return describe_items(self, "number", texts)

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

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a number, as `--format csv` has them, with `source` and `page`; values are plain."""
        return [{"source": self.source, "page": self.page, **number.to_row()} for number in self.numbers]

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
        return make_frame(self.to_rows(), ("source", "page", *NUMBER_COLUMNS), library)

    def draw(self, pixels: NDArray[Any]) -> Image:
        from sutja.types.drawing import ACCEPTED_LEGEND, AMBER, GREEN, Label, draw_labels

        labels = [
            Label.at_box(
                number.box,
                number.text + ("" if number.accepted else "?"),
                GREEN if number.accepted else AMBER,
                number.written == "printed",
            )
            for number in self.numbers
        ]
        return draw_labels(pixels, labels, ACCEPTED_LEGEND)

    def draw_crop(self, pixels: NDArray[Any]) -> Image:
        """Draw the picture of one number, enlarged if it is small, with boxes around its characters.

        Parameters
        ----------
        pixels : NDArray[uint8]
            The picture, (H, W) or (H, W, 3) RGB.
        """
        from sutja.types.crop_drawing import CropNumber, draw_crop

        shown = [
            CropNumber(
                number.text,
                number.confidence,
                number.accepted,
                number.box,
                tuple((one.box, one.confidence) for one in number.characters),
                number.alternatives[0] if number.alternatives else None,
            )
            for number in self.numbers
        ]
        return draw_crop(pixels, shown)

    def make_html_rows(self) -> tuple[list[dict[str, Any]], Sequence[str]]:
        return self.to_rows(), HTML_COLUMNS
