"""Fields in the tables of a page; a frame, like that of a photographed grid, may tell where one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from sutja.reading.page.field import Field
from sutja.reading.page.geometry.perspective import Quad
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.tables.structure import locate_cells
from sutja.types import Box


def mark_cells(fields: Sequence[Field], transform: PageTransform, frame: Quad | None) -> list[Field]:
    """Mark the fields of a page that stand in tables; `frame` as for `find_framed`."""
    boxes = [field.ink_box for field in fields]
    positions = locate_cells(boxes, find_framed(transform, frame, boxes))
    return [
        replace(field, in_table=position is not None)
        for field, position in zip(fields, positions, strict=True)
    ]


def find_framed(transform: PageTransform, frame: Quad | None, boxes: Sequence[Box]) -> list[bool]:
    """Find the boxes of a page whose centres lie within a frame, given by its corners in the picture."""
    if frame is None or not boxes:
        return [False] * len(boxes)
    centres = transform.map_points([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    contour = frame.astype(np.float32).reshape(-1, 1, 2)
    return [cv2.pointPolygonTest(contour, (float(x), float(y)), False) >= 0 for x, y in centres]
