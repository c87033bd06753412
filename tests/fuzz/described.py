"""Hooks for schemathesis: where the API's description asks for a file, requests have a real one.

Bytes drawn at random are no picture, so that no request would get past the reading of its file. The variable
SUTJA_VERB says of which verb the requests are, and SUTJA_KIND which of its kinds of forms: their number.
"""

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

EXAMPLES = Path(__file__).parents[2] / "examples"
FORM = "form-boxes.png"
TEMPLATE = {"picture": FORM, "fields": [{"name": "number", "box": [4, 4, 150, 60]}]}
FILES = {  # small ones; the first goes into forms, where that of `read` is a template's picture too
    "read": (FORM, "postcode.png"),
    "detect": ("postcode.png", "form-boxes.png"),
    "classify": ("a-lone-digit.png",),
    "listen": ("sounds/silence.flac", "sounds/postcode.ogg"),
}
MODELS = {
    "read": ["numbers", "numbers-open"],
    "detect": ["pages"],
    "classify": ["digits", "mlp", "lenet5", "lecun1989"],
    "listen": ["spoken", "spoken-open"],
}
MODEL_OPTIONS = {"model": "", "detector": "detect", "second_reader": "read"}
LEAST_ERROR = 0.05  # share of wrong answers that every model can promise


def encode(name: str) -> str:
    """Encode an example as base64."""
    return base64.b64encode((EXAMPLES / name).read_bytes()).decode()


def name_values(schema: Any, verb: str, member: str = "") -> None:
    """Say of each part of a body's description which files, templates and models it may be."""
    if isinstance(schema, list):
        for part in schema:
            name_values(part, verb, member)
    if not isinstance(schema, dict):
        return
    if schema.get("contentEncoding") == "base64":
        schema["format"] = "form" if member == "picture" else "encoded"
    elif member == "template" and "type" in schema:
        schema["enum"] = [TEMPLATE if schema["type"] == "object" else json.dumps(TEMPLATE)]
    elif member in MODEL_OPTIONS and schema.get("type") == "string":
        schema["enum"] = MODELS[MODEL_OPTIONS[member] or verb]
    for name, part in schema.items():
        if name == "properties":
            for inner, described in part.items():
                name_values(described, verb, inner)
        else:
            name_values(part, verb, member)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Ask for what the description cannot tell: errors that a model can promise, pages of the form."""
    if not isinstance(case.body, dict) or case.media_type != "application/json":
        return
    share, country = case.body.get("max_error"), case.body.get("country")
    if type(share) in (int, float) and 0 <= share < LEAST_ERROR:
        case.body["max_error"] = LEAST_ERROR
    if isinstance(country, str) and re.fullmatch("[A-Za-z]{2}", country):
        case.body["country"] = "DE"
    if case.body.get("effort") == "fast" and isinstance(case.body.get("second_reader"), str):
        case.body["effort"] = "best"  # fast asks no second reader
    if None not in (case.body.get("threshold"), case.body.get("max_error")):
        del case.body["threshold"]  # each chooses the threshold
    if case.body.get("template") is not None and isinstance(case.body.get("inputs"), list):
        for given in case.body["inputs"]:  # another page than the template's is refused
            if isinstance(given, dict) and given.get("data") in map(encode, FILES[VERB]):
                given["data"] = encode(FORM)


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Say which files, models and templates the requests of a verb may have."""
    body = raw_schema["paths"][f"/v1/{VERB}"]["post"]["requestBody"]["content"]
    for media in body.values():
        name_values(media["schema"], VERB)
    form = body["multipart/form-data"]["schema"]
    if "anyOf" in form:
        # One kind of form at a time: among several schemathesis does not see which parts are files. Without
        # the one part that only this kind needs a form is of the first kind, and right as well.
        form = body["multipart/form-data"]["schema"] = form["anyOf"][KIND]
        if form["required"] == ["file", "fields"]:
            form["required"] = ["file"]
    for option in (
        "max_error",
        "country",
        "second_reader",
    ):  # left to JSON: a form that is changed is no longer known as valid
        form["properties"].pop(option, None)
    if KIND:
        del body["application/json"]  # which the first kind has had whole


VERB, KIND = os.environ.get("SUTJA_VERB", "read"), int(os.environ.get("SUTJA_KIND", "0"))
schemathesis.openapi.format("binary", st.just((EXAMPLES / FILES[VERB][0]).read_bytes()))
schemathesis.openapi.format("encoded", st.sampled_from([encode(name) for name in FILES[VERB]]))
schemathesis.openapi.format("form", st.just(encode(FORM)))
