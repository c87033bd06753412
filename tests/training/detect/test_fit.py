"""Training a detector: one picture learnt by heart, runs that are resumed, and what is refused."""

from dataclasses import replace
from functools import partial
from itertools import chain

import numpy as np
import pytest
import torch
from boxed_scenes import CLASSES, make_compose, make_failing, scene

from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.errors import TrainingError
from sutja.nets.detector import Detector, DetectorConfig
from sutja.signals.preprocessing.frame_input import FrameParams
from sutja.training import checkpoint
from sutja.training.detect.composed_frames import ComposedFrames
from sutja.training.detect.evaluate import detect_boxes, make_batch, measure_average_precision
from sutja.training.detect.fit import DetectConfig, fit_detector, load_detector
from sutja.training.detect.frames import NONE, UPRIGHT, ListedFrames

PARAMS = FrameParams(channels=1)
QUIET = {"log": lambda line: None}
CONFIG = DetectConfig(epochs=2, device="cpu", dtype="float32", threads=1, evaluations=0)


def fresh():
    torch.manual_seed(0)
    return Detector(DetectorConfig(2, "s", 1))


def source(jitter=UPRIGHT, n=3):
    return ListedFrames([scene(seed) for seed in range(n)], (32, 64), 1, 2, jitter, seed=1)


