"""Errors as problem details (RFC 9457), with a reason that a person understands."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from sutja.errors import SutjaError

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that cannot be answered.

    Parameters
    ----------
    status : int
        HTTP status.
    detail : str
        Reason and remedy, for a person.
    headers : Mapping[str, str] | None
        Headers of the answer.
    members : Any
        More members of the problem.
    """

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers, members

    def respond(self) -> Response:
        """Make the response."""
        return respond(self.status, self.detail, self.headers, **self.members)


def respond(status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """Make a response of problem details."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(content | members, status, dict(headers or {}), media_type=MEDIA_TYPE)


def describe_invalid(error: ValidationError | RequestValidationError) -> str:
    """Say which options or members are wrong, and why."""
    wrong = (
        f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors()[:5]
    )
    return "; ".join(wrong)


def install_handlers(app: FastAPI) -> None:
    """Answer every error of an app with problem details."""

    @app.exception_handler(ProblemError)
    async def _(request: Request, error: ProblemError) -> Response:
        return error.respond()

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        return respond(error.status_code, error.detail, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        return respond(422, describe_invalid(error))

    @app.exception_handler(SutjaError)
    async def _(request: Request, error: SutjaError) -> Response:
        return respond(422, str(error))

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        return respond(500, "the server failed on this request, and on no other; its log says why")
