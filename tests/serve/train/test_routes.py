"""The routes of "Train and watch": choices are checked, and a server that cannot train says why."""

import pytest
from fastapi.testclient import TestClient

from sutja.serve.app import create_app
from sutja.serve.settings import Settings


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"era": "1986"},
        {"era": "1986", "data": "digits", "lr": "fast"},
        {"era": "1986", "data": "digits", "hidden": [0]},
        {"era": "1986", "data": "digits", "hidden": [9] * 5},
        {"era": "1986", "data": "digits", "epochs": 10_000},
        {"era": "1986", "data": "digits", "more": 1},
    ],
)
def test_choices_that_make_no_sense_are_problems(client, choices):
    answer = client.post("/page/train/start", json=choices)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_no_drawing_is_refused(client):
    assert client.post("/page/train/drawing", content=b"short").status_code == 422
    assert client.get("/page/train/model.onnx").status_code == 409


def test_several_processes_do_not_train():
    client = TestClient(create_app(Settings(workers=2)), base_url="http://127.0.0.1")
    assert client.get("/page/train").json() == {"obstacle": "workers"}
    answer = client.post("/page/train/start", json={"era": "1986", "data": "digits"})
    assert answer.status_code == 503
