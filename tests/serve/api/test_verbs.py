"""The verbs over HTTP answer as the command line's lines do, and say what is wrong with what they refuse."""

import base64
import io
import json
import re

import numpy as np
import pytest
import soundfile
from PIL import Image
from serve.conftest import EXAMPLES

from sutja.listening import Listener
from sutja.reading import Classifier, Reader
from sutja.reading.templates import Template
from sutja.serve.options import ListenOptions, ReadOptions

SOUND = sorted((EXAMPLES / "sounds").glob("*.*"))[0]


def draw(width, height, kind="PNG", pages=1):
    """The bytes of an empty picture."""
    file = io.BytesIO()
    pictures = [Image.new("L", (width, height), 255) for _ in range(pages)]
    pictures[0].save(file, kind, **({"save_all": True, "append_images": pictures[1:]} if pages > 1 else {}))
    return file.getvalue()


def read(client, *files, path="/v1/read", headers=None, **options):
    """Post files as a form."""
    return client.post(path, files=[("file", file) for file in files], data=options, headers=headers)


def test_a_crop_is_read_as_the_command_does(client, crop):
    answer = read(client, ("postcode.png", crop), crop="true")
    assert answer.status_code == 200
    (page,) = answer.json()["pages"]
    expected = Reader().read(crop, crop=True).to_dict() | {"source": "postcode.png"}
    assert page == json.loads(json.dumps(expected))


def test_json_answers_like_a_form(client, crop):
    inputs = [{"name": "postcode.png", "data": base64.b64encode(crop).decode()}]
    answer = client.post("/v1/read", json={"inputs": inputs, "crop": True})
    assert answer.json() == read(client, ("postcode.png", crop), crop="true").json()


def test_a_page_is_read(client):
    answer = read(client, ("letter.png", (EXAMPLES / "pages" / "letter.png").read_bytes()))
    (page,) = answer.json()["pages"]
    assert page["source"] == "letter.png"
    assert len(page["numbers"]) > 1


