"""The examples in docstrings give what they say."""

import doctest
import importlib
import pkgutil

import pytest

ROOMS = ("confidence", "decoding", "grammar", "listening", "signals")
MODULES = [
    module.name
    for room in ROOMS
    for module in pkgutil.walk_packages(importlib.import_module(f"sutja.{room}").__path__, f"sutja.{room}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
