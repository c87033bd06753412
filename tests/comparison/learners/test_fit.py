"""Every learner learns, its operations are counted, and the same seed gives the same fit."""

import numpy as np
import pytest
from labelled_blobs import blobs

from sutja.comparison.formatting import format_count
from sutja.comparison.learners.catalogue import choose_learners, list_default_names
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES
from sutja.comparison.learners.fit import FitData, fit_one, fit_together

X, Y = blobs(200, seed=0)
PICTURES = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)
DATA = FitData(PICTURES[:120], Y[:120], PICTURES[120:], True, 4)
ALONE = [name for name in list_default_names(True) if not name.startswith("mlp")]


@pytest.mark.parametrize("name", ALONE)
def test_a_learner_learns(name):
    (learner,) = choose_learners((name,), True)
    fit = fit_one(learner, DATA, learner.default, 0)
    assert (fit.answers != Y[120:]).mean() < 0.35
    assert fit.cost.fit_operations >= 0
    assert fit.cost.predict_operations > 1
    assert fit.cost.parameters > 1


@pytest.mark.parametrize("name", ERAS)
def test_an_era_learns_from_pictures_of_any_size(name, monkeypatch):
    monkeypatch.setattr("sutja.comparison.learners.fit._STEPS", 60)
    (learner,) = choose_learners((name,), True)
    fit = fit_one(learner, DATA, {}, 0)
    assert (fit.answers != Y[120:]).mean() < 0.7  # chance is 0.75
    assert fit.cost.parameters > 0


def test_perceptrons_are_trained_as_one():
    (learner,) = choose_learners(("mlp-s",), True)
    rows = [np.arange(100), np.arange(20, 120)]
    settings = [{"lr": 3e-3, "weight_decay": 0.01}, {"lr": 1e-3, "weight_decay": 0.0}]
    both = fit_together(learner, DATA, rows, settings, (0, 1))
    assert [fit.cost.together for fit in both] == [2, 2]
    for fit in both:
        assert (fit.answers != Y[120:]).mean() < 0.2
    repeated = fit_together(learner, DATA, rows, settings, (0, 1))
    assert all(np.array_equal(one.answers, two.answers) for one, two in zip(both, repeated, strict=True))


def test_settings_of_every_space_can_be_fitted():
    for learner in choose_learners(ALONE, True):
        if not learner.is_network:
            for settings in learner.draw_candidates(4, seed=1)[1:]:
                assert len(fit_one(learner, DATA, settings, 0).answers) == 80


def test_features_may_have_any_units():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    wide = np.column_stack([rng.normal(size=200) * 1e6, y + 0.1 * rng.normal(size=200), np.full(200, 3.0)])
    data = FitData(wide[:150], y[:150], wide[150:], False, 2)
    for name in ("k-nn", "svm-rbf", "logistic-regression"):
        (learner,) = choose_learners((name,), False)
        assert (fit_one(learner, data, {}, 0).answers != y[150:]).mean() < 0.2
    (learner,) = choose_learners(("mlp-m",), False)
    (fit,) = fit_together(learner, data, [np.arange(150)], [learner.default], (0,))
    assert (fit.answers != y[150:]).mean() < 0.2


def test_candidates_begin_with_the_default_and_differ():
    for learner in choose_learners(None, True):
        made = learner.draw_candidates(12)
        assert made[0] == dict(learner.default)
        assert len({str(sorted(some.items(), key=str)) for some in made}) == len(made) <= 12
        assert made == learner.draw_candidates(12)


def test_eras_stand_in_their_order_with_what_was_published():
    assert [era.year for era in ERAS.values()] == sorted(era.year for era in ERAS.values())
    assert [era.year for era in ERAS.values()][:6] == [1958, 1986, 1989, 1998, 2012, 2015]
    assert ERAS["1989-zip-code"].published["usps"].error == 0.05
    assert ERAS["1998-lenet-5"].published["mnist"].error == 0.0095
    assert PUBLISHED_BASELINES["usps"]["people"].error == 0.025


def test_counts_are_formatted_with_unit_prefixes():
    assert [format_count(n) for n in (7.0, 1234, 5.6e6, 2e12)] == ["7", "1.23 k", "5.6 M", "2 T"]


@pytest.mark.parametrize("name", ["mlp-s", "convnet-s", "1998-lenet-5", "k-nn"])
def test_items_predicted_in_blocks_get_the_same_answers(name, monkeypatch):
    monkeypatch.setattr("sutja.comparison.learners.fit._STEPS", 20)
    (learner,) = choose_learners((name,), True)

    def answers():
        if learner.is_stacked:
            return fit_together(learner, DATA, [np.arange(120)], [learner.default], (0,))[0].answers
        return fit_one(learner, DATA, learner.default, 0).answers

    whole = answers()
    monkeypatch.setattr("sutja.comparison.learners.fit._BLOCK_BYTES", 4 * 64 * 11)  # eleven items
    assert np.array_equal(answers(), whole)
    assert len(whole) == 80
