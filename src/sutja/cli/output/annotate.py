"""Copies of pictures with the results drawn into them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import click

from sutja.atomic import open_atomic
from sutja.cli.output.file import UniqueNames, make_folder
from sutja.cli.output.writer import printable
from sutja.errors import PictureError
from sutja.signals.sources import name_source
from sutja.types import Form, Page, Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.signals.image import Picture


class PageResult(Protocol):
    """The result of one page of a file."""

    @property
    def source(self) -> str:
        """Name of the file."""

    @property
    def page(self) -> int:
        """Number of the page, counted from 1."""


Corners = Sequence[tuple[float, float]]
P_contra = TypeVar("P_contra", bound=PageResult, contravariant=True)


class Annotator(ABC, Generic[P_contra]):
    """Saves an annotated copy of each picture as a PNG file, under the name of the picture.

    Parameters
    ----------
    folder : str
        Folder of the copies; made if needed.
    inputs : Sequence[Any]
        Sources of the results, of which those that are no names are looked up by theirs.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, inputs: Sequence[Any] = ()) -> None:
        self._inputs = {name_source(one): one for one in inputs if not isinstance(one, str)}
        self._folder = make_folder(folder, "--annotate")
        self._names = UniqueNames(".png")
        self._source: str | None = None
        self._rest: Iterator[Picture | PictureError] = iter(())

    def save(self, result: P_contra) -> None:
        """Save the annotated copy of a page, unless its picture cannot be loaded any more.

        A copy that cannot be drawn or written is a note on the standard error: it must not cost the numbers.
        """
        try:
            picture = self._load(result)
            if picture is None:
                return
            with open_atomic(self._folder / self._names.make(result.source, result.page)) as file:
                self.annotate(picture.pixels, result).save(file, format="PNG")
        except Exception as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            text = f"note: {result.source}: no annotated copy could be saved ({reason})"
            click.echo(printable(text), err=True)

    @abstractmethod
    def annotate(self, pixels: NDArray[Any], result: P_contra) -> Image:
        """Draw a result into a copy of its picture, uint8 (H, W) or (H, W, 3) RGB."""

    def open_pages(self, source: str) -> Iterator[Picture | PictureError]:
        """Iterate over the pages of a file."""
        from sutja.signals.document import iter_pages

        return iter_pages(self.find_input(source))

    def find_input(self, source: str) -> Any:
        """Find what a result was read from by its name."""
        return self._inputs.get(source, source)

    def _load(self, result: P_contra) -> Picture | None:
        """Load the picture of a page; a document is read once, since its pages come in order."""
        if self._source != result.source or result.page == 1:
            self._source, self._rest = result.source, self.open_pages(result.source)
        for picture in self._rest:
            if picture.page >= result.page:
                return None if isinstance(picture, PictureError) else picture
        return None


class CropAnnotator(Annotator[Page]):
    """Draws boxes around the characters of crops and writes the number below."""

    def open_pages(self, source: str) -> Iterator[Picture | PictureError]:
        from sutja.signals.image import iter_pictures

        return iter_pictures(self.find_input(source))

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        return result.draw_crop(pixels)


class PageAnnotator(Annotator[Page]):
    """Draws a box around each number of a page and writes the number beside it.

    Accepted numbers are green, others amber; printed ones are underlined.
    """

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        return result.draw(pixels)


class SceneAnnotator(Annotator[Scene]):
    """Draws a box and a label around each detection, in a colour for each class.

    Parameters
    ----------
    folder : str
        Folder of the copies; made if needed.
    classes : Sequence[str]
        Names of the classes.
    inputs : Sequence[Any]
        As for `Annotator`.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, classes: Sequence[str], inputs: Sequence[Any] = ()) -> None:
        super().__init__(folder, inputs)
        self._classes = classes

    def annotate(self, pixels: NDArray[Any], result: Scene) -> Image:
        return result.draw_classes(pixels, self._classes)


class FormAnnotator(Annotator[Form]):
    """Draws a box around each field of a page, with its name and what was read beside it.

    Accepted fields are green, others amber.
    """

    def annotate(self, pixels: NDArray[Any], result: Form) -> Image:
        return result.draw(pixels)


def draw_fields(pixels: NDArray[Any], fields: Sequence[tuple[str, Corners]]) -> Image:
    """Draw the outlines of fields, each with its name, into a copy of a picture.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3) RGB.
    fields : Sequence[tuple[str, Corners]]
        Name and four corners of each, in the picture's pixels.
    """
    from sutja.types.drawing import BLUE, Label, draw_labels

    return draw_labels(pixels, [Label(tuple(corners), name, BLUE) for name, corners in fields])
