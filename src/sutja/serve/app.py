"""The application: routes, guards and models put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

import sutja
from sutja.serve.api import status, verbs
from sutja.serve.desk import Desk, UploadDesks
from sutja.serve.desk import routes as desk_routes
from sutja.serve.guards import Guard
from sutja.serve.models import Models
from sutja.serve.page import networks, pictures, studies, templates
from sutja.serve.problems import install_handlers
from sutja.serve.settings import Settings, from_environment
from sutja.serve.train import routes as train_routes
from sutja.serve.train.trainer import Trainer, find_obstacle

STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the application.

    Parameters
    ----------
    settings : Settings | None
        Settings; None takes those of the environment.
    """
    settings = settings or from_environment()
    models = Models(settings)
    desk = open_desk(settings)
    uploads = UploadDesks() if settings.workers == 1 else None
    trainer = Trainer(find_obstacle(settings.workers))

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        opening = asyncio.create_task(models.prepare())
        yield
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening
        await trainer.close()
        await asyncio.to_thread(models.close)
        for one in (desk, uploads):
            if one is not None:
                one.close()

    app = FastAPI(
        title="sutja",
        version=sutja.__version__,
        summary="Reads numbers in pictures and recordings, and says how sure it is of each.",
        lifespan=run,
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    install_handlers(app)
    app.include_router(verbs.make_router(models))
    app.include_router(status.make_router(models))
    app.include_router(networks.make_router(settings), include_in_schema=False)
    app.include_router(pictures.make_router(settings.limits), include_in_schema=False)
    app.include_router(templates.make_router(models), include_in_schema=False)
    app.include_router(studies.make_router(settings.studies), include_in_schema=False)
    for router in desk_routes.make_routers(desk, uploads, settings.limits):
        app.include_router(router, include_in_schema=False)
    app.include_router(train_routes.make_router(trainer), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Guard, settings=settings)

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(STATIC / "index.html")

    return app


def open_desk(settings: Settings) -> Desk | None:
    """Open the desk, if there are results to check."""
    if settings.check is None:
        return None
    path = Path(settings.check)
    out = Path(settings.out) if settings.out else path.with_suffix(".checked")
    return Desk(path, Path(settings.pictures) if settings.pictures else None, out)
