"""A small web server for the tests: it serves bytes, and it can be made to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Resource:
    """What one path answers.

    cut : how many bytes to send before the connection is dropped, one entry a request; None sends all.
    statuses : answers to give first, one a request.
    """

    content: bytes
    etag: str | None = '"one"'
    last_modified: str | None = None
    ranges: bool = True
    says_length: bool = True
    cut: list[int | None] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    retry_after: str | None = None
    before: Callable[[Resource], None] | None = None


class Web:
    """The running server: `resources` by path, and the headers of every request."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.requests.append((self.path, dict(self.headers)))
                _answer(self, web.resources.get(self.path))

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.requests]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def _answer(handler: BaseHTTPRequestHandler, resource: Resource | None) -> None:
    handler.close_connection = True
    if resource is None:
        return _plain(handler, 404)
    if resource.before:
        resource.before(resource)
    if resource.statuses:
        return _plain(handler, resource.statuses.pop(0), resource.retry_after)
    first = _first_byte(handler, resource)
    if first >= len(resource.content) > 0:
        return _plain(handler, 416)
    handler.send_response(206 if first else 200)
    if resource.etag:
        handler.send_header("ETag", resource.etag)
    if resource.last_modified:
        handler.send_header("Last-Modified", resource.last_modified)
    if first:
        last = len(resource.content) - 1
        handler.send_header("Content-Range", f"bytes {first}-{last}/{len(resource.content)}")
    body = resource.content[first:]
    if resource.says_length:
        handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Connection", "close")
    handler.end_headers()
    cut = resource.cut.pop(0) if resource.cut else None
    handler.wfile.write(body if cut is None else body[:cut])
    return None


def _first_byte(handler: BaseHTTPRequestHandler, resource: Resource) -> int:
    asked, condition = handler.headers.get("Range"), handler.headers.get("If-Range")
    if not asked or not resource.ranges:
        return 0
    if condition is not None and condition not in (resource.etag, resource.last_modified):
        return 0
    return int(asked.removeprefix("bytes=").partition("-")[0])


def _plain(handler: BaseHTTPRequestHandler, status: int, retry_after: str | None = None) -> None:
    handler.send_response(status)
    if retry_after:
        handler.send_header("Retry-After", retry_after)
    handler.send_header("Content-Length", "0")
    handler.end_headers()
