"""Pixels that a child shares stay as they are while anything looks at them; their memory is given back."""

import gc
import os

import numpy as np
import pytest
from PIL import Image

from sutja.sandbox import Budget, run_in_child, shared_pixels
from sutja.sandbox.shared_pixels import ChildPixels, ParentPixels
from sutja.signals.pdf import draw_pages

PATIENT = Budget(seconds=20.0, wall=60.0)
SHAPE = (40, 50, 3)


@pytest.fixture
def sides():
    parent = ParentPixels()
    yield parent, ChildPixels(parent.handle)
    parent.close()


def draw(parent, child, value, shape=SHAPE, shared=True):
    """Draw a page of one value, as a child would, and take it."""
    place = parent.choose()
    child.begin(place)
    pixels = child.allocate(shape) if shared else np.empty(shape, np.uint8)
    pixels[...] = value
    child.put(pixels)
    return parent.take(place, pixels.size).reshape(shape)


def count_blocks(parent):
    return os.fstat(parent.handle).st_blocks


@pytest.mark.parametrize("shared", [True, False])
def test_pages_that_are_kept_stay_as_they_are(sides, shared):
    pages = [draw(*sides, value, shared=shared) for value in range(40)]
    views = [page[3:, ::2] for page in pages]
    assert [int(page.max()) for page in pages] == list(range(40))
    del pages
    fresh = [draw(*sides, 99, shared=shared) for _ in range(20)]
    assert [int(view.min()) for view in views] == list(range(40))
    assert all((page == 99).all() for page in fresh)


def test_a_place_is_used_again_once_nothing_looks_at_it(sides):
    parent, _ = sides
    first = draw(*sides, 1)
    second = draw(*sides, 2)
    assert parent.choose() == 2
    view = first[1:]
    del first
    assert parent.choose() == 2
    del view
    assert parent.choose() == 0
    assert draw(*sides, 3).max() == 3
    assert second.max() == 2


def test_memory_of_large_and_many_pages_is_given_back(sides):
    parent, child = sides
    pages = [draw(parent, child, 7, (1000, 1000), shared=False) for _ in range(12)]
    large = draw(parent, child, 8, (40_000, 1000))
    assert large.sum() == 8 * 40_000_000
    assert count_blocks(parent) * 512 >= 52_000_000
    del pages, large
    gc.collect()
    assert count_blocks(parent) * 512 <= 2_000_000 + 100_000  # the places that stay warm


def test_what_a_fork_may_look_at_is_never_written_anew(sides):
    parent, _ = sides
    page = draw(*sides, 5)
    parent.keep_all()
    del page
    assert parent.choose() == 1


def test_the_second_array_of_a_page_is_its_own(sides):
    parent, child = sides
    child.begin(parent.choose())
    first, second = child.allocate(SHAPE), child.allocate(SHAPE)
    assert not np.shares_memory(first, second)
    first[...], second[...] = 1, 2
    child.put(second)
    assert parent.take(0, second.size).max() == 2
    assert not np.shares_memory(shared_pixels.allocate(SHAPE), shared_pixels.allocate(SHAPE))  # in no child


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="a file in memory that can be sealed is Linux's")
def test_the_child_cannot_shorten_what_the_parent_looks_at(sides):
    with pytest.raises(PermissionError):
        os.ftruncate(sides[0].handle, 0)


def test_pages_of_a_real_child_stay_while_it_goes_on():
    def draw_values(first):
        items = run_in_child("sandbox_tasks:count", {"first": first, "last": first + 30}, None, PATIENT)
        return [pixels for _, pixels in items]

    pages = draw_values(0)
    draw_values(100)
    assert [int(page.max()) for page in pages] == list(range(30))


def test_a_page_drawn_in_a_child_is_what_is_drawn_here(tmp_path):
    path = tmp_path / "page.pdf"
    ink = np.random.default_rng(0).integers(0, 255, (300, 200, 3), np.uint8)
    Image.fromarray(ink).save(path, resolution=100)
    arguments = {"first": 1, "path": str(path)}
    here = [pixels for _, pixels in draw_pages(arguments, None)]
    there = [pixels for _, pixels in run_in_child("sutja.signals.pdf:draw_pages", arguments, None, PATIENT)]
    assert here[0] is there[0] is None
    assert (here[1] == there[1]).all()
