"""Pictures that browsers do not make by themselves: pages of documents, and sounds."""

import io

import cv2
import numpy as np
import pytest
import soundfile
from PIL import Image
from serve.conftest import EXAMPLES

from sutja.serve.page.pictures import shorten


def make_pdf(*names):
    """The bytes of a PDF of some example pages."""
    pages = [Image.open(EXAMPLES / "pages" / name).convert("RGB") for name in names]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def ask(client, path, content, **values):
    """Post a file."""
    return client.post(path, files={"file": ("a", content)}, data=values)


def test_each_page_of_a_pdf_is_drawn(client):
    pdf = make_pdf("letter.png", "table.png")
    sizes = []
    for page in (1, 2):
        answer = ask(client, "/page/picture", pdf, page=str(page))
        assert answer.headers["content-type"] == "image/jpeg"
        pixels = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels.std() > 10
        sizes.append(answer.headers["x-size"])
    assert sizes[0] != sizes[1]
    assert "no page 3" in ask(client, "/page/picture", pdf, page="3").json()["detail"]


@pytest.mark.parametrize("page", ["0", "x", "-1", "²", "9" * 40])
def test_what_is_no_page_is_refused(client, page):
    assert ask(client, "/page/picture", b"x", page=page).status_code == 422


def test_what_cannot_be_drawn_is_refused(client):
    assert ask(client, "/page/picture", b"hello").status_code == 422
    large = io.BytesIO()
    Image.new("L", (2001, 2000)).save(large, "PNG")
    assert "4,002,000 pixels" in ask(client, "/page/picture", large.getvalue()).json()["detail"]
    assert client.post("/page/picture", content=b"x").status_code == 415
    assert client.post("/page/picture", data={"page": "1"}).status_code in (415, 422)


def test_a_sound_has_a_picture_whose_loud_places_are_bright(client):
    rate = 16_000
    samples = np.zeros(4 * rate)
    samples[rate : 2 * rate] = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="FLAC")
    answer = ask(client, "/page/sound", file.getvalue())
    assert float(answer.headers["x-seconds"]) == pytest.approx(4.0)
    pixels = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    quarter = pixels.shape[1] // 4
    bright = [pixels[:, i * quarter : (i + 1) * quarter].max() for i in range(4)]
    assert bright[1] > 150 > 20 > bright[3]
    assert pixels.shape[1] == 400
    assert ask(client, "/page/sound", b"hello").status_code == 422


def test_a_long_sound_is_shortened_without_losing_what_is_loud():
    pixels = np.zeros((4, 5001), np.uint8)
    pixels[2, 4999] = 200
    short = shorten(pixels, 1000)
    assert short.shape == (4, 834)
    assert short.max() == 200
    assert short[2, 4999 // 6] == 200
