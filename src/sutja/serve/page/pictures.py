"""Pictures for the page: a page of a document that a browser does not draw, and the picture of a sound."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import cv2
import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response

from sutja.errors import PictureError
from sutja.serve.api.uploads import take_one_file
from sutja.serve.desk.pictures import Pixels, encode
from sutja.serve.problems import ProblemError
from sutja.serve.settings import Limits
from sutja.serve.tasks import limit_pixels, limit_seconds
from sutja.signals.audio import load_sound
from sutja.signals.document import iter_pages
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel

AT_ONCE = 2  # pictures that are made at the same time; more would only share the cores
WIDEST = 1600  # pixels of a page as it is shown
MOST_COLUMNS = 2000  # of the picture of a sound
BRIGHTEST = 4.0  # log-mel feature that is shown brightest


def make_router(limits: Limits) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/page")
    turn = asyncio.Semaphore(AT_ONCE)

    @router.post("/picture")
    async def picture(request: Request) -> Response:
        upload, values = await take_one_file(request)
        number = parse_page_number(values)
        if number > limits.pages:
            raise ProblemError(422, f"only the first {limits.pages:,} pages are shown")
        async with turn:
            return await asyncio.to_thread(draw_page, upload.data, number, limits)

    @router.post("/sound")
    async def sound(request: Request) -> Response:
        upload, _ = await take_one_file(request)
        async with turn:
            return await asyncio.to_thread(draw_sound, upload.data, limits)

    return router


def parse_page_number(values: Mapping[str, str]) -> int:
    """Parse the field "page" of a form; 1 where it has none.

    Raises
    ------
    ProblemError
        If it is no number from 1.
    """
    text = values.get("page", "1")
    if not text.isdecimal() or not text.isascii() or len(text) > 6 or int(text) < 1:
        raise ProblemError(422, f"page: is no number from 1, but {text[:20]!r}")
    return int(text)


def draw_page(data: bytes, page: int, limits: Limits) -> Response:
    """Draw a page as a picture that browsers show.

    Raises
    ------
    ProblemError
        If it cannot be drawn, or there is no such page.
    """
    if reason := limit_pixels(limits)(data):
        raise ProblemError(422, reason)
    pixels = find_page(data, page)
    height, width = pixels.shape[:2]
    scale = min(1.0, WIDEST / width)
    if scale < 1.0:
        size = (WIDEST, max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    headers = {"x-size": f"{width} {height}"}
    return Response(encode(pixels, ".jpg"), media_type="image/jpeg", headers=headers)


def find_page(data: bytes, page: int) -> Pixels:
    """Find the pixels of a page of a document.

    Raises
    ------
    ProblemError
        If it cannot be drawn, or there is no such page.
    """
    for picture in iter_pages(data):
        if picture.page == page:
            if isinstance(picture, PictureError):
                raise ProblemError(422, str(picture))
            return picture.pixels
    raise ProblemError(422, f"there is no page {page}")


def draw_sound(data: bytes, limits: Limits) -> Response:
    """Draw a recording as a spectrogram: columns in time, low pitch at the bottom, silence black.

    Raises
    ------
    ProblemError, SoundError
        If it cannot be read, or lasts too long.
    """
    if reason := limit_seconds(limits)(data):
        raise ProblemError(422, reason)
    sound = load_sound(data)
    features = log_mel(sound.samples, LogMelParams())
    pixels = np.clip(features * (255 / BRIGHTEST), 0, 255).astype(np.uint8).T[::-1]
    headers = {"x-seconds": f"{sound.seconds:.3f}"}
    return Response(encode(shorten(pixels), ".png"), media_type="image/png", headers=headers)


def shorten(pixels: Pixels, most: int = MOST_COLUMNS) -> Pixels:
    """Join columns until there are no more than so many: each is the brightest of those in its place."""
    step = -(-pixels.shape[1] // most)
    if step <= 1:
        return pixels if pixels.shape[1] else np.zeros((len(pixels), 1), np.uint8)
    padded = np.pad(pixels, ((0, 0), (0, -pixels.shape[1] % step)))
    return np.asarray(padded.reshape(len(pixels), -1, step).max(axis=2), np.uint8)
