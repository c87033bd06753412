"""Routes about the server itself: its models, its health, its figures."""

from __future__ import annotations

import os
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from sutja.model_file.bundled import DEFAULTS, OPEN_DEFAULTS, open_model
from sutja.serve.api.schemas import describe_problems, describe_tokens
from sutja.serve.models import Models
from sutja.serve.problems import respond
from sutja.serve.tasks import list_models

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: text for status, text in describe_problems().items() if status in (401, 403, 421)
}


def make_router(models: Models) -> APIRouter:
    """Make the routes; those that tell that the server lives want no token."""
    guarded = describe_tokens(models.settings)
    router = APIRouter(tags=["status"])
    described: list[dict[str, Any]] = []

    @router.get("/v1/models", operation_id="models", dependencies=guarded, responses=_REFUSALS)
    def list_all() -> dict[str, list[dict[str, Any]]]:
        """List the models that requests may name."""
        if not described:
            described.extend(describe_models(models))
        return {"models": described}

    @router.get("/healthz", operation_id="healthz", responses=_REFUSALS)
    async def healthz() -> dict[str, str]:
        """Tell that the process runs."""
        return {"status": "ok"}

    @router.get("/readyz", operation_id="readyz", responses={503: describe_problems()[503], **_REFUSALS})
    async def readyz() -> Response:
        """Tell whether the models are open."""
        return (
            JSONResponse({"status": "ready"}) if models.ready else respond(503, "the models are being opened")
        )

    @router.get(
        "/metrics", operation_id="metrics", dependencies=guarded, response_class=Response, responses=_REFUSALS
    )
    def metrics() -> Response:
        """Give the figures of the server for Prometheus."""
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def describe_models(models: Models) -> list[dict[str, Any]]:
    """Describe the models by their cards."""
    defaults = OPEN_DEFAULTS if models.settings.only_open else DEFAULTS
    described = []
    for name, path in list_models(models.settings).items():
        card = open_model(path).card
        described.append(
            {
                "name": name,
                "task": card.task,
                "default": defaults.get(card.task) == name,
                "threshold": card.threshold,
                "classes": list(card.classes),
                "created": card.created,
                "training_data": [data.name for data in card.training_data],
                "open_terms": card.open_terms,
            }
        )
    return described
