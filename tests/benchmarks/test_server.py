"""The benchmark of the server: its requests, its repeats, and its table."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """Load a script, as `python benchmarks/X.py` does."""
    for folder in (FOLDER, FOLDER / "report"):
        monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module


def test_the_best_of_some_repeats(load):
    spread = load("server").spread
    assert spread([3.0, 1.26, 2.0], min) == {"best": 1.3, "least": 1.3, "most": 3.0, "runs": 3}
    assert spread([3.0, 1.0], max)["best"] == 3.0


def test_requests_are_forms(load):
    request = load("_server").make_body("/v1/read", [("file", "a.png", b"\x89PNG")], [("crop", "true")])
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/read HTTP/1.1\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b'name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n' in body
    assert body.endswith(b'name="crop"\r\n\r\ntrue\r\n------sutja--\r\n')


def test_quantiles_of_answers(load):
    answers = load("_server").Answers(seconds=[i / 100 for i in range(100)])
    assert answers.find_quantile(0.99) == 0.99
    assert answers.find_quantile(0.5) == 0.5


def test_malformed_requests_are_the_same_every_time(load):
    make = load("server").make_malformed
    first, again, other = make(18), make(18), make(18, seed=1)
    assert first == again
    assert sum(a != b for a, b in zip(first, other, strict=True)) > 15


def test_the_table_says_what_was_measured(load):
    row = {"best": 1.0, "least": 1.0, "most": 2.5, "runs": 3}
    rows = {"start": {"seconds": row, "cpu_seconds": row, "load_before": 7.4}}
    rows["start"]["measured"] = "2026-11-30T09:59:04+00:00"
    told = ("start to ready", "≤ 2 s", "1.0 s (1.0–2.5)", "7", "2026-11-30 09:59")
    assert load("server_table").list_rows(rows)[0] == told


def test_the_table_tells_what_malformed_files_leave_from_what_they_need(load):
    row = {"n": 40, "statuses": {"200": 9, "422": 31}, "crashes": 0, "mb": [[650.0, 700.5], [701.0, 701.0]]}
    row |= {"children_mb": [120.0, 60.0, 180.0], "load_before": 0.1}
    row["measured"] = "2026-11-30T09:59:04+00:00"
    told = load("server_table").list_rows({"malformed": row})[0][2]
    assert told.endswith(
        "0 crashes; memory 700.5 MB, after the same files again 701.0; "
        "that of processes that decode for it 60.0 to 180.0 MB"
    )
