"""Studies: what `sutja compare` measured, as the page shows it."""

import json

import pytest
from click.testing import CliRunner

from sutja.cli import main
from sutja.errors import SutjaError
from sutja.serve.page.studies import BUNDLED, list_studies, read_study

ROW = {
    "learner": "1989-zip-code",
    "kind": "era",
    "labels": 100,
    "seeds": 2,
    "error": 0.123456,
    "low": 0.1,
    "high": 0.15,
    "fit_seconds": 3.0,
    "predict_micros": 4.0,
    "memory_mb": 5.0,
    "parameters": 9760.0,
    "fit_operations": 3.5e9,
    "predict_operations": 127320.0,
}
SUMMARY = {
    "source": "usps",
    "chance": 0.8,
    "labels": {"learn": 100, "validation": 20, "test": 50},
    "eras": [
        {"name": "1989-zip-code", "year": 1989, "published": {"usps": {"error": 0.05, "source": "LeCun"}}}
    ],
    "published": {"svm-rbf": {"error": 0.043, "source": "Cortes"}},
    "measured": [ROW],
}


@pytest.fixture
def run(tmp_path):
    """The folder of a comparison."""
    (tmp_path / "summary.json").write_text(json.dumps(SUMMARY), encoding="utf-8")
    return tmp_path


def test_a_study_keeps_what_the_page_shows(run):
    study = read_study(run)
    assert study["labels"] == {"learn": 100, "test": 50}
    assert study["years"] == {"1989-zip-code": 1989}
    assert set(study["published"]) == {"1989-zip-code", "svm-rbf"}
    (fit,) = study["fits"]
    assert fit["error"] == 0.1235
    assert fit["fit_operations"] == 3.5e9
    assert "memory_mb" not in fit
    assert study == read_study(run / "summary.json")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"eras": 3}', json.dumps({**SUMMARY, "measured": []}), "\x00"]
)
def test_what_is_no_summary_is_refused(tmp_path, text):
    (tmp_path / "summary.json").write_text(text, encoding="utf-8")
    with pytest.raises(SutjaError, match="summary of a comparison"):
        read_study(tmp_path)


def test_a_folder_without_a_comparison_is_refused_before_the_server_starts(tmp_path):
    done = CliRunner().invoke(main, ["serve", "--study", str(tmp_path)])
    assert done.exit_code == 2
    assert "cannot be read" in done.output
    assert "sutja compare" in done.output


def test_own_studies_come_before_the_bundled_ones(run, client):
    bundled = json.loads(BUNDLED.read_bytes())
    assert list_studies([str(run)]) == [read_study(run), *bundled]
    assert client.get("/page/studies").json() == bundled


def test_the_bundled_studies_are_what_the_benchmark_measured(pytestconfig):
    kept = pytestconfig.rootpath / "benchmarks" / "results" / "why.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    assert content["part"] == "test"
    assert content["studies"] == json.loads(BUNDLED.read_bytes())
    assert {study["source"] for study in content["studies"]} == {"usps", "mnist"}
    for study in content["studies"]:
        learners = {fit["learner"] for fit in study["fits"]}
        assert learners >= {"1958-perceptron", "1989-zip-code", "today", "decision-tree", "svm-rbf"}
        assert all(fit["low"] <= fit["error"] <= fit["high"] for fit in study["fits"])


def test_machines_have_their_sources():
    data = json.loads((BUNDLED.parent / "machines.json").read_bytes())
    index = data["prices"]["index"]
    for machine in data["machines"]:
        assert machine["source"]
        assert machine["url"].startswith("http")
        assert str(machine["year"]) in index
    years = [machine["year"] for machine in data["machines"]]
    assert years == sorted(years)
