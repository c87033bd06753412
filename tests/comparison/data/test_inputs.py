"""Bad input gets a clear error with a remedy, odd input a warning."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from sutja.comparison.data.arrays import ArrayFile, MappedData
from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.learners.catalogue import choose_learners
from sutja.errors import ComparisonError, SutjaError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(200, 5)), RNG.integers(0, 3, 200)


@pytest.mark.parametrize(
    ("items", "labels", "message"),
    [
        (X[:10], Y[:10], "10 examples, too few .* label 40 at least"),
        (X, np.zeros(200, int), "one class only, 0"),
        (X, Y[:-1], "200 items and labels of the shape"),
        (X, RNG.normal(size=200), "measurements"),
        (X, np.arange(200), "200 classes"),
        (X.astype(object), np.array(["a", None] * 100, object), "labels are missing for 100 items"),
        (X, np.array(["a", np.nan] * 100, object), "labels are missing for 100 items"),
        (np.where(np.arange(5) == 1, 1e39, X), Y, r"values beyond 3.4e\+38"),
        (np.ma.masked_greater(X, 1), Y, "masked array"),
        (csr_matrix(X), Y, r"sparse matrix; give X.toarray\(\)"),
        (np.ones_like(X), Y, "all the same"),
        (np.where(np.arange(200)[:, None] == 7, np.inf, X), Y, "NaN or infinite values, the first in row 8"),
        (X, X[:, 0], "labels are measurements, .* regression is not done here"),
        (X, X[:, 0].astype(str), "labels are measurements, .* regression is not done here"),
        (np.full((200, 2), ""), Y, "no column to learn from"),
        (X[:, 0], Y, "shape"),
        ([[1, 2], [3]], Y, "not a table"),
        (np.zeros((200, 5, 5, 2)), Y, "pictures of the shape"),
    ],
)
def test_bad_input_is_refused_with_a_remedy(items, labels, message):
    with pytest.raises(SutjaError, match=message) as raised:
        prepare_inputs(items, labels)
    assert raised.value.remedy


def test_odd_data_gets_a_warning():
    constant = np.column_stack([X, np.ones(200)])
    assert any("1 of 6 columns are constant" in note for note in prepare_inputs(constant, Y).notes)
    assert any("are few" in note for note in prepare_inputs(X, Y).notes)
    rare = np.where(np.arange(200) < 190, 0, 1 + np.arange(200) % 2)
    assert any("chance is that good" in note for note in prepare_inputs(X, rare).notes)


def test_ten_thousand_classes_are_taken_with_a_warning():
    many = np.repeat(np.arange(10_000), 3)
    inputs = prepare_inputs(RNG.integers(0, 255, (30_000, 4)).astype(np.uint8), many)
    assert len(inputs.classes) == 10_000
    assert any("10,000 classes with" in note for note in inputs.notes)


def test_groups_must_fit():
    with pytest.raises(SutjaError, match="groups of the shape"):
        prepare_inputs(X, Y, np.zeros(3))
    with pytest.raises(SutjaError, match=r"one group, 0.*one to test on"):
        prepare_inputs(X, Y, np.zeros(200, int))
    with pytest.raises(SutjaError, match="2 groups, a, b"):
        prepare_inputs(X, Y, np.repeat(["a", "b"], 100))
    with pytest.raises(SutjaError, match="no group for 100 items"):
        prepare_inputs(X, Y, np.array(["a", None] * 100, object))
    apart = prepare_inputs(X, Y, np.repeat(["a", "b"], 100), (X[:50], Y[:50]))
    assert len({*apart.groups}) == 1
    assert prepare_inputs(X, Y, np.array(["a", "b", "c", 4] * 50, object)).groups.dtype.kind == "U"


def test_a_class_that_is_only_in_the_test_part_gets_a_warning():
    of_group = np.repeat(np.arange(4), 50)  # a class a group: no learner can know all
    notes = prepare_inputs(X, of_group, of_group).notes
    assert any("is left to learn from" in note for note in notes)


def test_test_items_may_be_given_apart():
    inputs = prepare_inputs(X, Y.astype(str), test=(X[:50] + 1, Y[:50].astype(str)))
    source, rows, truth = inputs.parts["test"]
    assert (source, len(rows)) == (1, 50)
    assert np.array_equal(truth, Y[:50])
    with pytest.raises(ComparisonError, match="classes that are not learnt: 9"):
        prepare_inputs(X, Y, test=(X[:2], np.array([0, 9])))
    with pytest.raises(ComparisonError, match="make them alike"):
        prepare_inputs(X, Y, test=(X[:2, :3], Y[:2]))


def test_a_memory_mapped_array_is_not_copied(tmp_path, monkeypatch):
    path = tmp_path / "X.npy"
    np.save(path, RNG.integers(0, 255, (400, 30)).astype(np.uint8))
    mapped = np.load(path, mmap_mode="r")
    monkeypatch.setattr("sutja.memory.measure_free_memory", lambda: 20_000.0)
    inputs = prepare_inputs(mapped, np.arange(400) % 4)
    assert inputs.arrays[0] is mapped
    assert any("are used, larger ones are passed over" in note for note in inputs.notes)
    material = MappedData.write(tmp_path / "m", inputs.arrays, inputs.parts, False, 4)
    assert material.sources[0].path == str(path)
    rows = inputs.parts["train"][1]
    assert np.array_equal(
        MappedData.open(tmp_path / "m").load_items("train", np.array([3, 1])), mapped[rows[[3, 1]]]
    )


def test_a_view_of_a_mapped_array_is_written_out(tmp_path):
    np.save(tmp_path / "X.npy", np.arange(40).reshape(10, 4))
    view = np.load(tmp_path / "X.npy", mmap_mode="r")[2:]
    made = ArrayFile.save(view, tmp_path / "copy.npy")
    assert np.array_equal(made.open(), view)


def test_large_items_are_few_to_test_on():
    y = np.arange(1200) % 3
    large = np.broadcast_to(y.astype(np.uint8)[:, None, None], (1200, 1, 400_000))  # as numbers 1.6 MB each
    inputs = prepare_inputs(large, y)
    assert [len(inputs.parts[part][1]) for part in ("validation", "test")] == [120, 240]  # shares of so few
    y = np.arange(6000) % 3
    large = np.broadcast_to(y.astype(np.uint8)[:, None, None], (6000, 1, 400_000))
    inputs = prepare_inputs(large, y)
    assert [len(inputs.parts[part][1]) for part in ("validation", "test")] == [200, 625]


def test_learners_are_given_by_name_or_as_estimators():
    assert [learner.name for learner in choose_learners(None, True)][:3] == [
        "mlp-s",
        "convnet-s",
        "convnet-m",
    ]
    assert [learner.name for learner in choose_learners(None, False)][:3] == ["mlp-s", "mlp-m", "mlp-l"]
    assert len(choose_learners(None, True)) == 10
    assert len(choose_learners((), True, eras=True)) == 7
    mine = RandomForestClassifier()
    for wanted, names in (
        ("k-nn", ["k-nn"]),
        (mine, ["RandomForestClassifier"]),
        (("mine", mine), ["mine"]),
        ({"mine": mine, "yours": mine}, ["mine", "yours"]),
        (["k-nn", mine], ["k-nn", "RandomForestClassifier"]),
        (("k-nn", mine), ["k-nn", "RandomForestClassifier"]),
        ([("mine", mine), "k-nn"], ["mine", "k-nn"]),
        (iter(["k-nn"]), ["k-nn"]),
    ):
        assert [learner.name for learner in choose_learners(wanted, True)] == names


@pytest.mark.parametrize(
    ("wanted", "pictures", "message"),
    [
        (("svm",), True, "there is no learner 'svm'"),
        ("random_forrest", True, "did you mean random-forest"),
        ("KNN", True, "did you mean k-nn"),
        (("convnet-s",), False, "learns from pictures"),
        (("k-nn", "k-nn"), True, "twice"),
        ((), True, "names no learner"),
        ((("mine", object()),), True, "mine is not a learner"),
        (7, True, "7 is not a learner"),
        ([RandomForestClassifier], True, r"make one of it: RandomForestClassifier\(\)"),
        ([("mine", RandomForestClassifier)], True, r"make one of it: RandomForestClassifier\(\)"),
        ([("k-nn", RandomForestClassifier())], True, "call yours by another name"),
        ([LinearRegression()], True, "give a classifier"),
    ],
)
def test_what_is_not_a_learner_is_refused_with_a_remedy(wanted, pictures, message):
    with pytest.raises(ComparisonError, match=message):
        choose_learners(wanted, pictures)
