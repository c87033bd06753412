"""The examples in docstrings give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import sutja

MODULES = [
    module.name
    for module in pkgutil.walk_packages(sutja.__path__, "sutja.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
