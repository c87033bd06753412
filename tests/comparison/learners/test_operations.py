"""Operations and parameters, against counts by hand and, of networks, against torch's own counter."""

import math

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from sutja.comparison.learners.era_nets import make_era_net, make_era_params
from sutja.comparison.learners.eras import ERAS
from sutja.comparison.learners.operations import (
    count_estimator_operations,
    count_network_operations,
    count_parameters,
)
from sutja.nets.mlp import Mlp
from sutja.nets.named import make_net

RNG = np.random.default_rng(0)
N, F = 200, 3
Y = np.arange(N) % 2
X = (Y[:, None] + RNG.normal(0, 0.1, (N, F))).astype(np.float32)  # any one feature tells the classes


def test_a_perceptron_by_hand():
    net = Mlp(64, (16, 8), 10)
    assert count_network_operations(net, np.zeros((1, 1, 8, 8), np.float32)) == 2 * (
        64 * 16 + 16 * 8 + 8 * 10
    )
    assert count_parameters(net) == 64 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10


def test_a_convolution_by_hand():
    net = nn.Sequential(
        nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(5 * 16, 4)
    )
    # 4 × 4 places of 5 maps, each a sum over 3 channels of 3 × 3 pixels; then the last layer
    assert count_network_operations(net, np.zeros((1, 3, 8, 8), np.float32)) == 2 * (
        16 * 5 * 3 * 9 + 5 * 16 * 4
    )


def networks():
    for size in "sml":
        yield f"convnet-{size}", make_net("convnet", (3, 28, 28), 10, size=size), (3, 28, 28)
    for era in ERAS.values():
        if era.net != "perceptron":
            params = make_era_params(era, np.zeros((2, 20, 24), np.uint8))
            yield era.name, make_era_net(era, params.shape, 7), params.shape


@pytest.mark.parametrize(("name", "net", "shape"), [*networks()])
def test_the_count_is_that_of_torch(name, net, shape):
    image = np.zeros((1, *shape), np.float32)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        net.eval()(torch.from_numpy(image))
    assert count_network_operations(net, image) == counter.get_total_flops() > 1000


def test_a_tree_of_one_question():
    fit, answer, kept = count_estimator_operations(DecisionTreeClassifier(random_state=0).fit(X, Y), X)
    assert fit == pytest.approx(N * math.log2(N) * F)  # all items, sorted by each feature
    assert answer == 1  # one comparison
    assert kept == 2 + 2 * 2  # feature and threshold, and a share for each class in two leaves


def test_a_forest_is_its_trees():
    forest = RandomForestClassifier(5, random_state=0, max_features=1, bootstrap=False, max_depth=1).fit(X, Y)
    fit, answer, kept = count_estimator_operations(forest, X)
    assert fit == pytest.approx(5 * N * math.log2(N) * 1)
    assert (answer, kept) == (5, 5 * 6)


def test_boosting_of_one_question():
    model = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=2, min_samples_leaf=1).fit(X, Y)
    fit, answer, kept = count_estimator_operations(model, X)
    # bins; then 3 trees, with histograms (two sums) of all items and of the smaller half, by each feature
    assert fit == pytest.approx(8 * N * F + 3 * 2 * F * (N + N / 2), rel=0.02)
    assert (answer, kept) == (3, 3 * (2 + 2))


def test_neighbours_measure_to_each_item():
    assert count_estimator_operations(KNeighborsClassifier().fit(X, Y), X) == (0.0, 2 * N * F, N * F)


def test_a_kernel_machine():
    model = SVC().fit(X, Y)
    fit, answer, kept = count_estimator_operations(model, X)
    vectors = len(model.support_)
    assert fit == model.n_iter_[0] * 2 * N * 2 * F  # two rows of the kernel matrix, N scalar products each
    assert answer == vectors * (2 * F + 2)
    assert kept == vectors * (F + 1)


@pytest.mark.parametrize("model", [LogisticRegression(), LinearSVC()])
def test_weights_meet_all_items_there_and_back(model):
    fit, answer, kept = count_estimator_operations(model.fit(X, Y), X)
    assert kept == F + 1
    assert answer == 2 * (F + 1)
    assert fit == np.max(model.n_iter_) * 4 * N * (F + 1)


def test_a_scale_before_counts_too():
    alone = count_estimator_operations(KNeighborsClassifier().fit(X, Y), X)
    scaled = count_estimator_operations(make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(X, Y), X)
    assert [b - a for a, b in zip(alone, scaled, strict=True)] == [2 * N * F, 2 * F, 2 * F]


def test_what_is_not_known_has_no_number():
    assert count_estimator_operations(GaussianNB().fit(X, Y), X) == (None, None, None)
