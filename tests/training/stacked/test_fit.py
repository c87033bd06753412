"""A stack: every network becomes what it would be alone, whatever stands beside it."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sutja.errors import TrainingError
from sutja.nets.mlp import Mlp
from sutja.training.schedule import warm_up_cosine
from sutja.training.stacked.fit import Member, StackedConfig, fit_stacked, predict_log_proba_stacked
from sutja.training.stacked.optimisers import Stream, steps_of
from sutja.training.stacked_networks import MlpStack, ModuleStack, mlp_layers, stack_of

RNG = np.random.default_rng(0)
N, CLASSES = 200, 4
Y = RNG.integers(0, CLASSES, N)
X = (RNG.normal(size=(N, 1, 5, 6)) + 0.8 * RNG.normal(size=(CLASSES, 1, 5, 6))[Y]).astype(np.float32)


def mlp(activation="relu", hidden=(7, 5)):
    return Mlp(30, hidden, CLASSES, activation)


def conv():
    """With a batch norm, so that buffers are followed too.

    No bias before it: its gradient is zero but for rounding, which Adam would blow up to whole steps.
    """
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(36, CLASSES)
    )


def alone(make, member, config):
    """The same training in the plain way: one network, torch's own optimiser."""
    torch.manual_seed(member.seed)
    net = make().train()
    kinds = [[p for p in net.parameters() if (p.ndim > 1) is heavy] for heavy in (True, False)]
    groups = [
        {"params": kind, "weight_decay": decay}
        for kind, decay in zip(kinds, (member.weight_decay, 0.0), strict=True)
    ]
    if config.optimiser == "adamw":
        optimiser = torch.optim.AdamW(groups, lr=1.0)
    else:
        optimiser = torch.optim.SGD(groups, lr=1.0, momentum=config.momentum, nesterov=True)
    stream, steps = Stream(member, N, config.order_seed), steps_of(member, N, config)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = warm_up_cosine(step, steps, member.lr, round(config.warm_up * steps))
        rows = stream.take(config.batch_size)
        scores = net(torch.from_numpy(X[rows]))
        loss = F.cross_entropy(scores, torch.from_numpy(Y[rows]), label_smoothing=config.label_smoothing)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval()


def apart(a, b):
    """The largest difference of two networks' weights and buffers."""
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return max(float((x.double() - y.double()).abs().max()) for x, y in pairs)


MEMBERS = [
    Member(seed=3, lr=1e-2),
    Member(seed=4, lr=3e-3, weight_decay=0.1, rows=np.arange(0, 150, 2)),
    Member(seed=3, lr=2e-2, rows=RNG.integers(0, N, N)),
    Member(seed=5, lr=1e-2, rows=np.arange(9)),  # fewer rows than a batch has
]


@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
@pytest.mark.parametrize("make", [mlp, lambda: mlp("tanh", (6,)), lambda: mlp(hidden=()), conv])
def test_each_network_becomes_what_it_would_be_alone(make, optimiser):
    config = StackedConfig(epochs=2.5, batch_size=16, optimiser=optimiser, label_smoothing=0.1)
    stacked = fit_stacked(make, X, Y, MEMBERS, config)
    for net, member in zip(stacked.nets, MEMBERS, strict=True):
        torch.manual_seed(member.seed)
        assert apart(net, make()) > 1e-3  # it learnt something
        assert apart(net, alone(make, member, config)) < 2e-5
    assert [len(loss) for loss in stacked.losses] == [3, 3, 3, 1]


@pytest.mark.parametrize("make", [mlp, conv])
def test_one_order_for_all_gives_the_same_as_alone(make):
    config = StackedConfig(epochs=2.0, batch_size=32, order_seed=7)
    members = [Member(seed=s, lr=10.0**-s) for s in (1, 2, 3)]
    stacked = fit_stacked(make, X, Y, members, config)
    for net, member in zip(stacked.nets, members, strict=True):
        assert apart(net, alone(make, member, config)) < 2e-5


def test_company_does_not_matter_and_a_seed_gives_one_result():
    config = StackedConfig(epochs=2.0, batch_size=16)
    together = fit_stacked(mlp, X, Y, MEMBERS, config).nets
    again = fit_stacked(mlp, X, Y, MEMBERS[::-1], config).nets[::-1]
    for net, other, member in zip(together, again, MEMBERS, strict=True):
        assert apart(net, other) < 1e-6
        assert apart(net, fit_stacked(mlp, X, Y, [member], config).nets[0]) < 1e-6
    state = torch.random.get_rng_state()
    same = fit_stacked(mlp, X, Y, MEMBERS, config).nets
    assert all(apart(a, b) == 0 for a, b in zip(together, same, strict=True))
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_gradients_by_hand_are_those_of_autograd(activation, shared):
    nets = [mlp(activation) for _ in range(3)]
    sample = torch.zeros(1, 1, 5, 6)
    hand, auto = stack_of(nets, sample, shared=shared), ModuleStack(nets, shared)
    assert isinstance(hand, MlpStack)
    x = torch.from_numpy(X[:8]) if shared else torch.from_numpy(X[:24]).view(3, 8, 1, 5, 6)
    y = torch.from_numpy(Y[:24]).view(3, 8)
    loss, grads = hand.gradients(x, y, 0.1)
    auto_loss, auto_grads = auto.gradients(x, y, 0.1)
    torch.testing.assert_close(loss, auto_loss)
    for one, other in zip(grads, auto_grads, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)