def test_a_broken_file_does_not_touch_the_others(client, crop):
    files = [
        ("bad.png", crop[: len(crop) // 2]),
        ("good.png", crop),
        ("note.txt", b"hello"),
        ("again.png", crop),
    ]
    pages = read(client, *files, crop="true").json()["pages"]
    assert [page["source"] for page in pages] == ["bad.png", "good.png", "note.txt", "again.png"]
    assert pages[0]["error"].startswith("bad.png: ")
    assert pages[2]["error"].startswith("note.txt: ")
    assert [page["numbers"][0]["digits"] for page in (pages[1], pages[3])] == ["10115"] * 2


def test_lines_are_given_to_who_asks_for_them(client, crop):
    answer = read(
        client, ("a.png", crop), ("b.png", crop), crop="true", headers={"accept": "application/x-ndjson"}
    )
    assert [json.loads(line)["source"] for line in answer.text.splitlines()] == ["a.png", "b.png"]


def test_options_count(client, crop):
    (page,) = read(client, ("a.png", crop), crop="true", kind="date").json()["pages"]
    assert not page["numbers"][0]["accepted"]


FORMS = EXAMPLES / "forms"


def test_forms_are_read_by_a_template_that_comes_along(client):
    scan, template, picture = (FORMS / name for name in ("scan.jpg", "count.json", "blank.png"))
    files = [
        ("file", ("scan.jpg", scan.read_bytes())),
        ("template", ("count.json", template.read_bytes())),
        ("picture", ("blank.png", picture.read_bytes())),
    ]
    (form,) = client.post("/v1/read", files=files).json()["forms"]
    expected = Reader().read_form(scan, Template.load(template)).to_dict() | {"source": "scan.jpg"}
    assert form == json.loads(json.dumps(expected))
    as_json = {
        "inputs": [{"name": "scan.jpg", "data": base64.b64encode(scan.read_bytes()).decode()}],
        "template": json.loads(template.read_text(encoding="utf-8")),
        "picture": base64.b64encode(picture.read_bytes()).decode(),
    }
    assert client.post("/v1/read", json=as_json).json()["forms"] == [form]
    as_text = {"template": template.read_text(encoding="utf-8")}
    assert client.post("/v1/read", files=[files[0], files[2]], data=as_text).json()["forms"] == [form]


@pytest.mark.parametrize("options", [{"crop": 1}, {"crop": "true"}, {"max_error": False}, {"effort": True}])
def test_options_in_json_have_their_types(client, crop, options):
    body = {"inputs": [{"data": base64.b64encode(crop).decode()}], **options}
    answer = client.post("/v1/read", json=body)
    assert answer.status_code == 422
    assert next(iter(options)) in answer.json()["detail"]


def test_whole_numbers_in_json_may_have_a_point():
    assert ListenOptions.model_validate({"rate": 8000.0}, strict=True).rate == 8000
    with pytest.raises(ValueError, match="rate"):
        ListenOptions.model_validate({"rate": 8000.5}, strict=True)


@pytest.mark.parametrize("fields", ["total", " date , total,", "", "colour", "date total", "total\n"])
def test_names_are_described_as_they_are_taken(fields):
    described = ReadOptions.model_json_schema()["properties"]["fields"]["anyOf"]
    (pattern,) = (part["pattern"] for part in described if "pattern" in part)
    try:
        taken = bool(ReadOptions(fields=fields))
    except ValueError:
        taken = False
    assert (re.search(pattern, fields) is not None) == taken


@pytest.mark.parametrize(
    ("files", "options", "reason"),
    [
        ({"template": b"{}"}, {}, "picture: is missing"),
        ({"picture": b"x"}, {}, "template: is missing"),
        ({"template": b"\xff", "picture": b"x"}, {}, "not UTF-8"),
        ({"template": b"{", "picture": b"x"}, {}, "template, line 1: is not JSON"),
        (
            {"template": b'{"picture": "/etc/passwd", "fields": []}', "picture": b"x"},
            {},
            "picture cannot be read",
        ),
        ({"template": b"{}", "picture": b"x"}, {"crop": "true"}, "crop does not go with a template"),
        ({"template": b"{}", "picture": b"x"}, {"kind": "date"}, "kind does not go with a template"),
    ],
)
def test_wrong_templates_are_told(client, crop, files, options, reason):
    parts = [("file", ("a.png", crop)), *((name, (name, content)) for name, content in files.items())]
    answer = client.post("/v1/read", files=parts, data=options)
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


def test_named_numbers_alone_are_given(client):
    cheque = EXAMPLES / "pages" / "cheque.png"
    answer = read(client, ("cheque.png", cheque.read_bytes()), fields="date, amount", effort="fast")
    (page,) = answer.json()["pages"]
    every = Reader(effort="fast").read(cheque).numbers
    assert {number["name"] for number in page["numbers"]} == {"date", "amount"} & {
        number.name for number in every
    }


def test_pages_of_a_file_are_numbered(client):
    pages = read(client, ("a.tiff", draw(64, 32, "TIFF", 2)), ("b.png", draw(64, 32)), crop="true").json()[
        "pages"
    ]
    assert [(page["source"], page["page"]) for page in pages] == [("a.tiff", 1), ("a.tiff", 2), ("b.png", 1)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("large.png", draw(2001, 2000), "large.png: has 4,002,000 pixels"),
        ("long.tiff", draw(64, 32, "TIFF", 4), "more than 3 pages"),
        ("empty.png", b"", "empty.png: is empty"),
        ("a.docx", b"PK\x03\x04 something", "ZIP archive"),
    ],
)
def test_what_cannot_be_read_is_a_problem(client, name, content, reason):
    answer = read(client, (name, content))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 422
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"kind": "telephone"}, "kind: "),
        ({"effort": "most"}, "effort: "),
        ({"fields": "colour"}, "there is no 'colour'"),
        ({"fields": "date", "crop": "true"}, "leave out crop"),
        ({"template": "a.json"}, "picture: is missing"),
        ({"crops": "true"}, "crops: "),
        ({"crop": "1"}, "crop: write true or false"),
        ({"model": "/etc/passwd"}, "no such model"),
        ({"model": "spoken"}, "is a model to listen"),
        ({"max_error": "2"}, "max_error: "),
        ({"country": "Germany"}, "country: "),
    ],
)
def test_wrong_options_are_named(client, crop, options, reason):
    answer = read(client, ("a.png", crop), **options)
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"inputs": 1}', "application/json", 422),
        (b'{"inputs": []}', "application/json", 422),
        (b'{"inputs": [{"data": "%%"}]}', "application/json", 422),
        (b'{"inputs": [{"data": "", "name": 1}]}', "application/json", 422),
        (b'{"inputs": [{"data": "\\ud800"}]}', "application/json", 422),
        (b'{"inputs": [{"name": "\\ud800", "data": ""}]}', "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b"no parts", "multipart/form-data; boundary=x", 400),
        (b"no boundary", "multipart/form-data", 400),
        (b"hello", "text/plain", 415),
    ],
)
def test_malformed_bodies_are_problems(client, body, kind, status):
    answer = client.post("/v1/read", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_files_are_refused(client, crop):
    assert read(client, *[("a.png", b"x")] * 9).status_code in (400, 413)
    answer = client.post("/v1/read", json={"inputs": [{"data": ""}] * 9})
    assert answer.status_code == 413


def test_a_recording_is_heard(client):
    answer = read(client, (SOUND.name, SOUND.read_bytes()), path="/v1/listen")
    (recording,) = answer.json()["recordings"]
    expected = Listener().listen(SOUND.read_bytes()).to_dict() | {"source": SOUND.name}
    assert recording == json.loads(json.dumps(expected))


def test_a_recording_that_is_too_long_is_refused(client):
    file = io.BytesIO()
    soundfile.write(file, np.zeros(8000 * 21), 8000, format="FLAC")
    answer = read(client, ("long.flac", file.getvalue()), path="/v1/listen")
    assert answer.status_code == 422
    assert "long.flac: lasts 21 seconds" in answer.json()["detail"]


def test_numbers_on_a_page_are_detected(client):
    page = (EXAMPLES / "pages" / "letter.png").read_bytes()
    every, sure = (
        read(client, ("letter.png", page), path="/v1/detect", threshold=threshold).json()["scenes"][0][
            "detections"
        ]
        for threshold in ("0.05", "0.9")
    )
    assert len(every) > len(sure) > 0
    assert all(detection["confidence"] >= 0.9 for detection in sure)


def test_a_digit_is_classified(client):
    digit = (EXAMPLES / "a-lone-digit.png").read_bytes()
    (picture,) = read(client, ("digit.png", digit), path="/v1/classify").json()["pictures"]
    expected = Classifier().classify(digit).to_dict()
    assert {key: picture[key] for key in expected} == json.loads(json.dumps(expected))
    answer = read(client, ("note.txt", b"hello"), ("digit.png", digit), path="/v1/classify", model="mlp")
    assert [picture["label"] is None for picture in answer.json()["pictures"]] == [True, False]
