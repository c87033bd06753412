from decimal import Decimal

import pytest

from sutja.data.sets.pages import read_bccd, read_receipts, read_weather_tables
from sutja.errors import DataError


def test_the_total_is_in_the_name(tmp_path):
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "aldi_02032020_19_02423.jpg").touch()
    (record,) = read_receipts(tmp_path)
    assert record.total == Decimal("24.23")


def test_tables(tmp_path):
    folder = tmp_path / "weather-tables"
    folder.mkdir()
    (folder / "1898-01.jpg").touch()
    (folder / "1898-01.csv").write_text("'     ','    1',' Mean'\n'    2','9.570',''\n")
    (record,) = read_weather_tables(tmp_path)
    assert record.cells == (("", "1", "Mean"), ("2", "9.570", ""))


BOX = "<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"


def test_boxes_without_an_inside_are_reported(tmp_path):
    folder = tmp_path / "bccd"
    folder.mkdir()
    (folder / "a.jpg").touch()
    things = "".join(
        f"<object><name>RBC</name>{BOX.format(*box)}</object>" for box in [(1, 2, 3, 4), (5, 6, 5, 9)]
    )
    (folder / "a.xml").write_text(f"<annotation>{things}</annotation>")
    (folder / "train.txt").write_text("a\n")
    for records in (read_bccd(tmp_path), read_bccd(tmp_path, "train")):
        assert records[0].boxes == (("RBC", (1, 2, 3, 4)),)
        assert records[0].degenerate == (("RBC", (5, 6, 5, 9)),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<annotation>", "cannot be read as VOC XML"),
        ("<a><object><name>RBC</name></object></a>", "no whole box"),
        (f"<a><object>{BOX.format(1, 2, 3, 4)}</object></a>", "no name"),
        (f"<a><object><name>RBC</name>{BOX.format(1, 2, 3, 'x')}</object></a>", "cannot be read as VOC XML"),
    ],
)
def test_damaged_annotations(tmp_path, content, message):
    (tmp_path / "bccd").mkdir()
    (tmp_path / "bccd" / "a.jpg").touch()
    (tmp_path / "bccd" / "a.xml").write_text(content)
    with pytest.raises(DataError, match=message):
        read_bccd(tmp_path)


@pytest.mark.parametrize("read", [read_receipts, read_weather_tables, read_bccd])
def test_a_set_that_is_not_there(tmp_path, read):
    with pytest.raises(DataError, match="not there; `sutja data get`"):
        read(tmp_path)


def test_real_pages(data_root):
    assert [record.total for record in read_receipts(data_root)][:2] == [Decimal("24.23"), Decimal("3.55")]
    tables = read_weather_tables(data_root)
    assert len(tables) == 11
    assert {len(row) for record in tables for row in record.cells} == {26}
    assert {len(record.cells) for record in tables} == {32, 33}
    scenes = read_bccd(data_root)
    assert (len(scenes), len(read_bccd(data_root, "train")), len(read_bccd(data_root, "val"))) == (
        292,
        205,
        87,
    )
    assert sum(len(scene.degenerate) for scene in scenes) == 2
    assert {name for scene in scenes for name, _ in scene.boxes} == {"RBC", "WBC", "Platelets"}
