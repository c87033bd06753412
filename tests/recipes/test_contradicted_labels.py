"""Labels that two readers contradict: found where both are sure, and listed once."""

import csv
import importlib.util
from pathlib import Path

import pytest

from sutja.data.split import fixed
from sutja.reading.decode import Hypothesis

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture(scope="module")
def recipe():
    spec = importlib.util.spec_from_file_location("recipe_contradicted", FOLDER / "contradicted_labels.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (("27", 0.99), ("27", 0.95), True),
        (("26", 0.99), ("26", 0.95), False),  # as the label says
        (("27", 0.99), ("27", 0.8), False),
        (("27", 0.99), ("21", 0.99), False),
        ((None, 0.99), (None, 0.99), False),
    ],
)
def test_both_must_be_sure_of_the_same(recipe, first, second, wanted):
    is_contradicted = recipe.is_contradicted
    assert is_contradicted("26", [Hypothesis(*first)], [Hypothesis(*second)]) is wanted
    assert not is_contradicted("26", [], [Hypothesis(*second)])


def test_the_list_names_labels_outside_the_test_part(recipe, data_root):
    listed = recipe.list_contradicted()
    assert listed == sorted(set(listed))
    assert listed
    with (data_root / "parish-rows" / "labels.csv").open(encoding="utf-8", newline="") as file:
        groups = {f"parish-rows/{row['file']}": row["group"] for row in csv.DictReader(file)}
    assert all(not fixed.is_test("parish-rows", groups[line]) for line in listed)
    assert len(listed) < 0.08 * len(groups)
    assert not set(listed) & recipe.RIGHT
