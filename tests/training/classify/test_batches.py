"""Pictures handed out in batches: all of them, in an order that the seed and the epoch decide."""

import pytest
import torch

from sutja.training import distributed
from sutja.training.classify.augment import AUGMENTS
from sutja.training.classify.batches import Pictures, to_float


def pictures(n=103, batch_size=10, augment=None):
    X = torch.arange(n, dtype=torch.float32)[:, None, None, None].expand(n, 1, 6, 6).contiguous()
    return Pictures(X, torch.arange(n), batch_size, seed=5, augment=augment)


@pytest.mark.parametrize("chunk", [10, 25, 4096])
@pytest.mark.parametrize(("n", "rest"), [(100, 0), (103, 3), (105, 5), (7, 0)])
def test_an_epoch_has_every_picture_once(n, rest, chunk, monkeypatch):
    monkeypatch.setattr("sutja.training.classify.batches.CHUNK", chunk)
    held = pictures(n)
    batches = list(held.epoch(0))
    assert len(batches) == held.batches_per_epoch
    for image, label in batches:
        assert torch.equal(image[:, 0, 0, 0].long(), label)
    seen = torch.cat([label for _, label in batches])
    assert len(seen) == len(torch.unique(seen)) == (n if n < 10 or rest in (0, 3, 5) else n - rest)


def test_a_small_remainder_is_left_out():
    held = pictures(101)
    assert held.batches_per_epoch == 10
    assert sum(len(label) for _, label in held.epoch(0)) == 100


def test_epochs_differ_and_each_can_be_had_again_from_any_batch(monkeypatch):
    monkeypatch.setattr("sutja.training.classify.batches.CHUNK", 30)
    held = pictures(augment=AUGMENTS["strong"])
    first, again = list(held.epoch(3)), list(pictures(augment=AUGMENTS["strong"]).epoch(3))
    for start in (0, 1, 4, 10):
        rest = list(held.epoch(3, start))
        assert len(rest) == len(first) - start
        for one, two, three in zip(rest, first[start:], again[start:], strict=True):
            assert torch.equal(one[0], two[0])
            assert torch.equal(one[1], two[1])
            assert torch.equal(one[0], three[0])
    other = torch.cat([label for _, label in held.epoch(4)])
    assert not torch.equal(other, torch.cat([label for _, label in first]))


def test_processes_share_every_batch(monkeypatch):
    monkeypatch.setattr("sutja.training.classify.batches.CHUNK", 30)
    whole = list(pictures(105, augment=AUGMENTS["light"]).epoch(1))
    monkeypatch.setattr(distributed, "world_size", lambda: 2)
    parts = []
    for rank in range(2):
        monkeypatch.setattr(distributed, "rank", lambda rank=rank: rank)
        parts.append(list(pictures(105, augment=AUGMENTS["light"]).epoch(1)))
    assert len(parts[0]) == len(parts[1]) == len(whole)
    for (image, label), left, right in zip(whole, *parts, strict=True):
        n = len(left[1]) + len(right[1])
        assert len(left[1]) == len(right[1])
        assert torch.equal(label[:n], torch.cat([left[1], right[1]]))
        assert torch.allclose(image[:n], torch.cat([left[0], right[0]]), atol=1e-4)


def test_bytes_become_0_to_1():
    image = torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8)
    assert torch.allclose(to_float(image), torch.tensor([[[[0.0, 0.2, 1.0]]]]))
    assert to_float(to_float(image)).dtype is torch.float32
