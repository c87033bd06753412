"""Routes of the verbs: `/v1/read`, `/v1/listen`, `/v1/detect` and `/v1/classify`."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sutja.serve.api.schemas import describe_answer, describe_body, describe_problems, describe_tokens
from sutja.serve.api.uploads import Upload, parse_request
from sutja.serve.models import Models
from sutja.serve.options import ClassifyOptions, DetectOptions, ListenOptions, Options, ReadOptions
from sutja.serve.problems import ProblemError
from sutja.serve.tasks import ClassifiedPicture, rename
from sutja.types import Form, Page, Recording, Result, Scene

VERBS: dict[str, tuple[type[Options], tuple[type[Result], ...], str]] = {
    "read": (
        ReadOptions,
        (Page, Form),
        "Read the numbers on pages, on crops of one number, or the fields of forms by a template.",
    ),
    "listen": (ListenOptions, (Recording,), "Transcribe the numbers spoken in recordings."),
    "detect": (DetectOptions, (Scene,), "Detect objects in pictures."),
    "classify": (ClassifyOptions, (ClassifiedPicture,), "Tell the class of each picture."),
}
MEMBERS: dict[type[Result], str] = {  # of an answer, by the kind of its results
    Page: "pages",
    Form: "forms",
    Recording: "recordings",
    Scene: "scenes",
    ClassifiedPicture: "pictures",
}
LINES = "application/x-ndjson"
_LOOK = 0.5  # seconds between looks at whether the client is still there


def make_router(models: Models) -> APIRouter:
    """Make the routes of all verbs."""
    router = APIRouter(prefix="/v1", tags=["verbs"], dependencies=describe_tokens(models.settings))
    for verb in VERBS:
        add_verb(router, verb, models)
    return router


def add_verb(router: APIRouter, verb: str, models: Models) -> None:
    """Add the route of a verb."""
    kind, results, summary = VERBS[verb]

    async def answer(request: Request) -> Response:
        uploads, options = await parse_request(request, kind, models.settings.limits)
        return respond(request, await run_while_connected(request, models, options, uploads))

    router.add_api_route(
        f"/{verb}",
        answer,
        methods=["POST"],
        operation_id=verb,
        summary=summary,
        response_class=JSONResponse,
        responses={**describe_answer({MEMBERS[result]: result for result in results}), **describe_problems()},
        openapi_extra=describe_body(kind),
    )


async def run_while_connected(
    request: Request, models: Models, options: Options, uploads: list[Upload]
) -> list[Result]:
    """Run a request's files, and give them up when nobody waits for the answer any more."""
    work = asyncio.ensure_future(models.run(options, [upload.data for upload in uploads]))
    try:
        while not (await asyncio.wait({work}, timeout=_LOOK))[0]:
            if await request.is_disconnected():
                raise ProblemError(499, "the client has gone")
        return [
            rename(one, upload.name)
            for upload, some in zip(uploads, work.result(), strict=True)
            for one in some
        ]
    finally:
        if not work.done():
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


def respond(request: Request, results: list[Result]) -> Response:
    """Answer with results; where none could be processed, with the reasons as a problem."""
    errors = [error for result in results if (error := getattr(result, "error", None)) is not None]
    if len(errors) == len(results):
        more = f", and {len(errors) - 1:,} more" if len(errors) > 1 else ""
        raise ProblemError(422, f"{errors[0]}{more}", errors=errors)
    content = [result.to_dict() for result in results]
    if LINES in request.headers.get("accept", ""):
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in content)
        return Response(lines, media_type=LINES)
    return JSONResponse({MEMBERS[type(results[0])]: content})
