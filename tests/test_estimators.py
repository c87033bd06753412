"""The estimators keep scikit-learn's contract, and do what scikit-learn's own do."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator
from torch import nn

from sutja.estimators import EstimatorError, NetworkClassifier
from sutja.runtime import Session

BUNCH = load_digits()
X, Y = BUNCH.data[:600], BUNCH.target[:600]
TEST_X, TEST_Y = BUNCH.data[600:900], BUNCH.target[600:900]


# Checks of what is not installed where tests run: pandas' frames, and arrays of other libraries than NumPy.
# Both passed where they were (pandas 3.1.1; SCIPY_ARRAY_API=1).
ELSEWHERE = {"check_array_api_input", "check_classifier_data_not_an_array"}


def contract():
    """The checks that `parametrize_with_checks` gives, by name."""
    for estimator, check in estimator_checks_generator(NetworkClassifier(random_state=0)):
        name = getattr(check, "func", check).__name__
        settings = ",".join(f"{k}={v}" for k, v in getattr(check, "keywords", {}).items())
        if name not in ELSEWHERE:
            yield pytest.param(estimator, check, id=f"{name}({settings})")


@pytest.mark.parametrize(("estimator", "check"), list(contract()))
def test_the_contract_of_estimators(estimator, check):
    check(estimator)


def test_it_learns_digits_from_flat_and_from_image_shaped_samples():
    flat = NetworkClassifier(epochs=30, random_state=0).fit(X, Y)
    assert flat.score(TEST_X, TEST_Y) > 0.85
    shaped = NetworkClassifier(epochs=30, random_state=0).fit(X.reshape(-1, 8, 8), Y)
    np.testing.assert_array_equal(shaped.predict_proba(TEST_X), flat.predict_proba(TEST_X))
    assert shaped.n_features_in_ == 64
    assert flat.history_[-1]["loss"] < flat.history_[0]["loss"]


def test_channels_are_found_first_and_last():
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (40, 9, 8, 3), np.uint8)
    labels = np.where(colour[..., 0].mean((1, 2)) > colour[..., 2].mean((1, 2)), "red", "blue")
    last = NetworkClassifier("convnet", epochs=2, random_state=1).fit(colour, labels)
    first = NetworkClassifier("convnet", epochs=2, random_state=1).fit(colour.transpose(0, 3, 1, 2), labels)
    flat = NetworkClassifier("convnet", image_shape=(9, 8, 3), epochs=2, random_state=1)
    flat.fit(colour.reshape(40, -1), labels)
    assert last.shape_ == (3, 9, 8)
    assert set(last.predict(colour)) <= {"red", "blue"}
    for other in (first, flat):
        np.testing.assert_array_equal(other.predict_proba(colour), last.predict_proba(colour))


@pytest.mark.parametrize(("net", "side"), [("convnet", 8), ("lenet5", 28), ("lecun1989", 16)])
def test_every_network_can_be_had_by_name(net, side):
    pictures = np.kron(X[:200].reshape(-1, 8, 8), np.ones((1, 4, 4)))[:, :side, :side]
    if side == 16:
        pictures = np.kron(X[:200].reshape(-1, 8, 8), np.ones((1, 2, 2)))
    if side == 8:
        pictures = X[:200].reshape(-1, 8, 8)
    clf = NetworkClassifier(net, epochs=12, lr=3e-3, batch_size=20, random_state=0)
    clf.fit(pictures.reshape(200, -1), Y[:200])
    assert clf.score(pictures, Y[:200]) > 0.7


def test_a_network_of_ones_own():
    def make(shape, classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(shape[1] * shape[2], classes))

    assert NetworkClassifier(make, epochs=20, random_state=0).fit(X, Y).score(TEST_X, TEST_Y) > 0.85


def test_it_works_where_estimators_work():
    pipeline = make_pipeline(StandardScaler(), NetworkClassifier(epochs=12, random_state=0))
    assert cross_val_score(pipeline, X, Y, cv=3).mean() > 0.8
    search = GridSearchCV(
        NetworkClassifier(epochs=4, random_state=0), {"hidden": [(2,), (32,)], "lr": [1e-2]}, cv=2
    )
    search.fit(X.reshape(-1, 8, 8), Y)
    assert search.best_params_["hidden"] == (32,)
    calibrated = CalibratedClassifierCV(NetworkClassifier(epochs=10, random_state=0), cv=2).fit(X, Y)
    np.testing.assert_allclose(calibrated.predict_proba(TEST_X).sum(1), 1.0)
    assert calibrated.score(TEST_X, TEST_Y) > 0.7


def test_a_row_is_answered_the_same_in_any_company():
    clf = NetworkClassifier(epochs=2, random_state=0).fit(X, Y)
    whole = clf.predict_proba(TEST_X)
    alone = np.concatenate([clf.predict_proba(row[None]) for row in TEST_X[:40]])
    np.testing.assert_array_equal(alone, whole[:40])


def test_a_seed_gives_one_result():
    fits = [NetworkClassifier(epochs=2, random_state=seed).fit(X, Y) for seed in (3, 3, 4)]
    first, same, other = (clf.predict_proba(TEST_X) for clf in fits)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("kind", ["flat", "bytes", "colour"])
def test_a_saved_model_answers_as_the_estimator_does(kind, tmp_path):
    full = None
    samples, net = X, "mlp"
    if kind == "flat":
        full = 16.0
    elif kind == "bytes":
        samples = (X * 15.9).astype(np.uint8).reshape(-1, 8, 8)
    else:
        samples, net = np.repeat((X / 16).reshape(-1, 8, 8, 1), 3, axis=3), "convnet"
    clf = NetworkClassifier(net, epochs=3, random_state=0).fit(samples, Y)
    found = clf.save(tmp_path / "digits.onnx", full=full)
    assert found.card.classes == tuple("0123456789")
    assert found.card.name == "digits"
    params = found.card.preprocessing.params
    scale = full or (255.0 if kind == "bytes" else 1.0)
    pixels = (samples[:50].reshape(50, 8, 8, -1).transpose(0, 3, 1, 2) / scale - params["mean"]) / params[
        "std"
    ]
    log_probs = Session(found).run(np.ascontiguousarray(pixels, np.float32))
    np.testing.assert_allclose(log_probs, clf.predict_log_proba(samples[:50]), atol=1e-3)


def test_what_cannot_be_learnt_is_refused(tmp_path):
    with pytest.raises(EstimatorError, match="no network 'mpl'"):
        NetworkClassifier("mpl").fit(X, Y)
    with pytest.raises(EstimatorError, match="one class only"):
        NetworkClassifier().fit(X, np.zeros(len(X)))
    with pytest.raises(EstimatorError, match="no square picture"):
        NetworkClassifier("convnet").fit(X[:, :-1], Y)
    with pytest.raises(EstimatorError, match="does not hold 64 features"):
        NetworkClassifier(image_shape=(7, 9)).fit(X, Y)
    with pytest.raises(EstimatorError, match="1 or 3 channels"):
        NetworkClassifier().fit(np.zeros((10, 5, 5, 5)), np.arange(10) % 2)
    with pytest.raises(EstimatorError, match="lr"):
        NetworkClassifier(lr=-1.0).fit(X, Y)
    with pytest.raises(EstimatorError, match="16 for scikit-learn's digits"):
        NetworkClassifier(epochs=1).fit(X, Y).save(tmp_path / "digits.onnx")
    assert not list(tmp_path.iterdir())
