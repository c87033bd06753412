"""Temperature and vector scaling: what was put in is found again, and probabilities stay probabilities."""

import numpy as np
import pytest

from sutja.confidence import fit_temperature, fit_vector_scaling, scale
from sutja.model_file import Scaling


def cases(n=4000, K=5, seed=0, scales=1.0, shifts=0.0):
    """Outputs that would be right once scaled, and the classes drawn by them."""
    rng = np.random.default_rng(seed)
    honest = scale(rng.normal(0, 2, (n, K)), Scaling())
    y = (honest.cumsum(1) * 0 + np.exp(honest).cumsum(1) > rng.random((n, 1))).argmax(1)
    return scale((honest - shifts) / scales, Scaling()), y


def loss(log_probs, y):
    return -log_probs[np.arange(len(y)), y].mean()


def test_without_a_scaling_only_the_sum_is_put_right():
    assert scale([[0.0, 0.0]], Scaling()) == pytest.approx(np.log([[0.5, 0.5]]))
    assert np.exp(scale([-np.inf, 0.0, -2.0], Scaling())).sum() == pytest.approx(1.0)


def test_by_hand():
    assert scale(np.log([0.2, 0.8]), Scaling((2.0,))) == pytest.approx(np.log([0.04 / 0.68, 0.64 / 0.68]))
    shifted = scale(np.log([0.2, 0.8]), Scaling((1.0, 1.0), (np.log(4.0), 0.0)))
    assert shifted == pytest.approx(np.log([0.5, 0.5]))


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
def test_the_temperature_is_found_again(factor):
    logs, y = cases(scales=1.0 / factor)
    found = fit_temperature(logs, y)
    assert found.shift == ()
    assert found.scale[0] == pytest.approx(1.0 / factor, rel=0.1)
    assert (scale(logs, found).argmax(1) == logs.argmax(1)).all()


def test_vector_scaling_finds_scales_and_shifts():
    scales, shifts = np.array([1.0, 0.5, 2.0, 1.0, 1.0]), np.array([0.0, 1.5, -1.0, 0.0, 0.5])
    logs, y = cases(scales=scales, shifts=shifts)
    found = fit_vector_scaling(logs, y)
    fresh, fresh_y = cases(seed=1, scales=scales, shifts=shifts)
    vector = loss(scale(fresh, found), fresh_y)
    honest = loss(cases(seed=1)[0], fresh_y)
    temperature = loss(scale(fresh, fit_temperature(logs, y)), fresh_y)
    assert vector < honest + 0.005
    assert vector < temperature - 0.05


def test_no_step_of_newton_is_possible_at_the_best():
    logs, y = cases(500, 3)
    found = fit_vector_scaling(logs, y)
    theta = np.array([*found.scale, *found.shift])
    for i in range(6):
        for nudge in (-0.01, 0.01):
            moved = theta.copy()
            moved[i] += nudge
            other = Scaling(tuple(moved[:3]), tuple(moved[3:]))
            assert loss(scale(logs, other), y) > loss(scale(logs, found), y) - 1e-4


def test_cases_without_an_error_claim_no_certainty():
    logs = scale(np.eye(3)[[0, 1, 2] * 5] * 3, Scaling())
    y = np.array([0, 1, 2] * 5)
    for found in (fit_temperature(logs, y), fit_vector_scaling(logs, y)):
        assert np.exp(scale(logs, found)).max() < 0.9999


@pytest.mark.parametrize("fit", [fit_temperature, fit_vector_scaling])
@pytest.mark.parametrize(
    ("logs", "y"),
    [
        ([[0.0, 0.0]], [2]),
        ([[0.0, 0.0]], [-1]),
        ([[0.0, 0.0]], [0, 1]),
        ([[0.0, 0.0]], [0.5]),
        ([0.0, 0.0], [0]),
        (np.zeros((0, 2)), np.zeros(0, int)),
        ([[0.0, np.nan]], [0]),
    ],
)
def test_what_does_not_fit_together_is_refused(fit, logs, y):
    with pytest.raises(ValueError, match="classes"):
        fit(logs, y)


def test_vector_scaling_has_its_limit():
    with pytest.raises(ValueError, match="fit_temperature"):
        fit_vector_scaling(np.zeros((3, 201)), [0, 1, 2])
