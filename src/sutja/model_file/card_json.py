"""The JSON of a card, written and read; every field is checked, since a model can come from anyone."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from sutja.errors import ModelFileError
from sutja.model_file.card import (
    CALIBRATION_METHOD,
    TTA,
    Calibration,
    Card,
    Evidence,
    FieldConfidence,
    Guarantee,
    Preprocessing,
    RiskCounts,
    Scaling,
    SecondReaderCalibration,
    TextConfidence,
    TextEvidence,
    TrainingSet,
    refuse_card,
)

CARD_VERSION = 1
CARD_LIMIT = 1_000_000  # characters of JSON
POINT_LIMIT = 10_000
_KEYS = {"tta": "second_look"}  # fields whose JSON key is another


def format_card(card: Card) -> str:
    """Write a card as JSON text."""
    fields = {_KEYS.get(name, name): value for name, value in asdict(card).items()}
    return json.dumps({"card_version": CARD_VERSION, **fields}, ensure_ascii=False, allow_nan=False)


def parse_card(text: str) -> Card:
    """Read a card from JSON text and check every field of it; unknown fields are passed over.

    Raises
    ------
    ModelFileError
        If the text is no card, or a card of another version.
    """
    if len(text) > CARD_LIMIT:
        refuse_card(f"it is longer than {CARD_LIMIT:,} characters")
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"its card is no JSON ({error})", remedy="make the model file again") from error
    if not isinstance(data, dict):
        refuse_card("it is no JSON object")
    if data.get("card_version") != CARD_VERSION:
        raise ModelFileError(
            f"its card has version {data.get('card_version')!r}, this sutja reads version {CARD_VERSION}",
            remedy="use the release of sutja that the model was made with, or a newer one",
        )
    try:
        return _read_card(data)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"its card is incomplete or malformed ({error!r})", remedy="make it again"
        ) from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _read_card(data: dict[str, Any]) -> Card:
    preprocessing, tta = _check_object(data["preprocessing"]), _check_object(data.get("second_look", {}))
    return Card(
        task=_check_text(data["task"]),
        name=_check_text(data["name"]),
        charset=tuple(_check_text(character) for character in _check_list(data["charset"])),
        preprocessing=Preprocessing(
            _check_text(preprocessing["name"]), _check_object(preprocessing.get("params", {}))
        ),
        calibration=_read_calibration(data.get("calibration", {})),
        character_calibration=_read_calibration(data.get("character_calibration", {})),
        thresholds=_read_counts(data.get("thresholds", {})),
        threshold=_check_number(data["threshold"]),
        tta=TTA(
            _check_number(tta.get("below", 0.0)),
            tuple(_check_object(view) for view in _check_list(tta.get("views", []))),
        ),
        training_data=tuple(
            _read_training_set(_check_object(entry)) for entry in _check_list(data["training_data"])
        ),
        open_terms=_check_boolean(data["open_terms"]),
        seed=_check_integer(data["seed"]),
        versions={
            _check_text(key): _check_text(value) for key, value in _check_object(data["versions"]).items()
        },
        results=tuple(_check_object(result) for result in _check_list(data.get("results", []))),
        created=_check_text(data["created"]),
        classes=tuple(_check_text(name) for name in _check_list(data.get("classes", []))),
        scaling=_read_scaling(_check_object(data.get("scaling", {}))),
        fingerprint=_check_text(data.get("fingerprint", "")),
        guarantee=_read_guarantee(data.get("guarantee")),
        fields=_read_field_confidence(data.get("fields")),
        second_reader=_read_second_reader(data.get("second_reader")),
        none_output=_check_boolean(data.get("none_output", False)),
        long_calibration=_read_calibration(data.get("long_calibration", {})),
    )


def _read_training_set(entry: dict[str, Any]) -> TrainingSet:
    checksum = entry.get("sha256")
    return TrainingSet(
        _check_text(entry["name"]),
        _check_integer(entry["items"]),
        _check_text(entry["terms"]),
        None if checksum is None else _check_text(checksum),
    )


def _read_calibration(value: Any) -> Calibration:
    entry = _check_object(value)
    points = tuple(
        (_check_number(raw), _check_number(calibrated))
        for raw, calibrated in _check_list(entry.get("points", []))
    )
    return Calibration(_check_text(entry.get("method", CALIBRATION_METHOD)), points)


def _read_scaling(entry: dict[str, Any]) -> Scaling:
    return Scaling(
        tuple(_check_number(value) for value in _check_list(entry.get("scale", []))),
        tuple(_check_number(value) for value in _check_list(entry.get("shift", []))),
    )


def _read_second_reader(value: Any) -> SecondReaderCalibration | None:
    if value is None:
        return None
    entry = _check_object(value)
    first_floor, second_floor = _check_numbers(entry["floors"])
    alone_offset, alone_weight = _check_numbers(entry["alone"])
    offset, first, second = _check_numbers(entry["joint"])
    return SecondReaderCalibration(
        _check_text(entry["sha256"]),
        _check_number(entry["below"]),
        (first_floor, second_floor),
        (alone_offset, alone_weight),
        (offset, first, second),
        _read_counts(entry.get("thresholds", {})),
        _check_number(entry["threshold"]),
    )


def _check_numbers(value: Any) -> list[float]:
    return [_check_number(entry) for entry in _check_list(value)]


def _read_guarantee(value: Any) -> Guarantee | None:
    if value is None:
        return None
    entry = _check_object(value)
    shares = (_check_number(entry["max_error"]), _check_number(entry["confidence"]))
    counts = (
        _check_integer(entry["cases"]),
        _check_integer(entry["accepted"]),
        _check_integer(entry["wrong"]),
    )
    return Guarantee(*shares, _check_text(entry["method"]), *counts, _check_text(entry.get("data", "")))


def _read_counts(value: Any) -> RiskCounts:
    counts = _check_object(value)
    return RiskCounts(
        _check_integer(counts.get("cases", 0)),
        tuple(
            (_check_number(t), _check_integer(n), _check_integer(k))
            for t, n, k in _check_list(counts.get("points", []))
        ),
    )


def _read_field_confidence(value: Any) -> FieldConfidence | None:
    if value is None:
        return None
    entry = _check_object(value)
    combs = entry.get("comb_threshold")
    return FieldConfidence(
        _read_calibration(entry.get("calibration", {})),
        _read_counts(entry.get("thresholds", {})),
        _check_number(entry["threshold"]),
        _read_guarantee(entry.get("guarantee")),
        _read_evidence(entry.get("evidence")),
        _read_text_confidence(entry.get("text")),
        _read_counts(entry.get("combs", {})),
        None if combs is None else _check_number(combs),
    )


def _read_evidence(value: Any) -> Evidence | None:
    if value is None:
        return None
    entry = _check_object(value)
    offset, finding, reading = (_check_number(entry[name]) for name in ("offset", "finding", "reading"))
    weaker = _check_number(entry.get("weaker", 0.0))  # of no card before it
    return Evidence(offset, finding, reading, weaker)


def _read_text_confidence(value: Any) -> TextConfidence | None:
    if value is None:
        return None
    entry = _check_object(value)
    weights = _check_object(entry["evidence"])
    names = ("offset", "finding", "reading", "text", "unfound")
    later = ("lone", "pair", "handwritten")  # of no card before them
    return TextConfidence(
        _check_text(entry["sha256"]),
        TextEvidence(
            *(_check_number(weights[name]) for name in names),
            *(_check_number(weights.get(name, 0.0)) for name in later),
        ),
        _read_calibration(entry.get("calibration", {})),
        _read_counts(entry.get("thresholds", {})),
        _check_number(entry["threshold"]),
    )


def _check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} should be text")
    return value


def _check_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.80} should be a number")
    return float(value)


def _check_integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r:.80} should be a whole number")
    return value


def _check_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.80} should be true or false")
    return value


def _check_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.80} should be an object")
    return value


def _check_list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > POINT_LIMIT:
        raise TypeError(f"{value!r:.80} should be a list of at most {POINT_LIMIT} entries")
    return value
