"""The card: what a model reads, how its input is made, how far to trust it, and where it comes from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sutja.errors import ModelFileError
from sutja.model_file.parts import (
    CALIBRATION_METHOD,
    GUARANTEE_METHODS,
    Calibration,
    Evidence,
    FieldTrust,
    Guarantee,
    Preprocessing,
    RiskCounts,
    Scaling,
    SecondLook,
    TrainingSet,
    refuse,
)

__all__ = [
    "CALIBRATION_METHOD",
    "CARD_VERSION",
    "GUARANTEE_METHODS",
    "TASKS",
    "Calibration",
    "Card",
    "Evidence",
    "FieldTrust",
    "Guarantee",
    "Preprocessing",
    "RiskCounts",
    "Scaling",
    "SecondLook",
    "TrainingSet",
]
CARD_VERSION = 1
TASKS = ("transcribe", "classify", "detect", "listen")
EDGES = 4  # numbers of a detector's cell before its K logits
CARD_LIMIT = 1_000_000  # characters of JSON
POINT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about a model that is not its weights.

    Parameters
    ----------
    task : str
        "transcribe": a picture of one number to its characters; "classify": a picture to one of K classes;
        "detect": a picture to boxes, each of one of K classes; "listen": log-mel features to K - 1 words.
    name : str
        The model's name.
    charset : tuple[str, ...]
        Of a transcriber, K - 1 characters: network class i + 1 writes charset[i]; class 0 is the CTC blank.
    preprocessing : Preprocessing
        How the input is made.
    calibration : Calibration
        From the network's probability of a number's digits to how often they were right.
    character_calibration : Calibration
        The same for one character's confidence.
    thresholds : RiskCounts
        Validation counts, from which a threshold for any largest error is chosen.
    threshold : float
        The confidence from which an answer is accepted when nobody asks for another.
    guarantee : Guarantee | None
        What that threshold promises, where it was chosen to keep a promise.
    second_look : SecondLook
        When to read again, and how.
    training_data, open_terms : tuple[TrainingSet, ...] or bool
        What it learnt from, and whether all of it is under open terms.
    seed, versions, results, created : int or Mapping[str, str] or tuple[Mapping[str, Any], ...] or str
        What it takes to make it again, what it reached, and when it was made (ISO 8601).
    classes : tuple[str, ...]
        Of a classifier or a detector, the K names of its classes, in the order of the network's outputs; of a
        listener, K - 1 words: network class i + 1 says classes[i]; class 0 is the CTC blank.
    scaling : Scaling
        Of a classifier, what makes probabilities of its outputs that hold.
    fingerprint : str
        Of a classifier, what tells its training pictures again (`sutja.data.split.fingerprint`), as text.
    fields : FieldTrust | None
        Of a detector of number fields, how far a number is trusted that was found with it and read.
    """

    task: str
    name: str
    charset: tuple[str, ...]
    preprocessing: Preprocessing
    calibration: Calibration = field(default_factory=Calibration)
    character_calibration: Calibration = field(default_factory=Calibration)
    thresholds: RiskCounts = field(default_factory=RiskCounts)
    threshold: float = 0.5
    second_look: SecondLook = field(default_factory=SecondLook)
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
    fields: FieldTrust | None = None

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            refuse(f"its task is {self.task!r}; this version knows {', '.join(TASKS)}")
        if self.task != "transcribe":
            self._check_classes(least=2 if self.task == "classify" else 1)
        else:
            self._check_charset()
        if not 0.0 <= self.threshold <= 1.0 or not 0.0 <= self.second_look.below <= 1.0:
            refuse("its threshold or the limit of its second look lies outside [0, 1]")
        for threshold, accepted, wrong in self.thresholds.points:
            if not 0.0 <= threshold <= 1.0 or not 0 <= wrong <= accepted <= self.thresholds.cases:
                refuse(f"its counts ({threshold}, {accepted}, {wrong}) make no sense")

    def _check_charset(self) -> None:
        if self.classes:
            refuse(f"its task is {self.task!r}, and it names classes")
        if not self.charset or len(set(self.charset)) != len(self.charset):
            refuse("its charset is empty or names a character twice")
        if any(len(character) != 1 for character in self.charset):
            refuse("its charset has an entry that is not one character")

    def _check_classes(self, least: int) -> None:
        if self.charset:
            refuse(f"its task is {self.task!r}, and it has a charset")
        if len(self.classes) < least or len(set(self.classes)) != len(self.classes) or not all(self.classes):
            wanted = "two classes" if least == 2 else "one class"
            refuse(f"it names fewer than {wanted}, one of them twice, or one without a name")
        if len(self.scaling.scale) not in (0, 1, len(self.classes)):
            refuse(f"it scales {len(self.scaling.scale)} of {len(self.classes)} classes")

    @property
    def n_outputs(self) -> int:
        """The network's outputs: classes; charset or words, and the blank; a cell's edges and classes."""
        if self.task == "transcribe":
            return len(self.charset) + 1
        return len(self.classes) + {"classify": 0, "detect": EDGES, "listen": 1}[self.task]

    def to_json(self) -> str:
        """The card as JSON text."""
        return json.dumps({"card_version": CARD_VERSION, **asdict(self)}, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read a card and check every field of it.

        Raises
        ------
        ModelFileError
            If the text is no card, or a card of another version. Fields this version does not know are passed
            over.
        """
        if len(text) > CARD_LIMIT:
            refuse(f"it is longer than {CARD_LIMIT:,} characters")
        try:
            data = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ModelFileError(
                f"its card is no JSON ({error})", remedy="make the model file again"
            ) from error
        if not isinstance(data, dict):
            refuse("it is no JSON object")
        if data.get("card_version") != CARD_VERSION:
            raise ModelFileError(
                f"its card has version {data.get('card_version')!r}, this sutja reads version {CARD_VERSION}",
                remedy="use the release of sutja that the model was made with, or a newer one",
            )
        try:
            return _from_dict(data)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(
                f"its card is incomplete or malformed ({error!r})", remedy="make it again"
            ) from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _from_dict(data: dict[str, Any]) -> Card:
    preprocessing, second = _mapping(data["preprocessing"]), _mapping(data.get("second_look", {}))
    return Card(
        task=_text(data["task"]),
        name=_text(data["name"]),
        charset=tuple(_text(character) for character in _items(data["charset"])),
        preprocessing=Preprocessing(_text(preprocessing["name"]), _mapping(preprocessing.get("params", {}))),
        calibration=_calibration(data.get("calibration", {})),
        character_calibration=_calibration(data.get("character_calibration", {})),
        thresholds=_counts(data.get("thresholds", {})),
        threshold=_number(data["threshold"]),
        second_look=SecondLook(
            _number(second.get("below", 0.0)),
            tuple(_mapping(view) for view in _items(second.get("views", []))),
        ),
        training_data=tuple(_training_set(_mapping(entry)) for entry in _items(data["training_data"])),
        open_terms=_truth(data["open_terms"]),
        seed=_whole(data["seed"]),
        versions={_text(key): _text(value) for key, value in _mapping(data["versions"]).items()},
        results=tuple(_mapping(result) for result in _items(data.get("results", []))),
        created=_text(data["created"]),
        classes=tuple(_text(name) for name in _items(data.get("classes", []))),
        scaling=_scaling(_mapping(data.get("scaling", {}))),
        fingerprint=_text(data.get("fingerprint", "")),
        guarantee=_guarantee(data.get("guarantee")),
        fields=_field_trust(data.get("fields")),
    )


def _training_set(entry: dict[str, Any]) -> TrainingSet:
    checksum = entry.get("sha256")
    return TrainingSet(
        _text(entry["name"]),
        _whole(entry["items"]),
        _text(entry["terms"]),
        None if checksum is None else _text(checksum),
    )


def _calibration(value: Any) -> Calibration:
    entry = _mapping(value)
    points = tuple((_number(raw), _number(calibrated)) for raw, calibrated in _items(entry.get("points", [])))
    return Calibration(_text(entry.get("method", CALIBRATION_METHOD)), points)


def _scaling(entry: dict[str, Any]) -> Scaling:
    return Scaling(
        tuple(_number(value) for value in _items(entry.get("scale", []))),
        tuple(_number(value) for value in _items(entry.get("shift", []))),
    )


def _guarantee(value: Any) -> Guarantee | None:
    if value is None:
        return None
    entry = _mapping(value)
    shares = (_number(entry["max_error"]), _number(entry["confidence"]))
    counts = (_whole(entry["cases"]), _whole(entry["accepted"]), _whole(entry["wrong"]))
    return Guarantee(*shares, _text(entry["method"]), *counts, _text(entry.get("data", "")))


def _counts(value: Any) -> RiskCounts:
    counts = _mapping(value)
    return RiskCounts(
        _whole(counts.get("cases", 0)),
        tuple((_number(t), _whole(n), _whole(k)) for t, n, k in _items(counts.get("points", []))),
    )


def _field_trust(value: Any) -> FieldTrust | None:
    if value is None:
        return None
    entry = _mapping(value)
    return FieldTrust(
        _calibration(entry.get("calibration", {})),
        _counts(entry.get("thresholds", {})),
        _number(entry["threshold"]),
        _guarantee(entry.get("guarantee")),
        _evidence(entry.get("evidence")),
    )


def _evidence(value: Any) -> Evidence | None:
    if value is None:
        return None
    entry = _mapping(value)
    return Evidence(*(_number(entry[name]) for name in ("offset", "finding", "reading")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} should be text")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.80} should be a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r:.80} should be a whole number")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.80} should be true or false")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.80} should be an object")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > POINT_LIMIT:
        raise TypeError(f"{value!r:.80} should be a list of at most {POINT_LIMIT} entries")
    return value
