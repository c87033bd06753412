"""The versions that a training run depends on, for its card."""

from __future__ import annotations

import platform
import sys

import numpy as np
import torch


def versions() -> dict[str, str]:
    """The versions that a result depends on."""
    return {
        "sutja": str(sys.modules["sutja"].__version__),  # this package's parent: importing it brings in all
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
