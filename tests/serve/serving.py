"""A real server in a thread, for browsers and for clients that speak HTTP."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn

from sutja.serve.app import create_app


@contextmanager
def run_server(settings):
    """Run a server with these settings on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
