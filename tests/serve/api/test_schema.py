"""Requests drawn from the API's own description: no answer that it does not describe, and none of 5xx."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
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
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_requests_of_the_description(case, address):
    checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
    case.call_and_validate(base_url=address, checks=checks)
