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
TEMPLATE, PICTURE = "template", "picture"  # files that say how the others are read
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
        {"name": …, "data": base64}, and a member an option. A template of `read` comes as two more files, or
        as the members "template", an object, and "picture", base64.
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
    extras = (TEMPLATE, PICTURE) if TEMPLATE in kind.model_fields else ()
    if media == "multipart/form-data":
        async with request.form(max_files=limits.inputs + len(extras), max_fields=FIELDS) as form:
            uploads, options = await _take_form(form, extras)
    elif media == "application/json":
        uploads, options = _take_json(await request.body(), extras)
    else:
        raise ProblemError(415, "send multipart/form-data with a file, or application/json with inputs")
    if not uploads:
        raise ProblemError(422, "there is no file; send at least one, named file")
    if len(uploads) > limits.inputs:
        raise ProblemError(413, f"there are {len(uploads):,} files, more than {limits.inputs:,}; send fewer")
    try:  # the values of a form are texts, those of JSON have types of their own
        return uploads, kind.model_validate(options, strict=media == "application/json")
    except ValidationError as error:
        raise ProblemError(422, describe_invalid(error)) from error


async def _take_form(form: FormData, extras: Sequence[str]) -> tuple[list[Upload], dict[str, Any]]:
    uploads: list[Upload] = []
    options: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for name, value in form.multi_items():
        if name in options or name in files:
            raise ProblemError(422, f"{name[:100]}: is given twice")
        if not isinstance(value, UploadFile):
            if name == TEMPLATE and name in extras:
                files[name] = value.encode()
            elif name in extras:
                raise ProblemError(422, f"{name}: is no file")
            else:
                options[name] = value
        elif name == "file":
            uploads.append(Upload(clean_name(value.filename, len(uploads)), await value.read()))
        elif name in extras:
            files[name] = await value.read()
        else:
            raise ProblemError(422, f"{name[:100]}: a file's field is named file")
    if files:
        try:
            text = files[TEMPLATE].decode() if TEMPLATE in files else None
        except UnicodeDecodeError as error:
            raise ProblemError(422, f"{TEMPLATE}: is not UTF-8 text") from error
        options[TEMPLATE] = _join_template(text, files.get(PICTURE))
    return uploads, options


def _join_template(text: str | None, picture: bytes | None) -> dict[str, Any]:
    """Join the two parts of a template."""
    if text is None or picture is None:
        missing = TEMPLATE if text is None else PICTURE
        raise ProblemError(422, f"{missing}: is missing; a template needs its file and its picture")
    return {"text": text, "picture": picture}


def _take_json(body: bytes, extras: Sequence[str]) -> tuple[list[Upload], dict[str, Any]]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"the body is no JSON ({error})") from error
    inputs = content.pop("inputs", None) if isinstance(content, dict) else None
    if not isinstance(inputs, list):
        raise ProblemError(422, 'inputs: is no list of files; send {"inputs": [{"name": …, "data": base64}]}')
    if extras and content.keys() & set(extras):
        template, picture = content.pop(TEMPLATE, None), content.pop(PICTURE, None)
        text = None if template is None else json.dumps(template, ensure_ascii=False)
        content[TEMPLATE] = _join_template(text, None if picture is None else _decode(picture, PICTURE))
    return [_take_input(item, i) for i, item in enumerate(inputs)], content


def _decode(data: Any, where: str) -> bytes:
    """Decode base64."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ProblemError(422, f"{where}: is no base64 ({error})") from error


def _take_input(item: Any, index: int) -> Upload:
    where = f"inputs.{index}"
    if not isinstance(item, dict) or not isinstance(item.get("data"), str) or item.keys() - {"name", "data"}:
        raise ProblemError(422, f'{where}: is no {{"name": …, "data": base64}}')
    name = item.get("name")
    if not isinstance(name, str | None):
        raise ProblemError(422, f"{where}.name: is no text")
    return Upload(clean_name(name, index), _decode(item["data"], f"{where}.data"))


async def take_files(request: Request, names: Sequence[str]) -> tuple[dict[str, Upload], dict[str, str]]:
    """Take the files of some names out of a form, one of each, and its other fields.

    Raises
    ------
    ProblemError
        If the body is no form, or a file is missing.
    """
    files: dict[str, Upload] = {}
    values: dict[str, str] = {}
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "send multipart/form-data with a file")
    async with request.form(max_files=len(names), max_fields=FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = Upload(clean_name(value.filename, 0), await value.read())
            else:
                values[name] = value
    for name in names:
        if name not in files:
            raise ProblemError(422, f"{name}: is missing")
    return files, values


async def take_named_files(
    request: Request, name: str, limits: Limits
) -> tuple[list[Upload], dict[str, str]]:
    """Take all files of one name out of a form, and its other fields, which may be long.

    Raises
    ------
    ProblemError
        If the body is no form, has no such file, or more than the most.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "send multipart/form-data with a file")
    files: list[Upload] = []
    values: dict[str, str] = {}
    async with request.form(max_files=limits.inputs, max_fields=FIELDS, max_part_size=limits.bytes) as form:
        for field, value in form.multi_items():
            if not isinstance(value, UploadFile):
                values[field] = value
            elif field == name:
                files.append(Upload(clean_name(value.filename, len(files)), await value.read()))
    if not files:
        raise ProblemError(422, f"{name}: is missing")
    return files, values


async def take_one_file(request: Request) -> tuple[Upload, dict[str, str]]:
    """Take the file out of a form, and its other fields.

    Raises
    ------
    ProblemError
        As `take_files` does.
    """
    files, values = await take_files(request, ("file",))
    return files["file"], values


def clean_name(name: str | None, index: int) -> str:
    """Make a name that JSON can carry; a file without one is named by its place."""
    return (name or f"file {index + 1}").encode("utf-8", "replace").decode()[:_LONGEST_NAME]


def list_names(uploads: Sequence[Upload]) -> list[str]:
    """List the names of files."""
    return [upload.name for upload in uploads]
