"""The parts of a card: how the input is made, how far answers are trusted, and what was learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NoReturn

from sutja.errors import ModelFileError

CALIBRATION_METHOD = "isotonic-logit"  # straight lines over the logit of the raw confidence
GUARANTEE_METHODS = ("selection with guaranteed risk", "learn then test")


def refuse(what: str) -> NoReturn:
    """Say what is not right about a card."""
    raise ModelFileError(f"the card is not right: {what}", remedy="make the model file again")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How the input is made: a function of `sutja.signals` by name, and its parameters."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone map of raw confidence to probability: (raw, calibrated) points, none for no change.

    Raises
    ------
    ModelFileError
        If the method is not known, or the points do not rise within [0, 1].
    """

    method: str = CALIBRATION_METHOD
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.method != CALIBRATION_METHOD:
            refuse(f"its calibration is {self.method!r}; this version knows {CALIBRATION_METHOD!r}")
        for raw, calibrated in self.points:
            if not (0.0 <= raw <= 1.0 and 0.0 <= calibrated <= 1.0):
                refuse(f"a calibration point lies outside [0, 1]: ({raw}, {calibrated})")
        for (raw, calibrated), (next_raw, next_calibrated) in pairwise(self.points):
            if next_raw <= raw or next_calibrated < calibrated:
                refuse("its calibration points do not rise from one to the next")


@dataclass(frozen=True, slots=True)
class RiskCounts:
    """What `cases` validation answers showed: (threshold, accepted, wrong) points."""

    cases: int = 0
    points: tuple[tuple[float, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scaling:
    """What is done to a classifier's log probabilities: log_softmax(scale · log_probs + shift).

    One `scale` and no `shift` are a temperature of 1 / scale; K of each are vector scaling (Guo et al. 2017);
    none change nothing.

    Raises
    ------
    ModelFileError
        If a scale is not positive, a value not finite, or there are not as many shifts as scales.
    """

    scale: tuple[float, ...] = ()
    shift: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not all(0.0 < value < math.inf for value in self.scale) or not all(map(math.isfinite, self.shift)):
            refuse("its scaling has a value that is not finite, or a scale that is not positive")
        if len(self.shift) != (0 if len(self.scale) < 2 else len(self.scale)):
            refuse(f"its scaling has {len(self.scale)} scales and {len(self.shift)} shifts")


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What the threshold promises, and on what grounds.

    Attributes
    ----------
    max_error, confidence : float
        At most this share of the accepted answers is wrong, and this sure that is.
    method : str
        One of `GUARANTEE_METHODS`.
    cases, accepted, wrong : int
        Labels it rests on, how many of their answers the threshold accepts, and how many of those are wrong.
    data : str
        Where the labels came from.
    """

    max_error: float
    confidence: float
    method: str
    cases: int
    accepted: int
    wrong: int
    data: str = ""

    def __post_init__(self) -> None:
        if self.method not in GUARANTEE_METHODS:
            refuse(f"its guarantee is by {self.method!r}; this version knows {', '.join(GUARANTEE_METHODS)}")
        if not (0.0 < self.max_error < 1.0 and 0.0 < self.confidence < 1.0):
            refuse("its guarantee has a share outside (0, 1)")
        if not 0 <= self.wrong <= self.accepted <= self.cases:
            refuse(f"its guarantee counts {self.wrong} of {self.accepted} of {self.cases}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How finding and reading weigh in the confidence of a number on a page: weights of their log odds."""

    offset: float
    finding: float
    reading: float

    def __post_init__(self) -> None:
        if min(self.finding, self.reading) < 0:
            refuse("a weight of finding or reading is below 0")


@dataclass(frozen=True, slots=True)
class FieldTrust:
    """How far numbers are trusted that a detector found on whole pages and a transcriber read.

    Attributes
    ----------
    calibration : Calibration
        From finding and reading together to how often the number was there and was read right.
    thresholds, threshold, guarantee : RiskCounts or float or Guarantee | None
        As on the card, of whole fields.
    evidence : Evidence | None
        How the two are put together; None for their product.
    """

    calibration: Calibration = field(default_factory=Calibration)
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5
    guarantee: Guarantee | None = None
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            refuse("its threshold of fields lies outside [0, 1]")


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Crops with a raw confidence under `below` are read again, once a view.

    A view overrides parameters of the preprocessing. The probabilities are the mean of all looks.
    """

    below: float = 0.0
    views: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A data set the model was trained on: how many items of it, its terms of use, its checksum."""

    name: str
    items: int
    terms: str
    sha256: str | None = None
