"""The model file: one ONNX file with its card in the metadata. Written here, and checked before it is run."""

from sutja.model_file.card import (
    Calibration,
    Card,
    Evidence,
    FieldTrust,
    Guarantee,
    Preprocessing,
    RiskCounts,
    Scaling,
    SecondLook,
    TrainingSet,
)
from sutja.model_file.file import CARD_KEY, SIZE_LIMIT, ModelFile, read_model, write_model

__all__ = [
    "CARD_KEY",
    "SIZE_LIMIT",
    "Calibration",
    "Card",
    "Evidence",
    "FieldTrust",
    "Guarantee",
    "ModelFile",
    "Preprocessing",
    "RiskCounts",
    "Scaling",
    "SecondLook",
    "TrainingSet",
    "read_model",
    "write_model",
]
