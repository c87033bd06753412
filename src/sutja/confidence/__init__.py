"""From a network's outputs to calibrated probabilities, and to thresholds that bound the error.

`calibration` maps one confidence, `scaling` a classifier's outputs, `evidence` combines detection and
reading; `risk` chooses a threshold by validation counts, `certified` one whose error is bounded with a stated
confidence.
"""

from sutja.confidence.calibration import Calibrator, fit_calibration, logit
from sutja.confidence.certified import CertifiedThreshold, learn_then_test, select_with_guaranteed_risk
from sutja.confidence.evidence import (
    PageEvidence,
    combine_evidence,
    fit_evidence,
    fit_text_evidence,
    weigh_text,
)
from sutja.confidence.risk import COVERAGES, RiskTable, ThresholdChoice, choose_threshold, resolve_threshold
from sutja.confidence.scaling import fit_temperature, fit_vector_scaling, scale

__all__ = [
    "COVERAGES",
    "Calibrator",
    "CertifiedThreshold",
    "PageEvidence",
    "RiskTable",
    "ThresholdChoice",
    "choose_threshold",
    "combine_evidence",
    "fit_calibration",
    "fit_evidence",
    "fit_temperature",
    "fit_text_evidence",
    "fit_vector_scaling",
    "learn_then_test",
    "logit",
    "resolve_threshold",
    "scale",
    "select_with_guaranteed_risk",
    "weigh_text",
]
