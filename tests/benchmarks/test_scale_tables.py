"""Tables of runs over many inputs: the rate of pages has an interval, and fuzzing says what was left out."""

import importlib
import json
from pathlib import Path

import pytest

REPORT = Path(__file__).resolve().parents[2] / "benchmarks" / "report"


@pytest.fixture
def tables(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(REPORT))
    figures, tables = importlib.import_module("figures"), importlib.import_module("scale_tables")
    for module in (figures, tables):
        monkeypatch.setattr(module, "RESULTS", tmp_path)
    figures.load.cache_clear()
    yield tables
    figures.load.cache_clear()


def keep(folder, name, **content):
    machine = {"cpu": "a", "cores": 2, "python": "3", "revision": "r" * 40, "load_average": 0.1}
    whole = {"figure": name, "date": "2026-01-01T00:00:00+00:00", "machine": machine, **content}
    (folder / f"{name}.json").write_text(json.dumps(whole))


def test_the_plan_has_the_interval_of_the_pages_that_were_timed(tables, tmp_path):
    pages = {"what": "pages", "n": 100, "workers_2": {"processor": [400.0]}}
    keep(tmp_path, "scale_workers", rows=[pages], page_seconds=[3.0, 5.0] * 20)
    keep(tmp_path, "scale_ledger", bytes_per_input=1000, added_per_processor_second=1000)
    plan = tables.make_plan()
    assert "4.00 (3.80–4.20) s" in plan  # deviation 1.01 of 4, a tenth of that for 100 pages, 1.96 times
    assert "111,111 (105,5" in plan


def test_fuzzing_tells_what_it_found_and_what_was_left(tables, tmp_path):
    assert tables.make_fuzzing() == "Nothing was measured yet."
    row = {"reader": "page_labels", "runs": 1234, "seconds": 600.4, "processor": 30.0}
    found = {"tracebacks": 1, "crashes": 0, "hangs": 2}
    keep(tmp_path, "fuzzing", rows=[row | found], readers=3)
    table = tables.make_fuzzing()
    assert "| page labels | 1,234 | 600 | 30 | 1 | 0 | 2 |" in table
    assert "2 of 3 readers were not fuzzed for so long" in table


def test_shards_stand_beside_the_array(tables, tmp_path):
    assert tables.make_shards() == "Nothing was measured yet."
    shards = {"bytes": 5e8, "processor": 9.4, "error": 0.0125}
    row = {"n": 10_000, "shards": shards, "array": shards | {"bytes": 1.2e9}}
    crops = {"n": 100, "shards": shards, "table": shards | {"bytes": 2e9}}
    keep(tmp_path, "train_shards", rows=[row], side=64, crops=[crops], crop=[40, 1000])
    table = tables.make_shards()
    assert "| 100 | 4 MB | a table | 2,000 MB | 9 | 1.25% |" in table
    assert "| 10,000 | 164 MB | tar shards | 500 MB | 9 | 1.25% |" in table
    assert "| 10,000 | 164 MB | an array | 1,200 MB | 9 | 1.25% |" in table