def weights(fitted):
    return {name: value.clone() for name, value in fitted.net.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_one_picture_is_learnt_by_heart():
    picture = scene(1, 64, 64, n=3)
    frames = ListedFrames([picture] * 2, (64, 64), 1, 2, NONE, seed=0)
    config = replace(CONFIG, epochs=100, lr=3e-3, ema=0.9, warm_up=0.1)
    fitted = fit_detector(fresh(), frames, config, PARAMS, **QUIET)
    scores = measure_average_precision(fitted.net, [picture], PARAMS, CLASSES)
    assert scores.ap50 == 1.0
    assert scores.ap > 0.7
    assert fitted.history[-1]["loss"] < 0.3 * fitted.history[0]["loss"]
    found = detect_boxes(fitted.net, picture, PARAMS)
    assert (found.scores[:3] > 0.5).all()
    assert (found.scores[3:] < 0.3).all()


class StoppedError(Exception):
    """Thrown in the middle of a run."""


def stopping(frames, after):
    """The same source, which stops the run after some batches."""
    count = 0

    class Stopping:
        batches_per_epoch = frames.batches_per_epoch

        def epoch(self, number, first=0):
            nonlocal count
            for batch in frames.epoch(number, first):
                if count == after:
                    raise StoppedError
                count += 1
                yield batch

    return Stopping()


@pytest.mark.parametrize("after", [1, 3])
def test_a_resumed_run_ends_with_the_same_weights(after, tmp_path, monkeypatch):
    monkeypatch.setattr("sutja.training.callbacks.CHECKPOINT_EVERY", 0.0)
    straight = fit_detector(fresh(), source(), CONFIG, PARAMS, validation=[scene(9)], **QUIET)
    with pytest.raises(StoppedError):
        fit_detector(
            fresh(),
            stopping(source(), after),
            CONFIG,
            PARAMS,
            folder=tmp_path,
            validation=[scene(9)],
            **QUIET,
        )
    resumed = fit_detector(
        fresh(), source(), CONFIG, PARAMS, folder=tmp_path, resume=True, validation=[scene(9)], **QUIET
    )
    assert same(weights(straight), weights(resumed))
    assert straight.steps == resumed.steps == 4
    losses = [[row["loss"] for row in fitted.history] for fitted in (straight, resumed)]
    assert losses[0] == losses[1]
    loaded = load_detector(tmp_path / checkpoint.NAME, fresh())
    assert same(weights(straight), loaded.state_dict())


@pytest.mark.parametrize(
    ("config", "params", "facts"),
    [
        (replace(CONFIG, lr=1e-3), PARAMS, {"data": "a"}),
        (CONFIG, replace(PARAMS, mean=0.4), {"data": "a"}),
        (CONFIG, PARAMS, {"data": "b"}),
    ],
)
def test_a_run_of_something_else_is_not_resumed(config, params, facts, tmp_path):
    fit_detector(fresh(), source(), CONFIG, PARAMS, folder=tmp_path, facts={"data": "a"}, **QUIET)
    with pytest.raises(TrainingError, match="began with something else"):
        fit_detector(fresh(), source(), config, params, folder=tmp_path, resume=True, facts=facts, **QUIET)


def test_the_network_that_was_given_stays_as_it_is():
    net = fresh()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    fit_detector(net, source(), CONFIG, PARAMS, **QUIET)
    assert same(before, net.state_dict())


def test_a_budget_of_time_and_looks_at_validation_pictures():
    lines = []
    config = replace(CONFIG, seconds=1.0, evaluations=2)
    fitted = fit_detector(fresh(), source(), config, PARAMS, validation=[scene(9)], log=lines.append)
    evaluations = [row for row in fitted.history if "validation_ap50" in row]
    assert 1 <= len(evaluations) <= 3
    assert "validation_ap50" in fitted.history[-1]
    assert fitted.seconds >= 1.0
    assert any("validation AP" in line for line in lines)


def test_an_epoch_longer_than_the_time_does_not_hide_the_first_evaluation():
    config = replace(CONFIG, seconds=2.0, evaluations=4)
    frames = ListedFrames([scene(0)] * 20_000, (32, 64), 1, 2, NONE, seed=0)
    fitted = fit_detector(fresh(), frames, config, PARAMS, validation=[scene(9)], **QUIET)
    assert fitted.steps < frames.batches_per_epoch
    first, *others = [row for row in fitted.history if "validation_ap50" in row]
    assert first["step"] < fitted.steps
    assert first["loss"] > 0
    assert others[-1] == fitted.history[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"lr": 0.0},
        {"ema": 1.0},
        {"schedule": "none"},
        {"warm_up": 1.0},
        {"dtype": "int8"},
        {"seed": -1},
        {"evaluations": -1},
        {"clip": -1.0},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(TrainingError, match="makes no sense"):
        DetectConfig(**wrong)


@pytest.mark.parametrize(
    ("frames", "params", "why"),
    [
        (ListedFrames([scene(0)], (40, 64), 1, 2, NONE, seed=0), PARAMS, "a multiple of 32"),
        (ListedFrames([scene(0)], (32, 64), 3, 2, NONE, seed=0), PARAMS, "frames of 3 channels"),
        (source(), replace(PARAMS, channels=3), "parameters of 3"),
        (
            ListedFrames(
                [make_boxed_picture(np.zeros((32, 64), np.uint8), [[1, 1, 9, 9]], [2])],
                (32, 64),
                1,
                2,
                NONE,
                0,
            ),
            PARAMS,
            "not one of the 2 classes",
        ),
    ],
)
def test_frames_that_do_not_fit_are_refused(frames, params, why):
    with pytest.raises(TrainingError, match=why):
        fit_detector(fresh(), frames, CONFIG, params, **QUIET)


def test_a_loss_that_is_no_number_ends_the_run():
    net = fresh()
    with torch.no_grad():
        net.heads[0].answer.bias[4] = float("nan")
    with pytest.raises(TrainingError, match="the loss became nan"):
        fit_detector(net, source(), CONFIG, PARAMS, **QUIET)


def test_a_batch_is_what_the_preprocessing_makes():
    from sutja.signals.preprocessing.frame_input import to_frame

    pictures = [scene(0, 32, 64, channels=3), scene(1, 32, 64, channels=3)]
    params = FrameParams(channels=3, mean=0.3, std=0.2)
    batch = make_batch(pictures, params)
    for picture, image in zip(pictures, batch.image, strict=True):
        np.testing.assert_allclose(image.numpy(), to_frame(picture.pixels, params)[0], atol=1e-5)


def composed(make=make_compose, workers=0):
    return ComposedFrames(
        make, (32, 64), 1, 4, UPRIGHT, seed=3, workers=workers, frames_per_page=2, batches_per_epoch=3
    )


def test_composed_frames_are_the_same_whoever_makes_them_and_from_wherever():
    here = [batch for number in range(2) for batch in composed().epoch(number)]
    with composed(workers=2) as frames:
        there = [*frames.epoch(0), *frames.epoch(1)]
    with composed(workers=1) as frames:
        later = list(frames.epoch(1, first=1))
    for one, other in zip(here, there, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.pixels, b.pixels)
            np.testing.assert_array_equal(a.boxes, b.boxes)
    for one, other in zip(here[4:], later, strict=True):
        np.testing.assert_array_equal(one[0].pixels, other[0].pixels)


def test_the_first_batch_may_be_looked_at_before_the_run():
    with composed(workers=1) as frames:
        before = next(frames.epoch(0))
        workers = frames._pool
        again = next(frames.epoch(0))
        next(frames.epoch(0, first=1))
        assert frames._pool is workers
    np.testing.assert_array_equal(before[0].pixels, again[0].pixels)


def test_a_worker_that_fails_says_why():
    with composed(partial(make_failing, 3), workers=1) as frames:
        every = chain.from_iterable(frames.epoch(number) for number in range(3))
        with pytest.raises(RuntimeError, match="the ink has run dry"):
            list(every)


def test_composed_frames_are_learnt_from():
    fitted = fit_detector(fresh(), composed(), CONFIG, PARAMS, **QUIET)
    assert fitted.steps == 6
    assert len(fitted.history) == 2
