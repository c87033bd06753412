"""Routes of the desk."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from sutja.errors import SutjaError
from sutja.serve.desk.corrected import format_csv, write_xlsx
from sutja.serve.desk.desk import ConflictError, Desk
from sutja.serve.desk.pictures import encode
from sutja.serve.desk.queue import Doubt
from sutja.serve.problems import ProblemError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Person = Annotated[str, Field(min_length=1, max_length=100)]


class Request(BaseModel):
    """A request for the next numbers."""

    person: Person
    count: int = Field(default=1, ge=1, le=20)


class Given(BaseModel):
    """An answer."""

    person: Person
    text: str


def make_router(desk: Desk | None) -> APIRouter:
    """Make the routes; without a desk they say that there is none."""
    router = APIRouter(prefix="/page/desk")

    @router.get("")
    def count() -> dict[str, Any]:
        return {"open": False} if desk is None else {"open": True, **desk.count()}

    add_questions(router, desk)
    add_pictures(router, desk)
    add_downloads(router, desk)
    return router


def require(desk: Desk | None) -> Desk:
    """Return the desk.

    Raises
    ------
    ProblemError
        There is none.
    """
    if desk is None:
        raise ProblemError(404, "no results are checked here; start with: sutja serve --check results.jsonl")
    return desk


def add_questions(router: APIRouter, desk: Desk | None) -> None:
    """Add the routes that hand out numbers in doubt and take a person's answers."""

    @router.post("/take")
    def take(request: Request) -> list[dict[str, Any]]:
        return [describe(doubt) for doubt in require(desk).take(request.person, request.count)]

    @router.post("/items/{index}")
    def answer(index: int, given: Given) -> dict[str, Any]:
        try:
            require(desk).answer(index, given.text, given.person)
        except ConflictError as error:
            raise ProblemError(409, str(error)) from error
        return require(desk).count()

    @router.post("/undo")
    def undo(request: Request) -> dict[str, Any]:
        doubt = require(desk).undo(request.person)
        return {"item": None if doubt is None else describe(doubt), **require(desk).count()}


def add_pictures(router: APIRouter, desk: Desk | None) -> None:
    """Add the routes of a number's crop, and of what stands around it."""

    @router.get("/items/{index}/crop.png")
    def crop(index: int) -> Response:
        pixels = require(desk).load_crop(require(desk).find(index))
        if pixels is None:
            raise ProblemError(404, "its picture cannot be read")
        return Response(encode(pixels), media_type="image/png")

    @router.get("/items/{index}/around.jpg")
    def around(index: int) -> Response:
        try:
            pixels, box = require(desk).load_around(require(desk).find(index))
        except SutjaError as error:
            raise ProblemError(404, str(error)) from error
        return Response(encode(pixels, ".jpg"), media_type="image/jpeg", headers={"x-box": json.dumps(box)})


def add_downloads(router: APIRouter, desk: Desk | None) -> None:
    """Add the routes of what a person takes home: labels and corrected results."""

    @router.get("/labels.csv")
    def labels() -> Response:
        return FileResponse(require(desk).labels.path, media_type="text/csv", filename="labels.csv")

    @router.get("/corrected.csv")
    def corrected() -> Response:
        headers = {"content-disposition": 'attachment; filename="corrected.csv"'}
        return StreamingResponse(format_csv(require(desk)), media_type="text/csv", headers=headers)

    @router.get("/corrected.xlsx")
    def corrected_workbook() -> Response:
        path = write_xlsx(require(desk))
        return FileResponse(
            path, media_type=XLSX, filename="corrected.xlsx", background=BackgroundTask(path.unlink)
        )


def describe(doubt: Doubt) -> dict[str, Any]:
    """Describe a number for the page."""
    return {"index": doubt.index, "source": doubt.source, "page": doubt.page, "number": doubt.number}
