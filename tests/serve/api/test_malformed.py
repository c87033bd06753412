"""Pictures, sounds, documents and bodies that were changed at random: a reason each, never a failure."""

import base64
import io
import json
import random

import pytest
import soundfile
from fuzz.mutation import mutate
from PIL import Image
from serve.conftest import EXAMPLES

OURS = {200, 400, 413, 415, 422}


def encode(kind):
    """The crop as another kind of file."""
    file = io.BytesIO()
    Image.open(EXAMPLES / "postcode.png").convert("L").save(file, kind)
    return file.getvalue()


def cut_sound(kind):
    """Half a second of a recording."""
    samples, rate = soundfile.read(EXAMPLES / "sounds" / "order-number.wav")
    file = io.BytesIO()
    soundfile.write(file, samples[: rate // 2], rate, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("verb", "make", "kind"),
    [
        ("read", encode, "PNG"),
        ("read", encode, "JPEG"),
        ("read", encode, "PDF"),
        ("classify", encode, "TIFF"),
        ("listen", cut_sound, "WAV"),
        ("listen", cut_sound, "OGG"),
    ],
)
def test_changed_files_get_an_answer(client, verb, make, kind):
    good, generator = make(kind), random.Random(7)
    options = {"crop": "true"} if verb == "read" else {}
    for _ in range(5):
        answer = client.post(
            f"/v1/{verb}", files={"file": (f"a.{kind}", mutate(good, generator))}, data=options
        )
        assert answer.status_code in OURS
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_changed_bodies_get_an_answer(client, kind):
    crop = base64.b64encode((EXAMPLES / "blank.png").read_bytes()).decode()
    as_json = json.dumps({"inputs": [{"name": "a", "data": crop}], "crop": True, "kind": "date"}).encode()
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n'
        b'--x\r\nContent-Disposition: form-data; name="crop"\r\n\r\ntrue\r\n--x--\r\n'
    )
    good, generator = as_json if "json" in kind else form, random.Random(3)
    for path in ("/v1/read", "/page/picture", "/page/templates/check"):
        for _ in range(25):
            answer = client.post(path, content=mutate(good, generator), headers={"content-type": kind})
            assert answer.status_code in OURS
