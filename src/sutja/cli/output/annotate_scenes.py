"""Pictures annotated with the objects that were detected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.detection import Scene


class SceneAnnotator(Annotator["Scene"]):
    """Draws a box and a label around each detection, in a colour for each class.

    Parameters
    ----------
    folder : str
        Folder of the copies; made if needed.
    classes : Sequence[str]
        Names of the classes.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, classes: Sequence[str]) -> None:
        super().__init__(folder)
        self._classes = classes

    def annotate(self, pixels: NDArray[Any], result: Scene) -> Image:
        return result.draw_classes(pixels, self._classes)
