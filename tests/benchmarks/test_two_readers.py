"""Two readers, source by source: weights that follow the better reader, and sources left out of fitting."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from sutja.reading.decode import Hypothesis

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("two_readers")
    sys.modules.pop("two_readers", None)


def make_cases(script, n, first_right, second_right, seed):
    """Cases in which each reader is right as often as given, and surer where it is right."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(n):
        truth = str(rng.integers(100, 1000))
        both = []
        for share in (first_right, second_right):
            right = rng.random() < share
            digits = truth if right else str(rng.integers(100, 1000))
            sure = 1 - 10 ** -rng.uniform(1, 5) if right else rng.uniform(0.3, 0.95)
            both.append([Hypothesis(digits, float(sure))])
        cases.append(script.Case(truth, *both))
    return cases


def test_the_better_reader_weighs_more_and_the_threshold_keeps_the_error(script):
    cases = make_cases(script, 1500, 0.6, 0.95, seed=1)
    calibration = script.fit(cases)
    _, first, second = calibration.joint
    assert second > first
    counts = script.Outcome.of(cases, [case.answer(calibration) for case in cases]).count(
        calibration.threshold
    )
    assert counts["accepted"]["k"] > 300
    assert counts["wrong_of_accepted"]["rate"] <= script.MAX_ERROR
    assert counts["right"]["rate"] > 0.9


def test_a_source_is_left_out_of_its_own_calibration(script):
    cases = {name: make_cases(script, 200, 0.8, 0.9, seed) for seed, name in enumerate("abc")}
    pooled = script.pool(cases, "b")
    assert pooled == [*script.spread(cases["a"]), *script.spread(cases["c"])]
    rows = script.measure("numbers", cases)
    assert {(row["source"], row["effort"]) for row in rows} == {
        (name, effort) for name in "abc" for effort in ("fast", "PP-OCRv6", "normal", "best")
    }
    assert all(row["n"] == 200 for row in rows)


def test_a_crop_that_neither_reads_is_no_number(script):
    case = script.Case(None, [], [])
    assert case.answer(script.fit(make_cases(script, 400, 0.7, 0.9, seed=3))).digits is None
