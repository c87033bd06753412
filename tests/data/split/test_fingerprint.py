import base64
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.data.labelled.load import load_labelled
from sutja.data.split.fingerprint import Fingerprint, Overlap, make_fingerprint
from sutja.errors import DataError


def noise(seed, n, *shape):
    return np.random.default_rng(seed).integers(0, 256, (n, *shape), np.uint8)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 300), st.sampled_from([(4, 4), (3, 5, 3), (1, 9)]))
def test_every_training_picture_is_known_after_a_round_trip(seed, n, shape):
    images = noise(seed, n, *shape)
    made = make_fingerprint(images)
    text = made.to_text()
    read = Fingerprint.from_text(text)
    assert np.array_equal(read.hashes, made.hashes)
    assert (read.shape, read.n_items, read.one_in) == (made.shape, made.n_items, made.one_in)
    assert read.find_known(images).all()
    assert len(base64.b64decode(text)) * 8 <= 20 * n + 180  # bits


def test_as_many_strangers_are_known_as_the_rate_says():
    known = make_fingerprint(noise(0, 20_000, 4, 4))
    assert known.false_positive_rate == pytest.approx(2**-14, rel=0.01)
    strangers = noise(1, 100_000, 4, 4)
    expected = 100_000 * known.false_positive_rate  # 6
    assert abs(int(known.find_known(strangers).sum()) - expected) < 5 * math.sqrt(expected)


def test_the_embedded_digits():
    train, test = load_labelled(), load_labelled(None, "test")
    known = make_fingerprint(train.images)
    clean = known.count_known(test.images)
    assert (clean.n_hits, clean.is_significant, clean.describe()) == (0, False, "")
    mixed = known.count_known(np.concatenate([test.images, train.images[:3], train.images[:3]]))
    assert (mixed.n_items, mixed.n_hits, mixed.estimate) == (377, 3, 3)
    assert mixed.is_significant
    assert "3 of 377 different test pictures were trained on (0.023 expected by chance)" in mixed.describe()


def test_pictures_are_made_as_the_training_pictures_were():
    originals = noise(4, 20, 12, 10)
    small = np.stack([cv2.resize(image, (5, 6), interpolation=cv2.INTER_AREA) for image in originals])
    known = make_fingerprint(small)
    assert known.find_known(originals).all()
    assert not known.find_known(noise(5, 20, 12, 10)).any()
    colour = np.repeat(originals[..., None], 3, axis=3)
    assert known.find_known(colour).all()
    assert make_fingerprint(colour).find_known(originals).all()


def test_of_many_pictures_one_in_a_few_is_kept(monkeypatch):
    monkeypatch.setattr("sutja.data.split.fingerprint.KEPT_ITEMS", 1000)
    images = noise(2, 5000, 3, 3)
    known = make_fingerprint(images)
    assert known.one_in == 5
    assert 800 < known.n_items < 1200
    assert len(known.to_text()) < 3500
    overlap = known.count_known(np.concatenate([images[:2000], noise(3, 2000, 3, 3)]))
    assert 300 < overlap.n_hits < 500
    assert 1500 < overlap.estimate < 2500
    assert "about" in overlap.describe()


@pytest.mark.parametrize("seed", range(3))
def test_strangers_alone_raise_no_alarm(seed):
    known = make_fingerprint(noise(seed, 30_000, 4, 4))
    overlap = known.count_known(noise(seed + 10, 60_000, 4, 4))
    assert overlap.by_chance == pytest.approx(60_000 / 2**14, rel=0.01)
    assert not overlap.is_significant


def test_hits_count_against_those_by_chance():
    assert not Overlap(10_000, 2, 0.6, 1).is_significant
    assert Overlap(10_000, 7, 0.6, 1).is_significant
    assert not Overlap(10_000, 0, 0.6, 1).is_significant


@given(st.integers(0, 30), st.integers(30, 60), st.floats(0.01, 0.9))
def test_the_chance_is_that_of_so_many_hits_or_more(k, n, p):
    exact = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))
    assert Overlap(n, k, n * p, 1).chance == pytest.approx(exact, abs=1e-9)


WHOLE = base64.b64decode(make_fingerprint(noise(0, 9, 2, 2)).to_text())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        WHOLE[:10],
        WHOLE[:-1],
        WHOLE + b"\0",
        b"\x02" + WHOLE[1:],
        WHOLE[:1] + b"\x0c" + WHOLE[2:],
        WHOLE[:9] + b"\xff\xff\xff\xff" + WHOLE[13:],
        WHOLE[:17] + bytes(len(WHOLE) - 17),
    ],
)
def test_broken_texts(raw):
    with pytest.raises(DataError, match="the fingerprint on the card is broken"):
        Fingerprint.from_text(base64.b64encode(raw).decode())


def test_texts_that_are_no_base64():
    with pytest.raises(DataError, match="the fingerprint on the card is broken"):
        Fingerprint.from_text("é?")


def test_no_pictures_have_no_fingerprint():
    with pytest.raises(ValueError, match="needs a picture"):
        make_fingerprint(noise(0, 0, 2, 2))
