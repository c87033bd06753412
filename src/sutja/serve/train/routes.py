"""Routes of "Train and watch"."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from sutja.serve.page.networks import SIDE
from sutja.serve.problems import ProblemError
from sutja.serve.train.trainer import Trainer

Neurons = Annotated[int, Field(ge=1, le=256)]


class Choices(BaseModel):
    """Choices of a person; the trainer knows which of them go together."""

    model_config = ConfigDict(extra="forbid")

    era: str = Field(max_length=20)
    data: str = Field(max_length=20)
    labels: int = Field(default=0, ge=0, le=1_000_000)
    hidden: list[Neurons] | None = Field(default=None, max_length=4)
    lr: float | None = Field(default=None, ge=1e-5, le=10.0)
    epochs: int = Field(default=20, ge=1, le=200)
    seed: int = Field(default=0, ge=0, lt=2**31)


def make_router(trainer: Trainer) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/page/train")

    @router.get("")
    async def describe() -> dict[str, Any]:
        if trainer.obstacle is not None:
            return {"obstacle": trainer.obstacle}
        return {"obstacle": None, **await trainer.describe()}

    @router.post("/start")
    async def start(choices: Choices) -> dict[str, bool]:
        await trainer.start(choices.model_dump())
        return {"running": trainer.running}

    @router.post("/stop")
    async def stop() -> dict[str, bool]:
        await trainer.stop()
        return {"running": trainer.running}

    @router.post("/drawing")
    async def draw(request: Request) -> dict[str, bool]:
        body = await request.body()
        if len(body) != SIDE * SIDE:
            raise ProblemError(422, f"a drawing has {SIDE} × {SIDE} bytes, not {len(body)}")
        await trainer.draw(body)
        return {"running": trainer.running}

    @router.get("/model.onnx")
    async def save() -> Response:
        headers = {"content-disposition": 'attachment; filename="model.onnx"'}
        return Response(await trainer.save("watched"), media_type="application/octet-stream", headers=headers)

    @router.get("/events")
    async def watch(after: Annotated[str, Field(max_length=60)] = "") -> Response:
        return StreamingResponse(
            format_events(trainer.watch(after)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    return router


async def format_events(messages: AsyncIterator[tuple[str, dict[str, Any]]]) -> AsyncIterator[str]:
    """Format messages as server-sent events."""
    yield ": the training\n\n"
    async for name, message in messages:
        yield f"id: {name}\ndata: {json.dumps(message)}\n\n"
