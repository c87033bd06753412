"""Addresses, open files and tensors as sources."""

import io
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from web import Resource, Web

from sutja.errors import PictureError, SoundError
from sutja.signals.audio import load_sound
from sutja.signals.document import iter_pages, load_single
from sutja.signals.image import load_pictures
from sutja.signals.sources import download, is_single, list_sources

EXAMPLES = Path(__file__).parents[2] / "examples"
PNG = (EXAMPLES / "a-lone-digit.png").read_bytes()


@pytest.fixture
def web():
    server = Web()
    yield server
    server.close()


def test_an_address_is_a_picture_a_document_or_a_recording(web):
    web.resources["/a.png"] = Resource(PNG)
    web.resources["/a.ogg"] = Resource((EXAMPLES / "sounds" / "stocktaking.ogg").read_bytes())
    (picture,) = load_pictures(web.url("/a.png"))
    assert picture.source == web.url("/a.png")
    assert np.array_equal(picture.pixels, load_pictures(PNG)[0].pixels)
    page, kept = load_single(web.url("/a.png"))
    assert (page.source, kept) == (web.url("/a.png"), PNG)
    assert load_sound(web.url("/a.ogg")).seconds > 1


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (None, "the server answered 404"),
        (Resource(PNG, statuses=[503]), "the server answered 503"),
        (Resource(PNG, cut=[100]), "cut short|cannot be fetched"),
        (Resource(b""), "is empty"),
        (Resource(b"<html>"), "is text, not a picture"),
    ],
)
def test_what_a_server_does_wrong_is_told_with_the_address(web, resource, message):
    if resource is not None:
        web.resources["/a.png"] = resource
    (error,) = iter_pages(web.url("/a.png"))
    assert isinstance(error, PictureError)
    assert str(error).startswith(web.url("/a.png"))
    with pytest.raises(PictureError, match=message):
        raise error


def test_no_server_no_such_address_and_no_sound():
    for address in ("http://127.0.0.1:9/a.png", "http://", "https://127.0.0.1:9/a.png", "http://[::1/a.png"):
        with pytest.raises(PictureError, match="cannot be fetched"):
            download(address, PictureError)
    with pytest.raises(SoundError, match="cannot be fetched"):
        load_sound("http://127.0.0.1:9/a.wav")


def test_a_download_has_limits_of_size(web):
    web.resources["/said.png"] = Resource(PNG)
    web.resources["/unsaid.png"] = Resource(PNG, says_length=False)
    for path in ("/said.png", "/unsaid.png"):
        with pytest.raises(PictureError, match="has more than 100 bytes; fetch it first, and pass the file"):
            download(web.url(path), PictureError, most_bytes=100)


class Misbehaving(BaseHTTPRequestHandler):
    """Leads elsewhere, or sends a byte now and then."""

    def do_GET(self):
        if self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.02)
            except OSError:
                pass
            return
        self.send_response(302)
        self.send_header("Location", "file:///etc/hostname" if self.path == "/file" else self.path)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def misbehaving():
    server = HTTPServer(("127.0.0.1", 0), Misbehaving)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_leads_to_no_file_and_not_in_circles(misbehaving):
    for path in ("/file", "/circle"):
        with pytest.raises(PictureError, match=r"the server answered 302|cannot be fetched"):
            download(misbehaving + path, PictureError)


def test_a_slow_server_is_left(misbehaving):
    with pytest.raises(PictureError, match="took longer than 0 seconds"):
        download(misbehaving + "/drip", PictureError, most_seconds=0.2)


def test_a_path_is_never_an_address(web):
    web.resources["/a.png"] = Resource(PNG)
    with pytest.raises(PictureError, match="there is no such file"):
        load_pictures(Path(web.url("/a.png")))
    assert not web.requests


def test_open_files_are_read(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        assert load_pictures(file)[0].source == str(path)
    assert load_pictures(io.BytesIO(PNG))[0].source == "<file>"
    assert load_pictures(bytearray(PNG))[0].source == "<bytes>"
    with path.open(encoding="latin-1") as text, pytest.raises(PictureError, match="open it in binary mode"):
        load_pictures(text)
    with path.open("rb") as file:
        file.close()
        with pytest.raises(PictureError, match="cannot be read"):
            load_pictures(file)
    sound = io.BytesIO((EXAMPLES / "sounds" / "stocktaking.ogg").read_bytes())
    assert load_sound(sound).source == "<file>"


def test_tensors_are_arrays_with_their_channels_last():
    plane = torch.arange(48, dtype=torch.uint8).reshape(6, 8)
    assert np.array_equal(load_pictures(plane)[0].pixels, plane.numpy())
    colour = torch.rand(3, 6, 8, requires_grad=True)
    assert load_pictures(colour)[0].pixels.shape == (6, 8, 3)
    assert load_pictures(plane[None])[0].pixels.shape == (6, 8)
    with pytest.raises(PictureError, match="is no picture"):
        load_pictures(torch.zeros(2, 3, 6, 8))


def test_one_source_is_told_from_several():
    image = Image.new("L", (3, 3))
    for one in (
        "a.png",
        Path("a.png"),
        b"",
        bytearray(),
        io.BytesIO(),
        image,
        np.zeros((3, 3)),
        torch.zeros(3, 4, 4),
    ):
        assert is_single(one)
        assert next(iter(list_sources(one))) is one
    for several in (["a.png"], ("a", "b"), np.zeros((9, 28, 28)), torch.zeros(9, 28, 28), iter(["a"])):
        assert not is_single(several)
        assert list_sources(several) is several
