"""The model files that come with this package, by name."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path


def bundled_path(name: str) -> Path:
    """Where the bundled model of this name is, or would be."""
    return Path(str(resources.files("sutja"))) / "weights" / f"{name}.onnx"


def path_of(model: str | os.PathLike[str]) -> Path:
    """The file of a model given by path, or by the name of a bundled one."""
    path = Path(model)
    bundled = bundled_path(str(path))
    return bundled if path.name == str(model) and not path.suffix and bundled.is_file() else path
