"""Requests drawn from the API's own description: every check of schemathesis but one.

That one asks that what fits the description be accepted, and needs files that are pictures and recordings:
`benchmarks/server.py --only schema` has them, and many more requests.
"""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from serve.serving import run_server

from sutja.serve.app import create_app
from sutja.serve.settings import Limits, Settings

SETTINGS = Settings(limits=Limits(bytes=200_000, pixels=1_000_000, pages=2, seconds=5.0, inputs=4))
schema = schemathesis.openapi.from_dict(create_app(SETTINGS).openapi())


@pytest.fixture(scope="module")
def address():
    """The address of a server that is ready."""
    with run_server(SETTINGS) as address:
        while httpx.get(f"{address}/readyz").status_code != 200:
            pass
        yield address


@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_requests_of_the_description(case, address):
    case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])
