import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.data.sets import readers
from sutja.data.split.fixed import is_test
from sutja.data.split.near_duplicates import find_near_duplicates


def scribble(seed, height=60, width=90):
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 230, np.uint8)
    for _ in range(6):
        ends = rng.integers(0, (width, height), (2, 2)).tolist()
        cv2.line(picture, ends[0], ends[1], (20, 20, 60), int(rng.integers(3, 8)))
    return cv2.GaussianBlur(picture, (0, 0), 1.2)  # no scan is as sharp as its pixels


def jpeg(picture, quality=60):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 95), st.floats(0.8, 1.4), st.floats(0.7, 1.0))
def test_the_same_scan_packed_scaled_or_darkened_is_found(seed, quality, scale, light):
    picture = scribble(seed)
    other = jpeg(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), quality)
    (pair,) = find_near_duplicates([picture], [cv2.convertScaleAbs(other, alpha=light)])
    assert (pair.a, pair.b) == (0, 0)
    assert 0.99 <= pair.correlation <= 1.0001


def test_different_pictures_are_not_found():
    a, b = [scribble(n) for n in range(150)], [scribble(n) for n in range(150, 300)]
    assert find_near_duplicates(a, b) == []


def test_pairs_come_in_order_with_their_places():
    pictures = [scribble(n) for n in range(5)]
    found = find_near_duplicates([pictures[3], pictures[1]], [jpeg(pictures[1]), pictures[2], pictures[3]])
    assert [(pair.a, pair.b) for pair in found] == [(0, 2), (1, 0)]


def test_more_pictures_than_one_block(monkeypatch):
    monkeypatch.setattr("sutja.data.split.near_duplicates._BLOCK", 4)
    pictures = [scribble(n) for n in range(10)]
    assert [(pair.a, pair.b) for pair in find_near_duplicates(pictures, pictures)] == [
        (n, n) for n in range(10)
    ]


def test_grey_and_colour_are_compared():
    picture = scribble(7)
    assert len(find_near_duplicates([picture], [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)])) == 1


@pytest.mark.parametrize("sides", [([], [scribble(1)]), ([scribble(1)], []), ([], [])])
def test_an_empty_side(sides):
    assert find_near_duplicates(*sides) == []


def test_blank_pictures_match_nothing():
    blank = np.full((30, 30), 255, np.uint8)
    assert find_near_duplicates([blank], [blank]) == []


def split(name, items, key):
    sides = [], []
    for item in items:
        sides[is_test(name, key(item))].append(item)
    return sides


def test_no_real_amount_is_on_both_sides(data_root):
    records = readers.read_orand_car(data_root)
    rest, test = split("orand-car", records, lambda record: record.key)
    assert find_near_duplicates(*([cv2.imread(str(r.path)) for r in side] for side in (test, rest))) == []


def test_no_real_cheque_is_on_both_sides(data_root):
    rest, test = split("cheques", readers.read_cheques(data_root), lambda record: record.key)
    assert find_near_duplicates(*([cv2.imread(str(r.path)) for r in side] for side in (test, rest))) == []


def test_no_real_exam_digit_is_on_both_sides(data_root):
    digits = readers.read_exam_digits(data_root)
    items = list(zip(digits.images, digits.groups, strict=True))
    rest, test = split("exam-digits", items, lambda item: item[1])
    assert find_near_duplicates(*([image for image, _ in side] for side in (test, rest))) == []
