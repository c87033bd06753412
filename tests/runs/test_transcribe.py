"""From crops with texts to parts: what can be read, what is split, and a test part of one's own."""

import cv2
import numpy as np
import pytest
from PIL import Image

from sutja.errors import DataError, SutjaError
from sutja.runs.transcribe import load_parts, make_plan
from sutja.synthesis.crops.composer import LabelMask


def draw(text):
    """A picture of a text."""
    picture = np.full((40, 30 + 22 * len(text)), 255, np.uint8)
    cv2.putText(picture, text, (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    return picture


@pytest.fixture
def write(tmp_path):
    """Write a table of crops: (text, part) each; those of an empty part are not pictures."""

    def write_table(rows):
        parted = any("test" in part for _, part in rows)
        lines = ["path,text,part" if parted else "path,text"]
        for i, (text, part) in enumerate(rows):
            path = tmp_path / f"{i}.png"
            if part.startswith("broken"):
                path.write_bytes(b"no picture")
            else:
                Image.fromarray(draw(text)).save(path)
            lines.append(f"{path.name},{text}" + (f",{part.removeprefix('broken ')}" if parted else ""))
        (tmp_path / "crops.csv").write_text("\n".join(lines))
        return tmp_path / "crops.csv"

    return write_table


TRAIN = [(str(100 + i), "train") for i in range(8)]


@pytest.mark.parametrize("n", [1, 2])
def test_a_test_part_of_ones_own_may_be_small(write, n):
    lines = []
    parts = load_parts(write([*TRAIN, *[(str(i), "test") for i in range(n)]]), lines.append)
    assert [sample.text for sample in parts.test.items] == [str(i) for i in range(n)]
    assert len(parts.train) + len(parts.validation) == 8
    assert lines == [f"crops.csv: {parts.describe_sizes()}"]


def test_a_test_part_that_cannot_be_read_is_named(write):
    lines = []
    table = write([*TRAIN, ("5", "broken test"), ("6", "broken test")])
    with pytest.raises(DataError, match=r"crops\.csv: none of the 2 crops of the test part can be read"):
        load_parts(table, lines.append)
    assert sum("left out: " in line for line in lines) == 2


def test_too_few_crops_are_refused(write):
    with pytest.raises(DataError, match=r"crops\.csv: 2 crops cannot be split in three"):
        load_parts(write([("1", ""), ("2", "")]), print)
    with pytest.raises(DataError, match="only 2 of 3 crops can be read; check the column path"):
        load_parts(write([("1", ""), ("2", ""), ("3", "broken ")]), print)


def test_signs_are_marked_where_no_text_has_any(write):
    assert {one.mask for one in load_parts(write(TRAIN), print).train.items} == {LabelMask.NON_DIGITS}
    signs = [("1.5", "train"), *TRAIN]
    assert {one.mask for one in load_parts(write(signs), print).train.items} == {LabelMask.SPACES}


def test_recordings_are_sent_to_the_other_task(tmp_path):
    (tmp_path / "labels.csv").write_text("path,text\na.wav,one\nb.wav,two\n")
    with pytest.raises(DataError, match='recordings, not crops; train with the task "listen"'):
        load_parts(tmp_path, print)


def test_a_model_to_begin_with_must_read(write):
    parts = load_parts(write(TRAIN), print)
    plan = make_plan(parts, "mine")
    assert (plan.base.card.task, plan.peak_lr) == ("transcribe", 3e-4)
    assert make_plan(parts, "mine", base=None).peak_lr == 3e-3
    with pytest.raises(SutjaError, match="is a model to listen, not to transcribe"):
        make_plan(parts, "mine", base="spoken")
    with pytest.raises(SutjaError, match="epochs: 0 makes no sense"):
        make_plan(parts, "mine", epochs=0)
