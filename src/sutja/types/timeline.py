"""Numbers of a recording on a line of time, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sutja.boxes.rectangle import Box
from sutja.types.drawing import ACCEPTED_LEGEND, AMBER, GREEN, GREY, INK, Label, draw_labels, find_font

if TYPE_CHECKING:
    from PIL.Image import Image

_WIDTH, _HEIGHT = 1000, 90  # pixels
_TOP, _BOTTOM = 34, 50  # rows of the line
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)  # seconds
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A number on the line: from `start` to `end` in seconds, its text, and whether it is accepted."""

    start: float
    end: float
    text: str
    accepted: bool


def draw_timeline(seconds: float, spans: Sequence[Span]) -> Image:
    """Draw spans, each with its text, on a line of so many seconds."""
    from PIL import Image, ImageDraw

    base = Image.new("RGB", (_WIDTH, _HEIGHT), (255, 255, 255))
    draw = ImageDraw.Draw(base)
    draw.line((0, (_TOP + _BOTTOM) / 2, _WIDTH, (_TOP + _BOTTOM) / 2), fill=GREY)
    step = next((tick for tick in _TICKS if seconds / tick <= _MOST_TICKS), seconds)
    for index in range(int(seconds / step) + 1):
        x = index * step / seconds * _WIDTH
        draw.line((x, _HEIGHT - 22, x, _HEIGHT - 16), fill=GREY)
        draw.text((x + 2, _HEIGHT - 16), f"{index * step:g} s", fill=INK, font=find_font(10))
    labels = []
    for span in spans:
        left, right = (min(time / seconds, 1.0) * _WIDTH for time in (span.start, span.end))
        box = Box(left, _TOP, max(left + 1, right), _BOTTOM)
        labels.append(Label.at_box(box, span.text, GREEN if span.accepted else AMBER))
    return draw_labels(np.asarray(base), labels, ACCEPTED_LEGEND)
