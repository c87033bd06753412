"""JSON schemas of requests and answers, made from the options and the results themselves."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from fastapi.params import Depends
from fastapi.security import HTTPBearer

from sutja.serve.api.uploads import PICTURE, TEMPLATE
from sutja.serve.options import OF_TEMPLATES, Options
from sutja.serve.problems import MEDIA_TYPE
from sutja.serve.settings import Settings
from sutja.types import Box, Result

CROP = {"type": "boolean", "const": False}  # where names of numbers are asked for
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


def describe_tokens(settings: Settings) -> list[Depends]:
    """Describe that a request carries a token, where the server wants one; the guard is what checks it."""
    if not settings.tokens:
        return []
    return [Depends(HTTPBearer(auto_error=False, description="a token of this server"))]


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
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    text = {"type": "string", "contentMediaType": "application/json"}
    data: dict[str, Any] = {"type": "string", "contentEncoding": "base64"}
    item = _describe_object({"name": {"type": ["string", "null"]}, "data": data}, ("data",))
    texts = {name: _leave_null_out(option) for name, option in options.items()}
    form = _describe_variants(kind, texts, ("file", file), {TEMPLATE: text, PICTURE: file})
    whole = {TEMPLATE: {"type": "object"}, PICTURE: data}
    members = _describe_variants(kind, options, ("inputs", item), whole)
    content = {"multipart/form-data": {"schema": form}, "application/json": {"schema": members}}
    return {"requestBody": {"required": True, "content": content}}


def _leave_null_out(option: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the null out of an option's description: a form says nothing instead."""
    kept = {name: value for name, value in option.items() if name != "anyOf" and value is not None}
    for one in option.get("anyOf", ()):
        if one["type"] != "null":
            kept |= one
    return kept


def _describe_variants(
    kind: type[Options],
    options: Mapping[str, Any],
    inputs: tuple[str, Mapping[str, Any]],
    form: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Describe a body: files and options; where forms are read too, those of crops, of pages and of forms."""
    name, item = inputs
    listed = {name: {"type": "array", "items": item, "minItems": 1}}
    if TEMPLATE not in kind.model_fields:
        return _describe_object(listed | dict(options), (name,))
    unnamed = {option: described for option, described in options.items() if option != "fields"}
    few = {option: options[option] for option in OF_TEMPLATES}
    return {
        "anyOf": [
            _describe_object(listed | unnamed, (name,)),
            _describe_object(listed | dict(options) | {"crop": CROP}, (name, "fields")),
            _describe_object(listed | few | dict(form), (name, *form)),
        ]
    }


def _describe_object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
