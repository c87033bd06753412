"""Processes that train together; that two reach what one reaches is tried in test_shared_norms.py."""

import pytest
import torch
from labelled_blobs import blobs

from sutja.errors import TrainingError
from sutja.nets.lenet5 import LeNet5
from sutja.training import distributed
from sutja.training.classify.fit import ClassifyConfig, fit_classifier


def test_alone_it_does_nothing():
    assert (distributed.rank(), distributed.world_size()) == (0, 1)
    tensor = torch.tensor([3.0])
    distributed.average_([tensor])
    distributed.broadcast_([tensor])
    assert tensor == 3.0
    with distributed.processes() as rank:
        assert rank == 0


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch):
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    X, y = blobs(40)
    with pytest.raises(TrainingError, match="multiple of the 2 processes"):
        fit_classifier(LeNet5(4), X, y, ClassifyConfig(batch_size=15, device="cpu"))
