"""The output for none of the classes: it leaves the classes as they are."""

import pytest
import torch
from torch import nn

from sutja.nets.named import make_net
from sutja.nets.none_output import NoneOutput


@pytest.mark.parametrize("name", ["convnet", "inknet", "mlp"])
def test_the_logits_of_the_classes_stay_as_they_are(name):
    torch.manual_seed(0)
    net = make_net(name, (1, 28, 28), 10).eval()
    image = torch.rand(3, 1, 28, 28)
    made = NoneOutput(net).eval()
    with torch.no_grad():
        features, logits = made.compute_features(image)
        assert made(image).shape == (3, 11)
        torch.testing.assert_close(made(image)[:, :10], net(image))
        torch.testing.assert_close(made(image)[:, 10:], made.none(features))
        torch.testing.assert_close(logits, net(image))
    assert not [hook for module in net.modules() for hook in module._forward_pre_hooks]


def test_a_network_without_a_linear_layer_is_refused():
    with pytest.raises(ValueError, match="no linear layer"):
        NoneOutput(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten()))
