"""Light on a crop: shadows are taken away, and a crop that is lit evenly stays as it is."""

import cv2
import numpy as np
import pytest

from sutja.reading import Reader
from sutja.reading.crops.light import even_light


def draw(text="40813", paper=230, ink=40):
    crop = np.full((64, 200, 3), paper, np.uint8)
    cv2.putText(crop, text, (24, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (ink, ink, ink), 2, cv2.LINE_AA)
    return crop


def shade(crop, darkest, width):
    """Put a shadow on the left of a crop, that ends within some pixels of its middle."""
    columns = np.arange(crop.shape[1]) - crop.shape[1] / 2
    light = darkest + (1.0 - darkest) / (1.0 + np.exp(-columns / width))
    return (crop * light[:, None]).astype(np.uint8)


@pytest.mark.parametrize(("darkest", "width"), [(0.35, 2.0), (0.3, 12.0), (0.4, 60.0)])
def test_paper_in_a_shadow_becomes_as_light_as_elsewhere(darkest, width):
    plain = draw()
    lit = even_light(shade(plain, darkest, width))
    left, right = (np.median(lit[:, part]) for part in (slice(4, 60), slice(140, 196)))
    assert abs(left - right) < 0.1 * right
    assert np.corrcoef(lit.ravel(), plain.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_and_colour_keep_their_shape(channels):
    crop = shade(draw(), 0.35, 5.0)
    crop = crop[..., 0] if channels == 1 else crop
    lit = even_light(crop)
    assert lit.shape == crop.shape
    assert lit is not crop


def test_a_page_edge_is_no_shadow():
    crop = draw()
    crop[:, :30] = 12
    assert even_light(crop) is crop


@pytest.mark.parametrize(
    "crop",
    [
        draw(),
        draw(paper=20, ink=220),
        shade(draw(paper=20, ink=220), 0.5, 40.0),
        np.full((64, 200), 128, np.uint8),
        shade(draw(), 0.35, 5.0)[:12],
        shade(draw(), 0.35, 5.0)[:, 80:120],
    ],
    ids=["even", "light ink", "light ink, shaded", "blank", "small", "tall"],
)
def test_what_is_even_or_cannot_be_told_stays(crop):
    assert even_light(crop) is crop


def test_numbers_in_a_shadow_are_read():
    crops = [shade(draw(text), 0.35, 2.0) for text in ("40813", "9275", "66031")]
    assert [number.digits for number in Reader().read_crops(crops)] == ["40813", "9275", "66031"]


def test_light_that_is_even_without_a_blur_is_even_with_one(monkeypatch):
    crops = [
        shade(draw(paper=paper), darkest, 30.0) for darkest in (0.3, 0.6, 0.8, 1.0) for paper in (120, 230)
    ]
    rng = np.random.default_rng(2)
    crops += [np.clip(crop + rng.normal(0, 9, crop.shape), 0, 255).astype(np.uint8) for crop in crops]
    found = [even_light(crop) for crop in crops]
    monkeypatch.setattr(cv2, "minMaxLoc", lambda plane: (0.0, 255.0, (0, 0), (0, 0)))
    slowly = [even_light(crop) for crop in crops]
    assert all(np.array_equal(one, other) for one, other in zip(found, slowly, strict=True))
    assert 0 < sum(one is crop for one, crop in zip(found, crops, strict=True)) < len(crops)
