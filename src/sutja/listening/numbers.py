"""From a run of islands to its numbers, each with the probability of all ways to say the same digits.

"oh five" and "zero five" are two ways for the digits 05, "double five" and "five five" for 55; and the
probability that a word beside or inside the number is another word counts against it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sutja.decoding.ctc import Candidate, combine
from sutja.grammar import Grammar, Typed
from sutja.listening.runs import Run
from sutja.listening.spoken import VOCABULARY, Spoken, spoken_numbers
from sutja.listening.symbols import join, said_alike, words_of_signs
from sutja.spoken_words import OTHER

WIDTH = 32  # strings of a run kept at every step
_NEGLIGIBLE = 1e-4  # one this much less likely than the best is dropped
CLEARLY = (
    2.0  # digits that do not fit the kind are shown if they are so many times as likely as those that do
)
_SUMS = ("number", "amount")  # kinds whose value is what the words are worth
_EDGES = ("and", "a")  # words that may hang over at either end


@dataclass(frozen=True, slots=True)
class Heard:
    """A number that may have been said.

    Attributes
    ----------
    words, digits, value
        As in `sutja.listening.spoken.Spoken`; `value` is that of the kind, where one was asked for.
    probability
        Of these digits at this place.
    spans
        When each of its words was said, in seconds.
    ragged
        Whether words of numbers stand beside it that belong to none.
    beside
        Whether other words stand beside it, within `sutja.listening.runs.NEAR`.
    fits
        Whether it fits the kind that was asked for; True where none was.
    """

    words: tuple[str, ...]
    digits: str
    value: str | None
    probability: float
    spans: tuple[tuple[float, float], ...]
    ragged: bool = False
    beside: bool = False
    fits: bool = True


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


def numbers(run: Run, grammar: Grammar | None = None) -> list[Heard]:
    """The numbers of a run, in order.

    Parameters
    ----------
    run
        Islands, searched.
    grammar
        Of the kind that is asked for, if one is.
    """
    candidates = _candidates(run, said_alike)
    if any(place.number.digits == "0" for said in candidates[:1] for place in said.places):
        candidates = _candidates(run, _as_said)  # an "oh" alone is no number, so here it is no way to say 0
    found = (_heard(run, candidates, place, grammar) for said in candidates[:1] for place in said.places)
    return [heard for heard in found if heard is not None]


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


def _heard(run: Run, candidates: Sequence[_Said], place: _Place, grammar: Grammar | None) -> Heard | None:
    """The likeliest digits at the place of a number of the best candidate; those that fit the kind first.

    None where it is likelier that no number was said there.
    """
    nothing = 0.0
    totals: dict[str, float] = {}
    ways: dict[str, tuple[_Said, _Place]] = {}
    for said in candidates:
        here = {other.number.digits: other for other in reversed(said.places) if other.meets(place)}
        nothing += 0.0 if here else said.probability
        for digits, other in here.items():
            totals[digits] = totals.get(digits, 0.0) + said.probability
            ways.setdefault(digits, (said, other))
    if nothing > sum(totals.values()):
        return None
    best = max(totals, key=totals.__getitem__)
    if grammar is None:
        return _made(run, *ways[best], totals[best])
    fits = {digits: typed for digits in totals if (typed := grammar.parse(digits)) is not None}
    fitting = max(fits, key=totals.__getitem__, default=None)
    if fitting is None or totals[best] > CLEARLY * totals[fitting]:
        return _made(run, *ways[best], totals[best], misfit=True)
    return _made(run, *ways[fitting], totals[fitting], typed=fits[fitting])


def _made(
    run: Run, said: _Said, place: _Place, total: float, typed: Typed | None = None, misfit: bool = False
) -> Heard:
    number = place.number
    words = tuple(said.words[number.start : number.stop])
    spans: list[tuple[float, float]] = []
    for i in range(place.first, place.last + 1):
        spans += run.islands[i].times(said.pieces[i]) if said.pieces[i] else []
    at = number.start - said.owners.index(place.first)  # among the words of these islands
    around = _around(said.words, number)
    value = None if misfit else number.value
    if typed is not None and (value is not None or typed.kind not in _SUMS):
        value = typed.value
    return Heard(
        words, number.digits, value, min(1.0, total), tuple(spans[at : at + len(words)]),
        ragged=any(word in VOCABULARY for word in around), beside=OTHER in around, fits=not misfit,
    )  # fmt: skip


def _around(words: Sequence[str], number: Spoken) -> list[str]:
    """The words before and behind a number, but those that may hang over."""
    before, behind = number.start - 1, number.stop
    while before >= 0 and words[before] in _EDGES:
        before -= 1
    while behind < len(words) and words[behind] in _EDGES:
        behind += 1
    return [*words[max(0, before) : before + 1], *words[behind : behind + 1]]
