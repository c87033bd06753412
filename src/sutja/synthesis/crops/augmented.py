"""Real crops seen again: lone digits, amounts, parts of amounts joined, and words."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from sutja.synthesis.crops import camera
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.real_crops import RealCrop
from sutja.synthesis.crops.sample import LabelMask, Picture, Sample

_STRENGTH = 1.3  # of shaking: the few real amounts are learned by heart otherwise (docs/log.md)
_LONE_SHARES = {"mnist": 0.4, "usps": 0.25, "exam-digits": 0.15, "pen-digits": 0.2}
_NUMBER_STRENGTH = 0.8  # of shaking real numbers of books and forms
_UNLISTED_SHARE = 0.1
_OVERLAP = 0.2  # of the narrower of two digits' boxes


def augment_digit(context: RenderContext) -> Sample:
    """One digit, as its set has it or shaken."""
    rng, sets = context.rng, context.sources.lone
    names = list(sets)
    shares = np.array([_LONE_SHARES.get(name, _UNLISTED_SHARE) for name in names])
    name = names[rng.choice(len(names), p=shares / shares.sum())]
    picture, digit = sets[name][rng.integers(len(sets[name]))]
    mask = LabelMask.NON_DIGITS if name == "exam-digits" else LabelMask.NONE
    shaken = np.pad(picture, 2) if name == "usps" and rng.random() < 0.3 else picture  # room for a slant
    if rng.random() < 0.35:
        return Sample(camera.augment(rng, shaken, 0.7), digit, mask)
    if rng.random() < 0.5:
        picture = camera.augment(rng, shaken, 0.5)
    return Sample(picture, digit, mask)


def augment_amount(context: RenderContext) -> Sample:
    """A whole amount off a cheque, known by its digits."""
    return _shaken(context, context.sources.amounts)


def augment_cheque_amount(context: RenderContext) -> Sample:
    """The same from the set of whole cheques."""
    return _shaken(context, context.sources.cheque_amounts)


def augment_number(context: RenderContext) -> Sample:
    """A number, or what is none, of a book, a form, a meter or running text; large sets come more often."""
    sets = context.sources.numbers
    names = list(sets)
    shares = np.sqrt([len(sets[name]) for name in names])
    name = names[context.rng.choice(len(names), p=shares / shares.sum())]
    return _shaken(context, sets[name], _NUMBER_STRENGTH)


def _shaken(context: RenderContext, crops: list[RealCrop], strength: float = _STRENGTH) -> Sample:
    chosen = crops[context.rng.integers(len(crops))]
    return Sample(camera.augment(context.rng, chosen.picture, strength), chosen.digits, LabelMask.NON_DIGITS)


def _part(context: RenderContext, whole: RealCrop) -> tuple[Picture, str] | None:
    """Some neighbouring digits of a real amount, cut between the boxes; None where a cut would harm one."""
    n = len(whole.spans)
    if n < 2:
        return None
    start = int(context.rng.integers(0, n))
    stop = int(context.rng.integers(start + 1, n + 1))
    cuts = [0, *(_between(a, b) for a, b in pairwise(whole.spans)), whole.picture.shape[1]]
    left, right = cuts[start], cuts[stop]
    if left is None or right is None or right - left < 6:  # pixels
        return None
    return whole.picture[:, left:right], whole.digits[start:stop]


def _between(left: tuple[int, int], right: tuple[int, int]) -> int | None:
    """The column half-way between two digits; None where their boxes overlap too far for a clean cut."""
    narrower = min(left[1] - left[0], right[1] - right[0])
    if left[1] - right[0] > _OVERLAP * narrower:
        return None
    return (left[1] + right[0]) // 2


def join_amounts(context: RenderContext) -> Sample | None:
    """Parts of one, two or three real amounts joined into a new one; None where none could be cut."""
    rng, amounts = context.rng, context.sources.amounts
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        part = _part(context, amounts[rng.integers(len(amounts))])
        if part is not None:
            parts.append(part)
    if not parts:
        return None
    height = parts[0][0].shape[0]
    level = float(np.median(parts[0][0]))
    joined = []
    for picture, _ in parts:
        size = (max(4, round(picture.shape[1] * height / picture.shape[0])), height)
        resized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        joined.append(np.clip(resized.astype(np.float32) + level - float(np.median(resized)), 0, 255))
    whole = np.asarray(np.concatenate(joined, axis=1), np.uint8)
    return Sample(
        camera.augment(rng, whole, 1.1), "".join(digits for _, digits in parts), LabelMask.NON_DIGITS
    )


def augment_words(context: RenderContext) -> Sample:
    """Handwriting that holds no number, whole or cut as a bad detection would."""
    rng, pictures = context.rng, context.sources.words
    picture = pictures[rng.integers(len(pictures))]
    height, width = picture.shape
    if width > 2 * height:
        part = int(rng.integers(height, width))
        left = int(rng.integers(0, width - part + 1))
        picture = picture[:, left : left + part]
    return Sample(camera.augment(rng, picture), "", LabelMask.NON_DIGITS)
