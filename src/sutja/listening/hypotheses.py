"""From an utterance to the numbers that may have been said, with the probability of every way to say each.

"oh five" and "zero five" are two ways to say the digits 05, "double five" and "five five" to say 55. A word
that may stand beside or inside a number, and would make it another, counts against it. The numbers shown are
those of the likeliest number sequence of the whole utterance: chosen number by number, a part that most
sequences share would win over every whole number it is a part of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sutja.decoding.ctc import Candidate, combine
from sutja.grammar.number_words import CORRECTION, OTHER, VOCABULARY, ParsedNumber, ends_number, find_numbers
from sutja.listening.symbols import canonicalise, decode_words, join_canonical
from sutja.listening.utterances import Utterance

SHORT_WORDS = 3  # a number with no more words has a second pass however sure it is
WIDTH = 32  # hypotheses of an utterance kept at every step
_NEGLIGIBLE = 1e-4  # one this much less likely than the best is dropped
_EDGES = ("and", "a")  # words that may be left over at either end of a number
_SLACK = 0.15  # seconds by which passes differ in the times of a word

TimeSpans = tuple[tuple[float, float], ...]  # from and to, in seconds


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Words beside a number; "and" and "a" are skipped.

    Attributes
    ----------
    number_words : bool
        True where words of numbers do that belong to no number that ends where this one begins.
    other_words : bool
        True where other words do.
    is_taken_back : bool
        True where "sorry" stands behind it, or before it and behind a longer number, of which it may be a
        part that is said again.
    """

    number_words: bool = False
    other_words: bool = False
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A number of a hypothesis, its first and last segment, and their times in seconds."""

    number: ParsedNumber
    first: int
    last: int
    start: float
    end: float

    @property
    def middle(self) -> float:
        """The time half-way."""
        return (self.start + self.end) / 2

    def overlaps(self, other: _Occurrence) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Words that an utterance may say.

    Attributes
    ----------
    utterance : Utterance
        The segments.
    probability : float
        Probability of all strings that differ from this one in no number.
    parts : list[str]
        The symbols of each segment.
    words : list[str]
        All words, in order.
    owners : list[int]
        Index of the segment of each word.
    occurrences : list[_Occurrence]
        The numbers among the words.
    """

    utterance: Utterance
    probability: float
    parts: list[str]
    words: list[str]
    owners: list[int]
    occurrences: list[_Occurrence]


