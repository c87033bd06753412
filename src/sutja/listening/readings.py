"""From a run of islands to what may have been said in each place, with the probability of all ways to say it.

"oh five" and "zero five" are two ways for the digits 05, "double five" and "five five" for 55; and the
probability that a word beside or inside the number is another word counts against it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sutja.decoding.ctc import Candidate, combine
from sutja.listening.runs import Run
from sutja.listening.spoken import VOCABULARY, Spoken, spoken_numbers
from sutja.listening.symbols import join, said_alike, words_of_signs
from sutja.spoken_words import OTHER

WIDTH = 32  # strings of a run kept at every step
_NEGLIGIBLE = 1e-4  # one this much less likely than the best is dropped
_EDGES = ("and", "a")  # words that may hang over at either end

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A number of one candidate, and the first and last island it was said in."""

    number: Spoken
    first: int
    last: int

    def meets(self, other: _Place) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class _Said:
    """A candidate as words, the island of each, and its numbers."""

    probability: float
    pieces: list[str]
    words: list[str]
    owners: list[int]
    places: list[_Place]


@dataclass(frozen=True, slots=True)
class Way:
    """The likeliest way in which some digits were said."""

    run: Run
    said: _Said
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
            found += self.run.islands[i].times(piece) if piece else []
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
    totals
        The probability of each number, by its digits.
    ways
        The likeliest way in which each was said.
    nothing
        The probability that no number was said there.
    start, end
        Of the islands of the likeliest, in seconds.
    """

    totals: Mapping[str, float]
    ways: Mapping[str, Way]
    nothing: float
    start: float
    end: float

    @property
    def best(self) -> str:
        """The likeliest digits."""
        return max(self.totals, key=self.totals.__getitem__)


def readings(run: Run) -> list[Reading]:
    """The places of a run in which its likeliest candidate has a number, in order.

    Parameters
    ----------
    run
        Islands, searched.
    """
    candidates = _candidates(run, said_alike)
    if any(place.number.digits == "0" for said in candidates[:1] for place in said.places):
        candidates = _candidates(run, _as_said)  # an "oh" alone is no number, so here it is no way to say 0
    return [_reading(run, candidates, place) for said in candidates[:1] for place in said.places]


def _candidates(run: Run, key: Callable[[str], str]) -> list[_Said]:
    """What a run may say, likeliest first; what is alike by `key` is one candidate."""
    segments = [island.segment for island in run.islands]
    found = combine(segments, key=key, width=WIDTH, negligible=_NEGLIGIBLE, join=join)
    quiet = math.exp(sum(island.quiet for island in run.islands[1:]))
    return [_said(candidate, quiet) for candidate in found]


def _as_said(text: str) -> str:
    return join(text, "")


def _said(candidate: Candidate, quiet: float) -> _Said:
    pieces = candidate.pieces()
    owners = [i for i, piece in enumerate(pieces) for _ in piece]
    words = words_of_signs("".join(pieces))
    places = [
        _Place(number, owners[number.start], owners[number.stop - 1]) for number in spoken_numbers(words)
    ]
    return _Said(candidate.probability * quiet, pieces, words, owners, places)


def _reading(run: Run, candidates: Sequence[_Said], place: _Place) -> Reading:
    """What all candidates say in the place of one number."""
    nothing = 0.0
    totals: dict[str, float] = {}
    ways: dict[str, Way] = {}
    for said in candidates:
        here = {other.number.digits: other for other in reversed(said.places) if other.meets(place)}
        nothing += 0.0 if here else said.probability
        for digits, other in here.items():
            totals[digits] = totals.get(digits, 0.0) + said.probability
            ways.setdefault(digits, Way(run, said, other))
    start, end = run.islands[place.first].start, run.islands[place.last].end
    return Reading(totals, ways, nothing, start, end)


def mean_reading(first: Reading, looks: Sequence[Sequence[Reading]]) -> Reading:
    """The mean of what was heard in one place and what further looks at the same sound hear there.

    Parameters
    ----------
    first
        What the first look says.
    looks
        For each further look all of its readings; one without any there heard nothing.
    """
    totals, nothing = dict(first.totals), first.nothing
    ways = dict(first.ways)
    for look in looks:
        here = [other for other in look if other.start < first.end and first.start < other.end]
        nothing += min((other.nothing for other in here), default=1.0)
        for digits in {digits for other in here for digits in other.totals}:
            totals[digits] = totals.get(digits, 0.0) + max(other.totals.get(digits, 0.0) for other in here)
            ways.setdefault(digits, next(other.ways[digits] for other in here if digits in other.ways))
    n = len(looks) + 1
    shares = {digits: total / n for digits, total in totals.items()}
    return Reading(shares, ways, nothing / n, first.start, first.end)
