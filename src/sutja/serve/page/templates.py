"""Routes of the templates that are drawn on the page: fields are proposed, and what was drawn is checked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from sutja.serve.api.uploads import take_files, take_one_file
from sutja.serve.models import Models
from sutja.serve.options import ReadOptions
from sutja.serve.page.pictures import parse_page_number
from sutja.serve.problems import ProblemError
from sutja.types import Page

if TYPE_CHECKING:
    from sutja.reading.templates import Template


def make_router(models: Models) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/page/templates")

    @router.post("/propose")
    async def propose(request: Request) -> dict[str, Any]:
        from sutja.reading.templates.proposal import propose_template

        upload, values = await take_one_file(request)
        number = parse_page_number(values)
        (pages,) = await models.run(ReadOptions(), [upload.data])
        read = next((page for page in pages if isinstance(page, Page) and page.page == number), None)
        if read is None or read.error is not None:
            raise ProblemError(422, f"there is no page {number}" if read is None else str(read.error))
        name = make_name(upload.name)
        made = await asyncio.to_thread(propose_template, upload.data, name, lambda _: read, number)
        height, width = made.pixels.shape[:2]
        return {"text": rename_picture(made, upload.name).to_text(), "width": width, "height": height}

    @router.post("/check")
    async def check(request: Request) -> dict[str, Any]:
        from sutja.reading.templates import Template

        files, _ = await take_files(request, ("template", "picture"))
        try:
            text = files["template"].data.decode()
        except UnicodeDecodeError as error:
            raise ProblemError(422, "template: is not UTF-8 text") from error
        made = await asyncio.to_thread(Template.parse, text, files["picture"].data)
        height, width = made.pixels.shape[:2]
        return {"text": made.to_text(), "width": width, "height": height}

    return router


def rename_picture(template: Template, name: str) -> Template:
    """Give the template's picture the name of the file that was uploaded."""
    return replace(template, picture=PurePath(name).name)


def make_name(file: str) -> str:
    """Make the name of a form from that of its scan.

    >>> make_name("scans/votes 2024.pdf")
    'votes 2024'
    """
    return PurePath(file).stem[:80] or "form"
