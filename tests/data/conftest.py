"""The web server of the tests of this folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from web import Web


@pytest.fixture
def web():
    """A web server on this machine."""
    server = Web()
    yield server
    server.close()
