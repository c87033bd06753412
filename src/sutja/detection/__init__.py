"""Pictures to boxes: a network's output is decoded, suppressed, and put back onto the picture."""

from sutja.detection.detector import Detector
from sutja.types import Scene

__all__ = ["Detector", "Scene"]
