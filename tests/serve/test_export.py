"""The page without a server: it draws and thinks wherever its files lie."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect
from serve.test_page import browser, draw

from sutja.cli import main

__all__ = ["browser"]  # the fixture


class QuietHandler(SimpleHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, format, *arguments):
        """Log nothing."""


@pytest.fixture
def exported(tmp_path):
    """The address of an exported page, in a folder of a plain web server."""
    done = CliRunner().invoke(main, ["serve", "--export", str(tmp_path / "page")])
    assert done.exit_code == 0, done.output
    assert "mlp" in done.output
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/page/"
    server.shutdown()


@pytest.mark.browser
def test_an_exported_page_draws_and_thinks(browser, exported):
    context = browser.new_context(locale="en")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(exported)
    expect(page.locator(".digit")).to_have_text("3", timeout=30_000)
    page.get_by_role("button", name="Clear").click()
    draw(page, [(0.5, 0.15), (0.5, 0.4), (0.49, 0.65), (0.49, 0.88)])
    expect(page.locator(".digit")).to_have_text("1")
    expect(page.locator(".evidence .answer b").first).to_have_text("1")
    assert page.locator("#tabs li").count() == 1
    context.close()
    assert not complaints
