"""The card of a model: its task, its input, its calibration and thresholds, and its training data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NoReturn

from sutja.errors import ModelFileError

TASKS = ("transcribe", "classify", "detect", "listen")
EDGES = 4  # outputs of a detector's cell before its K logits
CALIBRATION_METHOD = "isotonic-logit"  # straight lines over the logit of the raw confidence
GUARANTEE_METHODS = ("selection with guaranteed risk", "learn then test")


def refuse_card(what: str) -> NoReturn:
    """Raise the error for a card that is not right."""
    raise ModelFileError(f"the card is not right: {what}", remedy="make the model file again")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Preprocessing of the input: a function of `sutja.signals` by name, and its parameters."""

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
            refuse_card(f"its calibration is {self.method!r}; this version knows {CALIBRATION_METHOD!r}")
        for raw, calibrated in self.points:
            if not (0.0 <= raw <= 1.0 and 0.0 <= calibrated <= 1.0):
                refuse_card(f"a calibration point lies outside [0, 1]: ({raw}, {calibrated})")
        for (raw, calibrated), (next_raw, next_calibrated) in pairwise(self.points):
            if next_raw <= raw or next_calibrated < calibrated:
                refuse_card("its calibration points do not rise from one to the next")


@dataclass(frozen=True, slots=True)
class RiskCounts:
    """Counts over `cases` validation answers: (threshold, accepted, wrong) points."""

    cases: int = 0
    points: tuple[tuple[float, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scaling:
    """Scaling of a classifier's log probabilities: log_softmax(scale · log_probs + shift).

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
            refuse_card("its scaling has a value that is not finite, or a scale that is not positive")
        if len(self.shift) != (0 if len(self.scale) < 2 else len(self.scale)):
            refuse_card(f"its scaling has {len(self.scale)} scales and {len(self.shift)} shifts")


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Guarantee of a threshold, and its grounds.

    Attributes
    ----------
    max_error, confidence : float
        Largest share of wrong answers among the accepted ones, and the probability that it is kept.
    method : str
        One of `GUARANTEE_METHODS`.
    cases, accepted, wrong : int
        Number of labels, of their answers that the threshold accepts, and of the wrong ones among those.
    data : str
        Origin of the labels.
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
            refuse_card(
                f"its guarantee is by {self.method!r}; this version knows {', '.join(GUARANTEE_METHODS)}"
            )
        if not (0.0 < self.max_error < 1.0 and 0.0 < self.confidence < 1.0):
            refuse_card("its guarantee has a share outside (0, 1)")
        if not 0 <= self.wrong <= self.accepted <= self.cases:
            refuse_card(f"its guarantee counts {self.wrong} of {self.accepted} of {self.cases}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights of what speaks for a number on a page by our own networks.

    Attributes
    ----------
    offset : float
        Log odds where nothing speaks for the number or against it.
    finding, reading, weaker : float
        Weights of the log odds of detection, of transcription, and of the lower of these two.
    """

    offset: float
    finding: float
    reading: float
    weaker: float = 0.0

    def __post_init__(self) -> None:
        if min(self.finding, self.reading, self.weaker) < 0:
            refuse_card("a weight of finding or reading is below 0")


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """Weights of what is known of a number on a page whose words were read.

    Attributes
    ----------
    offset : float
        Log odds where nothing speaks for the number or against it.
    finding, reading, text : float
        Weights of the log odds of detection, of transcription, and of the words at the number's place.
    unfound : float
        Log odds that are added where the words alone told of the number.
    lone, pair : float
        Log odds that are added for a number of one digit, or of two, that stands in no table: it may be a
        part of a longer one.
    handwritten : float
        Weight that is added to that of the words for handwriting.
    """

    offset: float
    finding: float
    reading: float
    text: float
    unfound: float
    lone: float = 0.0
    pair: float = 0.0
    handwritten: float = 0.0

    def __post_init__(self) -> None:
        if min(self.finding, self.reading, self.text) < 0:
            refuse_card("a weight of finding, reading or text is below 0")


@dataclass(frozen=True, slots=True)
class TextConfidence:
    """Confidence in numbers on pages whose words were read as well.

    Attributes
    ----------
    sha256 : str
        Checksum of the weights that find the lines of text.
    evidence : TextEvidence
        Weights of detection, transcription and words.
    calibration : Calibration
        Map from the joint confidence to the share of numbers that were there and were read right.
    thresholds, threshold : RiskCounts or float
        As on the card, for such numbers.
    """

    sha256: str
    evidence: TextEvidence
    calibration: Calibration = field(default_factory=Calibration)
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            refuse_card("its threshold of numbers among words lies outside [0, 1]")


@dataclass(frozen=True, slots=True)
class FieldConfidence:
    """Confidence in numbers on whole pages, which a detector finds and a transcriber reads.

    Attributes
    ----------
    calibration : Calibration
        Map from the joint confidence of detection and transcription to the share of numbers that were there
        and were read right.
    thresholds, threshold, guarantee : RiskCounts or float or Guarantee | None
        As on the card, for numbers on pages.
    evidence : Evidence | None
        Weights that join the two confidences; None for their product.
    text : TextConfidence | None
        The same where the words of the page are read as well; None where that was not measured.
    combs, comb_threshold : RiskCounts or float | None
        As `thresholds` and `threshold`, for numbers in printed boxes; None where that was not measured.
    """

    calibration: Calibration = field(default_factory=Calibration)
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5
    guarantee: Guarantee | None = None
    evidence: Evidence | None = None
    text: TextConfidence | None = None
    combs: RiskCounts = field(default_factory=RiskCounts)
    comb_threshold: float | None = None

    def __post_init__(self) -> None:
        thresholds = (self.threshold, 0.0 if self.comb_threshold is None else self.comb_threshold)
        if not 0.0 <= min(thresholds) <= max(thresholds) <= 1.0:
            refuse_card("its threshold of fields lies outside [0, 1]")


@dataclass(frozen=True, slots=True)
class SecondReaderCalibration:
    """Weights of a second reader's answers beside the model's own, and the calibration of both together.

    Attributes
    ----------
    sha256 : str
        Checksum of the second reader's weights.
    below : float
        Raw probability of the model's own answer under which the second reader is asked at normal effort.
    floors : tuple[float, float]
        Probabilities that an answer has at least, by the model and by the second reader.
    alone : tuple[float, float]
        Offset and weight of the log odds of the model's own answer, where it alone was asked.
    joint : tuple[float, float, float]
        Offset and weights of the log odds of the model's answer and the second reader's.
    thresholds, threshold : RiskCounts or float
        As on the card, for confidences of both together.
    """

    sha256: str
    below: float
    floors: tuple[float, float]
    alone: tuple[float, float]
    joint: tuple[float, float, float]
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not (0.0 <= self.below <= 1.0 and 0.0 <= self.threshold <= 1.0):
            refuse_card("a limit or threshold of its second reader lies outside [0, 1]")
        if not all(0.0 < floor < 1.0 for floor in self.floors):
            refuse_card("a floor of its second reader lies outside (0, 1)")
        if min(self.alone[1], *self.joint[1:]) < 0:
            refuse_card("a weight of its second reader is below 0")


@dataclass(frozen=True, slots=True)
class TTA:
    """Test-time augmentation: crops with a raw confidence under `below` are read again, once for each view.

    A view overrides parameters of the preprocessing. The probabilities of all views are averaged.
    """

    below: float = 0.0
    views: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A data set the model was trained on: the number of items, the terms of use, the checksum."""

    name: str
    items: int
    terms: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about a model that is not its weights.

    Parameters
    ----------
    task : str
        "transcribe": a picture of one number to its characters; "classify": a picture to one of K classes;
        "detect": a picture to boxes, each of one of K classes; "listen": log-mel features to K - 1 words.
    name : str
        Name of the model.
    charset : tuple[str, ...]
        For a transcriber, K - 1 characters: network class i + 1 writes charset[i]; class 0 is the CTC blank.
    preprocessing : Preprocessing
        Preprocessing of the input.
    calibration : Calibration
        Map from the network's probability of a number's digits to the share of right ones.
    character_calibration : Calibration
        The same for single characters.
    thresholds : RiskCounts
        Validation counts, from which a threshold for any largest error is chosen.
    threshold : float
        Confidence from which an answer is accepted where no other is asked for.
    guarantee : Guarantee | None
        Guarantee of that threshold, where it was chosen for one.
    tta : TTA
        Test-time augmentation of a transcriber; its JSON key is "second_look".
    training_data, open_terms : tuple[TrainingSet, ...] or bool
        Data sets it was trained on, and True if all of them are under open terms.
    seed, versions, results, created : int or Mapping[str, str] or tuple[Mapping[str, Any], ...] or str
        Seed and package versions to train it again, measured results, and the date (ISO 8601).
    classes : tuple[str, ...]
        For a classifier or a detector, the K names of its classes, in the order of the network's outputs; for
        a listener, K - 1 words: network class i + 1 stands for classes[i]; class 0 is the CTC blank.
    scaling : Scaling
        Scaling of a classifier's outputs that calibrates them.
    fingerprint : str
        Fingerprint of a classifier's training pictures (`sutja.data.split.fingerprint`), as text.
    fields : FieldConfidence | None
        For a detector of number fields, the confidence in numbers that were found with it and read.
    second_reader : SecondReaderCalibration | None
        For a transcriber, how a second reader's answers are weighed with its own.
    none_output : bool
        True if a classifier's network has one more output, the last: none of the classes.
    long_calibration : Calibration
        For a listener, the same as `calibration` for numbers of more than three words, which seldom have a
        second pass; without points they are calibrated as any.
    """

    task: str
    name: str
    charset: tuple[str, ...]
    preprocessing: Preprocessing
    calibration: Calibration = field(default_factory=Calibration)
    character_calibration: Calibration = field(default_factory=Calibration)
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5
    tta: TTA = field(default_factory=TTA)
    training_data: tuple[TrainingSet, ...] = ()
    open_terms: bool = False
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    results: tuple[Mapping[str, Any], ...] = ()
    created: str = ""
    classes: tuple[str, ...] = ()
    scaling: Scaling = field(default_factory=Scaling)
    fingerprint: str = ""
    guarantee: Guarantee | None = None
    fields: FieldConfidence | None = None
    second_reader: SecondReaderCalibration | None = None
    none_output: bool = False
    long_calibration: Calibration = field(default_factory=Calibration)

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            refuse_card(f"its task is {self.task!r}; this version knows {', '.join(TASKS)}")
        if self.task != "transcribe":
            self._check_classes(fewest=2 if self.task == "classify" else 1)
        else:
            self._check_charset()
        if not 0.0 <= self.threshold <= 1.0 or not 0.0 <= self.tta.below <= 1.0:
            refuse_card("its threshold or the limit of its test-time augmentation lies outside [0, 1]")
        if self.none_output and (self.task != "classify" or self.scaling.shift):
            refuse_card("it has an output for none of its classes, and is no classifier with a temperature")
        for threshold, accepted, wrong in self.thresholds.points:
            if not 0.0 <= threshold <= 1.0 or not 0 <= wrong <= accepted <= self.thresholds.cases:
                refuse_card(f"its counts ({threshold}, {accepted}, {wrong}) make no sense")

    def _check_charset(self) -> None:
        if self.classes:
            refuse_card(f"its task is {self.task!r}, and it names classes")
        if not self.charset or len(set(self.charset)) != len(self.charset):
            refuse_card("its charset is empty or names a character twice")
        if any(len(character) != 1 for character in self.charset):
            refuse_card("its charset has an entry that is not one character")

    def _check_classes(self, fewest: int) -> None:
        if self.charset:
            refuse_card(f"its task is {self.task!r}, and it has a charset")
        if len(self.classes) < fewest or len(set(self.classes)) != len(self.classes) or not all(self.classes):
            wanted = "two classes" if fewest == 2 else "one class"
            refuse_card(f"it names fewer than {wanted}, one of them twice, or one without a name")
        if len(self.scaling.scale) not in (0, 1, len(self.classes)):
            refuse_card(f"it scales {len(self.scaling.scale)} of {len(self.classes)} classes")

    @property
    def n_outputs(self) -> int:
        """Number of outputs: classes, or none of them; charset or words, and blank; edges and classes."""
        if self.task == "transcribe":
            return len(self.charset) + 1
        if self.none_output:
            return len(self.classes) + 1
        return len(self.classes) + {"classify": 0, "detect": EDGES, "listen": 1}[self.task]
