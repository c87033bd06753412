"""From the network's answers to a `Number`: calibrated, judged, and put on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sutja.charset import LETTER
from sutja.confidence import Calibrator
from sutja.grammar import Grammar, Typed, own_part, typed
from sutja.reading.character_boxes import enclose, locate_characters
from sutja.reading.decode import MAX_ALTERNATIVES, Answer
from sutja.signals.image import Picture
from sutja.signals.normalisation import Normalised
from sutja.types import Alternative, Character, Number

# A reading that does not fit the kind that was asked for is shown if it has more than so many times the
# probability of the best that does.
MISFIT_RATIO = 2.0
MISFIT_CONFIDENCE = 0.2  # the most that is said for a number that does not fit; no threshold is as low


@dataclass(frozen=True, slots=True)
class Judge:
    """How far answers are trusted: the calibration of numbers and of characters, and the threshold.

    `grammar` is that of the kind that was asked for, None for any; `country` settles what is open.
    """

    calibrate: Calibrator
    calibrate_character: Calibrator
    threshold: float
    grammar: Grammar | None = None
    country: str | None = None

    def number(self, answers: Sequence[Answer], normalised: Normalised, picture: Picture) -> Number | None:
        """The number a picture shows, or None where "no number" is the likeliest answer.

        A number with a letter inside is never accepted, however sure the network is of it, but where the kind
        that was asked for has a place for it. Nor is one that does not fit that kind.

        Parameters
        ----------
        answers : Sequence[Answer]
            Likeliest first, at least one.
        normalised, picture : Normalised or Picture
            What the answers were read from, for the boxes.
        """
        if self.grammar is None:
            best = answers[0]
            if best.digits is None:
                return None
            confidence = self.calibrate(best.probability)
            found = typed("".join(best.pieces), self.country)
            sure = confidence >= self.threshold and LETTER not in best.text
            return self._written(answers, found, confidence, sure, normalised, picture)
        answers, fits = _fitting_first(answers)
        best = answers[0]
        if best.digits is None:
            return None
        if best.typed is None:
            found, confidence = Typed(self.grammar.kind, None), min(MISFIT_CONFIDENCE, fits)
            return self._written(answers, found, confidence, False, normalised, picture)
        confidence = self.calibrate(best.probability)
        likeliest = all(best.probability >= other.probability for other in answers)
        sure = likeliest and confidence >= self.threshold
        return self._written(answers, best.typed, confidence, sure, normalised, picture)

    def _written(
        self,
        answers: Sequence[Answer],
        found: Typed,
        confidence: float,
        accepted: bool,
        normalised: Normalised,
        picture: Picture,
    ) -> Number:
        """The first answer as a number on the picture."""
        best = answers[0]
        assert best.digits is not None
        glyphs = best.glyphs()
        boxes = locate_characters(glyphs, normalised, picture.width, picture.height)
        own = own_part("".join(glyph.text for glyph in glyphs))
        characters = tuple(
            Character(glyph.text, self.calibrate_character(glyph.probability), box)
            for glyph, box in zip(glyphs[own], boxes[own], strict=True)
        )
        return Number(
            text=best.text,
            digits=best.digits,
            value=found.value,
            kind=found.kind,
            confidence=confidence,
            accepted=accepted,
            box=enclose(boxes[own]),
            characters=characters,
            alternatives=_alternatives(answers, confidence),
            country=found.country,
            standard=found.standard,
        )


def _fitting_first(answers: Sequence[Answer]) -> tuple[list[Answer], float]:
    """The answers, the one to be shown first; and the probability of the best that fits.

    A number is never bent to fit: where something else is clearly likelier, that is shown.
    """
    fits = [answer for answer in answers if answer.typed is not None]
    others = [answer for answer in answers if answer.typed is None]
    best = fits[0].probability if fits else 0.0
    if fits and (not others or others[0].probability <= MISFIT_RATIO * best):
        return [*fits, *others], best
    return [*others, *fits], best


def _alternatives(answers: Sequence[Answer], confidence: float) -> tuple[Alternative, ...]:
    """The answers with other digits, which share what the calibrated confidence of the best leaves over.

    They share it as their raw probabilities are to each other, and none is given more than the best has.
    """
    best = answers[0]
    left = 1.0 - best.probability
    if left <= 0.0:
        return ()
    seen, found = {best.digits}, []
    for answer in answers[1:]:
        if answer.digits is not None and answer.digits not in seen:
            seen.add(answer.digits)
            share = (1.0 - confidence) * min(1.0, answer.probability / left)
            found.append(Alternative(answer.text, min(confidence, share)))
    return tuple(found[:MAX_ALTERNATIVES])
