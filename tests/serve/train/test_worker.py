"""The process that trains obeys while it trains."""

import base64
import queue

import numpy as np
import pytest

from sutja.runs import live
from sutja.serve.train.worker import Worker, describe

DRAWING = base64.b64encode(np.zeros((28, 28), np.uint8).tobytes()).decode()


@pytest.fixture
def said(monkeypatch):
    """What a worker says to some commands; others may come with each epoch."""
    monkeypatch.setattr(live, "LEAST_EPOCH", 0.0)

    def run(*given, at_epoch=None):
        commands, messages = queue.Queue(), []
        for command in given:
            commands.put(command)

        def say(message):
            messages.append(message)
            if at_epoch and message["type"] == "epoch" and message["epoch"] in at_epoch:
                commands.put(at_epoch[message["epoch"]])
            if message["type"] in ("ended", "failed"):
                commands.put(None)

        Worker(commands, say).serve()
        return messages

    return run


def start(**settings):
    """The command to start."""
    return {"do": "start", "settings": {"era": "1986", "data": "digits", "labels": 100, **settings}}


def test_it_describes_what_it_can():
    hello = describe()
    assert [era["name"] for era in hello["eras"]] == list(live.ERAS)
    assert hello["data"][0] == "digits"


def test_drawings_are_answered_and_a_model_is_kept_while_it_trains(said, tmp_path):
    save = {"do": "save", "path": str(tmp_path / "a.onnx"), "name": "a"}
    messages = said(
        start(epochs=50, hidden=[8]),
        at_epoch={1: {"do": "draw", "drawing": DRAWING}, 2: save, 3: {"do": "stop"}},
    )
    kinds = [message["type"] for message in messages]
    assert kinds[0] == "started"
    assert messages[0]["parameters"] == 784 * 8 + 8 + 80 + 10
    assert kinds[-1] == "ended"
    assert not messages[-1]["finished"]
    assert sum(kind == "epoch" for kind in kinds) < 10
    (answer,) = [message for message in messages if message["type"] == "answer"]
    assert sum(answer["probabilities"]) == pytest.approx(1.0, abs=1e-3)
    (saved,) = [message for message in messages if message["type"] == "saved"]
    assert saved["detail"] is None
    assert (tmp_path / "a.onnx").stat().st_size > 1000
    looks = [message for message in messages if message["type"] == "look"]
    assert looks[0]["weights"]["shape"] == [8, 28, 28]
    assert looks[0]["probabilities"] is None


def test_settings_that_make_no_sense_are_told(said):
    (message,) = said(start(era="1989", hidden=[4]))
    assert message["type"] == "failed"
    assert "makes no sense" in message["detail"]
