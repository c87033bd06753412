"""The same scene on both sides of a split is found, by picture and by the things in it."""

import cv2
import numpy as np

from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.data.boxes.leak import find_box_leaks


def scene(seed, side=200):
    """A picture of shapes, and their boxes."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side), 255, np.uint8)
    boxes = []
    for _ in range(6):
        x, y, w, h = (int(v) for v in (*rng.integers(0, side - 60, 2), *rng.integers(15, 60, 2)))
        cv2.rectangle(pixels, (x, y), (x + w, y + h), int(rng.integers(0, 200)), -1)
        boxes.append((x, y, x + w, y + h))
    return pixels, boxes


def of(*pictures):
    return BoxedSet(tuple(pictures), ("a", "b"), "test")


def again(pixels):
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def test_copies_pictures_packed_again_and_other_scenes_are_told_apart():
    train = of(*(make_boxed_picture(*scene(seed), [0] * 6) for seed in range(8)))
    pixels, boxes = scene(3)
    larger = cv2.resize(again(scene(5)[0]), None, fx=1.5, fy=1.5)
    held = of(
        make_boxed_picture(pixels, boxes, [0] * 6),
        make_boxed_picture(larger, np.array(scene(5)[1]) * 1.5, [0] * 6),
        make_boxed_picture(*scene(99), [0] * 6),
    )
    leaks = find_box_leaks(train, held)
    assert (leaks.copies, leaks.near, leaks.relabelled) == ((0,), (1,), ())
    told = "\n".join(leaks.describe("test"))
    assert "1 pictures of the test part are in the training part" in told
    assert "1 of 3 pictures of the test part look like" in told


def test_the_classes_and_the_places_of_things_decide():
    pixels, boxes = scene(1)
    train = of(make_boxed_picture(pixels, boxes, [0] * 6))
    other_classes = make_boxed_picture(again(pixels), boxes, [1] * 6)
    other_places = make_boxed_picture(
        again(pixels), [(b[1], b[0] + 90, b[1] + 9, b[0] + 99) for b in boxes], [0] * 6
    )
    most_the_same = make_boxed_picture(again(pixels), boxes[:5], [0, 0, 0, 0, 1])
    leaks = find_box_leaks(train, of(other_classes, other_places, most_the_same))
    assert (leaks.near, leaks.relabelled) == ((2,), (0,))


def test_empty_sides_and_pictures_without_things():
    blank = make_boxed_picture(scene(0)[0], [], [])
    assert not find_box_leaks(of(), of(blank)).describe("test")
    assert find_box_leaks(of(blank), of(make_boxed_picture(again(scene(0)[0]), [], []))).near == (0,)
