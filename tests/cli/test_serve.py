"""`sutja serve`: what it refuses before it listens, and a whole server that answers and goes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from sutja.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0"], "opens to the network"),
        (["--model", "no-such.onnx"], "there is no such file"),
        (["--check", "no-such.jsonl"], "cannot be read"),
        (["--check", "a.jsonl", "--workers", "2"], "one process"),
        (["--token-file", os.devnull], "holds no token"),
    ],
)
def test_what_cannot_be_served_is_refused(arguments, reason):
    done = CliRunner().invoke(main, ["serve", *arguments])
    assert done.exit_code == 2
    assert reason in done.output


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_answers_and_goes(workers):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "sutja", "serve", "--port", port, "--workers", workers]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(SOURCE)})
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        crop = {"file": ("a.png", (EXAMPLES / "postcode.png").read_bytes())}
        for _ in range(4):
            answer = httpx.post(f"{address}/v1/read", files=crop, data={"crop": "true"}, timeout=60)
            assert answer.json()["pages"][0]["numbers"][0]["digits"] == "10115"
        assert 'sutja_inputs_total{verb="read"} 4.0' in httpx.get(f"{address}/metrics").text
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) in (0, -signal.SIGTERM)
