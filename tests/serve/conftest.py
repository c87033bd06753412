"""A client of the application, in this process, with the bundled models."""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sutja.serve.app import create_app
from sutja.serve.settings import Limits, Settings

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIMITS = Limits(bytes=3_000_000, pixels=4_000_000, pages=3, seconds=20.0, inputs=8, queue=64)

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def client():
    """A client of a server without tokens, for this machine alone."""
    with TestClient(create_app(Settings(limits=LIMITS)), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def crop():
    """The bytes of a crop that shows 10115."""
    return (EXAMPLES / "postcode.png").read_bytes()
