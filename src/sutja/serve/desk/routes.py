"""Routes of the desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from sutja.errors import SutjaError
from sutja.serve.api.uploads import take_named_files
from sutja.serve.desk.corrected import format_csv, write_xlsx
from sutja.serve.desk.desk import ConflictError, Desk
from sutja.serve.desk.pictures import encode
from sutja.serve.desk.queue import Doubt
from sutja.serve.desk.uploads import UploadDesks
from sutja.serve.problems import ProblemError
from sutja.serve.settings import Limits

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


def make_routers(desk: Desk | None, uploads: UploadDesks | None, limits: Limits) -> list[APIRouter]:
    """Make the routes of the desk that the server was started with, and of desks over uploads.

    Without a desk they say that there is none. Desks over uploads live in one process: None where the server
    has several.
    """

    def find_own() -> Desk:
        if desk is None:
            raise ProblemError(
                404, "no results are checked here; start with: sutja serve --check results.jsonl"
            )
        return desk

    def find_uploaded(key: str) -> Desk:
        found = uploads.find(key) if uploads else None
        if found is None:
            raise ProblemError(404, "this upload is no longer here; read it again, and check it then")
        return found

    own, uploaded = APIRouter(prefix="/page/desk"), APIRouter(prefix="/page/desks")
    add_opening(uploaded, uploads, limits)

    @own.get("")
    def count_own() -> dict[str, Any]:
        return {"open": False} if desk is None else {"open": True, **desk.count()}

    @uploaded.get("/{key}")
    def count_uploaded(key: str) -> dict[str, Any]:
        return {"open": True, **find_uploaded(key).count()}

    add_routes(own, "", find_own)
    add_routes(uploaded, "/{key}", find_uploaded)
    return [own, uploaded]


def add_opening(router: APIRouter, uploads: UploadDesks | None, limits: Limits) -> None:
    """Add the route that opens a desk over an upload."""

    @router.post("")
    async def open_upload(request: fastapi.Request) -> dict[str, str]:
        if uploads is None:
            raise ProblemError(404, "uploads are checked in one process: start the server with --workers 1")
        files, values = await take_named_files(request, "file", limits)
        return {"key": await asyncio.to_thread(uploads.open, values.get("results", ""), files)}


def add_routes(router: APIRouter, prefix: str, find: Callable[..., Desk]) -> None:
    """Add the routes of a desk that a function finds by the request."""
    chosen = Depends(find)
    add_questions(router, prefix, chosen)
    add_pictures(router, prefix, chosen)
    add_downloads(router, prefix, chosen)


def add_questions(router: APIRouter, prefix: str, chosen: Any) -> None:
    """Add the routes that hand out numbers in doubt and take a person's answers."""

    @router.post(prefix + "/take")
    def take(request: Request, desk: Desk = chosen) -> list[dict[str, Any]]:
        return [describe(doubt) for doubt in desk.take(request.person, request.count)]

    @router.post(prefix + "/items/{index}")
    def answer(index: int, given: Given, desk: Desk = chosen) -> dict[str, Any]:
        try:
            desk.answer(index, given.text, given.person)
        except ConflictError as error:
            raise ProblemError(409, str(error)) from error
        return desk.count()

    @router.post(prefix + "/undo")
    def undo(request: Request, desk: Desk = chosen) -> dict[str, Any]:
        doubt = desk.undo(request.person)
        return {"item": None if doubt is None else describe(doubt), **desk.count()}


def add_pictures(router: APIRouter, prefix: str, chosen: Any) -> None:
    """Add the routes of a number's crop, and of what stands around it."""

    @router.get(prefix + "/items/{index}/crop.png")
    def crop(index: int, desk: Desk = chosen) -> Response:
        pixels = desk.load_crop(desk.find(index))
        if pixels is None:
            raise ProblemError(404, "its picture cannot be read")
        return Response(encode(pixels), media_type="image/png")

    @router.get(prefix + "/items/{index}/around.jpg")
    def around(index: int, desk: Desk = chosen) -> Response:
        try:
            pixels, box = desk.load_around(desk.find(index))
        except SutjaError as error:
            raise ProblemError(404, str(error)) from error
        return Response(encode(pixels, ".jpg"), media_type="image/jpeg", headers={"x-box": json.dumps(box)})


def add_downloads(router: APIRouter, prefix: str, chosen: Any) -> None:
    """Add the routes of what a person takes home: labels and corrected results."""

    @router.get(prefix + "/labels.csv")
    def labels(desk: Desk = chosen) -> Response:
        return FileResponse(desk.labels.path, media_type="text/csv", filename="labels.csv")

    @router.get(prefix + "/labels.zip")
    def labels_and_crops(desk: Desk = chosen) -> Response:
        return hand_out(desk.labels.write_zip(), "application/zip", "labels.zip")

    @router.get(prefix + "/corrected.csv")
    def corrected(desk: Desk = chosen) -> Response:
        headers = {"content-disposition": 'attachment; filename="corrected.csv"'}
        return StreamingResponse(format_csv(desk), media_type="text/csv", headers=headers)

    @router.get(prefix + "/corrected.xlsx")
    def corrected_workbook(desk: Desk = chosen) -> Response:
        return hand_out(write_xlsx(desk), XLSX, "corrected.xlsx")


def hand_out(path: Path, kind: str, name: str) -> Response:
    """Hand a file out, and remove it then."""
    return FileResponse(path, media_type=kind, filename=name, background=BackgroundTask(path.unlink))


def describe(doubt: Doubt) -> dict[str, Any]:
    """Describe a number for the page."""
    return {"index": doubt.index, "source": doubt.source, "page": doubt.page, "number": doubt.number}
