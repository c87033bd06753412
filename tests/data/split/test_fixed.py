from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.data.sets import readers
from sutja.data.split.fixed import N_FOLDS, RULES, assign_fold, assign_part, is_test, is_validation
from sutja.data.split.hold_out import hold_out, split_three_ways
from sutja.errors import DataError

HASHED = [name for name, rule in RULES.items() if not rule.official_test]


def test_the_split_never_changes():
    """Golden values: if these fail, the test sets of the whole project have been mixed up."""
    keys = [f"a_car_{n:06d}" for n in range(154, 174)]
    assert [n for n, key in enumerate(keys) if is_test("orand-car", key)] == GOLDEN["orand-car"]
    assert [assign_fold("orand-car", key) for key in keys] == GOLDEN["folds"]
    assert [n for n in range(60) if is_validation("mnist", n)] == GOLDEN["mnist"]
    assert [n for n in range(60) if is_validation("usps", n)] == GOLDEN["usps"]
    groups = ["1081m", "1082m", "1091_2", "1091_2m_5", "1101_3m_3", "1112_3m_1"]
    assert [assign_part("exam-digits", group) for group in groups] == GOLDEN["exam-digits"]


GOLDEN = {
    "orand-car": [3, 5, 17],
    "folds": [2, 0, 1, 0, 2, 2, 1, 2, 1, 3, 1, 4, 1, 4, 0, 0, 2, 0, 2, 0],
    "mnist": [3, 18, 23, 25, 27, 30],
    "usps": [2, 4, 12, 13, 27, 36, 40, 41],
    "exam-digits": [4, "test", 4, "test", "test", "test"],
}


@pytest.mark.parametrize("name", HASHED)
def test_a_fifth_is_set_aside_and_the_folds_are_even_and_independent(name):
    keys = [f"key {n}" for n in range(5000)]
    test = np.array([is_test(name, key) for key in keys])
    folds = np.array([assign_fold(name, key) for key in keys])
    assert 0.17 < test.mean() < 0.23
    for part in (test, ~test):
        shares = np.bincount(folds[part], minlength=N_FOLDS) / part.sum()
        assert shares.min() > 0.14
        assert shares.max() < 0.26


def test_sets_do_not_share_their_luck():
    keys = [f"key {n}" for n in range(2000)]
    a = [is_test("sudoku", key) for key in keys]
    b = [is_test("cheques", key) for key in keys]
    both = sum(x and y for x, y in zip(a, b, strict=True)) / len(keys)
    assert 0.02 < both < 0.06


def test_part_of_says_test_or_the_fold():
    for key in map(str, range(100)):
        expected = "test" if is_test("bccd", key) else assign_fold("bccd", key, 3)
        assert assign_part("bccd", key, 3) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: is_test("minst", 1), "no split rule for 'minst'; there are: an4, bccd"),
        (lambda: is_test("mnist", 1), "mnist comes with an official test set"),
        (lambda: is_validation("sudoku", "1"), "sudoku has no official test set; use fold_of"),
        (lambda: assign_fold("sudoku", "1", 1), "at least 2 of them, not 1"),
    ],
)
def test_wrong_use_is_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def parts(name, keys):
    return np.array([is_test(name, key) for key in keys])


def test_orand_car_keeps_a_fifth_of_its_images(data_root):
    test = parts("orand-car", [record.key for record in readers.read_orand_car(data_root)])
    assert (test.sum(), len(test)) == (209, 1080)


def test_exam_digits_keep_whole_quizzes_with_all_digits(data_root):
    digits = readers.read_exam_digits(data_root)
    test = parts("exam-digits", digits.groups)
    assert (test.sum(), len(test)) == (227, 1341)
    assert 0.15 < test.mean() < 0.25
    assert set(digits.labels[test]) == set(digits.labels[~test]) == set(range(10))
    assert not set(digits.groups[test]) & set(digits.groups[~test])


def test_a_sudoku_grid_is_on_one_side_only(data_root):
    records = readers.read_sudoku(data_root)
    test = parts("sudoku", [record.key for record in records])
    assert (test.sum(), len(test)) == (38, 160)
    grids = Counter(record.digits for record in records)
    assert len(grids) == 63
    assert max(grids.values()) == 14
    sides = {(record.digits, bool(side)) for record, side in zip(records, test, strict=True)}
    assert len(sides) == len(grids)


def test_photos_of_one_cheque_are_on_one_side_only(data_root):
    records = {record.path.stem[:5]: record.key for record in readers.read_cheques(data_root)}
    test = parts("cheques", records.values())
    assert (test.sum(), len(test)) == (27, 114)
    assert records["X_043"] == records["X_045"]
    assert records["X_019"] == records["X_026"] == records["X_027"]


