"""`PictureResult`: a result that can be drawn into its picture."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sutja.errors import PictureError
from sutja.types.result import Result
from sutja.types.summaries import make_page, make_table, to_image_tag

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.signals.picture import Source


@dataclass(frozen=True, slots=True, repr=False)
class PictureResult(Result):
    """Base of the results of one picture, or of one page of a document."""

    source: str
    page: int

    def annotate(self, picture: Source | None = None) -> Image:
        """Draw the result into a copy of its picture.

        Parameters
        ----------
        picture : Source | None
            What was read; None takes the file again, or what the reader was given. Results of a stream, as
            `read_many` gives them, do not keep a picture that is no file.

        Raises
        ------
        PictureError
            If the picture cannot be loaded.
        """
        return self.draw(self._load_pixels(picture))

    @abstractmethod
    def draw(self, pixels: NDArray[Any]) -> Image:
        """Draw the result into a copy of a picture, uint8 (H, W) or (H, W, 3) RGB."""

    @abstractmethod
    def to_rows(self) -> list[dict[str, Any]]:
        """One row an item, with plain values."""

    @abstractmethod
    def make_html_rows(self) -> tuple[list[dict[str, Any]], Sequence[str]]:
        """The rows, and the columns of them that a notebook shows."""

    def _load_pixels(self, picture: Source | None) -> NDArray[Any]:
        from sutja.signals.document import iter_pages

        given = picture if picture is not None else getattr(self, "picture", None)
        if given is None and self.source.startswith("<"):
            raise PictureError(
                "is not kept", source=self.source, remedy="give the picture: annotate(picture)"
            )
        # A Path, so that a name out of a file is never an address
        for found in iter_pages(Path(self.source) if given is None else given, self.source):
            if found.page == self.page:
                if isinstance(found, PictureError):
                    raise found
                return found.pixels
        raise PictureError("has no such page", source=self.source, page=self.page, remedy="read it again")

    def _repr_html_(self) -> str:
        rows, columns = self.make_html_rows()
        try:
            picture = to_image_tag(self.annotate())
        except PictureError:  # the numbers are worth showing without it
            picture = ""
        return make_page(repr(self), picture, make_table(rows, columns), getattr(self, "error", None))
