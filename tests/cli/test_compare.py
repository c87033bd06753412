"""`sutja compare`: from the person's data to a report, and what bad input gets."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sutja
from sutja.cli import main
from sutja.comparison import api


def compare(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


@pytest.fixture
def table(tmp_path):
    """A table of numbers, in units of all kinds, with a column label."""
    rng = np.random.default_rng(0)
    path = tmp_path / "flowers.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["width", "height", "writer", "label"])
        for i in range(150):
            kind = i % 3
            rows.writerow([f"{kind + rng.normal(0, 0.3):.3f}", f"{rng.normal():.3f}", i // 2, f"kind {kind}"])
    return path


@pytest.fixture
def in_process(monkeypatch):
    """Fits in this process, which begins at once."""
    from sutja.comparison.execution import backends
    from sutja.comparison.execution.table import Status
    from sutja.comparison.execution.tasks import Outcome, run_task

    def run(self, tasks):
        for task in tasks:
            yield task, Outcome(Status.DONE, *run_task(task), 1.0, 0.01)

    monkeypatch.setattr(backends.Engine, "run", run)
    monkeypatch.setattr(backends.Engine, "warm", lambda self: None)


CASES = Path(__file__).parent / "cases"
CHEAP = ("--learners", "mlp-s,decision-tree,k-nn", "--seeds", "2", "--trials", "2", "--sizes", "30,60,100")


def test_a_table_gives_a_folder_with_a_report(table, tmp_path, in_process):
    done = compare(table, *CHEAP, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"the report is {tmp_path / 'out' / 'report.html'}" in done.output
    assert "classes are taken from the column label" in done.output
    rows = list(csv.DictReader((tmp_path / "out" / "results.csv").open()))
    assert len(rows) == 3 * 3 * 2
    assert {row["status"] for row in rows} == {"done"}
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["source"] == "flowers.csv"
    assert summary["advice"] in " ".join(done.output.split())  # the lines of a terminal are wrapped
    assert "Does “flowers.csv” need deep learning?" in (tmp_path / "out" / "report.html").read_text("utf-8")
    resumed = compare(table, *CHEAP, "--out", tmp_path / "out", "--resume")
    assert resumed.exit_code == 0, resumed.output
    assert "resumes the comparison" in resumed.output
    assert list(csv.DictReader((tmp_path / "out" / "results.csv").open())) == rows


def test_a_small_table_is_not_said_to_hold_nothing(tmp_path, in_process):
    few = ("--learners", "logistic-regression,k-nn,decision-tree", "--seeds", "1", "--trials", "1")
    done = compare(CASES / "sorted-imbalanced.csv", *few, "--sizes", "42", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "12 to test on are few" in said
    assert "It cannot be told yet. Too few to tell: on 12 test items" in said
    assert "not in these data" not in said


@pytest.mark.parametrize("rare", [1, 2, 3])
def test_a_class_with_few_items_gets_a_remark(tmp_path, in_process, rare):
    rng = np.random.default_rng(0)
    lines = [f"{i % 2 + rng.normal(0, 0.4):.3f},{'ab'[i % 2]}" for i in range(60)]
    lines += [f"{5 + i:.3f},rare" for i in range(rare)]
    (tmp_path / "rare.csv").write_text("\n".join(["x,label", *lines]))
    done = compare(
        tmp_path / "rare.csv",
        *("--learners", "decision-tree,k-nn", "--seeds", "1", "--trials", "1", "--sizes", "40"),
        *("--out", tmp_path / "out"),
    )
    assert done.exit_code == 0, done.output
    assert f"too few items to learn or to measure a class: rare ({rare})" in " ".join(done.output.split())


def test_a_budget_is_kept_and_the_digits_are_the_default(tmp_path):
    done = compare(
        "--budget", "6s", "--trials", "1", "--learners", "decision-tree,k-nn", "--out", tmp_path / "out"
    )
    assert done.exit_code == 0, done.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["source"] == "digits"
    assert summary["labels"]["learn"] > 1200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,label\n" + "1,x\n" * 60, "one class only, x"),
        ("a,label\n" + "1,x\n2,y\n" * 3, "6 examples, too few"),
        ("a,label\n1,x,9\n" + "1,x\n2,y\n" * 40, "line 2 has 3 cells"),
        ("a,label\n" + "1,x\n1,y\n" * 40, "all the same"),
    ],
)
def test_bad_tables_get_a_clear_error(tmp_path, content, message, in_process):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    done = compare(path, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert message in done.output
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--resume",), "name the folder"),
        (("--resume", "--out", "{tmp}/none"), "no comparison in this folder"),
        (("--learners", "svm"), "there is no learner 'svm'"),
        (("--learners", "convnet-s"), "learns from pictures"),
        (("--sizes", "10000"), "is not a number of labels"),
        (("--budget", "soon"), "is no duration"),
        (("--engine", "spark"), "is not one of"),
    ],
)
def test_choices_that_make_no_sense(table, tmp_path, arguments, message, in_process):
    done = compare(table, *(part.replace("{tmp}", str(tmp_path)) for part in arguments))
    assert done.exit_code in (1, 2)
    assert message in done.output


def test_features_in_an_npz(tmp_path, in_process):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 120)
    X = (rng.normal(size=(120, 7)) + 2 * y[:, None]).astype(np.float32)
    np.savez(tmp_path / "f.npz", X=X, y=y, groups=np.arange(120) // 4)
    done = compare(tmp_path / "f.npz", *CHEAP[:-1], "30,50", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output


def test_the_same_in_python(in_process):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    X = rng.normal(size=(200, 7)) + 1.5 * y[:, None]
    assert sutja.compare is api.compare
    lines = []
    found = sutja.compare(
        X, y, learners=["mlp-s", "k-nn"], sizes=(30, 60, 120), seeds=2, trials=1, log=lines.append
    )
    assert found.predict_error(1000).error < 0.3
    assert found.crossover("mlp-s", "k-nn").kind in ("at", "never", "several", "unclear")
    assert found.plot().axes
    assert len(found.table) == 12
    assert found.folder is None
    assert lines
