"""The speed benchmark: times by source, and the rows of peers that are not measured again."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.syspath_prepend(str(FOLDER / "report"))
    yield importlib.import_module
    for name in ("_source_times", "_crops", "_speed_readers", "speed_table"):
        sys.modules.pop(name, None)


def test_each_reader_is_timed_on_all_crops(load):
    times = load("_source_times")
    crops = [times.Crop(np.zeros((4, 4), np.uint8), "1")] * 6
    seen = []
    found = times.time_readers({"one": lambda pictures: seen.append(len(pictures))}, crops)
    assert list(found) == ["one"]
    assert found["one"] >= 0
    assert seen == [4, 6, 6]  # a few first, which do not count


def test_the_mean_is_over_crops_and_not_over_sources(load):
    times = load("_source_times")
    rows = [
        {"source": "a", "n": 3, "fast": 1.0, "normal": 2.0, times.NETWORK: 4.0},
        {"source": "b", "n": 1, "fast": 5.0, "normal": 2.0, times.NETWORK: 8.0},
    ]
    found = times.summarise(rows)
    assert found["n"] == 4
    assert found["mean"] == {"fast": 2.0, "normal": 2.0, times.NETWORK: 5.0}
    table = load("speed_table").make_sources(found)
    assert "| all | 4 | 2.0 | 2.0 | 5.0 |" in table


def test_rows_that_were_measured_earlier_are_dated(load):
    table = load("speed_table")
    assert table.write_way({"way": "one by one"}) == "one by one"
    assert table.write_way({"way": "one by one", "date": "2026-11-23T17:14"}) == "one by one (2026-11-23)"


def test_a_peer_alone(load, monkeypatch):
    readers = load("_speed_readers")
    monkeypatch.setattr(readers, "find_version", lambda _: "1")
    assert {reader for reader, _ in readers.make_peers(["tesseract"])} == {readers.TESSERACT}
    assert readers.make_peers([]) == {}
