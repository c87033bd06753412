"""sutja reads numbers where people leave them, and says how sure it is.

The names below are loaded when they are first used, so that `import sutja` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sutja.comparison import compare
    from sutja.detection import Detector
    from sutja.errors import SutjaError
    from sutja.listening import Listener
    from sutja.reading import Classifier, Reader
    from sutja.runs import train
    from sutja.types import (
        Alternative,
        Box,
        Character,
        Classification,
        Detection,
        Number,
        Page,
        Recording,
        Scene,
        SpokenNumber,
    )

__version__ = "0.1.0"
__all__ = [
    "Alternative",
    "Box",
    "Character",
    "Classification",
    "Classifier",
    "Detection",
    "Detector",
    "Listener",
    "Number",
    "Page",
    "Reader",
    "Recording",
    "Scene",
    "SpokenNumber",
    "SutjaError",
    "__version__",
    "compare",
    "train",
]

_HOMES = {
    "Alternative": "sutja.types",
    "Box": "sutja.types",
    "Character": "sutja.types",
    "Classification": "sutja.types",
    "Classifier": "sutja.reading",
    "Detection": "sutja.types",
    "Detector": "sutja.detection",
    "Listener": "sutja.listening",
    "Number": "sutja.types",
    "Page": "sutja.types",
    "Reader": "sutja.reading",
    "Recording": "sutja.types",
    "Scene": "sutja.types",
    "SpokenNumber": "sutja.types",
    "SutjaError": "sutja.errors",
    "compare": "sutja.comparison",
    "train": "sutja.runs",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sutja' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
