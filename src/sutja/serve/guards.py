"""Guard of every route: who may ask, how large a body may be, and what a browser may load."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sutja.serve.problems import ProblemError
from sutja.serve.settings import Settings, is_local

# Everything comes from the package: nothing from elsewhere, nothing evaluated, in nobody's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
}
OPEN = ("/", "/healthz", "/readyz", "/favicon.ico")
OPEN_FOLDERS = ("/static/",)


class Guard:
    """Checks every request before a route sees it, and adds the headers of safety to every answer.

    Parameters
    ----------
    app : ASGIApp
        Application behind it.
    settings : Settings
        Tokens, limits, and whether the server is for this machine alone.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        left = self._settings.limits.bytes

        async def receive_limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            self._check_origin(headers)
            self._check_token(scope["path"], headers)
            length = headers.get("content-length", "")
            if length.isdigit() and int(length) > left:
                raise self._too_large()
        except ProblemError as problem:
            await problem.respond()(scope, receive, send_safely)
            return
        await self._app(scope, receive_limited, send_safely)

    def _too_large(self) -> ProblemError:
        limit = self._settings.limits.bytes
        return ProblemError(
            413, f"the body has more than {limit:,} bytes; send fewer or smaller files, or raise --max-bytes"
        )

    def _check_origin(self, headers: Headers) -> None:
        """Refuse what another site makes a person's browser ask."""
        host = headers.get("host", "")
        if self._settings.local and not is_local(urlsplit(f"//{host}").hostname or ""):
            raise ProblemError(421, "this server answers to localhost and 127.0.0.1 alone; use that address")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise ProblemError(403, "another site's page asks; only pages of this server may")

    def _check_token(self, path: str, headers: Headers) -> None:
        tokens = self._settings.tokens
        if not tokens or path in OPEN or path.startswith(OPEN_FOLDERS):
            return
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not is_one_of(given.strip(), tokens):
            raise ProblemError(
                401, "send a token of this server: Authorization: Bearer …", {"www-authenticate": "Bearer"}
            )


def is_one_of(given: str, tokens: Sequence[str]) -> bool:
    """Tell whether a token is one of some, in a time that does not tell which."""
    found = [hmac.compare_digest(given.encode(), token.encode()) for token in tokens]
    return any(found)
