import cv2
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from sutja.baselines import BASELINES, export_baseline
from sutja.baselines.graph import LEAST, to_onnx
from sutja.baselines.trees import round_down
from sutja.data.labelled.load import load_labelled
from sutja.errors import ModelFileError
from sutja.model_file import Card, Preprocessing, read_model
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.export.network import ParityError

PARAMS = PixelsParams(height=8, width=8, mean=0.3, std=0.37)


def card_of(params=PARAMS, n_classes=10):
    classes = tuple("0123456789"[:n_classes])
    return Card(
        task="classify",
        name="baseline",
        charset=(),
        classes=classes,
        preprocessing=Preprocessing("pixels", params.to_json()),
    )


@pytest.fixture(scope="module")
def digits():
    """Training and test pictures (n, 1, 8, 8) with their labels."""
    parts = [load_labelled(None, part) for part in ("train", "test")]
    return [(batch_to_pixels(data.images, PARAMS), data.labels) for data in parts]


def fitted(name, X, y, **parameters):
    if name == "hist-gradient-boosting":
        parameters = {"model__max_iter": 8} | parameters
    pipeline = BASELINES[name].make().set_params(**parameters)
    return pipeline.fit(X.reshape(len(X), -1), y)


@pytest.mark.parametrize("name", BASELINES)
def test_the_file_answers_as_the_pipeline_does(name, digits, tmp_path):
    (X, y), (X_test, _) = digits
    pipeline = fitted(name, X, y)
    model = export_baseline(pipeline, card_of(), tmp_path / "model.onnx", X_test)
    assert read_model(tmp_path / "model.onnx").card == model.card
    found = Session(model).run(X_test)
    assert found.dtype == np.float32
    wanted = pipeline.predict_proba(X_test.reshape(len(X_test), -1))
    assert np.mean(np.abs(np.exp(found) - wanted).max(axis=1) < 1e-5) > 0.99
    assert (found <= 0).all()
    assert found.min() >= np.log(LEAST) - 1e-3
    assert np.allclose(Session(model).run(X_test[:1]), found[:1], atol=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_two_classes(name, digits, tmp_path):
    (X, y), (X_test, _) = digits
    few = np.flatnonzero(y < 2)[:150]
    pipeline = fitted(name, X[few], y[few])
    model = export_baseline(pipeline, card_of(n_classes=2), tmp_path / "model.onnx", X_test[:100])
    assert Session(model).run(X_test[:5]).shape == (5, 2)


def test_pictures_in_colour(tmp_path):
    rng = np.random.default_rng(0)
    params = PixelsParams(height=3, width=5, channels=3)
    X, y = rng.random((200, 3, 3, 5), np.float32), np.arange(200) % 4
    X[:, 0, 1, 2] += y
    X[:, 2, 0, 4] -= y
    for name in ("random-forest", "svm-rbf"):
        pipeline = fitted(name, X[:150], y[:150])
        model = export_baseline(pipeline, card_of(params, 4), tmp_path / f"{name}.onnx", X[150:])
        wanted = pipeline.predict_proba(X[150:].reshape(50, -1))
        np.testing.assert_allclose(np.exp(Session(model).run(X[150:])), wanted, atol=1e-4)


@pytest.mark.parametrize("name", ["decision-tree", "random-forest", "hist-gradient-boosting"])
def test_values_on_a_threshold_go_the_same_way(name, tmp_path):
    """Thresholds halfway between two float32 values need more bits than float32 has."""
    steps = np.float32(1) + np.arange(40, dtype=np.float32) * np.float32(2**-23)
    X = np.stack([np.repeat(steps, 4), np.tile(steps[:4], 40)], axis=1).reshape(-1, 1, 1, 2)
    y = (np.repeat(np.arange(40), 4) // 3 + np.tile(np.arange(4), 40)) % 3
    params = {"model__min_samples_leaf": 1, "model__max_features": 1.0}
    pipeline = fitted(name, X, y, **params)
    card = card_of(PixelsParams(height=1, width=2), 3)
    model = export_baseline(pipeline, card, tmp_path / "model.onnx", X)
    wanted = pipeline.predict_proba(X.reshape(len(X), -1))
    np.testing.assert_allclose(np.exp(Session(model).run(X)), wanted, atol=1e-5)


@given(st.floats(-1e30, 1e30))
def test_rounding_down(value):
    (rounded,) = round_down(np.array([value]))
    assert float(rounded) <= value < float(np.nextafter(rounded, np.float32(np.inf)))


def test_a_wrong_answer_is_not_written(digits, tmp_path):
    (X, y), (X_test, _) = digits
    pipeline = fitted("logistic-regression", X, y)
    path = tmp_path / "model.onnx"
    export_baseline(pipeline, card_of(), path, X_test)
    before = path.read_bytes()
    honest = pipeline.predict_proba
    pipeline.__dict__["predict_proba"] = lambda X: honest(X) * np.where(np.arange(10) == 3, 1.01, 1.0)
    with pytest.raises(ParityError, match=r"differs from the network by 0\.01"):
        export_baseline(pipeline, card_of(), path, X_test)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


def test_neighbours_equally_near_are_no_mistake_but_may_not_be_all(digits, tmp_path):
    (X, y), (X_test, _) = digits
    twice = np.concatenate([X[:300], X[:300]])
    pipeline = fitted("k-nn", twice, np.concatenate([y[:300], 9 - y[:300]]), model__n_neighbors=1)
    with pytest.raises(ParityError, match="two neighbours equally near"):
        export_baseline(pipeline, card_of(), tmp_path / "model.onnx", X_test)
    one = fitted("k-nn", X, y, model__n_neighbors=len(X))
    export_baseline(one, card_of(), tmp_path / "model.onnx", X_test[:20])


def test_what_cannot_be_exported(digits, tmp_path):
    (X, y), (X_test, _) = digits
    path = tmp_path / "model.onnx"
    pipeline = fitted("decision-tree", X, y)
    flat = X.reshape(len(X), -1)

    def refused(message, pipeline=pipeline, card=None, images=X_test):
        with pytest.raises(ModelFileError, match=message):
            export_baseline(pipeline, card or card_of(), path, images)

    refused("its card is for transcribe", card=Card("transcribe", "m", ("1",), Preprocessing("pixels")))
    refused("fitted on the classes", card=card_of(n_classes=9))
    refused("fitted on the classes", pipeline=fitted("decision-tree", X, y + 1))
    refused("the pictures to compare on are", images=X_test[:, 0])
    refused("the pictures to compare on are", images=X_test[:0])
    refused(
        "fitted on 64 features, its card has 16", card=card_of(PixelsParams(4, 4)), images=X_test[..., :4, :4]
    )
    weighed = Pipeline([("model", KNeighborsClassifier(weights="distance"))]).fit(flat, y)
    refused("neighbours weighed by distance", pipeline=weighed)
    categories = HistGradientBoostingClassifier(max_iter=2, categorical_features=[20])
    refused("categories are no pixels", pipeline=Pipeline([("m", categories)]).fit(np.rint(flat).clip(0), y))
    assert not path.exists()


def test_other_models_that_skl2onnx_can_write(digits, tmp_path):
    (X, y), _ = digits
    noisy = X + np.random.default_rng(0).normal(0, 0.3, X.shape).astype(np.float32)
    pipeline = Pipeline([("model", GaussianNB(var_smoothing=0.1))]).fit(noisy.reshape(len(X), -1), y)
    model = export_baseline(pipeline, card_of(), tmp_path / "model.onnx", noisy[:50])
    wanted = pipeline.predict_proba(noisy[:50].reshape(50, -1))
    np.testing.assert_allclose(np.exp(Session(model).run(noisy[:50])), wanted, atol=1e-4)


def test_a_real_picture_goes_through(digits, tmp_path):
    """From uint8 to a class, with the card's preprocessing alone."""
    (X, y), _ = digits
    model = export_baseline(fitted("svm-rbf", X, y), card_of(), tmp_path / "model.onnx", X[:50])
    test = load_labelled(None, "test")
    larger = np.stack([cv2.resize(image, (16, 16)) for image in test.images])
    params = PixelsParams(**model.card.preprocessing.params)
    answers = Session(model).run(batch_to_pixels(larger, params)).argmax(axis=1)
    assert np.mean(answers == test.labels) > 0.9


def test_the_graph_is_small_and_plain(digits):
    (X, y), _ = digits
    for name in ("random-forest", "k-nn", "hist-gradient-boosting"):
        proto = to_onnx(fitted(name, X, y), (1, 8, 8))
        onnx.checker.check_model(proto, full_check=True)
        assert len(proto.graph.node) < 12
