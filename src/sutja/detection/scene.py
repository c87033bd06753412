"""What a detector makes of one picture, or of one page of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sutja.types import Detection


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture and what is in it; `page` counts from 1 within a file of several.

    `error` says why a picture could not be looked at; width and height are None where they are not known.
    """

    source: str
    page: int
    width: int | None
    height: int | None
    detections: tuple[Detection, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The scene as JSON: one line of `sutja detect --format jsonl`."""
        return {
            "source": self.source,
            "page": self.page,
            "width": self.width,
            "height": self.height,
            "detections": [detection.to_dict() for detection in self.detections],
            "error": self.error,
        }
