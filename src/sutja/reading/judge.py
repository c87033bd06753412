"""From hypotheses to a `Number`: calibrated, accepted or not, with boxes on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sutja.charset import LETTER
from sutja.confidence import Calibrator
from sutja.grammar import Grammar, TypedNumber, find_signs, infer_kind, keep_digits, locate_number
from sutja.reading.character_boxes import enclose, locate_characters
from sutja.reading.decode import MAX_ALTERNATIVES, Hypothesis
from sutja.signals.image import Picture
from sutja.signals.normalisation import Normalised
from sutja.types import Alternative, Character, Number

# A hypothesis that does not fit the kind that was asked for is shown if it has more than so many times the
# probability of the best one that does.
MISFIT_RATIO = 2.0
MISFIT_CONFIDENCE = 0.2  # highest confidence of a number that does not fit; no threshold is as low


@dataclass(frozen=True, slots=True)
class Judge:
    """Calibration of numbers and of characters, and the threshold from which numbers are accepted.

    `grammar` is that of the kind that was asked for, None for any; `country` decides what is ambiguous.
    """

    calibrate: Calibrator
    calibrate_character: Calibrator
    threshold: float
    grammar: Grammar | None = None
    country: str | None = None

    def make_number(
        self, hypotheses: Sequence[Hypothesis], normalised: Normalised, picture: Picture
    ) -> Number | None:
        """Make the number a picture shows, or None where "no number" is the likeliest hypothesis.

        A number with a letter inside is never accepted, however sure the network is of it, unless the kind
        that was asked for has letters there. Nor is one that does not fit that kind.

        Parameters
        ----------
        hypotheses : Sequence[Hypothesis]
            Likeliest first, at least one.
        normalised, picture : Normalised or Picture
            Picture that the hypotheses were read from, for the boxes.
        """
        if self.grammar is None:
            best = hypotheses[0]
            if best.digits is None:
                return None
            confidence = self.calibrate(best.probability)
            parsed = infer_kind("".join(best.parts), self.country)
            sure = confidence >= self.threshold and LETTER not in best.text
            return self._place_number(hypotheses, parsed, confidence, sure, normalised, picture)
        hypotheses, fits = _sort_fitting_first(hypotheses)
        best = hypotheses[0]
        if best.digits is None:
            return None
        if best.typed is None:
            parsed, confidence = TypedNumber(self.grammar.kind, None), min(MISFIT_CONFIDENCE, fits)
            return self._place_number(hypotheses, parsed, confidence, False, normalised, picture)
        confidence = self.calibrate(best.probability)
        likeliest = all(best.probability >= other.probability for other in hypotheses)
        sure = likeliest and confidence >= self.threshold
        return self._place_number(hypotheses, best.typed, confidence, sure, normalised, picture)

    def _place_number(
        self,
        hypotheses: Sequence[Hypothesis],
        parsed: TypedNumber,
        confidence: float,
        accepted: bool,
        normalised: Normalised,
        picture: Picture,
    ) -> Number:
        """Put the first hypothesis on the picture as a number."""
        best = hypotheses[0]
        assert best.digits is not None
        glyphs = best.list_glyphs()
        boxes = locate_characters(glyphs, normalised, picture.width, picture.height)
        own = locate_number("".join(glyph.text for glyph in glyphs))
        characters = tuple(
            Character(glyph.text, self.calibrate_character(glyph.probability), box)
            for glyph, box in zip(glyphs[own], boxes[own], strict=True)
        )
        number = _complete(best.text, parsed, confidence, accepted, characters)
        return replace(
            number,
            digits=best.digits,
            box=enclose(boxes[own]),
            alternatives=_make_alternatives(hypotheses, confidence),
        )

    def make_number_of_text(self, text: str, confidence: float, characters: Sequence[Character]) -> Number:
        """Make the number that a text of known characters is, of the kind that was asked for if one was.

        Parameters
        ----------
        text : str
            In characters of `sutja.charset`, with a digit.
        confidence : float
            Probability that the text is right, which is not calibrated further.
        characters : Sequence[Character]
            One entry for each character of the text.
        """
        if self.grammar is None:
            parsed, fits = infer_kind(text, self.country), LETTER not in text
        else:
            typed = self.grammar.parse(text)
            parsed, fits = typed or TypedNumber(self.grammar.kind, None), typed is not None
            confidence = confidence if fits else min(MISFIT_CONFIDENCE, confidence)
        accepted = fits and confidence >= self.threshold
        return _complete(text, parsed, confidence, accepted, tuple(characters))


def _complete(
    text: str, parsed: TypedNumber, confidence: float, accepted: bool, characters: tuple[Character, ...]
) -> Number:
    """Make a number of its parts, in the box of its characters."""
    signs = find_signs(text)
    return Number(
        text=text,
        digits=keep_digits(text),
        value=parsed.value,
        kind=parsed.kind,
        confidence=confidence,
        accepted=accepted,
        box=enclose([character.box for character in characters]),
        characters=characters,
        country=parsed.country,
        standard=parsed.standard,
        sign=signs.sign,
        unit=signs.unit,
        relation=signs.relation,
    )


def _sort_fitting_first(hypotheses: Sequence[Hypothesis]) -> tuple[list[Hypothesis], float]:
    """Sort hypotheses, the one to be shown first, and return the probability of the best that fits.

    A number is never bent to fit: where something else is clearly likelier, that is shown.
    """
    fits = [hypothesis for hypothesis in hypotheses if hypothesis.typed is not None]
    others = [hypothesis for hypothesis in hypotheses if hypothesis.typed is None]
    best = fits[0].probability if fits else 0.0
    if fits and (not others or others[0].probability <= MISFIT_RATIO * best):
        return [*fits, *others], best
    return [*others, *fits], best


def _make_alternatives(hypotheses: Sequence[Hypothesis], confidence: float) -> tuple[Alternative, ...]:
    """Make the alternatives of other digits, which share what the calibrated confidence of the best leaves.

    They share it in proportion to their raw probabilities, and none gets more than the best has.
    """
    best = hypotheses[0]
    remainder = 1.0 - best.probability
    if remainder <= 0.0:
        return ()
    seen, alternatives = {best.digits}, []
    for hypothesis in hypotheses[1:]:
        if hypothesis.digits is not None and hypothesis.digits not in seen:
            seen.add(hypothesis.digits)
            share = (1.0 - confidence) * min(1.0, hypothesis.probability / remainder)
            alternatives.append(Alternative(hypothesis.text, min(confidence, share)))
    return tuple(alternatives[:MAX_ALTERNATIVES])