def test_mnist_holds_out_whole_writers_and_tests_on_others(data_root):
    train, test = (readers.read_mnist(data_root, part) for part in ("train", "test"))
    validation = np.array([is_validation("mnist", int(writer)) for writer in train.writers])
    assert validation.sum() == 6015
    assert len(set(train.writers[validation])) == 53
    assert not set(train.writers) & set(test.writers)


def test_usps_holds_out_a_tenth(data_root):
    train = readers.read_usps(data_root, "train")
    assert sum(is_validation("usps", int(row)) for row in train.groups) == 729


def random_items(seed, n, n_classes, n_groups=None):
    rng = np.random.default_rng(seed)
    labels = rng.choice(n_classes, n, p=rng.dirichlet(np.full(n_classes, 5.0)))
    return labels, None if n_groups is None else rng.integers(n_groups, size=n)


@given(st.integers(0, 10**6), st.integers(2, 400), st.integers(1, 12), st.floats(0.02, 0.98))
def test_held_out_items_have_their_share_of_each_class(seed, n, n_classes, share):
    labels, _ = random_items(seed, n, n_classes)
    held = hold_out(labels, None, share, seed)
    assert held.sum() == min(max(round(n * share), 1), n - 1)
    counts = np.bincount(labels, minlength=n_classes)
    taken = np.bincount(labels[held], minlength=n_classes)
    if 1 / n < share < 1 - 1 / n:
        assert (np.abs(taken - counts * share) <= 1).all()
    assert np.array_equal(held, hold_out(labels, None, share, seed))
    assert np.array_equal(held, hold_out(labels, np.arange(n), share, seed))  # groups of one item each


@given(st.integers(0, 10**6), st.integers(20, 400), st.integers(2, 40), st.floats(0.05, 0.5))
def test_no_group_is_on_both_sides(seed, n, n_groups, share):
    labels, groups = random_items(seed, n, 5, n_groups)
    held = hold_out(labels, groups, share, seed)
    assert 0 < held.sum() < n
    assert not set(groups[held]) & set(groups[~held])
    largest = np.bincount(groups).max()
    assert abs(held.sum() - n * share) <= 1.5 * largest + 5
    assert np.array_equal(held, hold_out(labels, groups, share, seed))


def test_groups_are_chosen_so_that_classes_keep_their_share():
    labels, groups = random_items(3, 20_000, 10, 400)
    for seed in range(3):
        held = hold_out(labels, groups, 0.1, seed)
        shares = np.bincount(labels[held]) / np.bincount(labels)
        assert np.abs(shares - 0.1).max() < 0.02
        assert np.abs(shares - 0.1).mean() < 0.004
    assert not np.array_equal(held, hold_out(labels, groups, 0.1, 0))


def test_a_class_of_one_item_is_learnt_from():
    labels = np.array([0] * 50 + [1] * 49 + [2])
    for seed in range(20):
        assert not hold_out(labels, None, 0.3, seed)[-1]


def test_groups_larger_than_the_share():
    labels, groups = np.tile([0, 1], 30), np.repeat([0, 1, 2], 20)
    held = hold_out(labels, groups, 0.1)
    assert held.sum() == 20


def test_three_parts_are_apart_and_cover_everything():
    labels, groups = random_items(1, 3000, 4, 100)
    for known in (None, groups):
        parts = split_three_ways(labels, known, validation=0.1, test=0.2, seed=5)
        assert sorted(np.concatenate(parts)) == list(range(3000))
        assert [round(len(part) / 3000, 1) for part in parts] == [0.7, 0.1, 0.2]
        assert np.array_equal(parts[2], split_three_ways(labels, known, validation=0.3, test=0.2, seed=5)[2])
    sides = [set(groups[part]) for part in parts]
    assert not sides[0] & sides[1]
    assert not sides[1] & sides[2]
    assert not sides[0] & sides[2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: hold_out(np.zeros(5, int), None, 1.0), ValueError, "between 0 and 1"),
        (lambda: hold_out(np.zeros(1, int), None, 0.5), DataError, "1 items cannot be split"),
        (lambda: hold_out(np.zeros(5, int), np.array(["w"] * 5), 0.5), DataError, "one group, w"),
        (
            lambda: split_three_ways(np.zeros(5, int), None, validation=0.5, test=0.5),
            ValueError,
            "leave nothing",
        ),
    ],
)
def test_what_cannot_be_split(call, error, message):
    with pytest.raises(error, match=message):
        call()
