"""From a run of islands to what may have been said in each place, with the probability of all ways to say it.

"oh five" and "zero five" are two ways for the digits 05, "double five" and "five five" for 55; and the
probability that a word beside or inside the number is another word counts against it. What is shown is the
likeliest row of numbers of a run: number by number, a part that most rows share would win over the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sutja.decoding.ctc import Candidate, combine
from sutja.grammar.number_words import OTHER, VOCABULARY, Spoken, spoken_numbers
from sutja.listening.symbols import join, said_alike, words_of_signs
from sutja.listening.utterances import Run

WIDTH = 32  # strings of a run kept at every step
_NEGLIGIBLE = 1e-4  # one this much less likely than the best is dropped
_EDGES = ("and", "a")  # words that may hang over at either end
_SLACK = 0.15  # seconds by which looks differ in where they hear a word

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A number of one candidate, the first and last island it was said in, and their times in seconds."""

    number: Spoken
    first: int
    last: int
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Between its times."""
        return (self.start + self.end) / 2

    def meets(self, other: _Place) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a run may say: words, the island of each, and the numbers among them."""

    run: Run
    probability: float
    pieces: list[str]
    words: list[str]
    owners: list[int]
    places: list[_Place]


@dataclass(frozen=True, slots=True)
class Way:
    """The likeliest way in which some digits were said."""

    said: Said
    place: _Place

    @property
    def number(self) -> Spoken:
        """The number, its place among the words of the candidate."""
        return self.place.number

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the number."""
        return tuple(self.said.words[self.number.start : self.number.stop])

    def spans(self) -> Spans:
        """When each of its words was said, from and to, in seconds."""
        found: list[tuple[float, float]] = []
        for i in range(self.place.first, self.place.last + 1):
            piece = self.said.pieces[i]
            found += self.said.run.islands[i].times(piece) if piece else []
        at = self.number.start - self.said.owners.index(self.place.first)  # among the words of these islands
        return tuple(found[at : at + len(self.words)])

    def around(self) -> tuple[bool, bool]:
        """Whether words of numbers, and whether other words, stand beside it but those that may hang over."""
        words, before, behind = self.said.words, self.number.start - 1, self.number.stop
        while before >= 0 and words[before] in _EDGES:
            before -= 1
        while behind < len(words) and words[behind] in _EDGES:
            behind += 1
        beside = [*words[max(0, before) : before + 1], *words[behind : behind + 1]]
        return any(word in VOCABULARY for word in beside), OTHER in beside


@dataclass(frozen=True, slots=True)
class Reading:
    """What may have been said in one place.

    Attributes
    ----------
    best : str
        The digits that stand here in the likeliest of all that may have been said around.
    totals : Mapping[str, float]
        The probability of each number, by its digits.
    ways : Mapping[str, Way]
        The likeliest way in which each was said.
    nothing : float
        The probability that no number was said there.
    """

    best: str
    totals: Mapping[str, float]
    ways: Mapping[str, Way]
    nothing: float


def sayings(run: Run) -> list[Said]:
    """What a run may say, likeliest first.

    Parameters
    ----------
    run : Run
        Islands, searched.
    """
    found = _candidates(run, said_alike)
    if any(place.number.digits == "0" for said in found for place in said.places):
        found = _candidates(run, _as_said)  # an "oh" alone is no number, so here it is no way to say 0
    return found


def _candidates(run: Run, key: Callable[[str], str]) -> list[Said]:
    """What a run may say; what is alike by `key` is one candidate."""
    segments = [island.segment for island in run.islands]
    found = combine(segments, key=key, width=WIDTH, negligible=_NEGLIGIBLE, join=join)
    quiet = math.exp(sum(island.quiet for island in run.islands[1:]))
    return [_said(run, candidate, quiet) for candidate in found]


def _as_said(text: str) -> str:
    return join(text, "")


def _said(run: Run, candidate: Candidate, quiet: float) -> Said:
    pieces = candidate.pieces()
    owners = [i for i, piece in enumerate(pieces) for _ in piece]
    words = words_of_signs("".join(pieces))
    islands = run.islands
    places = []
    for number in spoken_numbers(words):
        first, last = owners[number.start], owners[number.stop - 1]
        places.append(_Place(number, first, last, islands[first].start, islands[last].end))
    return Said(run, candidate.probability * quiet, pieces, words, owners, places)


Look = Sequence[Sequence[Said]]  # for each run that was heard, what it may say
_Row = tuple[Way, ...]


def settled(looks: Sequence[Look]) -> list[Reading]:
    """The numbers of the likeliest row of numbers, in order, by all looks at the same sound.

    Parameters
    ----------
    looks : Sequence[Look]
        The first look, which says where to look, and further ones; one without any run heard nothing.
    """
    islands = [island for run in looks[0] for island in run[0].run.islands]
    start = min((island.start for island in islands), default=0.0)
    end = max((island.end for island in islands), default=0.0)
    means: dict[tuple[str, ...], float] = {}
    rows: dict[tuple[str, ...], _Row] = {}
    for look in looks:
        for digits, (p, row) in _rows(look, start, end).items():
            means[digits] = means.get(digits, 0.0) + p / len(looks)
            rows.setdefault(digits, row)
    nothing = means.pop((), 0.0)
    if not means or nothing > sum(means.values()):
        return []
    likeliest = max(means, key=means.__getitem__)
    return [_reading(looks, way) for way in rows[likeliest]]


def _rows(look: Look, start: float, end: float) -> dict[tuple[str, ...], tuple[float, _Row]]:
    """The rows of numbers that one look may hear between two times, with their probabilities."""
    low, high = start - _SLACK, end + _SLACK
    rows: dict[tuple[str, ...], tuple[float, _Row]] = {(): (1.0, ())}
    for run in look:
        parts = [(said.probability, _row(said, low, high)) for said in run]
        grown: dict[tuple[str, ...], tuple[float, _Row]] = {}
        for digits, (p, row) in rows.items():
            for part, ways in parts:
                key = (*digits, *(way.number.digits for way in ways))
                total, likeliest = grown.get(key, (0.0, (*row, *ways)))
                grown[key] = (total + p * part, likeliest)
        rows = dict(sorted(grown.items(), key=lambda item: -item[1][0])[:WIDTH])
    return rows


def _row(said: Said, low: float, high: float) -> _Row:
    """The numbers whose middle lies between two times."""
    return tuple(Way(said, place) for place in said.places if low <= place.middle <= high)


def _reading(looks: Sequence[Look], way: Way) -> Reading:
    """What all looks say in the place of one number."""
    totals: dict[str, float] = {}
    ways = {way.number.digits: way}
    nothing = 0.0
    for look in looks:
        heard: dict[str, float] = {}
        silent = 1.0
        for run in look:
            here, none = _in_place(run, way.place, ways)
            if here:
                silent = min(silent, none)
            for digits, p in here.items():
                heard[digits] = max(heard.get(digits, 0.0), p)
        nothing += silent / len(looks)
        for digits, p in heard.items():
            totals[digits] = totals.get(digits, 0.0) + p / len(looks)
    return Reading(way.number.digits, totals, ways, nothing)


def _in_place(run: Sequence[Said], place: _Place, ways: dict[str, Way]) -> tuple[dict[str, float], float]:
    """The probability of each number that a run may say in a place, and that of none."""
    totals: dict[str, float] = {}
    nothing = 0.0
    for said in run:
        here = {other.number.digits: other for other in reversed(said.places) if other.meets(place)}
        nothing += 0.0 if here else said.probability
        for digits, other in here.items():
            totals[digits] = totals.get(digits, 0.0) + said.probability
            ways.setdefault(digits, Way(said, other))
    return totals, nothing
