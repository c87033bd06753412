"""Bodies of requests: files with the options of a verb, as multipart or JSON."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from sutja.serve.options import Options
from sutja.serve.problems import ProblemError, describe_invalid
from sutja.serve.settings import Limits

FIELDS = 32  # of a form, beside its files
_LONGEST_NAME = 1_000  # characters

O = TypeVar("O", bound=Options)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a request: its name, and its bytes."""

    name: str
    data: bytes


async def parse_request(request: Request, kind: type[O], limits: Limits) -> tuple[list[Upload], O]:
    """Take the files and the options out of a request.

    Parameters
    ----------
    request : Request
        multipart/form-data with files named "file" and a field an option; or JSON with "inputs", a list of
        {"name": …, "data": base64}, and a member an option.
    kind : type[O]
        Options of the verb.
    limits : Limits
        Largest number of files.

    Raises
    ------
    ProblemError
        If the body is of another type, is malformed, or holds no file or too many.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        async with request.form(max_files=limits.inputs, max_fields=FIELDS) as form:
            uploads, options = await _take_form(form)
    elif media == "application/json":
        uploads, options = _take_json(await request.body())
    else:
        raise ProblemError(415, "send multipart/form-data with a file, or application/json with inputs")
    if not uploads:
        raise ProblemError(422, "there is no file; send at least one, named file")
    if len(uploads) > limits.inputs:
        raise ProblemError(413, f"there are {len(uploads):,} files, more than {limits.inputs:,}; send fewer")
    try:
        return uploads, kind.model_validate(options)
    except ValidationError as error:
        raise ProblemError(422, describe_invalid(error)) from error


async def _take_form(form: FormData) -> tuple[list[Upload], dict[str, Any]]:
    uploads: list[Upload] = []
    options: dict[str, Any] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != "file":
                raise ProblemError(422, f"{name[:100]}: a file's field is named file")
            uploads.append(Upload(clean_name(value.filename, len(uploads)), await value.read()))
        elif name in options:
            raise ProblemError(422, f"{name[:100]}: is given twice")
        else:
            options[name] = value
    return uploads, options


def _take_json(body: bytes) -> tuple[list[Upload], dict[str, Any]]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"the body is no JSON ({error})") from error
    inputs = content.pop("inputs", None) if isinstance(content, dict) else None
    if not isinstance(inputs, list):
        raise ProblemError(422, 'inputs: is no list of files; send {"inputs": [{"name": …, "data": base64}]}')
    return [_take_input(item, i) for i, item in enumerate(inputs)], content


def _take_input(item: Any, index: int) -> Upload:
    where = f"inputs.{index}"
    if not isinstance(item, dict) or not isinstance(item.get("data"), str) or item.keys() - {"name", "data"}:
        raise ProblemError(422, f'{where}: is no {{"name": …, "data": base64}}')
    name = item.get("name")
    if not isinstance(name, str | None):
        raise ProblemError(422, f"{where}.name: is no text")
    try:
        return Upload(clean_name(name, index), base64.b64decode(item["data"], validate=True))
    except (binascii.Error, ValueError) as error:
        raise ProblemError(422, f"{where}.data: is no base64 ({error})") from error


def clean_name(name: str | None, index: int) -> str:
    """Make a name that JSON can carry; a file without one is named by its place."""
    return (name or f"file {index + 1}").encode("utf-8", "replace").decode()[:_LONGEST_NAME]


def list_names(uploads: Sequence[Upload]) -> list[str]:
    """List the names of files."""
    return [upload.name for upload in uploads]
