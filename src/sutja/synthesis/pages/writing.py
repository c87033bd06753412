"""Lines of print, handwriting, and combs put on a sheet, their numbers noted."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from sutja.synthesis.pages.fields import XYXY
from sutja.synthesis.pages.sheet import Alpha, Sheet, find_hull
from sutja.synthesis.pages.sized_font import SizedFont
from sutja.synthesis.pages.theme import Theme, Value

Part = str | Value
_REAL = 0.35  # of the amounts by hand are whole ones off real cheques


def measure_width(font: SizedFont, parts: Sequence[Part], spread: float = 0.0) -> float:
    """Pixels that a line of print takes."""
    return sum(font.width(_text(part), spread) for part in parts)


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part.text


def write_printed(
    sheet: Sheet,
    theme: Theme,
    font: SizedFont,
    parts: Sequence[Part],
    x: float,
    baseline: float,
    *,
    align: str = "left",
    spread: float = 0.0,
    black: float | None = None,
) -> float:
    """A line of print whose numbers are noted; where it ends.

    Parameters
    ----------
    parts : Sequence[Part]
        Words, and `Value` for numbers. Nothing is put between them: the words bring their own spaces. What
        the font cannot draw is left out.
    x, baseline : float
        Start of the line, its end (``align`` "right"), or its middle ("centre").
    spread : float
        Pixels added after each character.
    """
    parts = [part for part in parts if font.has(_text(part))]
    darkness = theme.black if black is None else black
    wide = measure_width(font, parts, spread)
    pen = x - (wide if align == "right" else wide / 2 if align == "centre" else 0.0)
    for part in parts:
        text = _text(part)
        if text.strip():
            alpha, rise = font.set(text, spread)
            lead = font.width(text[: len(text) - len(text.lstrip())], spread)
            if isinstance(part, Value):
                sheet.draw_number(
                    alpha, pen, baseline - rise, darkness, text, "printed", part.kind, ignore=part.ignore
                )
            else:
                alpha = alpha[:, int(lead) :] if lead else alpha
                sheet.draw_ink(alpha, pen + int(lead), baseline - rise, darkness)
        pen += font.width(text, spread)
    return pen


def write_by_hand(
    sheet: Sheet,
    theme: Theme,
    value: Value,
    x: float,
    baseline: float,
    *,
    align: str = "left",
    unit: float | None = None,
    room: float | None = None,
    raised: int = 0,
) -> XYXY | None:
    """A number by hand, standing on a line. Its box, or None where it cannot be drawn.

    ``room`` is the width in pixels that it is squeezed into where it is longer.
    """
    alpha, text = theme.writer.draw_number(value.text, unit, raised), value.text
    real = theme.writer.real_amount() if value.kind == "amount" and theme.chance(_REAL) else None
    if real is not None and unit is None:
        alpha, text = real
    if alpha is None:
        return None
    if room is not None and alpha.shape[1] > room > 8:
        scale = room / alpha.shape[1]
        tall = max(scale, 0.8)  # narrower digits rather than much smaller ones
        alpha = np.asarray(cv2.resize(alpha, None, fx=scale, fy=tall, interpolation=cv2.INTER_AREA), np.uint8)
    left = x - (alpha.shape[1] if align == "right" else alpha.shape[1] / 2 if align == "centre" else 0)
    top = baseline - alpha.shape[0] + theme.rng.normal(0, 0.08) * theme.writer.unit
    return sheet.draw_number(
        alpha, left, top, theme.writer.darkness, text, "handwritten", value.kind, ignore=value.ignore
    )


def write_words(
    sheet: Sheet, theme: Theme, text: str, x: float, baseline: float, unit: float | None = None
) -> XYXY:
    """Words by hand, about on a line."""
    alpha = theme.writer.words(text, unit)
    rise = alpha.shape[0] * 0.72
    return sheet.draw_ink(alpha, x, baseline - rise, theme.writer.darkness)


def write_number(
    sheet: Sheet,
    theme: Theme,
    value: Value,
    x: float,
    baseline: float,
    *,
    by_hand: bool,
    font: SizedFont | None = None,
    align: str = "left",
    room: float | None = None,
) -> None:
    """A number by hand or in print, on a line."""
    if by_hand:
        write_by_hand(sheet, theme, value, x, baseline, align=align, room=room)
    else:
        write_printed(sheet, theme, font or theme.body, [value], x, baseline, align=align)


def write_in_comb(
    sheet: Sheet,
    theme: Theme,
    value: Value,
    x: float,
    y: float,
    pitch: float,
    tall: float,
    *,
    by_hand: bool,
    empty: tuple[int, int] = (0, 0),
    every: int = 0,
    style: str = "boxes",
) -> float:
    """One box a digit, its digits one field; where it ends.

    Parameters
    ----------
    value : Value
        Digits; an empty text leaves all boxes empty.
    x, y : float
        Upper left corner of the first box.
    pitch, tall : float
        Width and height of a box in pixels.
    empty : tuple[int, int]
        Boxes without a digit before the first and after the last.
    every : int
        A gap after so many boxes; 0 for none.
    style : str
        Boxes, teeth, apart (each box by itself) or dashes.
    """
    before, after = empty
    count = before + len(value.text) + after
    grey, line = theme.integer(20, 150), 1 if theme.chance(0.8) else 2
    gap = pitch * theme.uniform(0.25, 0.7) if every else 0.0
    lefts = [x + i * pitch + (i // every if every else 0) * gap for i in range(count)]
    inset = pitch * theme.uniform(0.06, 0.15) if style == "apart" else 0.0
    for i, left in enumerate(lefts):
        _one_box(sheet, (left + inset, y, left + pitch - inset, y + tall), style, line, grey, i)
    _digits_in(sheet, theme, value, lefts[before:], (y, pitch, tall), by_hand)
    return lefts[-1] + pitch if lefts else x


def _one_box(sheet: Sheet, box: XYXY, style: str, line: int, grey: int, index: int) -> None:
    x0, y0, x1, y1 = box
    if style == "dashes":
        middle = (x1 - x0) * 0.1
        sheet.draw_line((x0 + middle, y1), (x1 - middle, y1), line, grey)
    elif style == "teeth":
        foot = y1 - (y1 - y0) * 0.35
        sheet.draw_line((x0, y1), (x1, y1), line, grey)
        for side in (x0, x1) if index == 0 else (x1,):
            sheet.draw_line((side, foot), (side, y1), line, grey)
    else:
        sheet.draw_frame(box, line, grey)


def _digits_in(
    sheet: Sheet,
    theme: Theme,
    value: Value,
    lefts: list[float],
    place: tuple[float, float, float],
    by_hand: bool,
) -> None:
    y, pitch, tall = place
    size = min(theme.writer.unit, tall * 0.85) if by_hand else min(theme.unit, tall * 0.8)
    hulls = []
    for digit, left in zip(value.text, lefts, strict=False):
        if digit == " ":
            continue
        alpha: Alpha | None
        if by_hand:
            alpha = theme.writer.draw_number(digit, size * theme.uniform(0.85, 1.1))
        else:
            alpha = theme.body.set(digit)[0]
        if alpha is None:
            return
        if alpha.shape[1] > pitch * 1.15:
            alpha = np.asarray(
                cv2.resize(alpha, (max(2, int(pitch)), alpha.shape[0]), interpolation=cv2.INTER_AREA),
                np.uint8,
            )
        loose = (0.16, 0.12) if by_hand else (0.02, 0.02)
        dx = left + (pitch - alpha.shape[1]) / 2 + theme.rng.normal(0, loose[0]) * pitch
        dy = y + (tall - alpha.shape[0]) * float(np.clip(0.55 + theme.rng.normal(0, loose[1] * 2), -0.2, 1.2))
        sheet.draw_ink(alpha, dx, dy, theme.writer.darkness if by_hand else theme.black)
        hulls.append(find_hull(alpha, round(dx), round(dy)))
    if hulls:
        kind = "handwritten" if by_hand else "printed"
        sheet.add_number(
            np.concatenate(hulls),
            value.text,
            "handwritten" if kind == "handwritten" else "printed",
            value.kind,
        )


def write_paragraph(
    sheet: Sheet, theme: Theme, font: SizedFont, words: list[Part], box: XYXY, leading: float
) -> float:
    """Prose set between margins, line by line; the baseline after the last line.

    Parameters
    ----------
    words : list[Part]
        Without spaces; a `Value` is a number in the prose.
    box : XYXY
        (x0, y0, x1, y1) it may fill; what does not fit is dropped.
    leading : float
        Pixels between baselines.
    """
    x0, y0, x1, y1 = box
    baseline, line, wide = y0 + font.unit * 1.3, list[Part](), 0.0
    space = font.width(" ")
    for word in [*words, None]:
        extra = 0.0 if word is None else font.width(_text(word))
        if word is None or wide + extra > x1 - x0:
            if baseline > y1:
                return baseline
            write_printed(sheet, theme, font, _joined(line), x0, baseline)
            baseline, line, wide = baseline + leading, [], 0.0
        if word is not None:
            line.append(word)
            wide += extra + space
    return baseline


def _joined(words: list[Part]) -> list[Part]:
    """Words with spaces, neighbours without a number among them in one piece."""
    out: list[Part] = []
    for word in words:
        if isinstance(word, str) and out and isinstance(out[-1], str):
            out[-1] += word + " "
        elif isinstance(word, str):
            out.append(word + " ")
        else:
            out += [word, " "]
    return out
