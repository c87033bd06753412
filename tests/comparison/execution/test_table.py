"""The table: whatever is left of it by a kill can be read, and gone on with."""

import numpy as np
import pytest

from sutja.comparison.execution.table import RESULTS, Row, Status, Table
from sutja.comparison.learners.cost import Cost
from sutja.errors import ComparisonError


def row(seed, **more):
    return Row("k-nn", 100, seed, Status.DONE, 0.1 + seed / 7, Cost(1.5, 0.25, 3.0, 1e9, None, 12), **more)


def test_rows_are_read_as_they_were_written():
    one = Row("a,b", 3, 0, Status.FAILED, settings='{"C": 1.0}', note='it said "no",\nand ended')
    assert Row.from_cells(row(1).to_cells()).key == ("k-nn", 100, 1)
    back = Row.from_cells(one.to_cells())
    assert back.note == 'it said "no", and ended'
    assert (back.settings, back.error, back.cost.parameters) == (one.settings, None, None)


def test_a_table_cut_off_anywhere_is_read_up_to_there(tmp_path):
    table = Table(tmp_path)
    for seed in range(3):
        table.add([row(seed)], {row(seed).key: np.arange(5)})
    table.close()
    whole = (tmp_path / RESULTS).read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for length in {
        *range(0, len(whole), 5),
        *ends,
        *(end - 1 for end in ends),
        *(end + 1 for end in ends[:-1]),
    }:
        (tmp_path / RESULTS).write_bytes(whole[:length])
        resumed = Table(tmp_path)
        assert len(resumed.rows) == max(0, sum(end <= length for end in ends) - 1)
        resumed.add([row(9)])
        resumed.close()
        lines = (tmp_path / RESULTS).read_text().splitlines()
        assert lines[0].startswith("learner,labels,seed")
        assert lines[-1].startswith("k-nn,100,9")


def test_answers_are_there_before_their_row(tmp_path):
    table = Table(tmp_path)
    table.add([row(0)], {row(0).key: np.array([3, 1, 700])})
    assert table.has_answers(row(0).key)
    assert table.load_answers(row(0).key).tolist() == [3, 1, 700]
    assert not table.has_answers(row(1).key)


def test_rows_are_sorted_in_the_end(tmp_path):
    table = Table(tmp_path)
    table.add([row(2), row(0)])
    table.add([row(1)])
    table.write_sorted()
    table.remove([row(1).key])
    table.add([row(5)])
    table.close()
    assert [key[2] for key in Table(tmp_path).rows] == [0, 2, 5]


def test_another_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / RESULTS).write_text("my,own,results\n1,2,3\n")
    with pytest.raises(ComparisonError, match="not a table of a comparison"):
        Table(tmp_path)
    assert (tmp_path / RESULTS).read_text().startswith("my,own")


def test_names_alike_keep_their_own_answers(tmp_path):
    table = Table(tmp_path)
    keys = [("my net", 40, 0), ("my_net", 40, 0), ("My net", 40, 0), ("m" * 300, 40, 0), ("m" * 301, 40, 0)]
    for place, key in enumerate(keys):
        table.add([Row(*key, Status.DONE, 0.1)], {key: np.array([place])})
    assert [table.load_answers(key).tolist() for key in keys] == [[0], [1], [2], [3], [4]]


def test_answers_that_were_cut_off_are_none(tmp_path):
    table = Table(tmp_path)
    table.add([row(0)], {row(0).key: np.arange(9)})
    assert table.has_answers(row(0).key)
    (path,) = (tmp_path / "answers").iterdir()
    for length in (0, 5, path.stat().st_size - 3):
        path.write_bytes(path.read_bytes()[:length])
        assert not table.has_answers(row(0).key)


def test_a_disk_that_is_full_leaves_no_half_line(tmp_path):
    table = Table(tmp_path)
    table.add([row(0)])
    whole = (tmp_path / RESULTS).read_bytes()

    class Full:
        """Takes a few bytes, and then no more."""

        def __init__(self, file):
            self.file, self.taken = file, False

        def write(self, data):
            if self.taken:
                raise OSError(28, "No space left on device")
            self.taken = True
            return self.file.write(data[:10])

        def __getattr__(self, name):
            return getattr(self.file, name)

    table._file = Full(table._file)
    with pytest.raises(OSError, match="No space left"):
        table.add([row(1)])
    assert (tmp_path / RESULTS).read_bytes() == whole
    assert row(1).key not in table.rows
