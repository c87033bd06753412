"""A listener with more blocks answers as before, and learns with them."""

import torch

from sutja.nets.listener import Listener, ListenerConfig
from sutja.training.listen.growth import add_blocks


def test_new_blocks_begin_as_nothing_and_learn():
    torch.manual_seed(0)
    net = Listener(ListenerConfig(12, channels=(4, 8, 8), width=16, depth=2)).eval()
    features = torch.randn(3, 80, 64)
    before = net(features).detach()
    grown = add_blocks(net, 2, features)
    assert (grown.config.depth, len(grown.line)) == (4, 4)
    torch.testing.assert_close(grown(features), before, rtol=0, atol=0)
    again = Listener(grown.config)
    again.load_state_dict(grown.state_dict())
    torch.testing.assert_close(again.eval()(features), before, rtol=0, atol=0)
    grown(features).square().mean().backward()
    last = [module for module in grown.line[3].modules() if isinstance(module, torch.nn.BatchNorm2d)][-1]
    assert last.weight.grad is not None
    assert float(last.weight.grad.abs().max()) > 0
