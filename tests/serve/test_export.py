"""The page without a server: it draws, thinks and tells its story wherever its files lie."""

import hashlib
import json
import lzma
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from click.testing import CliRunner
from playwright.sync_api import expect
from serve.test_page import TIMEOUT, browser, draw

from sutja.cli import main
from sutja.model_file.bundled import open_model
from sutja.reading import Classifier
from sutja.serve.export import RUNTIME, make_resizing
from sutja.serve.page.networks import takes_drawings
from sutja.signals.preprocessing.pixels_input import PixelsParams, fit_size

__all__ = ["browser"]  # the fixture
DIGIT = np.zeros((28, 28), np.uint8)
DIGIT[4:24, 12:16] = 255
PICTURE = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)


class QuietHandler(SimpleHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, format, *arguments):
        """Log nothing."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The address of an exported page, in a folder of a plain web server."""
    folder = tmp_path_factory.mktemp("exported")
    done = CliRunner().invoke(main, ["serve", "--export", str(folder / "page")])
    assert done.exit_code == 0, done.output
    assert "mlp, lecun1989, lenet5, digits" in done.output
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/page/"
    server.shutdown()


@pytest.fixture
def open_exported(browser, exported):
    """Open a view of the exported page; whatever it complains of is a failure."""
    complaints, contexts = [], []

    def open_exported(view):
        context = browser.new_context(locale="en")
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{exported}#{view}")
        page.wait_for_selector(f"main[data-view={view}]")
        return page

    yield open_exported
    for context in contexts:
        context.close()
    assert not complaints


@pytest.mark.browser
def test_an_exported_page_draws_and_thinks(open_exported):
    page = open_exported("draw")
    expect(page.locator(".digit")).to_have_text("3", timeout=TIMEOUT)
    page.get_by_role("button", name="Clear").click()
    draw(page, [(0.5, 0.15), (0.5, 0.4), (0.49, 0.65), (0.49, 0.88)])
    expect(page.locator(".digit")).to_have_text("1")
    expect(page.locator(".evidence .answer b").first).to_have_text("1")


@pytest.mark.browser
def test_networks_of_maps_run_without_a_server(open_exported):
    page = open_exported("draw")
    for name, rows in (("digits", 4), ("lenet5", 7), ("lecun1989", 4)):
        page.locator(f"input[value={name}]").check(force=True)
        expect(page.locator(".tower .row")).to_have_count(rows, timeout=TIMEOUT)
        expect(page.locator(".digit")).to_have_text("3")
        found = page.evaluate(
            """async ([name, pixels]) => {
                const { Network, listNetworks } = await import("./static/js/draw/network.js");
                const networks = await listNetworks();
                const network = await Network.load(networks.find((one) => one.name === name));
                const { layers, verdict } = await network.run(Uint8Array.from(pixels));
                return { verdict, shapes: layers.map((layer) => layer.shape) };
            }""",
            [name, DIGIT.reshape(-1).tolist()],
        )
        expected = Classifier(name).classify(DIGIT)
        assert found["verdict"]["label"] == expected.label == "1"
        assert found["verdict"]["accepted"] == expected.accepted
        assert found["verdict"]["confidence"] == pytest.approx(expected.confidence, abs=2e-3)
        assert len(found["shapes"]) == rows


@pytest.mark.browser
def test_the_story_is_told_without_a_server(open_exported):
    page = open_exported("why")
    page.locator(".step").nth(5).click()
    expect(page.locator("#slider-algorithm")).to_have_attribute("aria-valuetext", "Today's network")
    expect(page.locator(".standings li")).to_have_count(4)
    assert page.locator("#tabs li").count() == 2


@pytest.mark.parametrize("side", [16, 20, 28, 32])
def test_drawings_are_resized_as_the_library_does(side):
    weights = np.array(make_resizing(side))
    found = np.rint(weights @ PICTURE @ weights.T)
    expected = fit_size(PICTURE, side, side)
    assert np.abs(found - expected).max() <= 1
    assert weights.sum(1) == pytest.approx(np.ones(side), abs=1e-4)


def test_what_wants_its_characters_otherwise_is_left_out():
    assert takes_drawings(PixelsParams(16, 16))
    assert takes_drawings(PixelsParams(28, 28, ink=20))
    assert not takes_drawings(PixelsParams(28, 28, ink=20, centre="box"))
    assert not takes_drawings(PixelsParams(32, 32, ink=24))


def test_the_runtime_is_what_its_manifest_says():
    manifest = json.loads(RUNTIME.with_name("vendored.json").read_text(encoding="utf-8"))
    with lzma.open(RUNTIME) as file, tarfile.open(fileobj=file) as archive:
        found = {
            member.name: hashlib.sha256(archive.extractfile(member).read()).hexdigest() for member in archive
        }
    assert found == {f"onnxruntime-web/{name}": one["sha256"] for name, one in manifest["files"].items()}
    assert "LICENSE" in manifest["files"]
    assert RUNTIME.stat().st_size < 3_000_000


def test_a_serialized_network_answers_by_layer():
    from sutja.model_file import ModelFile
    from sutja.runtime import Session
    from sutja.serve.page.layers import LayeredNetwork

    network = LayeredNetwork(open_model("lenet5"))
    session = Session(ModelFile(network.model.card, network.serialize(), "lenet5"), 1)
    inputs, *expected = network.run(PICTURE)
    found = session.run_all(inputs[None])
    assert list(found) == [str(place) for place in range(len(expected))]
    for place, answer in enumerate(expected):
        np.testing.assert_allclose(found[str(place)][0], answer, atol=1e-6)