def test_only_plain_perceptrons_are_done_by_hand():
    class Skips(nn.Module):
        """Its layers stand in a row, and it answers otherwise."""

        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Flatten(), nn.Linear(30, 30), nn.ReLU(), nn.Linear(30, CLASSES))

        def forward(self, x):
            return self.layers(x) + x.flatten(1)[:, :CLASSES]

    sample = torch.zeros(1, 1, 5, 6)
    assert mlp_layers(mlp(), sample) == nn.ReLU
    assert mlp_layers(mlp(hidden=()), sample) is nn.Identity
    for net in (Skips(), conv().eval(), mlp("gelu")):
        assert mlp_layers(net, sample) is None
        assert isinstance(stack_of([net], sample, shared=True), ModuleStack)


def test_predictions_of_many_are_those_of_each():
    for make in (mlp, conv):
        nets = [make().eval() for _ in range(3)]
        found = predict_log_proba_stacked(nets, X, batch_size=64)
        with torch.no_grad():
            wanted = [net(torch.from_numpy(X)).log_softmax(1).numpy() for net in nets]
        assert found.shape == (3, N, CLASSES)
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_bytes_are_parts_of_255_and_bfloat16_is_near():
    pixels = (255 * (X - X.min()) / np.ptp(X)).astype(np.uint8)
    members, shared = [Member(seed=1), Member(seed=2)], StackedConfig(epochs=3.0, order_seed=0)
    floats = fit_stacked(mlp, pixels.astype(np.float32) / 255, Y, members, shared).nets
    for net, other in zip(fit_stacked(mlp, pixels, Y, members, shared).nets, floats, strict=True):
        assert apart(net, other) < 1e-5
    half = fit_stacked(
        mlp, pixels, Y, members, StackedConfig(epochs=3.0, order_seed=0, dtype="bfloat16")
    ).nets
    assert 0 < max(apart(a, b) for a, b in zip(half, floats, strict=True)) < 0.05


def test_a_stream_shows_every_row_equally_often():
    stream = Stream(Member(rows=np.array([3, 5, 8])), 10, None)
    seen = np.concatenate([stream.take(4) for _ in range(6)])
    assert sorted(seen.tolist()) == [3] * 8 + [5] * 8 + [8] * 8


@pytest.mark.parametrize(
    ("members", "config", "message"),
    [
        ([], {}, "no network"),
        ([Member(rows=np.array([N]))], {}, "rows are no indices"),
        ([Member(rows=np.array([-1]))], {}, "rows are no indices"),
        ([Member(rows=np.array([], int))], {}, "rows are no indices"),
        ([Member(rows=np.arange(5))], {"order_seed": 1}, "same rows"),
    ],
)
def test_what_cannot_be_trained_is_refused(members, config, message):
    with pytest.raises(TrainingError, match=message):
        fit_stacked(mlp, X, Y, members, StackedConfig(**config))


def test_networks_that_cannot_be_stacked_are_refused():
    sample = torch.zeros(1, 1, 5, 6)
    with pytest.raises(TrainingError, match="one shape"):
        stack_of([mlp(), mlp(hidden=(8,))], sample, shared=True)
    with pytest.raises(TrainingError, match="dropout"):
        stack_of([Mlp(30, (4,), CLASSES, dropout=0.5)], sample, shared=True)
    with pytest.raises(TrainingError, match="bfloat16"):
        fit_stacked(conv, X, Y, [Member()], StackedConfig(dtype="bfloat16"))
    with pytest.raises(TrainingError, match="pictures for"):
        fit_stacked(mlp, X, Y[:-1], [Member()])
    with pytest.raises(ValueError, match="positive"):
        StackedConfig(batch_size=0)


def test_a_stack_leaves_the_networks_it_was_made_of():
    nets = [conv(), conv()]
    before = copy.deepcopy(nets)
    stack = stack_of(nets, torch.zeros(1, 1, 5, 6), shared=True)
    stack.gradients(torch.from_numpy(X[:8]), torch.from_numpy(Y[:16]).view(2, 8), 0.0)
    assert all(apart(a, b) == 0 for a, b in zip(nets, before, strict=True))
