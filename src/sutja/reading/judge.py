"""From hypotheses to a `Number`: calibrated, accepted or not, with boxes on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sutja.charset import LETTER
from sutja.confidence import Calibrator
from sutja.grammar import (
    Grammar,
    Signs,
    TypedNumber,
    find_signs,
    infer_kind,
    keep_digits,
    may_end_in_stroke,
    parse_serial,
)
from sutja.reading.character_boxes import enclose, locate_characters
from sutja.reading.decode import MAX_ALTERNATIVES, Hypothesis
from sutja.reading.displays.display import read_display
from sutja.reading.fractions import has_wide_gap, part_mixed, read_stacked
from sutja.reading.guides import are_guides
from sutja.reading.marks import LEAST_AGREEMENT, settle_marks
from sutja.reading.raised_signs import TAKEN_FOR_POINTS, ends_in_raised_sign, write_raised_points
from sutja.reading.strokes import ends_in_tick, is_struck_out
from sutja.reading.written import Written, is_serial, merge_written, misses_fraction
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import Normalised
from sutja.types import Alternative, Character, Number

# A hypothesis that does not fit the kind that was asked for is shown if it has more than so many times the
# probability of the best one that does.
MISFIT_RATIO = 2.0
MISFIT_CONFIDENCE = 0.2  # highest confidence of what does not fit or does not count; no threshold is as low


@dataclass(frozen=True, slots=True)
class Judge:
    """Calibration of numbers and of characters, and the threshold from which numbers are accepted.

    `grammar` is that of the kind that was asked for, None for any; `country` decides what is ambiguous;
    `doubt_of_marks` is how much of the doubt of a number's marks, as a logarithm, lowers its confidence.
    """

    calibrate: Calibrator
    calibrate_character: Calibrator
    threshold: float
    grammar: Grammar | None = None
    country: str | None = None
    doubt_of_marks: float = 1.0

    def make_number(
        self,
        hypotheses: Sequence[Hypothesis],
        normalised: Normalised,
        picture: Picture,
        answers: Sequence[Sequence[Hypothesis]] = (),
        written: Written | None = None,
        whole: Normalised | None = None,
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
        answers : Sequence[Sequence[Hypothesis]]
            Hypotheses of each reader that was asked, for the marks between the digits.
        written : Written | None
            Number as it is written, letters and signs included, where that was read.
        whole : Normalised | None
            All of the crop, where the picture is a region of it.
        """
        number = self._make_number(hypotheses, normalised, picture, answers, written)
        if number is None or whole is None or not number.accepted:
            return number
        # The boxes that tell guides are taken away from regions.
        return self.refuse(number) if are_guides(number.text, whole) else number

    def _make_number(
        self,
        hypotheses: Sequence[Hypothesis],
        normalised: Normalised,
        picture: Picture,
        answers: Sequence[Sequence[Hypothesis]],
        written: Written | None,
    ) -> Number | None:
        if written is not None and is_serial(hypotheses[0], written):
            return self._make_serial(hypotheses, normalised, picture, written)
        if self.grammar is None:
            best = hypotheses[0]
            if best.digits is None:
                return None
            settled = settle_marks(best, answers, self.country)
            own = part_mixed(merge_written(settled.hypothesis, written), normalised)
            if has_wide_gap(own, normalised):
                settled = settle_marks(best, answers, self.country, gaps=False)
            first = answers[0] if answers else hypotheses
            own = _write_points(own, normalised, picture)
            own, parsed, sure_of_marks = self._parse(own, settled.agreement, first, normalised)
            confidence = self.calibrate(best.probability)
            if parsed.value is not None:  # marks and sign are a part of what is claimed
                confidence *= sure_of_marks
            if sure_of_marks == 0.0 or misses_fraction(own, written):
                confidence = min(MISFIT_CONFIDENCE, confidence)
            sure = confidence >= self.threshold and LETTER not in own.text
            return self._place_number(hypotheses, own, parsed, confidence, sure, normalised, picture)
        hypotheses, fits = _sort_fitting_first(hypotheses)
        best = hypotheses[0]
        if best.digits is None:
            return None
        if best.typed is None:
            parsed, confidence = TypedNumber(self.grammar.kind, None), min(MISFIT_CONFIDENCE, fits)
            own = merge_written(best, written)
            return self._place_number(hypotheses, own, parsed, confidence, False, normalised, picture)
        confidence = self.calibrate(best.probability)
        likeliest = all(best.probability >= other.probability for other in hypotheses)
        sure = likeliest and confidence >= self.threshold
        own = merge_written(best, written)
        return self._place_number(hypotheses, own, best.typed, confidence, sure, normalised, picture)

    def _parse(
        self, own: Written, agreement: float, hypotheses: Sequence[Hypothesis], normalised: Normalised
    ) -> tuple[Written, TypedNumber, float]:
        """Parse a number of any kind: its characters, its value, and how sure its marks are.

        They are not sure at all where a fraction, or groups with a stroke behind them, show that there are no
        such digits.
        """
        stacked = read_stacked(own, normalised)
        if stacked is not None:
            return stacked.written, TypedNumber("number", stacked.value), float(stacked.sure)
        sure = agreement**self.doubt_of_marks
        display = read_display(own, hypotheses, normalised)
        if display is not None:
            own, agreement = display.written, display.agreement
            sure = agreement
        parsed = infer_kind(own.text, self.country)
        if may_end_in_stroke(own.text):
            agreement = sure = 0.0
        if agreement < LEAST_AGREEMENT:
            parsed = replace(parsed, value=None)
        elif display is not None and display.value is not None:
            parsed = replace(parsed, value=display.value)
        return own, parsed, sure

    def _make_serial(
        self, hypotheses: Sequence[Hypothesis], normalised: Normalised, picture: Picture, written: Written
    ) -> Number:
        """Make a number that letters belong to, accepted only where its check digit holds.

        Its confidence is that of the least sure of its characters, or of its digits where that is lower.
        """
        serial = parse_serial(written.text)
        digits = [h.probability for h in hypotheses if h.digits == written.digits]
        confidence = min(written.probability, self.calibrate(digits[0])) if digits else written.probability
        if serial.standard is None:
            confidence = min(confidence, MISFIT_CONFIDENCE)
        parsed = TypedNumber(
            "number" if serial.standard is None else "check",
            None if serial.standard is None else serial.value,
            serial.country,
            serial.standard,
        )
        fits = self.grammar is None or self.grammar.kind == "check"
        sure = serial.standard is not None and fits and confidence >= self.threshold
        return self._place_number(hypotheses, written, parsed, confidence, sure, normalised, picture)

    def _place_number(
        self,
        hypotheses: Sequence[Hypothesis],
        own: Written,
        parsed: TypedNumber,
        confidence: float,
        accepted: bool,
        normalised: Normalised,
        picture: Picture,
    ) -> Number:
        """Put a number on the picture; one that is struck out or holds what is no digit is not accepted."""
        glyphs = (*own.before, *own.glyphs, *own.behind)
        located = locate_characters(glyphs, normalised, picture.width, picture.height)
        boxes = located[len(own.before) : len(own.before) + len(own.glyphs)]
        if accepted and (
            is_struck_out(own.glyphs, normalised)
            or are_guides(own.text, normalised)
            or ends_in_tick(own.glyphs, boxes, normalised)
            or ends_in_raised_sign([glyph.text for glyph in own.glyphs], boxes)
        ):
            accepted, confidence = False, min(MISFIT_CONFIDENCE, confidence)
        characters = tuple(
            Character(glyph.text, self.calibrate_character(glyph.probability), box)
            for glyph, box in zip(own.glyphs, boxes, strict=True)
        )
        alternatives = _make_alternatives(hypotheses, confidence)
        signs = Signs() if own.serial else find_signs(own.text)
        return _complete(own.text, parsed, confidence, accepted, characters, signs, alternatives)

    @staticmethod
    def refuse(number: Number) -> Number:
        """Return a number that is not accepted, however sure its digits are."""
        return replace(number, accepted=False, confidence=min(MISFIT_CONFIDENCE, number.confidence))

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
        return _complete(text, parsed, confidence, accepted, tuple(characters), find_signs(text))


def _write_points(own: Written, normalised: Normalised, picture: Picture) -> Written:
    """Write the raised points of a number as points, where no letters belong to it."""
    if own.serial or not any(sign in own.text for sign in TAKEN_FOR_POINTS):
        return own
    boxes = locate_characters(own.glyphs, normalised, picture.width, picture.height)
    texts = write_raised_points([glyph.text for glyph in own.glyphs], boxes)
    glyphs = (replace(glyph, text=text) for glyph, text in zip(own.glyphs, texts, strict=True))
    return replace(own, glyphs=tuple(glyphs))


def _complete(
    text: str,
    parsed: TypedNumber,
    confidence: float,
    accepted: bool,
    characters: tuple[Character, ...],
    signs: Signs,
    alternatives: tuple[Alternative, ...] = (),
) -> Number:
    """Make a number of its parts, in the box of its characters."""
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
        alternatives=alternatives,
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
