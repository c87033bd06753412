"""`Result`: what readers, listeners, classifiers and detectors answer, and the JSON it becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from sutja.boxes.rectangle import Box

CONFIDENCE_DECIMALS = 6
SECOND_DECIMALS = 3
_DECIMALS = {
    "confidence": CONFIDENCE_DECIMALS,
    "start": SECOND_DECIMALS,
    "end": SECOND_DECIMALS,
    "seconds": SECOND_DECIMALS,
}


@dataclass(frozen=True, slots=True)
class Result:
    """Base of all results, which become JSON: their fields in order, confidences and times rounded.

    A field whose metadata say ``json: False`` is no part of it.

    Raises
    ------
    ValueError
        If a confidence lies outside [0, 1].
    """

    def __post_init__(self) -> None:
        confidence = getattr(self, "confidence", 0.0)
        if not 0.0 <= confidence <= 1.0:  # also refuses NaN
            raise ValueError(f"confidence must lie in [0, 1], not {confidence}")

    def to_json(self) -> str:
        """The result as JSON text in one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a result of what `to_dict` gave; what was rounded stays so.

        Parameters
        ----------
        values : Mapping[str, Any]
            Fields by name; unknown ones are passed over, so that a newer version's can be read.

        Raises
        ------
        TypeError, ValueError
            If a field without a default is missing, or a value makes no sense.
        """
        hints = get_type_hints(cls)
        known = [item.name for item in fields(cls) if item.name in values]
        return cls(**{name: _from_json(values[name], hints[name]) for name in known})

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON; for a page, a scene and a recording one line of `--format jsonl`."""
        return {
            item.name: _to_json(getattr(self, item.name), _DECIMALS.get(item.name))
            for item in fields(self)
            if item.metadata.get("json", True)
        }


def _from_json(value: Any, kind: Any) -> Any:
    """Make a field's value of its JSON, by its type."""
    if value is None:
        return None
    if kind is Box:
        return Box(*value)
    if isinstance(kind, type) and issubclass(kind, Result):
        return kind.from_dict(value)
    if get_origin(kind) is tuple:
        return tuple(_from_json(entry, get_args(kind)[0]) for entry in value)
    if get_origin(kind) is UnionType:
        return _from_json(value, next(one for one in get_args(kind) if one is not NoneType))
    return value


def _to_json(value: Any, decimals: int | None) -> Any:
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Box):
        return value.to_list()
    if isinstance(value, tuple):
        return [_to_json(entry, None) for entry in value]
    return value if value is None or decimals is None else round(value, decimals)


@dataclass(frozen=True, slots=True)
class Alternative(Result):
    """Another reading of the same ink, with other digits, and its probability; or another class."""

    text: str
    confidence: float
