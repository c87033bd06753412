"""Results of readers, listeners, classifiers and detectors: frozen dataclasses, and the JSON they become."""

from sutja.boxes.rectangle import Box
from sutja.types.form import Form, FormField
from sutja.types.page import NUMBER_NAMES, Character, Number, Page
from sutja.types.recording import Recording, Speech, SpokenNumber
from sutja.types.result import CONFIDENCE_DECIMALS, Alternative, Result
from sutja.types.scene import Classification, Detection, Scene

__all__ = [
    "CONFIDENCE_DECIMALS",
    "NUMBER_NAMES",
    "Alternative",
    "Box",
    "Character",
    "Classification",
    "Detection",
    "Form",
    "FormField",
    "Number",
    "Page",
    "Recording",
    "Result",
    "Scene",
    "Speech",
    "SpokenNumber",
]