@dataclass(frozen=True, slots=True)
class Mention:
    """A number within the hypothesis that says it."""

    hypothesis: Hypothesis
    occurrence: _Occurrence

    @property
    def number(self) -> ParsedNumber:
        """The number, with its position among the words of the hypothesis."""
        return self.occurrence.number

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the number."""
        return tuple(self.hypothesis.words[self.number.start : self.number.stop])

    def find_word_times(self) -> TimeSpans:
        """Find when each of its words was said, from and to, in seconds."""
        hypothesis, occurrence = self.hypothesis, self.occurrence
        times: list[tuple[float, float]] = []
        for i in range(occurrence.first, occurrence.last + 1):
            part = hypothesis.parts[i]
            times += hypothesis.utterance.segments[i].find_word_times(part) if part else []
        first = self.number.start - hypothesis.owners.index(
            occurrence.first
        )  # among the words of these segments
        return tuple(times[first : first + len(self.words)])

    def find_neighbours(self) -> Neighbours:
        """Find what stands beside it; "and" and "a" are skipped."""
        words, number = self.hypothesis.words, self.number
        before, behind = number.start - 1, number.stop
        while before >= 0 and words[before] in _EDGES:
            before -= 1
        while behind < len(words) and words[behind] in _EDGES:
            behind += 1
        left = words[before] if before >= 0 else ""
        right = words[behind] if behind < len(words) else ""
        joined = left in VOCABULARY and not ends_number(left)
        joined |= right in VOCABULARY and not ends_number(words[number.stop - 1])
        again = right == CORRECTION or (left == CORRECTION and self._is_part_of_one_before(before))
        return Neighbours(joined, OTHER in (left, right), again)

    def _is_part_of_one_before(self, stop: int) -> bool:
        """Tell whether the number that ends at a word of the hypothesis has more digits."""
        before = [one.number for one in self.hypothesis.occurrences if one.number.stop <= stop]
        return bool(before) and len(before[-1].digits) > len(self.number.digits)


NBest = Sequence[Hypothesis]  # of one utterance, likeliest first
Pass = Sequence[NBest]  # one run of the network over some sound: the n-best list of each utterance
_Sequence = tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class ConfusionSet:
    """The numbers that compete for one position in the recording.

    Attributes
    ----------
    best : str
        Key (`ParsedNumber.key`) of the number that belongs to the likeliest number sequence.
    posteriors : Mapping[str, float]
        Probability of each number, by its key.
    mentions : Mapping[str, Mention]
        For each number the likeliest hypothesis that says it.
    none : float
        Probability that no number was said there.
    """

    best: str
    posteriors: Mapping[str, float]
    mentions: Mapping[str, Mention]
    none: float


def make_n_best(utterance: Utterance) -> list[Hypothesis]:
    """Make the n-best list of an utterance whose segments have been searched, likeliest first."""
    n_best = _combine_segments(utterance, canonicalise)
    if any(found.number.key == "0" for hypothesis in n_best for found in hypothesis.occurrences):
        # An "oh" alone is no number, so here it must not count as a way to say 0.
        n_best = _combine_segments(utterance, _keep_zeros_apart)
    return n_best


def _combine_segments(utterance: Utterance, key: Callable[[str], str]) -> list[Hypothesis]:
    """Combine what the segments may say; strings with the same key are one hypothesis."""
    parts = [segment.ctc for segment in utterance.segments]
    candidates = combine(parts, key=key, width=WIDTH, negligible=_NEGLIGIBLE, join=join_canonical)
    silence = math.exp(sum(segment.silence for segment in utterance.segments[1:]))
    return [_make_hypothesis(utterance, candidate, silence) for candidate in candidates]


def _keep_zeros_apart(symbols: str) -> str:
    return join_canonical(symbols, "")


def _make_hypothesis(utterance: Utterance, candidate: Candidate, silence: float) -> Hypothesis:
    parts = candidate.list_parts()
    owners = [i for i, part in enumerate(parts) for _ in part]
    words = decode_words("".join(parts))
    segments = utterance.segments
    occurrences = []
    for number in find_numbers(words):
        first, last = owners[number.start], owners[number.stop - 1]
        occurrences.append(_Occurrence(number, first, last, segments[first].start, segments[last].end))
    return Hypothesis(utterance, candidate.probability * silence, parts, words, owners, occurrences)


def combine_passes(passes: Sequence[Pass]) -> list[ConfusionSet]:
    """Average passes over the same sound, and give the numbers of the likeliest number sequence, in order.

    Parameters
    ----------
    passes : Sequence[Pass]
        The first pass, which says what sound it is about, and further ones; a pass without any utterance
        counts as one without a number.
    """
    segments = [segment for n_best in passes[0] for segment in n_best[0].utterance.segments]
    start = min((segment.start for segment in segments), default=0.0)
    end = max((segment.end for segment in segments), default=0.0)
    means: dict[tuple[str, ...], float] = {}
    sequences: dict[tuple[str, ...], _Sequence] = {}
    for one in passes:
        for keys, (p, sequence) in _find_sequences(one, start, end).items():
            means[keys] = means.get(keys, 0.0) + p / len(passes)
            sequences.setdefault(keys, sequence)
    none = means.pop((), 0.0)
    if not means or none > sum(means.values()):
        return []
    likeliest = max(means, key=means.__getitem__)
    return [_make_confusion_set(passes, mention) for mention in sequences[likeliest]]


def _find_sequences(one: Pass, start: float, end: float) -> dict[tuple[str, ...], tuple[float, _Sequence]]:
    """Find the number sequences that one pass allows between two times, with their probabilities."""
    low, high = start - _SLACK, end + _SLACK
    sequences: dict[tuple[str, ...], tuple[float, _Sequence]] = {(): (1.0, ())}
    for n_best in one:
        parts = [(hypothesis.probability, _find_mentions(hypothesis, low, high)) for hypothesis in n_best]
        grown: dict[tuple[str, ...], tuple[float, _Sequence]] = {}
        for keys, (p, sequence) in sequences.items():
            for part, mentions in parts:
                key = (*keys, *(mention.number.key for mention in mentions))
                total, likeliest = grown.get(key, (0.0, (*sequence, *mentions)))
                grown[key] = (total + p * part, likeliest)
        sequences = dict(sorted(grown.items(), key=lambda item: -item[1][0])[:WIDTH])
    return sequences


def _find_mentions(hypothesis: Hypothesis, low: float, high: float) -> _Sequence:
    """Find the numbers whose middle lies between two times."""
    return tuple(
        Mention(hypothesis, found) for found in hypothesis.occurrences if low <= found.middle <= high
    )


def _make_confusion_set(passes: Sequence[Pass], mention: Mention) -> ConfusionSet:
    """Collect what all passes allow where one number stands."""
    posteriors: dict[str, float] = {}
    mentions = {mention.number.key: mention}
    none = 0.0
    for one in passes:
        best: dict[str, float] = {}
        least_none = 1.0
        for n_best in one:
            competing, without = _find_competing(n_best, mention.occurrence, mentions)
            if competing:
                least_none = min(least_none, without)
            for key, p in competing.items():
                best[key] = max(best.get(key, 0.0), p)
        none += least_none / len(passes)
        for key, p in best.items():
            posteriors[key] = posteriors.get(key, 0.0) + p / len(passes)
    return ConfusionSet(mention.number.key, posteriors, mentions, none)


def _find_competing(
    n_best: NBest, occurrence: _Occurrence, mentions: dict[str, Mention]
) -> tuple[dict[str, float], float]:
    """Sum the probability of each number that overlaps an occurrence, and of none; `mentions` may grow."""
    posteriors: dict[str, float] = {}
    none = 0.0
    for hypothesis in n_best:
        competing = {
            other.number.key: other
            for other in reversed(hypothesis.occurrences)
            if other.overlaps(occurrence)
        }
        none += 0.0 if competing else hypothesis.probability
        for key, other in competing.items():
            posteriors[key] = posteriors.get(key, 0.0) + hypothesis.probability
            mentions.setdefault(key, Mention(hypothesis, other))
    return posteriors, none
