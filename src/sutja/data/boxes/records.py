"""Records that the readers of box formats return, and the check of their boxes.

A box without an inside, outside of its picture, with a value that is no number or of a class that nobody
named is left out, and told with its file and line. Letters: n boxes, H, W rows and columns of a picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sutja.data.boxes.boxed_pictures import BoxedPicture, make_boxed_picture

UNKNOWN_SIZE = (100_000, 100_000)  # (H, W) of a picture that cannot be read: no box lies outside of it
LEAST_INSIDE = 0.5  # of a box's area; what reaches further beyond its picture is wrong
_NAMED = 60  # notes of one kind of data that are kept word by word


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """One box as a file has it.

    Attributes
    ----------
    label : str
    edges : tuple of 4 float
        xyxy in pixels.
    where : str
        The file, and the line where it has lines.
    ignore : bool
        Marked as a crowd or as difficult.
    """

    label: str
    edges: tuple[float, float, float, float]
    where: str
    ignore: bool = False


@dataclass(slots=True)
class SceneBoxes:
    """One picture with its boxes as the files have them, and its (H, W); `UNKNOWN_SIZE` if unreadable."""

    path: Path
    size: tuple[int, int]
    boxes: list[BoxRecord] = field(default_factory=list)
    unreadable: bool = False


@dataclass(slots=True)
class Scenes:
    """Result of a reader: pictures by part, the classes in their order, and faults.

    The parts are "train", "validation" and "test", as far as the data tell them; or "all".
    """

    parts: dict[str, list[SceneBoxes]]
    classes: tuple[str, ...]
    notes: list[str] = field(default_factory=list)


def check_boxes(
    scenes: Sequence[SceneBoxes], classes: Sequence[str], notes: list[str]
) -> tuple[BoxedPicture, ...]:
    """The pictures with the boxes that can be learnt from; what is wrong with others goes to the notes."""
    place = {name: index for index, name in enumerate(classes)}
    pictures = []
    for scene in scenes:
        kept = []
        for box in scene.boxes:
            wrong = find_fault(box, scene.size, place)
            if wrong:
                notes.append(f"{box.where}: {wrong}; left out")
            else:
                kept.append(box)
        height, width = scene.size
        edges = [_inside(box.edges, height, width) for box in kept]
        pictures.append(
            make_boxed_picture(
                scene.path, edges, [place[box.label] for box in kept], [box.ignore for box in kept]
            )
        )
    return tuple(pictures)


def find_fault(box: BoxRecord, size: tuple[int, int], classes: dict[str, int]) -> str:
    """Find the fault that makes a box useless in a picture of this size; "" for none."""
    x0, y0, x1, y1 = box.edges
    if not all(map(math.isfinite, box.edges)):
        return "a box with an edge that is no number"
    if x1 <= x0 or y1 <= y0:
        return f"a box without an inside ({x0:g}, {y0:g}, {x1:g}, {y1:g})"
    if box.label not in classes:
        return f"a box of the class {box.label!r}, which is not among the classes"
    a0, b0, a1, b1 = _inside(box.edges, *size)
    if max(0.0, a1 - a0) * max(0.0, b1 - b0) < LEAST_INSIDE * (x1 - x0) * (y1 - y0):
        return f"a box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) outside of its picture of {size[1]} × {size[0]}"
    return ""


def _inside(edges: tuple[float, ...], height: int, width: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = edges
    return max(0.0, x0), max(0.0, y0), min(float(width), x1), min(float(height), y1)


def shorten_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes for a person, who does not read thousands."""
    if len(notes) <= _NAMED:
        return tuple(notes)
    return (*notes[:_NAMED], f"and {len(notes) - _NAMED:,} more of this kind")
