"""Orientation of a page by its words: the way round in which they can be read.

Lines of text run along the page or down it; the text detector tells which. A few of them are read in both
directions, and words read surely in one of the two alone. Digits say less, since many can be read on their
heads, and in a mirror too; only words tell that a page is mirrored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sutja.reading.page.orientation import UPRIGHT, Orientation
from sutja.reading.page.text.lines import PageText
from sutja.reading.second.second_reader import ReadText

SAMPLE, SAMPLE_MIRRORED = 6, 3  # lines of a direction that are read
MAX_ASPECT = 9.0  # length by thickness of a sampled line; the start of a longer one is enough
_MIN_ASPECT = 1.6  # length by thickness: shorter regions have no direction
_MIN_SHARE = 0.25  # of the length of all lines, for a direction to be tried
_MIN_LETTERS = 4  # in the lines of a direction that turns a page
_MIN_LETTERS_MIRRORED = 10
_SURE = 0.75  # mean probability of the characters of text that is read
_SURE_MIRRORED = 0.85  # mean probability below which a page may be mirrored
_SURE_CLEAR, _MIN_LETTERS_CLEAR = 0.9, 12  # of upright lines that need not be read upside down
_MIN_GAIN, _MIN_CLEAR_GAIN = 1.3, 4.0  # times the score of an upright page; of text that is read badly
_ROTATABLE = set("01689oOxXsSzZnuHINlL-.,: ")  # characters that look alike on their heads


def find_orientation_by_text(text: PageText, *, numbers_read: bool = False) -> Orientation | None:
    """Find the orientation in which a page's lines can be read; None where too little of them can.

    Parameters
    ----------
    text : PageText
        Regions of a page.
    numbers_read : bool
        True if its numbers can be read as it is: text that is itself read badly then says nothing.
    """
    lines = _sample_lines(text, SAMPLE)
    if not lines:
        return None
    read = _read_turns(text, lines)
    if list(lines) == [0] and _score(read[0]).is_clear:
        return UPRIGHT  # reading it upside down as well would tell nothing more
    scores = _score_all(read, _read_turns(text, lines, extra=180))
    best = max(scores, key=lambda turn: scores[turn].score)
    if scores[best].sure < _SURE_MIRRORED:
        few = {turn: indices[:SAMPLE_MIRRORED] for turn, indices in lines.items()}
        mirrored = _score_all(*(_read_turns(text, few, mirrored=True, extra=extra) for extra in (0, 180)))
        turn = max(mirrored, key=lambda turn: mirrored[turn].score)
        found = mirrored[turn]
        if found.tells and found.letters >= _MIN_LETTERS_MIRRORED and found.score > scores[best].score:
            return Orientation(turn, True)
    found = scores[best]
    upright = scores[0].score if 0 in scores else 0.0
    clear = not numbers_read and found.score >= _MIN_CLEAR_GAIN * upright
    if found.letters < _MIN_LETTERS or not (found.tells or clear):
        return None
    return Orientation(best) if best == 0 or found.score >= _MIN_GAIN * upright else UPRIGHT


@dataclass(frozen=True, slots=True)
class _Score:
    """Score of lines: of characters that tell a direction; their mean probability; letters among them."""

    score: float
    sure: float
    letters: int

    @property
    def tells(self) -> bool:
        """True if the lines read as text does."""
        return self.sure >= _SURE

    @property
    def is_clear(self) -> bool:
        """True if the lines hardly leave a doubt that they are the right way up."""
        return self.sure >= _SURE_CLEAR and self.letters >= _MIN_LETTERS_CLEAR


def _read_turns(
    text: PageText, lines: Mapping[int, Sequence[int]], *, mirrored: bool = False, extra: int = 0
) -> dict[int, list[ReadText]]:
    """Read lines turned so that they run from left to right, and further by `extra` degrees, 0 or 180.

    What is read of whole lines as they are is kept with the page's text.
    """
    wanted = [(turn, index) for turn, indices in lines.items() for index in indices]
    whole = [text.crop(index) for _, index in wanted]
    crops = []
    for crop in whole:
        side = crop[:, ::-1] if mirrored else crop
        turned = side[::-1, ::-1] if extra else side
        crops.append(np.ascontiguousarray(turned[:, : int(MAX_ASPECT * crop.shape[0])]))
    found: dict[int, list[ReadText]] = defaultdict(list)
    for (turn, index), crop, its, read in zip(
        wanted, whole, crops, text.reader.read_text(crops), strict=True
    ):
        found[((-turn if mirrored else turn) + extra) % 360].append(read)
        if turn == 0 and not (mirrored or extra) and its.shape == crop.shape:
            text.keep(index, crop, read)
    return found


def _score_all(*some: Mapping[int, Sequence[ReadText]]) -> dict[int, _Score]:
    """Score the lines of each turn."""
    together: dict[int, list[ReadText]] = defaultdict(list)
    for found in some:
        for turn, lines in found.items():
            together[turn] += lines
    return {turn: _score(lines) for turn, lines in together.items()}


def _sample_lines(text: PageText, sample: int) -> dict[int, list[int]]:
    """Sample lines by the turn that makes them run from left to right, the longest first."""
    groups: dict[int, list[int]] = defaultdict(list)
    lengths: dict[int, float] = defaultdict(float)
    for index, region in enumerate(text.regions):
        if region.length < _MIN_ASPECT * region.thickness:
            continue
        turn = round(-region.angle / 90.0) * 90 % 360
        groups[turn].append(index)
        lengths[turn % 180] += region.length
    total = sum(lengths.values())
    kept = {}
    for turn, indices in groups.items():
        if lengths[turn % 180] >= _MIN_SHARE * total:
            kept[turn] = sorted(indices, key=lambda i: -text.regions[i].length)[:sample]
    return kept


def _score(lines: Sequence[ReadText]) -> _Score:
    """Score lines by the characters that tell a direction."""
    telling = letters = 0.0
    sure: list[float] = []
    for line in lines:
        for character, confidence in zip(line.text, line.confidences, strict=True):
            if character == " ":
                continue
            sure.append(confidence)
            telling += confidence**2 if character not in _ROTATABLE else 0.1 * confidence**2
            letters += character.isalpha() and confidence >= _SURE
    mean = float(np.mean(sure)) if sure else 0.0
    return _Score(telling * mean**2, mean, int(letters))
