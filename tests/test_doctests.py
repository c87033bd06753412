"""The examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

import sutja

ROOT = Path(sutja.__file__).parent
# By their files: to walk through packages imports each of them.
MODULES = sorted(
    ".".join(["sutja", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if path not in (ROOT / "__init__.py", ROOT / "__main__.py")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
