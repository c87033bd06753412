"""The web server of the tests of this folder."""

import pytest
from web import Web


@pytest.fixture
def web():
    """A web server on this machine."""
    server = Web()
    yield server
    server.close()
