"""The model file: one ONNX file with its card in the metadata, checked when it is written and read."""

from sutja.model_file.card import (
    CALIBRATION_METHOD,
    GUARANTEE_METHODS,
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
)
from sutja.model_file.card_json import format_card, parse_card
from sutja.model_file.file import SIZE_LIMIT, ModelFile, read_model, write_model
from sutja.model_file.inspection import CARD_KEY

__all__ = [
    "CALIBRATION_METHOD",
    "CARD_KEY",
    "GUARANTEE_METHODS",
    "SIZE_LIMIT",
    "TTA",
    "Calibration",
    "Card",
    "Evidence",
    "FieldConfidence",
    "Guarantee",
    "ModelFile",
    "Preprocessing",
    "RiskCounts",
    "Scaling",
    "SecondReaderCalibration",
    "TextConfidence",
    "TextEvidence",
    "TrainingSet",
    "format_card",
    "parse_card",
    "read_model",
    "write_model",
]
