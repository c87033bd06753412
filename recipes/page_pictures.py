"""Draw a digit on the page in a browser, and keep a picture and a short film of it for the docs.

    python recipes/page_pictures.py             # writes docs/assets/serve.png and draw.gif

It needs Chromium and the packages of the extra `dev`. The page is the exported one, so that nothing but a
file server runs.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from sutja.serve.export import export_page
from sutja.serve.settings import Settings

ASSETS = Path(__file__).resolve().parents[1] / "docs" / "assets"
VIEW: ViewportSize = {"width": 1180, "height": 760}
FILM_WIDTH = 640  # pixels
COLOURS = 128  # of the film and of the picture
REFINEMENTS = 4  # of these colours, so that the few pixels of strong ones have theirs
EVERY = 5  # points of the pen a frame
FRAME_MS, LAST_MS = 90, 2500
# A 2 as a hand draws it: columns and rows as parts of the pad's side, the pen down all the while.
COLUMNS = (0.27, 0.30, 0.38, 0.50, 0.62, 0.69, 0.69, 0.63, 0.53, 0.42, 0.32, 0.26, 0.38, 0.52, 0.74)
ROWS = (0.33, 0.25, 0.19, 0.17, 0.20, 0.28, 0.38, 0.49, 0.59, 0.69, 0.78, 0.83, 0.83, 0.82, 0.83)
BETWEEN = 6  # points between two of the stroke's


class QuietHandler(SimpleHTTPRequestHandler):
    """A handler of requests that logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def serve_exported() -> Iterator[str]:
    """Export the page into a folder for a while, and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        export_page(Path(folder), Settings())
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def draw(page: Page) -> Iterator[None]:
    """Draw the stroke with the mouse, and stop for a picture every few points."""
    box = page.locator("canvas.pad").bounding_box()
    if box is None:
        raise RuntimeError("the page has no place to draw")
    at = np.linspace(0, len(COLUMNS) - 1, BETWEEN * len(COLUMNS))
    columns, rows = (np.interp(at, range(len(side)), side) for side in (COLUMNS, ROWS))
    for i, (x, y) in enumerate(zip(columns, rows, strict=True)):
        page.mouse.move(box["x"] + float(x) * box["width"], box["y"] + float(y) * box["height"])
        if i == 0:
            page.mouse.down()
        if i % EVERY == 0:
            yield
    page.mouse.up()
    page.mouse.move(5, 5)
    yield


def take(page: Page) -> Image.Image:
    """Take a picture of the page once it has drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save_film(frames: Sequence[Image.Image], path: Path) -> None:
    """Save frames as a GIF, all in the colours of the last."""
    height = round(FILM_WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((FILM_WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    palette = small[-1].quantize(COLOURS, kmeans=REFINEMENTS)
    flat = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    durations = [FRAME_MS] * (len(flat) - 1) + [LAST_MS]
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=durations, loop=0, optimize=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Open the page, draw, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ASSETS, help="folder of the pictures")
    args = parser.parse_args(argv)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with serve_exported() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=VIEW, locale="en", color_scheme="light")
        page.goto(address)
        page.wait_for_selector(".vectors li")
        page.locator(".drawing .buttons button").last.click()
        frames = [take(page), *(take(page) for _ in draw(page))]
        page.wait_for_timeout(500)
        frames.append(take(page))
        browser.close()
    save_film(frames, args.out / "draw.gif")
    picture = frames[-1].quantize(COLOURS, kmeans=REFINEMENTS, dither=Image.Dither.NONE)
    picture.save(args.out / "serve.png", optimize=True)
    for name in ("draw.gif", "serve.png"):
        print(f"{name}: {(args.out / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
