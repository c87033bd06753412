"""Pictures of a run show what they are given."""

import io

import numpy as np
import pytest
from PIL import Image

from sutja.boxes.decode import Detections
from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.runs import plots

HISTORY = [
    {"epoch": 1.0, "step": 10.0, "loss": 2.0, "validation_loss": 1.5, "validation_error": 0.4},
    {"epoch": 2.0, "step": 20.0, "loss": 0.5, "validation_loss": 0.7, "validation_error": 0.0},
]


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_pictures_of_a_run_show_what_they_are_given():
    bad = [{**row, "validation_error": 0.4} for row in HISTORY]
    assert not np.array_equal(pixels(plots.draw_curves(HISTORY)), pixels(plots.draw_curves(bad)))
    many = [{**row, "epoch": 0.0, "step": float(i)} for i, row in enumerate(HISTORY)]
    assert not np.array_equal(pixels(plots.draw_curves(HISTORY)), pixels(plots.draw_curves(many)))
    truth, answer = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 0])
    counts = plots.count_confusions(truth, answer, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 0]]
    table = pixels(plots.draw_confusions(counts, ["a", "b", "c"], "test"))
    other = pixels(plots.draw_confusions(counts.T.copy(), ["a", "b", "c"], "test"))
    assert not np.array_equal(table, other)
    assert plots.draw_confusions(np.eye(40, dtype=np.int64), [str(i) for i in range(40)], "no mistake")
    grey, colour = np.zeros((8, 12), np.uint8), np.full((9, 9, 3), 200, np.uint8)
    some = pixels(plots.draw_mistakes([grey, colour] * 6, ["7 → 1"] * 12, 12, 50))
    assert some.shape[0] > pixels(plots.draw_mistakes([], [], 0, 50)).shape[0]


def test_a_detectors_pictures_show_curves_and_mistakes():
    last = {"epoch": 2.0, "loss": 2.0, "validation_ap": 0.1, "validation_ap50": 0.3}
    rows = [{"epoch": 1.0, "loss": 3.0}, last]
    better = [rows[0], {**rows[1], "validation_ap50": 0.9}]
    curves, other = (pixels(plots.draw_detection_curves(some)) for some in (rows, better))
    assert not np.array_equal(curves, other)
    picture = make_boxed_picture(np.full((60, 60), 128, np.uint8), [[5, 5, 15, 15], [30, 30, 40, 40]], [0, 1])
    data = BoxedSet((picture,), ("a", "b"), "mine")
    edges = np.array([[5, 5, 15, 15], [30, 30, 40, 40], [45, 5, 55, 15]], np.float32)
    mistaken = Detections(edges, np.array([0.9, 0.8, 0.7], np.float32), np.array([0, 0, 1]))
    right = Detections(edges[:2], mistaken.scores[:2], np.array([0, 1]))
    some, none = (pixels(plots.draw_detection_mistakes(data, [one])) for one in (mistaken, right))
    assert not np.array_equal(some, none)


@pytest.mark.filterwarnings("error")
def test_names_in_scripts_that_no_font_has_become_numbers():
    names, families = plots.fit_names(["März", "\U0001f9ff\U00012000"])
    assert names[0] == "März"
    assert names[1] in ("#2", "\U0001f9ff\U00012000")
    assert families[0] == "DejaVu Sans"
    plots.draw_confusions(np.array([[1, 1], [0, 1]]), ["März", "\U0001f9ff\U00012000"], "test")
