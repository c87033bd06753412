"""Subsets: each within the next, classes in their shares, groups whole."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.comparison.data.subsets import SeededSubsets, check_sizes, draw_nested_subsets, make_doubling_sizes
from sutja.errors import ComparisonError


@given(st.integers(2, 400_000), st.integers(2, 10_000))
def test_sizes_double_up_to_all_labels(n, classes):
    sizes = make_doubling_sizes(n, classes)
    assert sizes[-1] == n
    for small, large in pairwise(sizes):
        assert large // 2 == small
        assert small >= 4 * classes


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(2, 12), st.booleans())
def test_subsets_are_nested_exact_and_have_every_class(seed, classes, grouped):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes).repeat(3), rng.integers(0, classes, 600)])
    groups = rng.integers(0, 150, len(labels)) if grouped else None
    sizes = (40, 80, 160, 320)
    subsets = draw_nested_subsets(labels, groups, sizes, seed)
    before = set()
    for n in sizes:
        chosen = set(subsets[n].tolist())
        assert len(chosen) == len(subsets[n]) == n
        assert before <= chosen
        before = chosen
    if not grouped:
        assert set(labels[subsets[40]]) == set(range(classes))
        share = np.bincount(labels[subsets[320]], minlength=classes) / 320
        assert np.abs(share - np.bincount(labels) / len(labels)).max() < 0.01


def test_half_of_the_items_are_of_half_of_the_groups():
    rng = np.random.default_rng(0)
    groups = np.arange(2000) // 20  # 100 groups of 20
    labels = rng.integers(0, 4, 2000)
    chosen = draw_nested_subsets(labels, groups, (1000,), 0)[1000]
    counts = np.bincount(groups[chosen], minlength=100)
    assert (counts == 20).sum() == 50
    few = draw_nested_subsets(labels, groups, (100, 1000), 0)[100]
    assert len(np.unique(groups[few])) >= 20  # not five whole groups


def test_another_seed_draws_another_subset():
    labels = np.arange(1000) % 5
    one, two = (draw_nested_subsets(labels, None, (100,), seed)[100] for seed in (0, 1))
    assert not np.array_equal(one, two)
    assert np.array_equal(one, draw_nested_subsets(labels, None, (100,), 0)[100])


def test_the_subsets_of_a_seed_are_drawn_once():
    labels = np.arange(1000) % 5
    subsets = SeededSubsets(labels, None, (100, 200))
    assert subsets[7] is subsets[7]
    for n in (100, 200):
        assert np.array_equal(subsets[7][n], draw_nested_subsets(labels, None, (100, 200), 7)[n])


@pytest.mark.parametrize("sizes", [(1,), (10, 101), (2.5,), (True,), ("ten",), (None,), (math.nan,), (2j,)])
def test_sizes_that_make_no_sense_are_refused(sizes):
    with pytest.raises(ComparisonError, match="not a number of labels"):
        check_sizes(sizes, 100)


def test_sizes_come_in_order_and_once():
    assert check_sizes((80, 20, np.int64(40), 20, 100.0), 100) == (20, 40, 80, 100)
