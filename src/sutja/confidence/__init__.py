"""From what the network says to a probability that holds, and to a threshold that keeps a promise.

`calibration` maps one confidence, `scaling` a classifier's outputs, `evidence` weighs finding and reading;
`risk` chooses a threshold by what validation answers showed, `certified` one that holds with a stated
confidence.
"""

from sutja.confidence.calibration import LEAST_ODDS, Calibrator, fit_calibration, logit
from sutja.confidence.certified import Certified, learn_then_test, selection_with_guaranteed_risk
from sutja.confidence.evidence import fit_evidence, weigh
from sutja.confidence.risk import COVERAGES, RiskTable, ThresholdChoice, choose_threshold, resolve_threshold
from sutja.confidence.scaling import fit_temperature, fit_vector_scaling, scale

__all__ = [
    "COVERAGES",
    "LEAST_ODDS",
    "Calibrator",
    "Certified",
    "RiskTable",
    "ThresholdChoice",
    "choose_threshold",
    "fit_calibration",
    "fit_evidence",
    "fit_temperature",
    "fit_vector_scaling",
    "learn_then_test",
    "logit",
    "resolve_threshold",
    "scale",
    "selection_with_guaranteed_risk",
    "weigh",
]
