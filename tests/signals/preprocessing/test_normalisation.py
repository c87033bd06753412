"""Normalisation: polarity, colour, odd shapes, and the way back to the crop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.signals.preprocessing.normalisation import MAX_WIDTH, NormaliseParams, normalise, pad_batch


def bar(height=60, width=100, at=(40, 46), rows=(15, 45), paper=220, ink=30):
    """A picture with one upright bar of ink."""
    picture = np.full((height, width), paper, np.uint8)
    picture[rows[0] : rows[1], at[0] : at[1]] = ink
    return picture


def test_golden_values():
    """Worked by hand: paper 0, ink 1, 30 rows of ink and 4 rows of margin on either side give 38 rows."""
    found = normalise(bar())
    assert (found.x0, found.y0) == (36.0, 11.0)
    assert found.scale_y == pytest.approx(38 / 32)
    assert found.array.shape == (32, 12)
    row = [0, 0, 0, 0.574, 1, 1, 1, 1, 0.574, 0, 0, 0]
    assert found.array[16].tolist() == pytest.approx(row, abs=0.005)
    assert found.array[0].max() == 0


def test_polarity_makes_no_difference():
    picture = bar()
    assert np.allclose(normalise(picture).array, normalise(255 - picture).array, atol=1e-5)


def test_red_on_white_has_full_contrast():
    picture = np.full((40, 40, 3), 255, np.uint8)
    picture[10:30, 18:22] = (255, 60, 60)
    found = normalise(picture)
    assert found.ink
    assert found.array.max() > 0.9


def test_grey_as_rgb_is_the_same_picture():
    picture = bar()
    same = normalise(np.stack([picture] * 3, axis=-1)).array
    assert np.allclose(normalise(picture).array, same, atol=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (30, 40), (1, 500), (500, 1), (30, 40, 3)])
def test_blank(shape):
    found = normalise(np.full(shape, 200, np.uint8))
    assert not found.ink
    assert not found.array.any()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.booleans(), st.integers(0, 2**32 - 1))
def test_any_shape(height, width, colour, seed):
    rng = np.random.default_rng(seed)
    shape = (height, width, 3) if colour else (height, width)
    found = normalise(rng.integers(0, 256, shape).astype(np.uint8))
    assert found.array.shape[0] == 32
    assert 4 <= found.array.shape[1] <= MAX_WIDTH
    assert found.array.dtype == np.float32
    assert -1 <= found.array.min() <= found.array.max() <= 1.5


@pytest.mark.parametrize("shape", [(200, 1), (4000, 2), (2, 4000), (1, 1000)])
def test_slivers(shape):
    picture = np.full(shape, 250, np.uint8)
    picture[: shape[0] // 2 or 1, : shape[1] // 2 or 1] = 5
    assert normalise(picture).array.shape[0] == 32


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.integers(0, 60), st.integers(6, 20), st.integers(12, 20))
def test_trim_keeps_the_ink_and_knows_where_it_was(x, y, width, height):
    found = normalise(bar(80, 120, (x, x + width), (y, y + height)))
    assert found.x0 <= x
    assert found.y0 <= y
    columns = np.flatnonzero(found.array.max(axis=0) > 0.5)
    middle = found.x0 + (columns.mean() + 0.5) * found.scale_x
    assert middle == pytest.approx(x + width / 2, abs=1 + found.scale_x)
    assert found.x0 + found.array.shape[1] * found.scale_x >= x + width


def test_the_margin_may_reach_beyond_the_crop():
    """A stroke cut off close all round gets the paper that a loose crop would have shown."""
    tight = bar(50, 12, (0, 12), (0, 50))
    tight[:, :4] = tight[:, 8:] = tight[0, 0] if tight[0, 0] > 128 else 255
    tight[:, 4:8] = 20
    plain, wide = normalise(tight), normalise(tight, NormaliseParams(reach=0.1))
    assert plain.array.max(axis=1).min() > 0.9  # ink from the first row to the last
    assert max(wide.array[0].max(), wide.array[-1].max()) < 0.2
    assert wide.y0 == -5.0
    assert wide.y0 + 32 * wide.scale_y == pytest.approx(55.0)
    loose = bar(80, 120, (40, 60), (20, 60))
    assert np.array_equal(normalise(loose).array, normalise(loose, NormaliseParams(reach=0.1)).array)


def test_without_trim_the_whole_crop_is_kept():
    found = normalise(bar(), NormaliseParams(trim=False))
    assert (found.x0, found.y0) == (0.0, 0.0)
    assert found.array.shape == (32, round(100 * 32 / 60))


def test_batches_are_padded_with_background():
    batch = pad_batch([np.ones((32, 5), np.float32), np.ones((32, 41), np.float32)])
    assert batch.shape == (2, 1, 32, 48)
    assert batch[0, 0, :, 5:].max() == 0
    assert pad_batch([np.ones((32, 4), np.float32)]).shape[3] == 32
