"""Baselines that a network has to beat: trees, support vectors, neighbours, logistic regression.

They are scikit-learn pipelines over flat pixels (n, F), F = C · H · W, as
`sutja.signals.preprocessing.pixels_input` makes them, and all keep one contract.
"""

from sutja.baselines.export import export_baseline
from sutja.baselines.pipelines import BASELINES, Baseline

__all__ = ["BASELINES", "Baseline", "export_baseline"]
