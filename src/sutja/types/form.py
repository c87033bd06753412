"""Forms that were read by a template, and their fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sutja.boxes.rectangle import Box
from sutja.types.frames import make_frame
from sutja.types.picture_result import PictureResult
from sutja.types.result import Alternative, Result
from sutja.types.summaries import describe_items

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_COLUMNS = ("name", "text", "digits", "value", "kind", "confidence", "accepted", "empty")


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


@dataclass(frozen=True, slots=True, repr=False)
class Form(PictureResult):
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
    picture : Any
        What the picture was read from where that is no file, for `annotate`; no part of the JSON.
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
    picture: Any = field(default=None, compare=False, metadata={"json": False})

    def __repr__(self) -> str:
        texts = [f"{item.name} {item.text!r}" + ("" if item.accepted else "?") for item in self.fields]
        return describe_items(self, "field", texts)

    def __getitem__(self, name: str) -> FormField:
        """Field of a name; `KeyError` if there is none."""
        return {item.name: item for item in self.fields}[name]

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a field, with `source` and `page`; values are plain."""
        place = {"source": self.source, "page": self.page}
        return [place | {name: getattr(item, name) for name in _COLUMNS} for item in self.fields]

    def to_df(self, library: str | None = None) -> Any:
        """Make a DataFrame, one row a field, as `Page.to_df` does."""
        return make_frame(self.to_rows(), ("source", "page", *_COLUMNS), library)

    def draw(self, pixels: NDArray[Any]) -> Image:
        from sutja.types.drawing import ACCEPTED_LEGEND, AMBER, GREEN, Label, draw_labels

        labels = []
        for item in self.fields:
            text = f"{item.name}: {'empty' if item.empty else item.text}" + ("" if item.accepted else "?")
            labels.append(Label.at_box(item.box, text, GREEN if item.accepted else AMBER))
        return draw_labels(pixels, labels, ACCEPTED_LEGEND)

    def make_html_rows(self) -> tuple[list[dict[str, Any]], Sequence[str]]:
        return self.to_rows(), _COLUMNS
