"""Numbers of a PDF page that carries its text: exact where the text has them, read where it has not.

What the text says is painted over before the page is read, so that pictures, stamps and handwriting on it
are still read and nothing is read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sutja.reading.character_boxes import enclose
from sutja.reading.page.naming.names import make_candidate, name_numbers
from sutja.reading.page.tables.structure import find_reading_order, locate_cells
from sutja.reading.page.text.lines import Word
from sutja.reading.page.text.numbers import find_numbers
from sutja.signals.image import Picture
from sutja.signals.pdf_text import TextCharacter
from sutja.types import Box, Character, Number, Page

WRITTEN = "text"  # of numbers that are taken from a page's text
_ROOM = 1.5  # pixels about a character that are painted over with it
_MAX_GAP, _MAX_STEP = 0.6, 0.5  # heights: between characters of a word, and between their middles

MakeNumber = Callable[[str, float, Sequence[Character]], Number]


def find_text_numbers(characters: Sequence[TextCharacter], make_number: MakeNumber) -> list[Number]:
    """Find the numbers in the text of a page, each with exact characters and boxes.

    Parameters
    ----------
    characters : Sequence[TextCharacter]
        Characters of the page, in their order.
    make_number : MakeNumber
        Makes a number of a text, its confidence and its characters.
    """
    numbers = []
    for found in find_numbers(list_words(characters)):
        exact = [Character(text, 1.0, box) for text, box in zip(found.text, found.boxes, strict=True)]
        numbers.append(replace(make_number(found.text, 1.0, exact), written=WRITTEN))
    return numbers


def list_words(characters: Sequence[TextCharacter]) -> list[Word]:
    """List the words of a text: what stands between spaces, and on one line without a gap."""
    words: list[Word] = []
    for is_space, some in groupby(characters, key=lambda character: character.box is None):
        if is_space:
            continue
        part: list[tuple[str, Box]] = []
        for character in some:
            assert character.box is not None
            if part and not _follows(part[-1][1], character.box):
                words.append(_make_word(part, len(words)))
                part = []
            part.append((character.text, character.box))
        words.append(_make_word(part, len(words)))
    return _number_lines(words)


def _follows(last: Box, box: Box) -> bool:
    """Tell whether a character goes on with the word of the last one."""
    height = max(last.height, box.height, 1.0)
    beside = abs((last.y0 + last.y1) - (box.y0 + box.y1)) / 2 <= _MAX_STEP * height
    return beside and -height < box.x0 - last.x1 <= _MAX_GAP * height


def _make_word(part: Sequence[tuple[str, Box]], line: int) -> Word:
    return Word("".join(text for text, _ in part), (1.0,) * len(part), tuple(box for _, box in part), line)


def _number_lines(words: Sequence[Word]) -> list[Word]:
    """Give words that stand on one line, each behind the last, the number of that line."""
    numbered: list[Word] = []
    line = 0
    for word in words:
        if numbered:
            last, box = numbered[-1].box, word.box
            height = max(last.height, box.height, 1.0)
            same = abs((last.y0 + last.y1) - (box.y0 + box.y1)) / 2 <= _MAX_STEP * height
            line += not (same and box.x0 >= last.x1 - height)
        numbered.append(replace(word, region=line))
    return numbered


def paint_over(pixels: NDArray[np.uint8], characters: Sequence[TextCharacter]) -> NDArray[np.uint8]:
    """Paint over the words of a page's text with the paper about them.

    Parameters
    ----------
    pixels : NDArray[uint8]
        (H, W) or (H, W, 3), the page as drawn.
    characters : Sequence[TextCharacter]
        Characters of its text.
    """
    painted = pixels.copy()
    rows, columns = pixels.shape[:2]
    for word in list_words(characters):
        box = word.box
        x0, y0 = max(int(box.x0 - _ROOM), 0), max(int(box.y0 - _ROOM), 0)
        x1, y1 = min(int(np.ceil(box.x1 + _ROOM)), columns), min(int(np.ceil(box.y1 + _ROOM)), rows)
        part = pixels[y0:y1, x0:x1]
        if part.size:
            edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
            painted[y0:y1, x0:x1] = np.median(edge, axis=0).astype(np.uint8)
    return painted


def read_with_text(
    picture: Picture, read: Callable[[Picture], Page], make_number: MakeNumber, *, text_alone: bool
) -> Page:
    """Read a page of a PDF: its text, and what else is drawn on it.

    Parameters
    ----------
    picture : Picture
        Page as drawn, with the characters of its text.
    read : Callable[[Picture], Page]
        Reads the numbers that are drawn.
    make_number : MakeNumber
        Makes a number of a known text.
    text_alone : bool
        True to leave alone what is drawn.
    """
    numbers = find_text_numbers(picture.characters, make_number)
    if text_alone:
        page = Page(picture.source, picture.page, picture.width, picture.height)
    else:
        page = read(replace(picture, pixels=paint_over(picture.pixels, picture.characters)))
    if not numbers:
        return page
    everything = [*numbers, *page.numbers]
    boxes = [enclose([c.box for c in n.characters]) if n.characters else n.box for n in everything]
    positions = locate_cells(boxes)
    candidates = [make_candidate(number, box) for number, box in zip(everything, boxes, strict=True)]
    words = list_words(picture.characters)
    names = name_numbers(candidates, words, float(picture.width), float(picture.height))
    placed = [
        replace(
            number,
            name=name,
            table=position.table if position else None,
            row=position.row if position else None,
            column=position.column if position else None,
        )
        for number, position, name in zip(everything, positions, names, strict=True)
    ]
    order = find_reading_order(boxes, positions)
    return replace(page, numbers=tuple(placed[i] for i in order))
