"""The eras: their networks and settings are those of their time, and their published errors are given."""

import numpy as np
import pytest
import torch
from torch import nn

from sutja.comparison.learners.era_nets import make_era_config, make_era_net, make_era_params
from sutja.comparison.learners.eras import ERAS
from sutja.signals.preprocessing.pixels_input import batch_to_pixels

NETWORKS = [name for name, era in ERAS.items() if era.net != "perceptron"]


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (6, 16, 16), np.uint8)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_takes_postal_digits_and_learns(name, images):
    era = ERAS[name]
    params = make_era_params(era, images)
    pixels = batch_to_pixels(images, params)
    assert pixels.shape[1:] == (params.channels, params.height, params.width)
    torch.manual_seed(0)
    net = make_era_net(era, pixels.shape[1:], 10)
    logits = net(torch.from_numpy(pixels))
    assert logits.shape == (6, 10)
    logits.square().mean().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in net.parameters())


def test_the_zip_code_network_has_the_weights_of_the_paper(images):
    params = make_era_params(ERAS["1989-zip-code"], images)
    net = make_era_net(ERAS["1989-zip-code"], params.shape, 10)
    assert sum(weight.numel() for weight in net.parameters()) == 9760


def test_each_era_has_its_novelty_and_nothing_later():
    shape = (1, 16, 16)
    kinds = {
        name: {type(part) for part in make_era_net(ERAS[name], shape, 10).modules()}
        for name in ("1986-backprop", "2012-relu-dropout", "2015-batch-norm")
    }
    assert nn.Conv2d not in kinds["1986-backprop"]
    assert nn.Sigmoid in kinds["1986-backprop"]
    assert {nn.ReLU, nn.Dropout} <= kinds["2012-relu-dropout"]
    assert nn.BatchNorm2d not in kinds["2012-relu-dropout"]
    assert nn.BatchNorm2d in kinds["2015-batch-norm"]
    assert nn.Dropout not in kinds["2015-batch-norm"]
    for name in ("1986-backprop", "1989-zip-code", "1998-lenet-5", "2012-relu-dropout"):
        assert make_era_config(ERAS[name]).optimiser == "sgd", name
    assert make_era_config(ERAS["1989-zip-code"]).momentum == 0
    assert make_era_config(ERAS["2012-relu-dropout"]).momentum == 0.9


def test_eras_stand_in_the_order_of_their_years_and_name_their_sources():
    years = [era.year for era in ERAS.values()]
    assert years == sorted(years)
    assert years[:-1] == [1958, 1986, 1989, 1998, 2012, 2015]
    assert all(era.source and era.novelty and era.description for era in ERAS.values())
    assert all(
        0 < known.error < 0.5 and known.source for era in ERAS.values() for known in era.published.values()
    )
