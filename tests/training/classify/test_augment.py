"""Augmentation: nothing asked changes nothing, each change does what it says, each picture has its own."""

import math

import pytest
import torch

from sutja.training.classify.augment import AUGMENTS, Augment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def spot(n=64, side=28, row=14, column=14, ground=0.0):
    image = torch.full((n, 1, side, side), ground)
    image[:, :, row - 1 : row + 1, column - 1 : column + 1] = 1.0
    return image


def centres(image):
    """Rows and columns of the centre of the bright."""
    h, w = image.shape[2:]
    mass = image[:, 0] - image[:, 0, :1, :1]
    total = mass.sum((1, 2))
    rows = (mass.sum(2) * (torch.arange(h) + 0.5)).sum(1) / total
    columns = (mass.sum(1) * (torch.arange(w) + 0.5)).sum(1) / total
    return torch.stack([rows, columns], 1)


def test_nothing_asked_changes_nothing():
    image = torch.rand(5, 3, 9, 12)
    plain = Augment()
    assert torch.equal(plain.apply(image, plain.draw(5, generator())), image)


def test_a_shift_moves_by_at_most_its_part_of_the_side():
    change = Augment(shift=0.2)
    moved = centres(change.apply(spot(200), change.draw(200, generator()))) - 14
    assert moved.abs().max() <= 0.2 * 28 + 0.1
    assert moved.abs().max() > 0.15 * 28
    assert moved.mean(0).abs().max() < 1.0


def test_a_turn_keeps_the_distance_to_the_middle():
    change = Augment(rotate=30.0)
    found = centres(change.apply(spot(200, row=6), change.draw(200, generator()))) - 14
    assert torch.allclose(found.norm(dim=1), torch.full((200,), 8.0), atol=0.3)
    angles = torch.atan2(found[:, 1], -found[:, 0]) * 180 / math.pi
    assert 25 < angles.abs().max() < 31
    assert angles.min() < -20 < 20 < angles.max()


def test_a_larger_scale_moves_away_from_the_middle():
    change = Augment(scale=0.3)
    far = (centres(change.apply(spot(200, row=6), change.draw(200, generator()))) - 14).norm(dim=1)
    assert far.min() > 8 * 0.7 * 0.85 - 0.3
    assert far.max() < 8 * 1.3 * 1.15 + 0.3
    assert far.min() < 7 < 9 < far.max()


def test_shear_and_bends_move_parts_against_one_another():
    top, bottom = spot(100, row=6), spot(100, row=22)
    for change in (Augment(shear=0.4), Augment(elastic=0.03)):
        drawn = change.draw(100, generator())
        gap = centres(change.apply(top, drawn))[:, 1] - centres(change.apply(bottom, drawn))[:, 1]
        assert gap.abs().mean() > 0.5


def test_half_of_the_pictures_are_cut_and_with_the_colour_of_their_edge():
    change = Augment(cut=0.5)
    image = torch.full((400, 1, 20, 20), 1.0)
    image[:, :, 0] = image[:, :, -1] = image[:, :, :, 0] = image[:, :, :, -1] = -0.5
    changed = change.apply(image, change.draw(400, generator()))
    touched = (changed != image).flatten(1).any(1).float().mean()
    assert 0.4 < touched < 0.6
    assert set(torch.unique(changed).tolist()) == {-0.5, 1.0}


@pytest.mark.parametrize("name", AUGMENTS)
def test_what_comes_in_from_outside_continues_the_edge(name):
    change = AUGMENTS[name]
    image = spot(50, ground=-3.0)
    changed = change.apply(image, change.draw(50, generator()))
    assert changed.shape == image.shape
    assert torch.allclose(changed[:, :, 0, 0], torch.tensor(-3.0))
    assert len({tuple(picture.flatten().tolist()) for picture in changed}) > 40
    rows = torch.tensor([3, 30])
    drawn = {key: value[rows] for key, value in change.draw(50, generator()).items()}
    assert torch.allclose(change.apply(image[rows], drawn), changed[rows], atol=1e-6)
