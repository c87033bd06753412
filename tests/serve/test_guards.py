"""Every request passes the guard: origin, token, size; every answer carries the policy."""

import pytest
from fastapi.testclient import TestClient

from sutja.serve.app import create_app
from sutja.serve.settings import Limits, Settings

TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def guarded():
    """A client of a server that wants a token."""
    settings = Settings(tokens=(TOKEN, "another-token-of-mine"), local=False, limits=Limits(bytes=1000))
    return TestClient(create_app(settings), base_url="http://numbers.example")


def test_a_token_is_wanted(guarded):
    answer = guarded.get("/v1/models")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    for given in ("Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ", "Bearer é"):
        assert guarded.get("/v1/models", headers={"authorization": given.encode()}).status_code == 401
    for given in (TOKEN, "another-token-of-mine"):
        assert guarded.get("/v1/models", headers={"authorization": f"Bearer {given}"}).status_code == 200


def test_health_and_the_page_are_open(guarded):
    assert guarded.get("/healthz").json() == {"status": "ok"}
    assert guarded.get("/").status_code == 200
    assert guarded.get("/static/style.css").status_code == 200
    assert guarded.get("/metrics").status_code == 401


def test_a_body_that_is_too_large_is_refused(guarded):
    headers = {"authorization": f"Bearer {TOKEN}"}
    files = {"file": ("a.png", b"x" * 2000)}
    answer = guarded.post("/v1/read", files=files, headers=headers)
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.json()["detail"]


def test_a_body_without_a_length_is_counted(guarded):
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    answer = guarded.post("/v1/read", content=(b"x" * 500 for _ in range(4)), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8484", "10.0.0.1"])
def test_a_server_of_this_machine_answers_to_its_names_alone(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8484", "127.0.0.1", "[::1]:8484"])
def test_names_of_this_machine(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_pages_of_other_sites_may_not_ask(client):
    assert client.get("/v1/models", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get("/v1/models", headers={"origin": "http://127.0.0.1"}).status_code == 200


def test_a_browser_loads_nothing_from_elsewhere(client):
    for path in ("/", "/static/js/main.js", "/no-such-page"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "http" not in policy
        assert "unsafe" not in policy


def test_tokens_are_described_where_they_are_wanted(guarded):
    described = guarded.get("/openapi.json", headers={"authorization": f"Bearer {TOKEN}"}).json()
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    paths = described["paths"]
    assert all(
        "security" in paths[f"/v1/{verb}"]["post"] for verb in ("read", "listen", "detect", "classify")
    )
    assert "security" not in paths["/healthz"]["get"]
    assert "securitySchemes" not in create_app(Settings()).openapi().get("components", {})
