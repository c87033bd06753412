"""Composer: every kind of sample, the same for the same seed, and never a test item."""

import numpy as np
import pytest

from sutja.charset import CHARSET
from sutja.data.sets import readers
from sutja.data.split import fixed
from sutja.synthesis.crops.composer import DEFAULT_WEIGHTS, Composer
from sutja.synthesis.crops.glyphs.written import WrittenDigits
from sutja.synthesis.crops.real_crops import RealCrop
from sutja.synthesis.crops.sources import Sources, load_sources


def small_sources():
    """A source of everything, from blocks of noise."""
    rng = np.random.default_rng(0)
    pictures = [np.zeros((28, 28), np.uint8) for _ in range(10)]
    for picture in pictures:
        picture[4:24, 8:20] = rng.integers(0, 256, (20, 12))
    amount = RealCrop(rng.integers(0, 256, (40, 90)).astype(np.uint8), "123", ((2, 28), (32, 58), (60, 88)))
    return Sources(
        written_digits=[(1.0, WrittenDigits.from_arrays("noise", pictures, range(10), [0] * 10))],
        lone={"mnist": [(p, str(d)) for d, p in enumerate(pictures)]},
        amounts=[amount],
        cheque_amounts=[amount],
        words=[amount.picture],
        numbers={"registers": [amount, RealCrop(amount.picture, "")]},
    )


@pytest.mark.parametrize("kind", sorted(DEFAULT_WEIGHTS))
def test_every_kind(kind):
    composer = Composer(small_sources(), 1, {kind: 1.0})
    for _ in range(40):
        sample = composer.sample()
        assert sample.picture.dtype == np.uint8
        assert sample.picture.ndim == 2
        assert min(sample.picture.shape) > 0
        assert set(sample.text) <= set(CHARSET)
        assert sample.text or kind in {"words", "real_words", "blank", "scribble", "roller", "number"}


def test_same_seed_same_samples():
    one, two = (Composer(small_sources(), 7) for _ in range(2))
    for _ in range(30):
        a, b = one.sample(), two.sample()
        assert (a.text, a.mask) == (b.text, b.mask)
        assert np.array_equal(a.picture, b.picture)


def test_wishes_that_cannot_be_met():
    with pytest.raises(ValueError, match="no such kinds"):
        Composer(Sources(), 0, {"runes": 1.0})
    with pytest.raises(ValueError, match="no data"):
        Composer(Sources(amounts=[RealCrop(np.zeros((9, 9), np.uint8), "1", ())]), 0, {"span": 1.0})


def test_sources_leave_out_test_and_validation_parts(data_root):
    sources = load_sources(data_root, fold=0)
    kept = [
        r
        for r in readers.read_orand_car(data_root)
        if fixed.assign_part("orand-car", r.key) not in ("test", 0)
    ]
    assert [a.digits for a in sources.amounts] == [r.text for r in kept]
    cheques = [r for r in readers.read_cheques(data_root) if r.text]
    kept_keys = {r.key for r in cheques if fixed.assign_part("cheques", r.key) not in ("test", 0)}
    assert 0 < len(sources.cheque_amounts) <= 2 * len(kept_keys)
    mnist = readers.read_mnist(data_root, "train")
    assert len(sources.lone["mnist"]) < len(mnist.labels)
