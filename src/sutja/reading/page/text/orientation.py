"""Orientation of a page by its words: the way round in which they can be read.

Lines of text run along the page or down it; the text detector tells which. A few of them are read in both
directions, and words read surely in one of the two alone. Digits say less, since many can be read on their
heads, and in a mirror too; only words tell that a page is mirrored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.orientation import UPRIGHT, Orientation
from sutja.reading.page.text.lines import PageText
from sutja.reading.second_reader import ReadText

SAMPLE, SAMPLE_MIRRORED = 6, 3  # lines of a direction that are read
MAX_ASPECT = 14.0  # length by thickness of a sampled line; the start of a longer one is enough
_MIN_ASPECT = 1.6  # length by thickness: shorter regions have no direction
_MIN_SHARE = 0.25  # of the length of all lines, for a direction to be tried
_MIN_LETTERS = 4  # in the lines of a direction that turns a page
_MIN_LETTERS_MIRRORED = 10
_SURE = 0.75  # mean probability of the characters of text that is read
_SURE_MIRRORED = 0.85  # mean probability below which a page may be mirrored
_MIN_GAIN, _MIN_CLEAR_GAIN = 1.3, 4.0  # times the score of an upright page; of text that is read badly
_ROTATABLE = set("01689oOxXsSzZnuHINlL-.,: ")  # characters that look alike on their heads


def find_orientation_by_text(text: PageText) -> Orientation | None:
    """Find the orientation in which a page's lines can be read; None where too little of them can.

    Parameters
    ----------
    text : PageText
        Regions of a page.
    """
    scores = _score_turns(text, SAMPLE, mirrored=False)
    if not scores:
        return None
    best = max(scores, key=lambda turn: scores[turn].score)
    if scores[best].sure < _SURE_MIRRORED:
        mirrored = _score_turns(text, SAMPLE_MIRRORED, mirrored=True)
        turn = max(mirrored, key=lambda turn: mirrored[turn].score)
        found = mirrored[turn]
        if found.tells and found.letters >= _MIN_LETTERS_MIRRORED and found.score > scores[best].score:
            return Orientation(turn, True)
    found = scores[best]
    upright = scores[0].score if 0 in scores else 0.0
    if found.letters < _MIN_LETTERS or not (found.tells or found.score >= _MIN_CLEAR_GAIN * upright):
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


def _score_turns(text: PageText, sample: int, *, mirrored: bool) -> dict[int, _Score]:
    """Score each turn that may make the page upright by a few lines of each direction."""
    crops: list[NDArray[np.uint8]] = []
    turns: list[int] = []
    for turn, indices in _sample_lines(text, sample).items():
        for index in indices:
            crop = text.crop(index)
            if mirrored:
                crop = crop[:, ::-1]
            longest = int(MAX_ASPECT * crop.shape[0])
            for extra, turned in ((0, crop), (180, crop[::-1, ::-1])):
                crops.append(np.ascontiguousarray(turned[:, :longest]))
                turns.append((-turn if mirrored else turn) + extra)
    found: dict[int, list[ReadText]] = defaultdict(list)
    for turn, read in zip(turns, text.reader.read_text(crops), strict=True):
        found[turn % 360].append(read)
    return {turn: _score(lines) for turn, lines in found.items()}


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
