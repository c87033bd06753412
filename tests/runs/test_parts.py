"""One policy for items that cannot be read: they are left out and named, until too few are left."""

import numpy as np
import pytest

from sutja.data.labelled.load import Labelled
from sutja.errors import DataError, PictureError, SoundError
from sutja.runs.parts import Parts, check_enough, describe_rare_classes, read_items


def test_what_cannot_be_read_is_left_out_and_named():
    def read(name):
        if name == "b":
            raise PictureError("is broken", source=name)
        if name == "c":
            raise SoundError("is silent", source=name)
        return name.upper()

    lines = []
    assert read_items("abcd", read, lines.append) == (["A", "D"], [0, 3])
    assert lines == ["left out: b: is broken", "left out: c: is silent"]


def test_other_errors_are_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        read_items([0], lambda n: 1 / n, print)


@pytest.mark.parametrize(
    ("count", "total", "least", "message"),
    [
        (2, 2, 3, "mine: 2 crops cannot be split in three; label more"),
        (2, 9, 3, "mine: only 2 of 9 crops can be read; check them"),
        (0, 2, 1, "mine: none of the 2 crops can be read; check them"),
        (0, 0, 1, "mine: none of the crops can be read; check them"),
    ],
)
def test_too_few_are_refused_for_what_is_wrong(count, total, least, message):
    with pytest.raises(DataError) as error:
        check_enough(count, total, "crops", where="mine", remedy="check them", least=least)
    assert str(error.value) == message


def test_enough_are_enough():
    check_enough(1, 2, "crops", where="mine", least=1)
    check_enough(3, 3, "crops", where="mine")


def test_sizes_are_described():
    parts = Parts(range(1200), range(3), range(4))
    assert parts.describe_sizes() == "1,200 to train, 3 to validate, 4 to test"
    assert parts.describe_sizes("recordings") == "1,200 recordings to train, 3 to validate, 4 to test"


def test_rare_classes_get_a_remark():
    def part(labels):
        images = np.zeros((len(labels), 2, 2), np.uint8)
        return Labelled(images, np.array(labels), ("viel", "einzel", "drei"), None, (), "", "")

    parts = Parts(part([0] * 10 + [1, 2, 2]), part([0] * 3), part([0] * 3 + [2]))
    assert describe_rare_classes(parts) == [
        "remark: einzel has 1 picture, too few to be learnt or measured; none is left to test it",
        "remark: drei has 3 pictures, too few to be learnt or measured",
    ]
