"""What the server says about itself."""

import time


def test_models_are_listed(client):
    models = {model["name"]: model for model in client.get("/v1/models").json()["models"]}
    assert models["numbers"]["task"] == "transcribe"
    assert models["numbers"]["default"]
    assert models["mlp"]["classes"] == list("0123456789")
    assert not models["mlp"]["default"]


def test_it_gets_ready(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    for _ in range(600):
        if client.get("/readyz").status_code == 200:
            break
        time.sleep(0.05)
    assert client.get("/readyz").json() == {"status": "ready"}


def test_figures_are_counted(client, crop):
    client.post("/v1/read", files={"file": ("a.png", crop)}, data={"crop": "true"})
    text = client.get("/metrics").text
    assert 'sutja_inputs_total{verb="read"}' in text
    assert 'sutja_numbers_total{accepted="true",verb="read"}' in text
    assert 'sutja_requests{lane="quick"} 0.0' in text


def test_the_description_is_openapi_3_1(client):
    description = client.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert {"/v1/read", "/v1/listen", "/v1/detect", "/v1/classify", "/v1/models"} <= set(description["paths"])
    assert not any(path.startswith("/page") for path in description["paths"])
