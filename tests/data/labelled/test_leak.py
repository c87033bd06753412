from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.data.labelled.leak import find_leaks
from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.split.near_duplicates import find_look_alikes


def strokes(seed, n, side=28):
    """Pictures of a few random strokes each."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, side, side), np.uint8)
    for image in images:
        for _ in range(3):
            ends = rng.integers(2, side - 2, (2, 2)).tolist()
            cv2.line(image, ends[0], ends[1], int(rng.integers(120, 256)), 2)
    return images


def labelled(images, labels=None, groups=None, name="item"):
    labels = np.zeros(len(images), np.int64) if labels is None else np.asarray(labels)
    names = tuple(f"{name} {i}" for i in range(len(images)))
    return Labelled(images, labels, ("a", "b"), groups, names, name, "")


def unit(images):
    vectors = images.reshape(len(images), -1).astype(np.float64)
    vectors -= vectors.mean(axis=1, keepdims=True)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([0.8, 0.9, 0.97]))
def test_no_pair_is_missed(seed, least):
    rng = np.random.default_rng(seed)
    b = strokes(seed, 120)
    noise = rng.normal(0, rng.uniform(1, 60), (60, 28, 28))
    a = np.clip(b[rng.integers(120, size=60)] + noise, 0, 255).astype(np.uint8)
    correlation = unit(a) @ unit(b).T
    expected = {i: row.argmax() for i, row in enumerate(correlation) if row.max() >= least}
    found = find_look_alikes(a, b, min_correlation=least)
    assert {pair.a: pair.b for pair in found} == expected
    for pair in found:
        assert pair.correlation == pytest.approx(correlation[pair.a, pair.b], abs=1e-5)


def test_look_alikes_of_other_sizes_and_in_colour():
    b = strokes(1, 30, 60)
    a = np.stack([cv2.resize(image, (40, 40), interpolation=cv2.INTER_AREA) for image in b[:5]])
    assert [pair.b for pair in find_look_alikes(a, b, min_correlation=0.97)] == [0, 1, 2, 3, 4]
    colour = np.repeat(b[..., None], 3, axis=3)
    assert [pair.b for pair in find_look_alikes(colour[7:9], b)] == [7, 8]


def test_blank_pictures_and_empty_stacks_are_like_nothing():
    blank = np.full((4, 8, 8), 200, np.uint8)
    assert find_look_alikes(blank, blank) == []
    assert find_look_alikes(blank[:0], blank) == find_look_alikes(blank, blank[:0]) == []
    assert not find_leaks(labelled(blank), labelled(blank))


def test_copies_and_pictures_packed_again_are_told_apart():
    images = strokes(0, 200)
    packed = cv2.imdecode(cv2.imencode(".jpg", images[150], [cv2.IMWRITE_JPEG_QUALITY, 95])[1], 0)
    held = np.stack([images[3], strokes(9, 1)[0], packed, images[3]])
    leaks = find_leaks(labelled(images, name="train"), labelled(held, [1, 0, 0, 0], name="test"))
    assert [(pair.a, pair.b) for pair in leaks.copies] == [(0, 3), (3, 3)]
    assert [(pair.a, pair.b) for pair in leaks.near] == [(2, 150)]
    assert leaks.items.tolist() == [0, 2, 3]
    assert leaks.contradicting == 1
    told = "\n".join(leaks.describe())
    assert "2 of 4 test items are in the training data" in told
    assert "1 of 4 test items look much like a training item (1 of class a)" in told
    assert "test 0 and train 3" in told
    assert "1 of them have another label there" in told


def test_labels_are_compared_by_name():
    images = strokes(0, 3)
    train = labelled(images, [0, 1, 0])
    held = replace(labelled(images, [1, 0, 1]), classes=("b", "a"))
    assert find_leaks(train, held).contradicting == 0


def test_a_writer_on_both_sides():
    train = labelled(strokes(1, 6), groups=np.array(["u", "v", "w"] * 2))
    held = labelled(strokes(2, 3), groups=np.array(["x", "w", "v"]))
    leaks = find_leaks(train, held)
    assert leaks.groups == ("v", "w")
    assert "2 groups have items on both sides: v, w" in leaks.describe("validation")[0]
    apart = find_leaks(train, labelled(strokes(2, 3), groups=np.array(["x", "y", "z"])))
    assert not apart
    assert apart.describe() == ()


def test_the_same_picture_many_times_is_compared_once(monkeypatch):
    compared = []

    def count(images_a, images_b, **options):
        compared.append((len(images_a), len(images_b)))
        return find_look_alikes(images_a, images_b, **options)

    monkeypatch.setattr("sutja.data.labelled.leak.find_look_alikes", count)
    many, other = np.repeat(strokes(5, 1), 300, axis=0), np.repeat(strokes(6, 1), 70, axis=0)
    leaks = find_leaks(labelled(many), labelled(np.concatenate([many[:100], other])))
    assert len(leaks.copies) == 100
    assert compared == [(1, 1)]


def test_the_embedded_digits_are_apart():
    assert not find_leaks(load_labelled(), load_labelled(None, "test"))


def test_the_official_test_sets_are_apart(data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    for name in ("mnist", "usps", "exam-digits"):
        leaks = find_leaks(load_labelled(name), load_labelled(name, "test"))
        assert leaks.copies == ()
        assert leaks.groups == ()
        assert [kind for kind, _ in leaks.classes] in ([], ["1"])  # a plain stroke
        assert len(leaks.near) < 0.01 * leaks.n_items
