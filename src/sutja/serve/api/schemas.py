"""JSON schemas of requests and answers, made from the options and the results themselves."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sutja.serve.api.uploads import PICTURE, TEMPLATE
from sutja.serve.options import Options
from sutja.serve.problems import MEDIA_TYPE
from sutja.types import Box, Result

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def make_result_schema(kind: type[Result]) -> dict[str, Any]:
    """Make the schema of a result as `to_dict` gives it."""
    hints = typing.get_type_hints(kind)
    shown = [item.name for item in fields(kind) if item.metadata.get("json", True)]
    return {
        "type": "object",
        "properties": {name: _make_schema(hints[name]) for name in shown},
        "required": shown,
        "additionalProperties": False,
    }


def _make_schema(hint: Any) -> dict[str, Any]:
    if isinstance(hint, types.UnionType):
        return {"anyOf": [_make_schema(part) for part in typing.get_args(hint)]}
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _make_schema(typing.get_args(hint)[0])}
    if hint is Box:
        return {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    if isinstance(hint, type) and issubclass(hint, Result):
        return make_result_schema(hint)
    return {"type": _PLAIN[hint]}


PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}
PROBLEMS = {
    400: "The body is malformed.",
    401: "A token is missing or wrong.",
    403: "Another site's page asks.",
    413: "Too many bytes or files.",
    415: "The body is neither multipart nor JSON.",
    421: "The server was asked by a name that is not its own.",
    422: "No file can be processed, or an option is wrong.",
    429: "Too many inputs wait; Retry-After says when to ask again.",
    503: "The server is closing.",
}


def describe_problems() -> dict[int | str, dict[str, Any]]:
    """Describe the answers that are problem details."""
    content = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": text, "content": content} for status, text in PROBLEMS.items()}


def describe_answer(kinds: Mapping[str, type[Result]]) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a verb: a list of results under the name of their kind, or JSON lines."""
    wholes = [
        {
            "type": "object",
            "properties": {member: {"type": "array", "items": make_result_schema(kind)}},
            "required": [member],
        }
        for member, kind in kinds.items()
    ]
    whole = wholes[0] if len(wholes) == 1 else {"anyOf": wholes}
    content = {"application/json": {"schema": whole}, "application/x-ndjson": {"schema": {"type": "string"}}}
    return {200: {"description": "A result for each page or recording.", "content": content}}


def describe_body(kind: type[Options]) -> dict[str, Any]:
    """Describe the bodies of a verb for OpenAPI."""
    options = kind.model_json_schema()["properties"]
    file: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
    item: dict[str, Any] = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "data": {"type": "string", "contentEncoding": "base64"}},
        "required": ["data"],
        "additionalProperties": False,
    }
    inputs = {"type": "array", "items": item, "minItems": 1}
    extras = TEMPLATE in kind.model_fields
    form_files = {TEMPLATE: {"type": "string", "format": "binary"}, PICTURE: file["items"]} if extras else {}
    members = {TEMPLATE: {"type": "object"}, PICTURE: item["properties"]["data"]} if extras else {}
    content = {
        media: {
            "schema": {
                "type": "object",
                "properties": {name: schema, **options, **more},
                "required": [name],
                "additionalProperties": False,
            }
        }
        for media, name, schema, more in (
            ("multipart/form-data", "file", file, form_files),
            ("application/json", "inputs", inputs, members),
        )
    }
    return {"requestBody": {"required": True, "content": content}}
