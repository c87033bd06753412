"""The classifiers' shapes, and their sizes beside the published ones."""

from itertools import pairwise

import pytest
import torch

from sutja.nets.convnet import SIZES, ConvNet, Convolution, InkNet
from sutja.nets.counts import Counts
from sutja.nets.lecun1989 import Lecun1989
from sutja.nets.lenet5 import C3_CONNECTIONS, LeNet5
from sutja.nets.mlp import ACTIVATIONS, Mlp


def n_parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_the_small_mlp_has_13002_parameters():
    assert n_parameters(Mlp()) == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10 == 13_002


@pytest.mark.parametrize("hidden", [(), (5,), (7, 6, 5)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_mlps_of_any_depth(hidden, activation):
    net = Mlp(2 * 3 * 4, hidden, 3, activation, dropout=0.5)
    assert net(torch.rand(6, 2, 3, 4)).shape == (6, 3)
    sizes = (24, *hidden, 3)
    assert n_parameters(net) == sum(a * b + b for a, b in pairwise(sizes))


def test_an_mlp_without_neurons_is_refused():
    with pytest.raises(ValueError, match="neuron"):
        Mlp(hidden=(16, 0))


def test_the_network_of_1989_has_its_published_counts():
    assert Lecun1989().counts() == Counts(units=1256, connections=64_660, parameters=9_760)
    assert Lecun1989()(torch.rand(3, 1, 16, 16)).shape == (3, 10)


def test_each_group_of_1989_sees_eight_maps():
    """Moving the first layer's map m moves the second layer's group g only where g sees m."""
    torch.manual_seed(0)
    net = Lecun1989()
    sees = [{*range(8)}, {*range(4, 12)}, {*range(4), *range(8, 12)}]
    image = torch.rand(1, 1, 16, 16)

    def second_layer():
        seen = []
        weight = net.third.data
        net.third.data = torch.eye(192)[:30] * 0 + weight  # left as it is
        x = torch.tanh(torch.nn.functional.conv2d(pad(image), net.first, stride=2) + net.first_bias)
        x = pad(x).index_select(1, net.groups)
        seen = torch.nn.functional.conv2d(x, net.second, stride=2, groups=3)
        return seen.reshape(3, -1).clone()

    def pad(x):
        return torch.nn.functional.pad(x, (2, 2, 2, 2), value=-1.0)

    with torch.no_grad():
        before = second_layer()
        for m in range(12):
            net.first_bias[m] += 1.0
            moved = (second_layer() != before).any(1).tolist()
            net.first_bias[m] -= 1.0
            assert moved == [m in group for group in sees]


def test_lenet5_has_its_published_counts():
    counts = LeNet5().counts()
    assert counts.connections == 340_908
    assert counts.parameters == 60_000
    assert sum(len(maps) for maps in C3_CONNECTIONS) * 25 + 16 == 1_516  # C3, as published


@pytest.mark.parametrize("side", [28, 32])
def test_lenet5_answers_with_distances(side):
    net = LeNet5().eval()
    with torch.no_grad():
        logits = net(torch.rand(4, 1, side, side))
    assert logits.shape == (4, 10)
    assert (logits <= 0).all()
    assert torch.unique(net.codes, dim=0).shape == (10, 84)
    assert torch.equal(net.codes.abs(), torch.ones(10, 84))


def test_unseen_maps_of_lenet5_learn_nothing():
    net = LeNet5()
    net(torch.rand(4, 1, 28, 28)).square().sum().backward()
    unseen = (net.seen == 0).expand_as(net.c3.weight)
    assert (net.c3.weight.grad[unseen] == 0).all()
    assert (net.c3.weight.grad[~unseen] != 0).any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 16, 20), (1, 8, 8)])
def test_convnets_take_any_picture(size, shape):
    net = ConvNet(size, shape, 7)
    assert net(torch.rand(2, *shape)).shape == (2, 7)


CASES = [(kernel, stride, frame) for kernel in (3, 5) for stride in (1, 2) for frame in (0, 1, 2)]
SIDES = [(1, 1), (2, 2), (1, 2), (2, 1), (3, 3), (4, 2)]


@pytest.mark.parametrize(
    ("kernel", "stride", "frame", "sides"),
    [(*case, sides) for case in CASES for sides in SIDES if min(sides) + 2 * case[2] >= case[0]],
)
def test_a_convolution_trains_as_it_is_used(kernel, stride, frame, sides):
    layer = Convolution(2, 3, kernel, stride, frame)
    x = torch.randn(5, 2, *sides)
    torch.testing.assert_close(layer.train()(x), layer.eval()(x))


def test_convnets_grow_with_the_dial():
    sizes = [n_parameters(ConvNet(size)) for size in SIZES]
    assert sizes == sorted(sizes)
    with pytest.raises(ValueError, match="one of s, m, l"):
        ConvNet("xl")


def test_an_inknet_sees_the_ink_and_not_the_paper():
    torch.manual_seed(0)
    net = InkNet(ConvNet("s")).eval()
    ink = torch.zeros(1, 1, 28, 28)
    ink[:, :, 6:22, 10:14] = 1
    with torch.no_grad():
        light, faint, dark = (net(image) for image in (ink, 0.2 + 0.3 * ink, 0.9 - 0.7 * ink))
        torch.testing.assert_close(faint, light, atol=0.3, rtol=0.1)
        torch.testing.assert_close(dark, light, atol=0.3, rtol=0.1)
        assert torch.isfinite(net(torch.full((1, 1, 28, 28), 0.5))).all(), "a blank page has no ink"
