"""Every expectation in docs/expectations.md is met by a test that exists, or refused with a reason."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs" / "expectations.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| from")
]


def test_there_are_enough_of_each_peer():
    assert len(ROWS) >= 20
    assert {row[0] for row in ROWS} == {"ultralytics", "doctr", "scikit-learn", "Hugging Face"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40])
def test_it_is_met_by_a_test_or_refused_with_a_reason(row):
    _, _, verdict, reason, test = row
    if verdict == "refused":
        assert len(reason) > 20
        assert test == "–"
        return
    assert verdict == "met"
    path, _, name = test.strip("`").partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
