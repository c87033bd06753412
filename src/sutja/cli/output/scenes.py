"""Output formats of detections: a table for people, COCO results for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sutja.cli.output.rows import make_plain_writer
from sutja.cli.output.writer import Table, Writer, printable, shorten_confidence, to_json
from sutja.types import Scene

SCENE_FORMATS = ("table", "jsonl", "json", "csv", "tsv", "xlsx", "coco", "parquet")
SCENE_COLUMNS = ("source", "page", "label", "confidence", "x0", "y0", "x1", "y1", "error")
_NARROWEST_LABEL, _WIDEST_LABEL = 8, 24  # characters


def make_scene_writer(
    format_name: str, names: Sequence[str], classes: Sequence[str], out: str | None
) -> Writer[Scene]:
    """Make the writer of a format, for pictures of these names and objects of these classes."""
    if format_name == "coco":
        return CocoResults(classes)
    if format_name == "table":
        return SceneTable(names, classes)
    return make_plain_writer(format_name, SCENE_COLUMNS, out, Scene)


class CocoResults(Writer[Scene]):
    """The list of detections that COCO's evaluation takes.

    A picture's id is the number in its file's name, as in COCO's own pictures, else the file's name;
    categories are counted from 1 in the order of the model's classes. A picture that cannot be read has no
    entry.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._category = {label: number for number, label in enumerate(classes, start=1)}
        self._empty = True

    def begin(self) -> str:
        return "["

    def write(self, result: Scene) -> str:
        stem = Path(result.source).stem
        image_id: int | str = int(stem) if stem.isdecimal() and stem.isascii() else Path(result.source).name
        if result.page > 1:
            image_id = f"{image_id}#page={result.page}"
        lines = []
        for detection in result.detections:
            x0, y0, x1, y1 = detection.box.to_list()
            entry = {
                "image_id": image_id,
                "category_id": self._category[detection.label],
                "bbox": [x0, y0, round(x1 - x0, 2), round(y1 - y0, 2)],
                "score": detection.to_dict()["confidence"],
            }
            lines.append(("" if self._empty else ",") + "\n" + to_json(entry))
            self._empty = False
        return "".join(lines)

    def end(self) -> str:
        return "]\n" if self._empty else "\n]\n"


class SceneTable(Table[Scene]):
    """Aligned columns: picture, class, confidence, and box.

    Parameters
    ----------
    names : Sequence[str]
        Names of the pictures to come, for the width of their column.
    classes : Sequence[str]
        Names of the classes, for the width of theirs.
    """

    empty = "nothing"

    def __init__(self, names: Sequence[str], classes: Sequence[str]) -> None:
        super().__init__(names)
        widest = max([_NARROWEST_LABEL, *(len(printable(name)) for name in classes)])
        self._label_width = min(_WIDEST_LABEL, widest)

    def begin(self) -> str:
        label = f"{'found':<{self._label_width}}"
        heading = f"{self.first_column('picture')}{label}  confidence  box (x0, y0, x1, y1)\n"
        return self.fit(click.style(heading, bold=True))

    def rows(self, result: Scene) -> list[str]:
        rows = []
        for detection in result.detections:
            label = printable(detection.label)
            label = label if len(label) <= self._label_width else label[: self._label_width - 1] + "…"
            edges = ", ".join(f"{edge:.0f}" for edge in detection.box.to_list())
            confidence = shorten_confidence(detection.confidence)
            rows.append(f"{label:<{self._label_width}}  {confidence:>10}  {edges}")
        return rows
