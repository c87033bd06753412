"""From the network's answers to a `Number`: calibrated, judged, and put on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sutja.charset import LETTER
from sutja.confidence import Calibrator
from sutja.grammar import kind_of, own_part, value_of
from sutja.reading.boxes import around, character_boxes
from sutja.reading.decode import Answer
from sutja.signals.image import Picture
from sutja.signals.normalise import Normalised
from sutja.types import Alternative, Character, Number


@dataclass(frozen=True, slots=True)
class Judge:
    """How far answers are trusted: the calibration of numbers and of characters, and the threshold."""

    calibrate: Calibrator
    calibrate_character: Calibrator
    threshold: float

    def number(self, answers: Sequence[Answer], normalised: Normalised, picture: Picture) -> Number | None:
        """The number a picture shows, or None where "no number" is the likeliest answer.

        A number with a letter inside is never accepted, however sure the network is of it.

        Parameters
        ----------
        answers
            Likeliest first, at least one.
        normalised, picture
            What the answers were read from, for the boxes.
        """
        best = answers[0]
        if best.digits is None:
            return None
        confidence = self.calibrate(best.probability)
        glyphs = best.glyphs()
        boxes = character_boxes(glyphs, normalised, picture.width, picture.height)
        own = own_part("".join(glyph.text for glyph in glyphs))
        characters = tuple(
            Character(glyph.text, self.calibrate_character(glyph.probability), box)
            for glyph, box in zip(glyphs[own], boxes[own], strict=True)
        )
        text = best.text
        return Number(
            text=text,
            digits=best.digits,
            value=value_of(text),
            kind=kind_of(text),
            confidence=confidence,
            accepted=confidence >= self.threshold and LETTER not in text,
            box=around(boxes[own]),
            characters=characters,
            alternatives=_alternatives(answers, confidence),
        )


def _alternatives(answers: Sequence[Answer], confidence: float) -> tuple[Alternative, ...]:
    """The other answers, which share what the calibrated confidence of the best leaves over.

    They share it as their raw probabilities are to each other, and none is given more than the best has.
    """
    left = 1.0 - answers[0].probability
    return tuple(
        Alternative(answer.text, min(confidence, (1.0 - confidence) * min(1.0, answer.probability / left)))
        for answer in answers[1:]
        if answer.digits is not None and left > 0.0
    )
