"""How detections are printed: a table for people, JSON lines and COCO results for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from sutja.cli.output.pages import printable

if TYPE_CHECKING:
    from sutja.detection import Scene

FORMATS = ("table", "jsonl", "coco")
_NARROWEST_NAME, _WIDEST_NAME = 16, 48
_NARROWEST_LABEL, _WIDEST_LABEL = 8, 24


class SceneWriter(Protocol):
    """Makes text of scenes, one after the other."""

    for_people: bool

    def header(self) -> str:
        """What stands before the first scene."""

    def scene(self, scene: Scene) -> str:
        """The lines of one scene."""

    def footer(self) -> str:
        """What stands after the last scene."""


def scene_writer(format_name: str, names: Sequence[str], classes: Sequence[str]) -> SceneWriter:
    """The writer of a format, for pictures of these names and things of these classes."""
    if format_name == "coco":
        return CocoResults(classes)
    return SceneTable(names, classes) if format_name == "table" else SceneLines()


def _json(value: Any) -> str:
    """JSON in one line; escaped where a file name is no UTF-8."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value)
    return text


class SceneLines:
    """One JSON object a picture, as `Scene.to_dict` gives it."""

    for_people = False

    def header(self) -> str:
        """Nothing stands before the first line."""
        return ""

    def scene(self, scene: Scene) -> str:
        """The line of one picture."""
        return _json(scene.to_dict()) + "\n"

    def footer(self) -> str:
        """Nothing stands after the last line."""
        return ""


class CocoResults:
    """COCO's results: one JSON list of {"image_id", "category_id", "bbox", "score"}.

    The id of a picture is the number that its file is named by, as COCO's own are, else the file's name;
    categories are counted from 1 in the order of the model's classes. A picture that cannot be read has no
    entry.
    """

    for_people = False

    def __init__(self, classes: Sequence[str]) -> None:
        self._category = {label: number for number, label in enumerate(classes, start=1)}
        self._begun = False

    def header(self) -> str:
        """The list begins."""
        return "["

    def scene(self, scene: Scene) -> str:
        """The entries of one picture."""
        stem = Path(scene.source).stem
        image_id: int | str = int(stem) if stem.isdecimal() and stem.isascii() else Path(scene.source).name
        if scene.page > 1:
            image_id = f"{image_id}#page={scene.page}"
        lines = []
        for found in scene.detections:
            x0, y0, x1, y1 = found.box.to_list()
            entry = {
                "image_id": image_id,
                "category_id": self._category[found.label],
                "bbox": [x0, y0, round(x1 - x0, 2), round(y1 - y0, 2)],
                "score": found.to_dict()["confidence"],
            }
            lines.append(("," if self._begun else "") + "\n" + _json(entry))
            self._begun = True
        return "".join(lines)

    def footer(self) -> str:
        """The list ends."""
        return "\n]\n" if self._begun else "]\n"


class SceneTable:
    """Aligned columns: picture, what was found, how surely, and where.

    Parameters
    ----------
    names : Sequence[str]
        The pictures to come, for the width of their column.
    classes : Sequence[str]
        What may be found, for the width of that column.
    """

    for_people = True

    def __init__(self, names: Sequence[str], classes: Sequence[str]) -> None:
        longest = max([_NARROWEST_NAME, *(len(printable(name)) for name in names)])
        self._width = min(_WIDEST_NAME, longest)
        widest = max([_NARROWEST_LABEL, *(len(printable(name)) for name in classes)])
        self._label = min(_WIDEST_LABEL, widest)

    def header(self) -> str:
        """The names of the columns."""
        text = f"{'picture':<{self._width}}  {'found':<{self._label}}  confidence  box (x0, y0, x1, y1)\n"
        return click.style(text, bold=True)

    def scene(self, scene: Scene) -> str:
        """The lines of one picture."""
        name = printable(scene.source) + (f" [{scene.page}]" if scene.page > 1 else "")
        if len(name) > self._width:
            name = "…" + name[1 - self._width :]
        start = f"{name:<{self._width}}  "
        if scene.error is not None:
            reason = printable(scene.error.removeprefix(f"{scene.source}: "))
            return start + click.style(f"not read: {reason}", fg="red") + "\n"
        if not scene.detections:
            return start + click.style("nothing", dim=True) + "\n"
        lines = []
        for found in scene.detections:
            confidence = f"{int(found.confidence * 1000) / 1000:.3f}"  # only certainty shows as 1.000
            label = printable(found.label)
            label = label if len(label) <= self._label else label[: self._label - 1] + "…"
            edges = ", ".join(f"{edge:.0f}" for edge in found.box.to_list())
            lines.append(f"{start}{label:<{self._label}}  {confidence:>10}  {edges}\n")
        return "".join(lines)

    def footer(self) -> str:
        """Nothing stands under the table; the counts go to the standard error."""
        return ""
