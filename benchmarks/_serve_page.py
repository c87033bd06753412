"""Times of the page of `sutja serve`, in Debian's Chromium."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

PATIENCE = 120_000  # ms, on a busy machine
WEIGHTS = "/page/networks"  # of the models, which the size of the page leaves out


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Open Chromium; one that runs already where SUTJA_BROWSER is the address of its debugging port."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        if running := os.environ.get("SUTJA_BROWSER"):
            yield playwright.chromium.connect_over_cdp(running)
            return
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def measure_first_paint(browser: Browser, address: str) -> dict[str, float]:
    """First paint in ms of a window that has cached nothing, and the kB that it fetched."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/#draw")
    page.wait_for_selector("main[data-view=draw] .neuron")
    page.wait_for_selector(".vectors li")
    entries: list[dict[str, Any]] = page.evaluate(
        """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .map(({ name, encodedBodySize }) => ({ name, size: encodedBodySize }))"""
    )
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    sizes = {entry["name"]: entry["size"] for entry in entries}
    models = sum(size for name, size in sizes.items() if WEIGHTS in name or name.endswith(".json"))
    return {
        "first_paint_ms": round(paint, 1),
        "kb": round((sum(sizes.values()) - models) / 1000, 1),
        "kb_models": round(models / 1000, 1),
    }


def measure_strokes(browser: Browser, address: str, strokes: int) -> list[float]:
    """Time from a movement of the pen to all activations on the screen, in ms, network 784-16-16-10."""
    context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/#draw")
    page.wait_for_selector(".vectors li")
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    rng = np.random.default_rng(0)
    page.evaluate("async () => { (await import('/static/js/draw/view.js')).times.length = 0; }")
    for _ in range(strokes // 10):
        page.get_by_role("button", name="Clear").click()
        x, y = rng.uniform(0.3, 0.7, 2)
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        for _ in range(10):
            x, y = np.clip(np.add((x, y), rng.normal(0, 0.06, 2)), 0.1, 0.9)
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            page.wait_for_timeout(20)
        page.mouse.up()
    times: list[float] = page.evaluate("async () => (await import('/static/js/draw/view.js')).times")
    context.close()
    return times


def write_queue(folder: Path, numbers: int) -> Path:
    """Write results with so many numbers to check, fifty on a page."""
    Image.fromarray(np.full((1200, 800), 255, np.uint8)).save(folder / "page.png")
    each = [
        {
            "text": str(1000 + i),
            "confidence": 0.5,
            "accepted": False,
            "alternatives": [{"text": str(2000 + i), "confidence": 0.3}],
            "box": [40 + 150 * (i % 5), 40 + 100 * (i // 5), 150 + 150 * (i % 5), 80 + 100 * (i // 5)],
            "characters": [],
        }
        for i in range(50)
    ]
    line = json.dumps(each)
    path = folder / "results.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for page in range(numbers // 50):
            file.write(f'{{"source": "page.png", "page": 1, "sheet": {page}, "numbers": {line}}}\n')
    return path


def measure_pace(browser: Browser, address: str, keys: int) -> list[float]:
    """Time from a key at the desk to the next number on the screen, in ms."""
    context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/#desk")
    page.wait_for_selector("#answer:focus")
    for _ in range(keys):
        page.keyboard.press("Enter")
        page.wait_for_timeout(120)
    paces: list[float] = page.evaluate("async () => (await import('/static/js/desk/view.js')).paces")
    context.close()
    return paces
