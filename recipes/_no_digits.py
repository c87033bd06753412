"""Pictures of no digit, for the bundled classifier: letters of fonts beside `sutja.synthesis.no_digits`.

Letters that are drawn like digits in some hand, like O and S, are left out: nobody can tell them alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.ink_centring import InkPlace, centre_ink
from sutja.synthesis.fonts import Face
from sutja.synthesis.no_digits import Picture, draw_noise, draw_pen_letter, draw_scribble, draw_several
from sutja.synthesis.pen import SIDE

LETTERS = "ACDEFGHJKLMNPRTUVWXYadefhkmnprtuvwxy" + "ΓΔΛΞΠΣΦΨΩαηκλμπστφχψω" + "ДЁЖИЙЛПФХЦШЩЪЫЮЯ"
SIGNS = "+-×÷=?!&@#%$€£*~^<>{}[]§¶«»¿:;"


def draw_glyph(face: Face, characters: str, rng: np.random.Generator) -> Picture | None:
    """A character of a font; None where it has none of those drawn."""
    glyph = face.glyph(characters[rng.integers(len(characters))])
    if glyph is None:
        return None
    height = SIDE * rng.uniform(0.5, 0.85) / max(1.0, glyph.alpha.shape[1] / glyph.alpha.shape[0])
    width = height * glyph.alpha.shape[1] / glyph.alpha.shape[0]
    matrix = np.array(
        [
            [width / glyph.alpha.shape[1], 0, (SIDE - width) / 2],
            [0, height / glyph.alpha.shape[0], (SIDE - height) / 2],
        ]
    )
    turn, shear = np.tan(rng.normal(0, 0.06, 2))
    matrix = np.array([[1, shear, -shear * SIDE / 2], [turn, 1, -turn * SIDE / 2]]) @ np.vstack(
        [matrix, [0, 0, 1]]
    )
    picture = cv2.warpAffine(glyph.alpha, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA)
    if rng.random() < 0.5:  # another weight
        kernel = np.ones((3, 3), np.uint8)
        worn = cv2.erode(picture, kernel)
        fat = rng.random() < 0.6 or worn.max() < 200
        picture = cv2.dilate(picture, kernel, iterations=int(rng.integers(1, 4))) if fat else worn
    return np.asarray(picture, np.uint8)


def draw_no_digits(
    n: int, faces: Sequence[Face], digits: NDArray[np.uint8], place: InkPlace, seed: int
) -> NDArray[np.uint8]:
    """Pictures of no digit, found and centred as a digit would be; blank ones are left out but for one in 50.

    Parameters
    ----------
    n : int
        Number of pictures.
    faces : Sequence[Face]
        Fonts for letters and signs.
    digits : NDArray[uint8]
        uint8 (m, h, w) digits to put several of together, light on dark.
    place : InkPlace
        Place of what is found.
    seed : int
        Seed of all that is drawn.

    Returns
    -------
    uint8 (n, H, W)
    """
    rng = np.random.default_rng(seed)
    made: list[Picture] = []
    while len(made) < n:
        kind = rng.random()
        if kind < 0.45:
            characters = LETTERS if rng.random() < 0.85 else SIGNS
            picture = draw_glyph(faces[int(rng.integers(len(faces)))], characters, rng)
        elif kind < 0.70:
            picture = draw_pen_letter(rng)
        elif kind < 0.82:
            picture = draw_scribble(rng)
        elif kind < 0.90:
            picture = draw_several(digits, rng)
        else:
            picture = draw_noise(rng)
        if picture is None:
            continue
        centred = centre_ink(picture, place)
        if centred.any() or rng.random() < 0.02:
            made.append(centred)
    return np.stack(made)


def draw_printed_digits(
    n: int, faces: Sequence[Face], place: InkPlace, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Digits of fonts, uint8 (n, H, W), and what they are, int64 (n,)."""
    rng = np.random.default_rng(seed)
    made: list[Picture] = []
    labels: list[int] = []
    while len(made) < n:
        label = int(rng.integers(10))
        picture = draw_glyph(faces[int(rng.integers(len(faces)))], str(label), rng)
        if picture is not None and (centred := centre_ink(picture, place)).any():
            made.append(centred)
            labels.append(label)
    return np.stack(made), np.array(labels, np.int64)
