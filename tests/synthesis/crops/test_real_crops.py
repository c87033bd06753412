"""Real crops: their digits, and never a book or a form of the test part or of the fold held back."""

import pytest

from sutja.data.split import fixed
from sutja.synthesis.crops.real_crops import NUMBER_SETS, list_groups, load_training_crops, read_number_crops


@pytest.fixture(scope="module")
def crops(data_root):
    return load_training_crops(data_root, 0, without=("receipts-my", "meter-digits"))


def test_sets_left_out_are_not_read(crops):
    assert set(crops) <= set(NUMBER_SETS) - {"receipts-my", "meter-digits"}
    assert {"registers", "volunteers", "results-id"} <= set(crops)


@pytest.mark.parametrize("name", ["registers", "results-id"])
def test_books_kept_aside_are_not_read(data_root, crops, name):
    kept = [g for g in list_groups(data_root, name) if fixed.assign_part(name, g) not in ("test", 0)]
    assert len(crops[name]) == len(list(read_number_crops(data_root, name, kept)))
    assert len(crops[name]) < len(list(read_number_crops(data_root, name)))


def test_crops_are_grey_and_labelled_by_digits(crops):
    for some in crops.values():
        for crop in some[:20]:
            assert crop.picture.ndim == 2
            assert min(crop.picture.shape) > 0
            assert crop.digits.isdigit() or not crop.digits
    assert not any(crop.digits for crop in crops["no-numbers"])
    assert all(crop.digits for crop in crops["results-id"])
