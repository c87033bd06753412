"""Pictures of no digit: letters, figures, scribbles, several digits, noise and blanks, drawn by the program.

Letters that are drawn like digits in some hand, like O and S, are left out: nobody can tell them alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.ink_centring import InkPlace, centre_ink
from sutja.synthesis.pen import SIDE, draw_strokes, parse_strokes, soften

Picture = NDArray[np.uint8]

LETTERS = "ACDEFGHJKLMNPRTUVWXYadefhkmnprtuvwxy"
SIGNS = "+-=?!&@#%$*~^<>{}[]:;"
# Letters as a pen writes them: strokes of points (x, y) on a grid of 5 × 7, y downwards.
PEN_LETTERS = {
    "A": "062046 1434",
    "C": "4130100105163645",
    "E": "40000646 0333",
    "F": "400006 0333",
    "G": "413010010516364543 4323",
    "H": "0006 4046 0343",
    "J": "1040 3035261605",
    "K": "0006 4003 1246",
    "L": "000646",
    "M": "0600234046",
    "N": "06004640",
    "P": "06003041423303",
    "R": "06003041423303 2346",
    "T": "0040 2026",
    "U": "000516364540",
    "V": "002640",
    "W": "0016233640",
    "X": "0046 4006",
    "Y": "002340 2326",
    "a": "4222030516264546 4246",
    "d": "422203051626454640",
    "e": "044443321203051646",
    "f": "40201116 0333",
    "h": "0006 0413334446",
    "k": "0006 3204 1436",
    "m": "0206 03122326 23324346",
    "n": "0206 0312324346",
    "r": "0206 041232",
    "t": "20252636 0242",
    "u": "020516364542 4246",
    "v": "022642",
    "w": "0216243642",
    "x": "0246 4206",
    "y": "0224 4206",
    "+": "2125 0343",
    "triangle": "20064620",
    "star": "2016420246",
    "heart": "26021020 20304226",
    "house": "0602204246 0646",
    "hash": "1016 3036 0242 0444",
    "arrow": "0343 314335",
    "tick": "031640",
}


_PEN_STROKES = [parse_strokes(text, (2, 3), 6.0) for text in PEN_LETTERS.values()]


def draw_pen_letter(rng: np.random.Generator) -> Picture:
    """A letter or a figure of `PEN_LETTERS`, in a hand that wavers."""
    chosen = _PEN_STROKES[rng.integers(len(_PEN_STROKES))]
    times = int(rng.integers(0, 3))
    return draw_strokes(
        [soften(stroke + rng.normal(0, 0.035, stroke.shape), times) for stroke in chosen], rng
    )


def draw_scribble(rng: np.random.Generator) -> Picture:
    """A line that turns many times, a spiral, or crossing lines."""
    sort = rng.integers(4)
    if sort == 0:
        return draw_strokes([soften(rng.uniform(-0.5, 0.5, (int(rng.integers(8, 22)), 2)), 2)], rng)
    if sort == 1:
        angle = np.linspace(0, rng.uniform(3, 8) * np.pi, 120)
        radius = np.linspace(rng.uniform(0, 0.2), 0.5, 120)
        return draw_strokes([np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)], rng)
    if sort == 2:
        x = np.linspace(-0.5, 0.5, int(rng.integers(6, 14)))
        zigzag = np.stack([x, np.where(np.arange(len(x)) % 2, 0.4, -0.4) * rng.uniform(0.4, 1, len(x))], 1)
        return draw_strokes([soften(zigzag, int(rng.integers(0, 3)))], rng)
    return draw_strokes([rng.uniform(-0.5, 0.5, (2, 2)) for _ in range(int(rng.integers(3, 9)))], rng)


def draw_letter(rng: np.random.Generator) -> Picture:
    """A letter or a sign of the font that OpenCV has built in, upright or italic, in some weight."""
    characters = LETTERS if rng.random() < 0.85 else SIGNS
    character = characters[int(rng.integers(len(characters)))]
    face = cv2.FONT_HERSHEY_SIMPLEX | (cv2.FONT_ITALIC if rng.random() < 0.4 else 0)
    picture = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(picture, character, (16, 54), face, 1.5, 255, int(rng.integers(1, 5)), cv2.LINE_AA)
    turn, shear = rng.normal(0, 0.1), rng.normal(0, 0.12)
    matrix = np.array([[1.0, shear], [turn, 1.0]]) @ np.diag(rng.uniform(0.7, 1.25, 2))
    middle = np.array([SIDE / 2, SIDE / 2])
    moved = np.column_stack([matrix, middle - matrix @ middle])
    picture = np.asarray(cv2.warpAffine(picture, moved, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.5:  # another weight
        kernel = np.ones((3, 3), np.uint8)
        worn = cv2.erode(picture, kernel)
        fat = rng.random() < 0.5 or worn.max() < 200
        picture = np.asarray(cv2.dilate(picture, kernel) if fat else worn, np.uint8)
    return picture


def draw_several(digits: NDArray[np.uint8], rng: np.random.Generator) -> Picture:
    """Two or three of some digits (n, h, w) beside one another."""
    row = [digits[i][:, 3:-3] for i in rng.integers(0, len(digits), int(rng.integers(2, 4)))]
    return np.hstack([np.pad(digit, ((2, 2), (0, int(rng.integers(0, 3))))) for digit in row])


def draw_noise(rng: np.random.Generator) -> Picture:
    """Grain, blots, stripes, a gradient or blank paper."""
    h, w = (int(side) for side in rng.integers(20, 90, 2))
    sort = rng.integers(6)
    if sort == 0:
        return rng.integers(0, 256, (h, w)).astype(np.uint8)
    if sort == 1:
        return (255 * (rng.random((h, w)) < rng.uniform(0.02, 0.5))).astype(np.uint8)
    if sort in (2, 3):
        field = cv2.GaussianBlur(rng.normal(0, 1, (h, w)), (0, 0), rng.uniform(0.7, 9))
        field = (field - field.min()) / max(np.ptp(field), 1e-6)
        if rng.random() < 0.5:
            field = (field > rng.uniform(0.4, 0.8)).astype(float)
        return np.asarray(255 * field, np.float64).astype(np.uint8)
    y, x = np.mgrid[0:h, 0:w]
    wave = np.sin((x * rng.normal() + y * rng.normal()) * rng.uniform(0.05, 1.2))
    if sort == 4:
        return np.asarray(127 + 120 * wave, np.float64).astype(np.uint8)
    return (rng.uniform(20, 235) + rng.normal(0, rng.uniform(0, 6), (h, w))).clip(0, 255).astype(np.uint8)


def draw_no_digits(
    n: int, digits: NDArray[np.uint8], place: InkPlace, seed: int | Sequence[int]
) -> NDArray[np.uint8]:
    """Draw pictures of no digit, found and centred as a digit would be; blank ones are rare among them.

    Parameters
    ----------
    n : int
        Number of pictures.
    digits : NDArray[uint8]
        uint8 (m, h, w) digits to put several of together, light on dark.
    place : InkPlace
        Place of what is found.
    seed : int | Sequence[int]
        Seed of all that is drawn.

    Returns
    -------
    NDArray[uint8]
        uint8 (n, H, W).
    """
    rng = np.random.default_rng(seed)
    made: list[Picture] = []
    while len(made) < n:
        kind = rng.random()
        if kind < 0.40:
            picture = draw_letter(rng)
        elif kind < 0.68:
            picture = draw_pen_letter(rng)
        elif kind < 0.82:
            picture = draw_scribble(rng)
        elif kind < 0.90:
            picture = draw_several(digits, rng)
        else:
            picture = draw_noise(rng)
        centred = centre_ink(picture, place)
        if centred.any() or rng.random() < 0.02:
            made.append(centred)
    return np.stack(made)
