"""Pictures to boxes: what a network says is decoded, thinned out, and put back onto the picture."""

from sutja.detection.detector import Detector
from sutja.detection.scene import Scene

__all__ = ["Detector", "Scene"]
